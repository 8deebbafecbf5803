"""Which models can stand together in a claim: what is only released is compared with released weights alone."""

from __future__ import annotations

from checker.claims.language.question import Choice, Edit, QuestionError
from checker.claims.language.subjects import released_in
from checker.claims.language.tree import Parsed, leaves
from checker.claims.spec import ClaimSpec
from checker.scope import Scope
from checker.variant import Variant


def in_released_weights(parsed: Parsed, spec: ClaimSpec) -> ClaimSpec:
    """The spec of a claim with models that are only released, which asks for released weights. A model of the user's own may
    stand beside them.

    Raises QuestionError beside a toy, and beside a model whose size is not named where another one's is.
    """
    released = released_in(parsed)
    if not released:
        return spec
    if spec.scope == "toy":
        raise QuestionError(f"{released[0]} is only there as released weights, not as a toy", "released weights, or a toy")
    names = dict.fromkeys(Variant.parse(name).model for name in spec.names)
    words = [word for name in names if (word := parsed.vocabulary.model(name)) and not word.released]
    own = [word for word in words if Scope.OWN in word.scopes]
    sized = [name for name in released if not _is_staged(parsed, name)]
    for word in (word for word in words if word not in own):
        sizes = any(release.model == word.name for release in parsed.vocabulary.releases)
        if Scope.PRETRAINED not in word.scopes and not sizes:
            reason = f"{word.name} has no released weights here, and {released[0]} nothing else"
            raise QuestionError(reason, "two models of which there is the same")
        if sized or Scope.PRETRAINED not in word.scopes:
            reason = f"{released[0]} is of one size, and it does not say of which {word.name} is"
            raise QuestionError(reason, f"the size of {word.name}", _sizes(parsed, word.name))
    return spec if own else spec.model_copy(update={"scope": "pretrained"})


def _is_staged(parsed: Parsed, name: str) -> bool:
    """Whether a release is of a network that no vision transformer is of one size with."""
    lines = (release for release in parsed.vocabulary.releases if not release.prefix)
    return any(release.name(size) == Variant.parse(name).model for release in lines for size, _ in release.sizes)


def _sizes(parsed: Parsed, name: str) -> list[Choice]:
    """The sentence with each of the releases of a model in its place."""
    release = next((release for release in parsed.vocabulary.releases if release.model == name), None)
    places = [token.start_pos or 0 for token in leaves(parsed.tree) if token.type == "MODEL" and str(token) == name]
    if release is None or len(places) != 1:
        return []
    names = [release.name(size) if len(tags) == 1 else f"`{tag}`" for size, tags in release.sizes for tag in tags]
    return [Choice((Edit(places[0], places[0] + 1, text),)) for text in dict.fromkeys(names)]
