"""Words that are left out of a sentence, and where: only where they can neither restrict nor turn what it claims."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from checker.claims.language.question import QuestionError
from checker.claims.language.words import Word

NEGATIONS = ("NO", "NOT", "DOES_NOT", "IS_NOT")
MODELS = ("MODEL", "FAMILY")
COMPARED = ("COMPARATIVE", "DEGREE", "MAGNITUDE", "NUMBER")
EACH = {"ALL_OF_FAMILY", "ALL_LAYERS", "EACH_LAYER", "SOME_LAYER", "MOST_LAYERS", "EACH_OF", "SOME_OF", "MOST_OF"}
ONE_OF_A_FAMILY = re.compile(r"(?:method|approach|model|encoder|vit|transformer|backbone|network)$", re.IGNORECASE)
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
    "LATER_LAYERS",
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
    _check_articles(words)
    spoken = [word for word in words if word.type != "NOISE"]
    for index, word in enumerate(spoken):
        following = [after.type for after in spoken[index + 1 :] if after.type not in ("HEDGE", "TENDENCY", "ADDITIVE")]
        after = following[0] if following else ""
        match word.type:
            case "HEDGE":
                idle = not denied
            case "TENDENCY":  # of a family as a whole it may stand behind its name; elsewhere it allows for exceptions
                whole = word.text.casefold() == "in general" and index > 0 and spoken[index - 1].type == "FAMILY"
                idle = not denied and not types & EACH and (whole or "FAMILY" not in types)
            case "COMMA" if index and spoken[index - 1].type == "TENDENCY":
                continue
            case "ADDITIVE":
                idle = not denied and after not in PLACED
            case "EVEN":
                idle = not denied and (after in COMPARED if index else after in MODELS)
            case "AVERAGE":
                idle = after in ("METRIC", "AVERAGE")
            case "ON_AVERAGE":
                behind = spoken[index - 1] if index else None  # a mask ratio that is 50 % on average is another one
                changed = behind is not None and behind.type in ("MODEL", "CHANGE", "SETTING") and ": " in behind.value
                idle = (
                    not denied
                    and not changed
                    and not types & {"FAMILY", "ALL_LAYERS", "EACH_LAYER", "SOME_LAYER", "MOST_LAYERS", "EACH_OF"}
                )
            case "OWN":
                than = any(before.type == "THAN" for before in spoken[:index])  # of the baseline alone
                idle = after in ("METRIC", "AVERAGE", "ORDINAL", *PLACES) and not than
            case "BOTH":
                idle = after in MODELS and "AND" in following
            case _:
                denied = denied or word.type in NEGATIONS
                yield word
                continue
        if not idle:
            reason = f"{word.text!r} may restrict what is claimed, where it stands"
            raise QuestionError(reason, "a sentence that says outright how far it holds")


def _check_articles(words: Sequence[Word]) -> None:
    """Raises QuestionError where an article makes one of a family, or of the figures, that is not named."""
    for index, (article, word) in enumerate(pairwise(words)):
        if article.type != "NOISE":
            continue
        closed = [after.type for after in words[index + 2 : index + 3]] in (["COMMA"], [])
        between = index > 0 and words[index - 1].type == "COMMA" and closed
        one = article.text.casefold() != "the" or ONE_OF_A_FAMILY.search(word.text)
        if word.type == "FAMILY" and one and not between:  # between commas it says what a model is
            raise QuestionError(
                f"'{article.text} {word.text}' can be one of them or all of them", "the models by name, or all of them"
            )
        if word.type == "DATA" and article.text.casefold() == "the" and "figure" in word.text.casefold():
            raise QuestionError(f"'the {word.text}' can be those of a paper, or a data set", "the data by its name")
