"""Words that are left out of a sentence, and where: only where they can neither restrict nor turn what it claims."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.claims.question import QuestionError
from checker.claims.words import Word

NEGATIONS = ("NO", "NOT", "DOES_NOT", "IS_NOT")
MODELS = ("MODEL", "FAMILY")
COMPARED = ("COMPARATIVE", "DEGREE", "MAGNITUDE", "NUMBER")
PLACES = (
    "LAYER",
    "LAYERS",
    "ALL_LAYERS",
    "UPPER",
    "LOWER",
    "UPPER_OF",
    "LOWER_OF",
    "EARLY_LAYERS",
    "LATE_LAYERS",
    "FIRST",
    "LAST",
)
PLACED = ("IN", "ON", "AT", "FOR", "OVER", "WITH", "EXCEPT", "MEAN_OVER", "DEPTH", *PLACES)


def without_noise(words: Sequence[Word]) -> list[Word]:
    """The words that count. Raises QuestionError for a word that is noise elsewhere, but may restrict or turn this sentence."""
    return list(_kept(words))


def _kept(words: Sequence[Word]) -> Iterator[Word]:
    types = {word.type for word in words}
    denied = False
    spoken = [word for word in words if word.type != "NOISE"]
    for index, word in enumerate(spoken):
        following = [after.type for after in spoken[index + 1 :] if after.type not in ("HEDGE", "ADDITIVE")]
        after = following[0] if following else ""
        match word.type:
            case "HEDGE":
                idle = not denied
            case "ADDITIVE":
                idle = not denied and after not in PLACED
            case "EVEN":
                idle = not denied and (after in COMPARED if index else after in MODELS)
            case "AVERAGE":
                idle = after in ("METRIC", "AVERAGE")
            case "ON_AVERAGE":
                idle = not denied and not types & {"FAMILY", "ALL_LAYERS", "EACH_LAYER", "SOME_LAYER", "MOST_LAYERS", "EACH_OF"}
            case "OWN":
                idle = after in ("METRIC", "AVERAGE", "ORDINAL", *PLACES)
            case "BOTH":
                idle = after in MODELS and "AND" in following
            case _:
                denied = denied or word.type in NEGATIONS
                yield word
                continue
        if not idle:
            reason = f"{word.text!r} may restrict what is claimed, where it stands"
            raise QuestionError(reason, "a sentence that says outright how far it holds")
