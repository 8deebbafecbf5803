"""Typed words to syntax trees, or to the question of what keeps them from being one claim."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import islice, pairwise
from threading import Lock
from typing import TYPE_CHECKING

from checker.claims.kind import KINDS, terminals
from checker.claims.language import unknown
from checker.claims.language.question import Choice, Edit, QuestionError
from checker.claims.language.unknown import explained, kind_of, kinds_of
from checker.claims.language.words import Word
from checker.variant import Variant
from checker.vocabulary import Vocabulary

if TYPE_CHECKING:  # readings that are kept need no parser
    from lark import Lark, Token, Tree

    from checker.claims.language.ahead import Predictions

MOST_WORDS = 60  # of a sentence; longer ones hold more than one claim
MOST_TREES = 64
PARSING = Lock()  # the parser looks ahead in one sentence at a time
SIZES = ("larger", "smaller", "grow", "grows", "growing", "shrink", "shrinks", "shrinking")  # of each thing, or of their number


@lru_cache(maxsize=1)
def _parser() -> tuple[Lark, Predictions]:
    from lark import Lark

    from checker.claims.language.ahead import Predictions, WordLexer

    starts = [f"{name}_claim" for name in _kinds()]
    parser = Lark(_grammar(), parser="earley", lexer=WordLexer, ambiguity="explicit", start=starts)
    return parser, Predictions(parser)


def _parse(words: Sequence[Word], start: str) -> Tree[Token]:
    parser, predictions = _parser()
    with PARSING:
        predictions.upcoming = words[0].type if words else None
        return parser.parse((list(words), predictions), start=start)


@lru_cache(maxsize=1)
def _grammar() -> str:
    return (files("checker.claims.language") / "grammar.lark").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _kinds() -> tuple[str, ...]:
    """The kinds of claims in the order of the grammar, which has a start for each."""
    return tuple(sorted(KINDS, key=lambda name: _grammar().index(f"\n{name}_claim:")))


def check_known(words: Sequence[Word]) -> None:
    """Raise QuestionError for unknown words that cannot be the name of one model."""
    places = [index for index, word in enumerate(words) if word.type == "NAME"]
    unlike = layers_compared(words) if all(words[place].text.casefold() in LAYER_WORDS for place in places) else None
    if places and unlike:
        raise unlike
    together = bool(places) and places[-1] - places[0] < len(places)
    if places and not (together and all(kind in NAMING for _, kind in kinds_of(words))):
        reason, missing = explained(words)
        raise QuestionError(reason, "; ".join(missing))


NAMING = (None, "model", "method", "architecture")  # kinds of words that can be the name of a model


def check_size(words: Sequence[Word], vocabulary: Vocabulary) -> None:
    """Raise QuestionError where what a metric counts is said to be larger: by number or by size."""
    spoken = [word for word in words if word.type not in ("NOISE", "AVERAGE")]
    alone = sum(word.type == "METRIC" for word in spoken) == 1
    for index, word in enumerate(spoken):
        metric = vocabulary.metric(word.value) if word.type == "METRIC" else None
        counted = metric is not None and "fewer" in dict(metric.comparatives)
        if not counted or not word.text.casefold().endswith("s") or " of " in word.text:
            continue
        sizes = [other for other in (spoken if alone else spoken[max(0, index - 1) : index]) if other.text.casefold() in SIZES]
        if sizes:
            reason = f"{sizes[0].text!r} can be of how many {word.text} there are, or of the size of each"
            raise QuestionError(reason, "more or fewer, or a metric of their size")


def check_places(words: Sequence[Word], vocabulary: Vocabulary) -> None:
    """Raise QuestionError where layers, heads, tokens or data stand right behind a change that they may be meant of: layers that
    are pruned, data that are trained on."""
    spoken = [(index, word) for index, word in enumerate(words) if word.type not in ("NOISE", "OWN")]
    for place, (index, word) in enumerate(spoken):
        changes = [change for change in vocabulary.changes if change.name in changed_by(word)]
        if not changes or "(" in word.text:
            continue
        types = [*(after.type for _, after in spoken[place + 1 : place + 4]), "", ""]
        types = types[1:] if word.type == "CHANGE" and types[0] == "COMMA" else types
        placed = types[0] == "DEPTH" or (types[0] in PREPOSITIONS and types[1] in PLACES)
        trained = types[0] in PREPOSITIONS and types[1] == "DATA" and "train" in word.text.casefold()
        if (placed and any(change.of_layers for change in changes)) or (trained and any(change.trained for change in changes)):
            end = next((at for at in range(index + 1, len(words)) if words[at].type not in PLACING), len(words))
            said = " ".join(after.text for after in words[index + 1 : end]).strip(" ,")
            first = re.sub(r"^of ", "in ", said)
            the = words[0].text == "The"
            leading = Edit(0, int(the), f"{first[:1].upper()}{first[1:]}," + (" the" if the else ""))
            moved = [Choice((leading, Edit(index + 1, end, "")))] if end == len(words) else []
            reason = f"{said!r} can be where it is measured, or what is changed: {word.text!r}"
            raise QuestionError(reason, "the place at the beginning of the sentence", moved)


def changed_by(word: Word) -> tuple[str, ...]:
    """The names of the changes that a word means."""
    if word.type == "MODEL":
        return tuple(name for name, _ in Variant.parse(word.value).changes)
    if word.type == "CHANGE":
        return tuple(part.partition(": ")[0] for part in word.value.strip("()").split(", "))
    return (word.value.lstrip("><").partition(": ")[0],) if word.type == "SETTING" else ()


def trees_of(words: Sequence[Word]) -> list[Tree[Token]]:
    """The syntax trees of typed words. Raises QuestionError where there is none."""
    if len(words) > MOST_WORDS:
        raise QuestionError("it is too long for one claim", "a shorter sentence")
    types = {word.type for word in words}
    if "LOSE" in types and "CHANGE" not in types:
        raise QuestionError("it does not say by which change something is lost", "a change, as in 'when quantised to 4 bits'")
    from lark import UnexpectedInput
    from lark.visitors import CollapseAmbiguities

    trees: list[Tree[Token]] = []
    reached = 0
    for name in _kinds():
        if not types & KINDS[name].words:
            continue
        try:
            tree = _parse(words, f"{name}_claim")
        except UnexpectedInput as error:
            position = getattr(getattr(error, "token", None), "start_pos", None)
            reached = max(reached, len(words) if position is None else position)
        else:
            ambiguous = any(True for _ in tree.find_data("_ambig"))
            trees += islice(CollapseAmbiguities().transform(tree), MOST_TREES) if ambiguous else [tree]
    if not trees:
        raise _not_understood(words, reached)
    return trees


def _not_understood(words: Sequence[Word], reached: int) -> QuestionError:
    """What to ask where no reading goes beyond the word at `reached`."""
    if any(word.type == "NAME" for word in words):
        reason, needed = explained(words)
        return QuestionError(reason, "; ".join(needed))
    unlike = layers_compared(words)
    if unlike:
        return unlike
    change = next((word.text for word in words if word.type in ("CHANGE", "SETTING", "MORE_OF_SETTING")), None)
    if change is not None:
        reason = f"not understood where it stands: {change!r} (a change to a model or its training)"
        return QuestionError(reason, "the change right behind the model that it is made to, or what that model loses by it")
    if not words or reached >= len(words):
        return QuestionError("the sentence ends too early", "the rest of it")
    value = _value(words, reached)
    if value:
        what, missing = unknown.KINDS["value"]
        return QuestionError(f"not understood from {words[reached].text!r} on ({value!r} is {what})", missing)
    named = words[reached].type in ("MODEL", "FAMILY", "METRIC", "DATA", "NUMBER")
    kind = None if named else kind_of(words[reached].text)
    what, missing = unknown.KINDS[kind] if kind else ("", "a plainer sentence that says the same")
    return QuestionError(f"not understood from {words[reached].text!r} on" + (f" ({what})" if what else ""), missing)


def _value(words: Sequence[Word], place: int) -> str:
    """A number with a unit at the place that is not understood: in brackets, behind `from` or `compared to`, or by itself."""
    if words[place].type not in ("LEFT", "FROM", "NUMBER", "COMPARED") or (place and words[place - 1].type == "AT"):
        return ""
    for number, unit in pairwise(words[place : place + 3]):
        if number.type == "NUMBER" and unit.type in ("PERCENT", "POINTS", "UNIT"):
            return f"{number.text} {unit.text}"
    return ""


PREPOSITIONS = terminals("IN ON AT FOR OF OVER MEAN_OVER")
PLACES = terminals(
    "LAYER LAYERS ALL_LAYERS EACH_LAYER SOME_LAYER MOST_LAYERS EACH_OF SOME_OF MOST_OF UPPER LOWER UPPER_OF LOWER_OF "
    "EARLY_LAYERS LATE_LAYERS LATER_LAYERS MIDDLE MIDDLE_LAYERS FIRST LAST ORDINAL HEAD HEADS CLASS_TOKEN PATCH_TOKENS "
    "REGISTER_TOKENS"
)
PLACING = PREPOSITIONS | PLACES | terminals("DATA NUMBER NOISE OWN AND TO COMMA DEPTH DEFAULT")
LAYERS = terminals(
    "LAYER LAYERS UPPER LOWER UPPER_OF LOWER_OF EARLY_LAYERS LATE_LAYERS LATER_LAYERS MIDDLE MIDDLE_LAYERS "
    "EARLY_ONES MIDDLE_ONES LATE_ONES FIRST_ONE LAST_ONE"
)
LAYER_WORDS = ("one", "ones", "early", "earlier", "late", "later", "deep", "deeper", "middle", "peaks", "peak", "intermediate",
               "best-performing")  # fmt: skip


def layers_compared(words: Sequence[Word]) -> QuestionError | None:
    """What to ask where the layers of one model are compared with each other in words that no kind of claim has."""
    types = [word.type for word in words]
    texts = [word.text.casefold() for word in words]
    models = list(dict.fromkeys(word.value for word in words if word.type in ("MODEL", "FAMILY")))
    than = types.index("THAN") if "THAN" in types else len(types)
    places = [index for index, kind in enumerate(types) if kind in LAYERS or texts[index] in ("one", "ones")]
    both = any(place < than for place in places) and any(place > than for place in places)
    highest = ("SUPERLATIVE" in types or {"peaks", "peak", "best-performing"} & set(texts)) and places + [1] * ("middle" in texts)
    if len(models) > 1 or not (both or highest):
        return None
    reason = (
        "it compares layers of one model with each other, and does not say of two choices of layers in which a metric is higher"
    )
    return QuestionError(
        reason, "two choices of layers, as in 'MAE has longer attention distance in late layers than in early layers'"
    )
