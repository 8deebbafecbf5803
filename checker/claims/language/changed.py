"""Models with what is changed in them, as a sentence names them: "MAE with a mask ratio of 50 %", "DINO quantised to 4 bits".

Such a phrase is one word to the grammar, and means a model like any other. So is a change by itself, by which something is
lost, and a setting that a metric is followed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from checker.claims.language.question import QuestionError
from checker.errors import SpecError
from checker.variant import Variant
from checker.vocabulary import ChangeWord, Vocabulary

NUMBER = r"\d+(?:\.\d+)?"
UNITS = {"bit": "bits?", "pixel": "(?:pixels?|px)"}  # as they are written behind a number
LABEL = re.compile(r" \((?P<changes>[^()]+: [^()]+)\)")
COURSE = re.compile(r"increas|decreas|\b(?:rise|fall|grow|drop|declin|shrink)|^the .+, the ", re.IGNORECASE)
ALONE = re.compile(r"under the change (?=\()")  # as a reading writes it
LEADING = "when it is|when|if|once|after|under|by being|when being"
END = r"(?![\w%]|-\w)"


class Phrase(NamedTuple):
    """What may stand behind a model's name; `fixed` is the value of a phrase that has none in it."""

    pattern: re.Pattern[str]
    fixed: str
    change: ChangeWord


def changes_in(sentence: str, vocabulary: Vocabulary) -> dict[str, str]:
    """What all phrases of a sentence mean that speak of changes. Raises QuestionError for a value that a change does not take."""
    models = changed_models(sentence, vocabulary)
    rest = sentence
    for phrase in sorted(models, key=len, reverse=True):
        rest = rest.replace(phrase, " " * len(phrase))
    return {**changes_alone(rest, vocabulary), **settings(rest, vocabulary), **models}


def changed_models(sentence: str, vocabulary: Vocabulary) -> dict[str, str]:
    """What the phrases of a sentence mean that name a model with changes, by the phrase as it stands there.

    Raises QuestionError for a value that a change does not take, and where two values of one change are named.
    """
    found: dict[str, str] = {}
    for match in _models(vocabulary).finditer(sentence):
        changes, end = _labelled(sentence, match.end(), vocabulary) or _behind(sentence, match.end(), vocabulary)
        names = [name for name, _ in changes]
        phrase = sentence[match.start() : end]
        if len(set(names)) < len(names):
            raise QuestionError(f"{phrase!r} says two things about one setting", "one value of it")
        if changes:
            label = str(Variant(_model(match[0], vocabulary), changes))
            if " (" not in phrase:
                _check_whose(sentence, match, phrase, vocabulary, bool(found))
            found[phrase] = label
    return found | _other_value(sentence, found, vocabulary)


def changes_alone(sentence: str, vocabulary: Vocabulary) -> dict[str, str]:
    """What the phrases mean that name a change by itself: changes in brackets, as a reading writes them."""
    found: dict[str, str] = {}
    for match in ALONE.finditer(sentence):
        labelled = _labelled(sentence, match.end() - 1, vocabulary)  # from the space on
        if labelled is not None:
            changes, end = labelled
            found[sentence[match.start() : end]] = _bracketed(changes)
    taken: list[tuple[int, int]] = []
    matches = [(match, phrase) for phrase in _alone(vocabulary) for match in phrase.pattern.finditer(sentence)]
    for match, phrase in sorted(matches, key=lambda each: each[0].start() - each[0].end()):  # the longest first
        if not any(start < match.end() and match.start() < end for start, end in taken):
            taken.append(match.span())
            found[match[0]] = _bracketed([(phrase.change.name, _value(phrase.change, phrase.fixed or match["value"]))])
    return found


def settings(sentence: str, vocabulary: Vocabulary) -> dict[str, str]:
    """What the phrases mean that name a setting to follow a metric over: `>name: level, level`, with `>>` where they say that
    there is more of it."""
    found: dict[str, str] = {}
    if not COURSE.search(sentence):
        return found
    for change in (each for each in vocabulary.changes if each.of_numbers):
        level = _number(change)
        stated = rf"(?:\s*\((?P<levels>{level}(?:(?:, and | and |, ){level})+)\))" + ("?" if change.names else "")
        names = _alternatives(change.names or (change.name,))
        named = rf"(?<=\bwith )(?:(?:the|an?)\s+)?(?:{names}){stated}(?!\w|\s+of\b)"
        rising = rf"\b(?:the\s+)?(?:{_alternatives(change.rising)}){stated}(?=,)"
        for mark, pattern in ((">", named), *(((">>", rising),) if change.rising else ())):
            for match in re.finditer(pattern, sentence, re.IGNORECASE):
                texts = re.split(r", and | and |, ", match["levels"]) if match["levels"] else change.levels
                found[match[0]] = f"{mark}{change.name}: {', '.join(_value(change, text) for text in texts)}"
    return found


def _bracketed(changes: Iterable[tuple[str, str]]) -> str:
    return f"({', '.join(f'{name}: {value}' for name, value in changes)})"


@lru_cache(maxsize=8)
def _alone(vocabulary: Vocabulary) -> tuple[Phrase, ...]:
    """Phrases for a change by itself, with the words that lead to it."""
    return tuple(
        _phrase(text, change, rf"(?<![\w-])(?:(?:{LEADING})\s+)?")
        for change in vocabulary.changes
        for text in (*change.phrases, *change.nouns)
    )


