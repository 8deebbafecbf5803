"""The phrases of changes to a model, as patterns over a sentence, and the values in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from checker.claims.language.question import QuestionError
from checker.claims.language.words import NUMBERS
from checker.errors import SpecError
from checker.vocabulary import ChangeWord

NUMBER = r"\d+(?:\.\d+)?(?:e-?\d+)?"
COUNTS = {**NUMBERS, "one": "1", "a single": "1"}  # in words
UNITS = {  # as they are written behind a number
    "%": "(?:%|％|percent|per cent)",
    "bit": "bits?",
    "pixel": "(?:pixels?|px)",
    "picture": "(?:pictures?|images?)",
}
LEADING = "when it is|when being|when|if|once|after being|after|under|by being"
END = r"(?![\w%^/×]|-\w|[.,:–]\d|\s*[–±]\s*\d)"
FREE = r"(?=\s*(?:$|[,.;)]|(?:in|on|by|at|for|over|averaged|when|and|under)\b))"  # behind a value without its name


@dataclass(frozen=True)
class Phrase:
    """What may name a change, behind a model's name or by itself with what stands before it: `before`, a pattern. In `text`, {}
    and {n} are a value; without one, it ends in "=" and the value that it means."""

    text: str
    change: ChangeWord
    before: str = ""

    @property
    def said(self) -> str:
        return self.text.partition("=")[0]

    @property
    def fixed(self) -> str:
        """The value of a phrase that has none in it."""
        return self.text.partition("=")[2]

    @cached_property
    def key(self) -> str:
        """Letters that a sentence with such a phrase has."""
        return max(re.findall(r"[a-z]+", self.said.casefold()), key=len, default="").removesuffix("s")

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        number = number_of(self.change, bare="{n}" in self.said)
        words = [re.escape(part).replace(r"\ ", r"\s+") for part in re.split(r"\{n?\}", self.said)]
        words[1:] = [re.sub(r"(\w\w)s(?=$|\\s)", r"\1s?", part) for part in words[1:]]  # with one head
        trained = r"(?:trained\s+)?" if self.change.trained and self.said.startswith("with ") else ""
        return re.compile(self.before + trained + f"(?P<value>{number})".join(words) + END, re.IGNORECASE)


@lru_cache(maxsize=8)
def phrases_behind(changes: tuple[ChangeWord, ...]) -> tuple[Phrase, ...]:
    return tuple(Phrase(text, change) for change in changes for text in change.phrases)


@lru_cache(maxsize=8)
def phrases_without_with(changes: tuple[ChangeWord, ...]) -> tuple[Phrase, ...]:
    """What may follow "with a mask ratio of 50 % and"."""
    texts = ((text, change) for change in changes for text in change.phrases)
    return tuple(Phrase(text.removeprefix("with "), change) for text, change in texts if text.startswith("with "))


@lru_cache(maxsize=8)
def phrases_alone(changes: tuple[ChangeWord, ...]) -> tuple[Phrase, ...]:
    """Phrases for a change by itself, with the words that lead to it."""
    return tuple(
        Phrase(text, change, rf"(?<![\w-])(?:(?:{LEADING})\s+)?")
        for change in changes
        for text in (*change.phrases, *change.nouns)
    )


def possible(phrases: Iterable[Phrase], sentence: str) -> list[Phrase]:
    """The phrases that a sentence can have."""
    folded = sentence.casefold()
    return [phrase for phrase in phrases if phrase.key in folded]


def value_of(change: ChangeWord, text: str) -> str:
    """A value as specs have it, of one as a sentence writes it."""
    if not change.of_numbers:
        return accepted(change, text)
    folded = text.casefold()
    word = next((word for word in COUNTS if re.match(rf"{word}\b", folded)), "")
    number = re.match(NUMBER, text)
    written = COUNTS.get(word) or (number[0] if number else text)
    unit = f" {change.unit}" if len(folded) > len(word or written) else ""
    return accepted(change, written + unit, text)


def accepted(change: ChangeWord, text: str, said: str = "") -> str:
    try:
        return change.value(text)
    except SpecError as error:
        raise QuestionError(str(error).replace(repr(text), repr(said or text), 1), "a value that it takes") from error


def number_of(change: ChangeWord, bare: bool = True) -> str:
    """A value as it is written; `bare`: its unit may be left out, where the name of the change says it."""
    if change.unit == "%":
        return rf"{NUMBER}\s*{UNITS['%']}"
    number = f"(?:{NUMBER}|{alternatives(COUNTS)})"
    unit = rf"(?:[\s-]?{UNITS.get(change.unit, change.unit + 's?')})" if change.unit else ""
    return f"{number}{unit}?" if bare and unit else number + unit


def bare_value(change: ChangeWord) -> str:
    """A value of a change that is named before: with 75 %, to 50 %, with one of 8."""
    short = r"with (?:one of )?"
    long = rf"|(?:at|to|for) (?={number_of(change, bare=False)}{END})" if change.unit else ""
    return rf"(?:{short}{long})(?P<value>{number_of(change)}){END}{FREE}"


def alternatives(names: Iterable[str]) -> str:
    return "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in sorted(names, key=len, reverse=True))
