"""The syntax tree of a sentence to its spec, or to the question that has to be answered first."""

from __future__ import annotations

from pydantic import ValidationError

from checker.claims.kind import KINDS, Kind, terminals
from checker.claims.language.amounts import amounts_of
from checker.claims.language.noise import NEGATIONS
from checker.claims.language.question import QuestionError, adding
from checker.claims.language.subjects import name_of
from checker.claims.language.together import in_released_weights
from checker.claims.language.tree import Node, Parsed, leaves
from checker.claims.spec import ClaimSpec
from checker.vocabulary import Vocabulary

LAYER_WORDS = terminals(
    "LAYER LAYERS ALL_LAYERS EACH_LAYER SOME_LAYER MOST_LAYERS EACH_OF SOME_OF MOST_OF UPPER LOWER "
    "UPPER_OF LOWER_OF EARLY_LAYERS LATE_LAYERS LATER_LAYERS FIRST LAST ORDINAL"
)
PLACES = {"layers_clause", "data_clause", "heads_clause", "tokens_clause", "scope_clause"}  # that any claim may have
SMALL = ("slightly", "somewhat", "a bit", "a little", "marginally")


def compose(tree: Node, vocabulary: Vocabulary) -> ClaimSpec:
    """The spec that a sentence means. Raises QuestionError or UnknownError."""
    parsed = Parsed(tree, vocabulary)
    kind = KINDS[parsed.kind]
    kind.ask(parsed)
    _check_degree(parsed, kind)
    _check_by(parsed)
    _check_sides(parsed)
    for node in tree.find_pred(lambda node: str(node.data).endswith("_clause") or node.data == "compared"):
        if str(node.data) not in PLACES | kind.clauses:
            raise QuestionError(f"{parsed.text(node)!r} does not go with a claim of this kind", "another kind of claim")
    if not kind.has_degree and parsed.all("multiple"):
        raise QuestionError("a number of times does not go with a claim of this kind", "a number with a unit, or a %")
    try:
        return in_released_weights(parsed, kind.read(parsed))
    except ValidationError as error:  # what no spec says
        problem = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise QuestionError(problem, "a sentence that says something else") from error


def _check_degree(parsed: Parsed, kind: Kind) -> None:
    """A word for how much needs a number that says it; a small degree is a bound on both sides, which no spec holds."""
    vague = [token for token in leaves(parsed.tree) if token.type == "MAGNITUDE"]
    if not vague:
        return
    small = [str(word) for word in vague if str(word) in SMALL]
    if small or not kind.has_degree or not (amounts_of(parsed) or parsed.all("multiple")):
        choices = [] if small else [adding("by more than 20 %")]
        raise QuestionError(f"how much is {str((small or vague)[0])!r}?", "a number", choices)


def _check_by(parsed: Parsed) -> None:
    """`by` says how much; what it says of a layer can be up to it, or in it."""
    words = {token.start_pos: token for token in leaves(parsed.tree)}
    for place, token in words.items():
        after = words.get((place or 0) + 1)
        if token.type == "BY" and after is not None and after.type in LAYER_WORDS:
            raise QuestionError("'by' a layer can mean in it, or in any up to it", "the layers that are meant")


def _check_sides(parsed: Parsed) -> None:
    """What is said of tokens is said of both sides of a claim."""
    if parsed.tokens("CLASS_TOKEN") and parsed.tokens("PATCH_TOKENS"):
        raise QuestionError("it speaks of the class token and of the patches", "one claim for each of them")
    each = [token for node in parsed.all("each") for token in leaves(node)]
    if each and parsed.tokens(*NEGATIONS):
        raise QuestionError(
            f"it denies something of {str(each[0])!r} of several models: of each of them, or of all together?",
            "a sentence for each of them",
        )
    bare = [thing for thing in parsed.all("thing") if any(thing.find_data("registerless"))]
    if any(any(lead.find_data("registerless")) for lead in parsed.all("lead")):  # of the model that follows it
        bare += parsed.all("thing")[:1]
    for thing in bare:
        if parsed.vocabulary.model(f"{name_of(parsed, thing)[1]} with registers") is None:
            raise QuestionError(f"no {parsed.text(thing)} here that differs from one with registers", "a model by its name")
