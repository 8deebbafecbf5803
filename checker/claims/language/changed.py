"""Models with what is changed in them, as a sentence names them: "MAE with a mask ratio of 50 %", "DINO quantised to 4 bits".

Such a phrase is one word to the grammar, and means a model like any other. So is a change by itself, by which something is
lost or made otherwise, and a setting that a metric is followed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from checker.claims.language.change_phrases import (
    LEADING,
    Phrase,
    accepted,
    alternatives,
    bare_value,
    number_of,
    phrases_alone,
    phrases_behind,
    phrases_without_with,
    possible,
    value_of,
)
from checker.claims.language.question import QuestionError
from checker.variant import Variant
from checker.vocabulary import ChangeWord, Vocabulary

NOUNS = ("model", "models", "encoder", "encoders", "ViT", "ViTs")  # behind a model's name, before what is changed in it
LABEL = re.compile(r" \((?P<changes>[^()]+: [^()]+)\)")
COURSE = re.compile(
    r"increas|decreas|\b(?:rise|fall|grow|drop|declin|shrink|improve|degrade|worsen)|^the .+, the ", re.IGNORECASE
)
ALONE = re.compile(r"under the change (?=\()")  # as a reading writes it
LOSES = re.compile(
    r"\b(?:loses?|costs?)\b|\b(?:drop|fall|decrease|decline|reduce|lower|degrade|shrink)s?\b[^,]*\b(?:more|less) than\b",
    re.IGNORECASE,
)
AND = re.compile(r"\s+and\s+(?:then\s+)?")
COMMA = re.compile(r",\s+(?:then\s+)?")
OPPOSITE = {
    **{"higher": ("lower",), "larger": ("smaller",), "deeper": ("shallower",), "wider": ("narrower",), "longer": ("shorter",)},
    "more": ("fewer", "less"),
}

Changes = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Named:
    """A model or family in a sentence, what the sentence changes in it, and where both stand. `written`: the changes are in
    brackets, as a reading writes them."""

    name: str
    changes: Changes
    start: int
    middle: int
    end: int
    written: bool = False


@dataclass(frozen=True)
class Changed:
    """What a sentence says of changes: the models in it, with theirs, and what each phrase means that names a change or a
    setting by itself."""

    sentence: str
    models: tuple[Named, ...]
    alone: Mapping[str, str]
    settings: Mapping[str, str]

    @cached_property
    def meanings(self) -> dict[str, str]:
        """What each phrase means."""
        named = {self.sentence[one.start : one.end]: str(Variant(one.name, one.changes)) for one in self.models if one.changes}
        return {**self.alone, **self.settings, **named}


def changes_in(sentence: str, vocabulary: Vocabulary, names: Mapping[str, str] | None = None) -> Changed:
    """What a sentence says of changes; `names` are phrases that mean a model here. Raises QuestionError for a value that a change
    does not take, and where two values of one change are named."""
    spoken = _spoken(vocabulary)
    here = [(phrase, Variant.parse(name).model) for phrase, name in (names or {}).items()]
    given = _Phrases(dict((*_with_nouns(here), *here)))
    models = tuple(spoken.named(sentence, given))
    models = (*models, *spoken.other_value(sentence, models, given))
    rest = sentence
    for one in models:
        if one.changes:
            rest = rest[: one.start] + " " * (one.end - one.start) + rest[one.end :]
    return Changed(sentence, models, changes_alone(rest, vocabulary), settings(rest, vocabulary))


def changes_alone(sentence: str, vocabulary: Vocabulary) -> dict[str, str]:
    """What the phrases mean that name a change by itself: changes in brackets, as a reading writes them."""
    found: dict[str, str] = {}
    for match in ALONE.finditer(sentence):
        labelled = _labelled(sentence, match.end() - 1, vocabulary)  # from the space on
        if labelled is not None:
            changes, end = labelled
            found[sentence[match.start() : end]] = bracketed(changes)
    taken: list[tuple[int, int]] = []
    matches = [
        (match, phrase)
        for phrase in possible(phrases_alone(vocabulary.changes), sentence)
        for match in phrase.pattern.finditer(sentence)
    ]
    alone: list[tuple[ChangeWord, str]] = []
    for match, phrase in sorted(matches, key=lambda each: each[0].start() - each[0].end()):  # the longest first
        if not any(start < match.end() and match.start() < end for start, end in taken):
            taken.append(match.span())
            alone.append((phrase.change, value_of(phrase.change, phrase.fixed or match["value"])))
            found[match[0]] = bracketed([(phrase.change.name, alone[-1][1])])
    if len(alone) == 1 and alone[0][0].of_numbers:  # than with 75 %
        change, _ = alone[0]
        for match in re.finditer(rf"(?<=\bthan ){bare_value(change)}", sentence, re.IGNORECASE):
            found[match[0]] = bracketed([(change.name, value_of(change, match["value"]))])
    return found


def settings(sentence: str, vocabulary: Vocabulary) -> dict[str, str]:
    """What the phrases mean that name a setting to follow a metric over: `>name: level, level`, with `>>` where they say that
    there is more of it, and `><` where there is less."""
    found: dict[str, str] = {}
    if not COURSE.search(sentence):
        return found
    for change, mark, pattern in _courses(vocabulary.changes):
        for match in pattern.finditer(sentence):
            listed = match.groupdict().get("levels")
            texts = re.split(r", and | and |, ", listed) if listed else change.levels
            found.setdefault(match[0], f"{mark}{change.name}: {', '.join(value_of(change, text) for text in texts)}")
    return found


@lru_cache(maxsize=8)
def _courses(changes: tuple[ChangeWord, ...]) -> tuple[tuple[ChangeWord, str, re.Pattern[str]], ...]:
    """What names a setting to follow a metric over, each with its mark."""
    found: list[tuple[ChangeWord, str, re.Pattern[str]]] = []
    for change in (each for each in changes if each.of_numbers):
        level = number_of(change)
        stated = rf"\s*\((?P<levels>{level}(?:(?:, and | and |, ){level})+)\)"
        optional = f"(?:{stated})?" if change.names else stated
        behind = r"(?<=\bwith )(?:(?:the|increasing)\s+)?"
        texts = [(">", rf"{behind}(?:{alternatives(change.listed)}){stated}(?!\w|\s+of\b)")]
        if change.names:
            texts.append((">", rf"{behind}(?:{alternatives(change.names)})(?!\w|\s+of\b)"))
        texts += [(mark, rf"\b(?:the\s+)?{alternatives([words])}{optional}(?=,)") for mark, words in _more_and_less(change)]
        found += [(change, mark, re.compile(text, re.IGNORECASE)) for mark, text in texts]
    return tuple(found)


def surely(sentence: str, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """What may mean a change among others, as the sentence writes it, and the sentence that surely means it."""
    phrases = possible(phrases_alone(vocabulary.changes), sentence)
    for change in vocabulary.changes:
        for loose, certain in change.loose:
            for match in Phrase(loose, change, r"(?<![\w-])").pattern.finditer(sentence):
                if any(sure.pattern.match(sentence, match.start()) for sure in phrases):
                    continue  # it is the beginning of a phrase that surely means a change
                value = match.groupdict().get("value") or ""
                text = certain.replace("{}", value)
                text = text[:1].upper() + text[1:] if match[0][0].isupper() else text
                yield match[0], f"{sentence[: match.start()]}{text}{sentence[match.end() :]}"


def unvalued(changed: Changed, vocabulary: Vocabulary) -> list[ChangeWord]:
    """The changes of which a sentence speaks where no phrase of it means them."""
    rest = changed.sentence
    for phrase in sorted(changed.meanings, key=len, reverse=True):
        rest = rest.replace(phrase, " ")
    spoken = ((change, rf"(?<![\w-])(?:{alternatives(change.spoken)})\b") for change in vocabulary.changes if change.spoken)
    return [change for change, words in spoken if re.search(words, rest, re.IGNORECASE)]


def bracketed(changes: Iterable[tuple[str, str]]) -> str:
    """Changes as a reading writes them."""
    return f"({', '.join(f'{name}: {value}' for name, value in changes)})"


def _more_and_less(change: ChangeWord) -> Iterator[tuple[str, str]]:
    for words in change.rising:
        first, _, rest = words.partition(" ")
        yield ">>", words
        for other in OPPOSITE.get(first, ()):
            yield "><", f"{other} {rest}"


@lru_cache(maxsize=8)
def _spoken(vocabulary: Vocabulary) -> _Spoken:
    return _Spoken(vocabulary)


class _Spoken:
    """The models and families of a vocabulary as sentences name them."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        models = [(word, model.name) for model in vocabulary.models for word in (model.name, *model.synonyms)]
        families = [
            (word, family.name) for family in vocabulary.families for word in (family.name, family.title, *family.synonyms)
        ]
        methods = [(f"{word} {noun}", name) for word, name in families for noun in (*NOUNS, "methods", "method")]
        self.phrases = _Phrases(dict((*methods, *_with_nouns(models), *families, *models)))

    def named(self, sentence: str, given: _Phrases) -> Iterator[Named]:
        """The models and families of a sentence, in order, with the changes that stand behind them; `given` name some too."""
        for name, start, middle in _first_and_longest(sentence, (given, self.phrases)):
            labelled = _labelled(sentence, middle, self.vocabulary)
            changes, end = labelled or self._behind(sentence, middle)
            names = [name for name, _ in changes]
            if len(set(names)) < len(names):
                raise QuestionError(f"{sentence[start:end]!r} says two things about one setting", "one value of it")
            yield Named(name, changes, start, middle, end if changes else middle, labelled is not None)

    def _behind(self, sentence: str, place: int) -> tuple[Changes, int]:
        """The changes that stand behind a model's name, joined by "and" or between commas, and where they end."""
        aside = sentence[place : place + 1] == ","
        gap = re.compile(r",\s+" if aside else r"\s+")
        leading = re.compile("" if LOSES.search(sentence) else rf"(?:(?:{LEADING}|first)\s+)?")
        changes: list[tuple[str, str]] = []
        ends: list[tuple[int, bool]] = []  # of each change, and whether a comma stands before it
        first = possible(phrases_behind(self.vocabulary.changes), sentence)
        phrases, comma = first, False
        while (space := gap.match(sentence, place)) is not None:
            start = leading.match(sentence, space.end())
            begins = start.end() if start else space.end()
            matches = [(phrase, match) for phrase in phrases if (match := phrase.pattern.match(sentence, begins))]
            if not matches:
                break
            phrase, match = max(matches, key=lambda each: each[1].end())
            changes.append((phrase.change.name, value_of(phrase.change, phrase.fixed or match["value"])))
            place = match.end()
            ends.append((place, comma))
            joint = AND.match(sentence, place)
            gap, comma = (AND, False) if joint else (COMMA, True)
            phrases = possible(
                (*phrases_behind(self.vocabulary.changes), *phrases_without_with(self.vocabulary.changes)), sentence
            )
        while ends and ends[-1][1]:  # what a comma parts, and no "and" ends, is no list
            ends.pop()
        if aside and ends and sentence[ends[-1][0] : ends[-1][0] + 1] != ",":
            ends = []
        kept = tuple(changes[: len(ends)])
        return kept, (ends[-1][0] + aside if ends else place)

    def other_value(self, sentence: str, models: tuple[Named, ...], given: _Phrases) -> tuple[Named, ...]:
        """Of a sentence with one changed model, the other value of its one change: "than with 75 %", "than MAE with 75 %"."""
        changed = [one for one in models if one.changes]
        if len(changed) != 1 or len(changed[0].changes) != 1:
            return ()
        (variant,) = changed
        change = next(each for each in self.vocabulary.changes if each.name == variant.changes[0][0])
        if not change.of_numbers:
            return ()
        names = alternatives((*self.phrases.of(variant.name), *given.of(variant.name)))
        match = re.search(rf"(?<=\bthan )(?:(?P<model>{names}) )?{bare_value(change)}", sentence, re.IGNORECASE)
        if match is None or match.start() < variant.start:
            return ()
        changes = ((change.name, value_of(change, match["value"])),)
        return (Named(variant.name, changes, match.start(), match.start(), match.end(), True),)