def _check_whose(sentence: str, model: re.Match[str], phrase: str, vocabulary: Vocabulary, later: bool) -> None:
    """Raise QuestionError where a change behind one model may be meant of another one before it as well."""
    before, said = sentence[: model.start()], phrase[len(model[0]) :].strip()
    named = [match[0] for match in _models(vocabulary).finditer(before)]
    others = [name for name in named if _model(name, vocabulary) != _model(model[0], vocabulary)]
    joined = re.search(rf"(?:{_alternatives(_names(vocabulary))})(?:,|,? and| or)\s+$", before, re.IGNORECASE)
    loose = re.match(r"(?:with|without|at)\b", said, re.IGNORECASE) and re.search(r"\b(?:than|of|as|to|over|from)\s+$", before)
    if joined or (loose and others and not later):
        other = others[-1] if others else model[0]
        reason = f"{said!r} can be said of {model[0]} alone, or of {other} as well"
        raise QuestionError(reason, "each model with what is changed in it")


def _labelled(sentence: str, place: int, vocabulary: Vocabulary) -> tuple[tuple[tuple[str, str], ...], int] | None:
    """Changes as a reading writes them, `(mask ratio: 50 %)`, and where they end."""
    match = LABEL.match(sentence, place)
    if match is None:
        return None
    named = {change.name: change for change in vocabulary.changes}
    parts = [part.partition(": ") for part in match["changes"].split(", ")]
    if not all(name in named for name, _, _ in parts):
        return None
    return tuple((name, _value(named[name], value)) for name, _, value in parts), match.end()


def _behind(sentence: str, place: int, vocabulary: Vocabulary) -> tuple[tuple[tuple[str, str], ...], int]:
    """The changes that stand behind a model's name, joined by "and", and where they end."""
    changes: list[tuple[str, str]] = []
    gap = re.compile(r"\s+")
    while (space := gap.match(sentence, place)) is not None:
        matches = [(phrase, match) for phrase in _phrases(vocabulary) if (match := phrase.pattern.match(sentence, space.end()))]
        if not matches:
            break
        phrase, match = max(matches, key=lambda each: each[1].end())
        changes.append((phrase.change.name, _value(phrase.change, phrase.fixed or match["value"])))
        place, gap = match.end(), re.compile(r"\s+and\s+")
    return tuple(changes), place


def _other_value(sentence: str, found: dict[str, str], vocabulary: Vocabulary) -> dict[str, str]:
    """Of a sentence with one changed model, the other value of its one change: "than with 75 %", "than MAE with 75 %"."""
    variants = [Variant.parse(label) for label in found.values()]
    if len(variants) != 1 or len(variants[0].changes) != 1:
        return {}
    (variant,) = variants
    change = next(each for each in vocabulary.changes if each.name == variant.changes[0][0])
    if not change.of_numbers:
        return {}
    bare = rf"(?<=\bthan )(?P<model>(?:{_alternatives(_names(vocabulary))}) )?with (?:one of )?(?P<value>{_number(change)}){END}"
    match = re.search(bare, sentence, re.IGNORECASE)
    if match is None or (match["model"] and _model(match["model"].strip(), vocabulary) != variant.model):
        return {}
    return {match[0]: str(Variant(variant.model, ((change.name, _value(change, match["value"])),)))}


def _value(change: ChangeWord, text: str) -> str:
    """A value as specs have it."""
    try:
        return change.value(text.replace("-", " ") if change.of_numbers else text)
    except SpecError as error:
        raise QuestionError(str(error), "a value that it takes") from error


@lru_cache(maxsize=8)
def _phrases(vocabulary: Vocabulary) -> tuple[Phrase, ...]:
    return tuple(_phrase(text, change) for change in vocabulary.changes for text in change.phrases)


def _phrase(phrase: str, change: ChangeWord, before: str = "") -> Phrase:
    text, _, fixed = phrase.partition("=")
    number = _number(change, bare="{n}" in text)
    words = (re.escape(part).replace(r"\ ", r"\s+") for part in re.split(r"\{n?\}", text))
    pattern = before + f"(?P<value>{number})".join(words) + END
    return Phrase(re.compile(pattern, re.IGNORECASE), fixed, change)


def _number(change: ChangeWord, bare: bool = True) -> str:
    """A value as it is written; `bare`: its unit may be left out, where the name of the change says it."""
    if change.unit == "%":
        return rf"{NUMBER}\s*%"
    unit = rf"(?:[\s-]?{UNITS.get(change.unit, change.unit + 's?')})" if change.unit else ""
    return f"{NUMBER}{unit}?" if bare and unit else NUMBER + unit


@lru_cache(maxsize=8)
def _models(vocabulary: Vocabulary) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{_alternatives(_names(vocabulary))})(?=\s)", re.IGNORECASE)


def _names(vocabulary: Vocabulary) -> list[str]:
    return [name for model in vocabulary.models for name in (model.name, *model.synonyms)]


def _alternatives(names: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(names, key=len, reverse=True)))


def _model(text: str, vocabulary: Vocabulary) -> str:
    folded = text.casefold()
    return next(model.name for model in vocabulary.models if folded in map(str.casefold, (model.name, *model.synonyms)))