class _Phrases:
    """Phrases, and what each of them names. Of two that differ in case alone, as ViT-g and ViT-G, that which is written."""

    def __init__(self, meanings: Mapping[str, str]) -> None:
        self._written = meanings
        self._folded = {phrase.casefold(): name for phrase, name in meanings.items()}
        self.pattern = re.compile(rf"(?<![\w-])(?:{alternatives(self._folded)})(?![\w-])" if meanings else r"(?!)", re.IGNORECASE)

    def name(self, text: str) -> str:
        text = " ".join(text.split())
        return self._written.get(text) or self._folded[text.casefold()]

    def of(self, name: str) -> list[str]:
        return [phrase for phrase, named in self._written.items() if named == name]


def _with_nouns(models: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Phrases that name models, in the plural and with a noun."""
    for word, name in models:
        if not word.endswith("s"):
            yield f"{word}s", name
        yield from ((f"{word} {noun}", name) for noun in NOUNS if noun.casefold() not in word.casefold())


def _first_and_longest(sentence: str, phrases: Iterable[_Phrases]) -> Iterator[tuple[str, int, int]]:
    """What phrases of a sentence name, and where they stand; of those that overlap, the one that begins first, the longest."""
    found = [(match.start(), -match.end(), each.name(match[0])) for each in phrases for match in each.pattern.finditer(sentence)]
    end = 0
    for start, minus_end, name in sorted(found, key=lambda one: one[:2]):
        if start >= end:
            end = -minus_end
            yield name, start, end


def _labelled(sentence: str, place: int, vocabulary: Vocabulary) -> tuple[Changes, int] | None:
    """Changes as a reading writes them, `(mask ratio: 50 %)`, and where they end."""
    match = LABEL.match(sentence, place)
    if match is None:
        return None
    named = {change.name: change for change in vocabulary.changes}
    parts = [part.partition(": ") for part in match["changes"].split(", ")]
    if not all(name in named for name, _, _ in parts):
        return None
    return tuple((name, accepted(named[name], value)) for name, _, value in parts), match.end()
