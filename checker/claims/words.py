"""A sentence to typed words: the longest phrase that the vocabulary knows wins; what nobody knows is a NAME."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lark import Token
from lark.common import LexerConf
from lark.lexer import Lexer

from checker.errors import ConfigurationError
from checker.vocabulary import Vocabulary

SPLIT = re.compile(r"\d+(?:\.\d+)?(?=\s*%|\s|$)|%|['’]s\b|[^\W_][\w+./-]*[^\W_]|[^\W_]|[^\s\w]|_")
NUMBER = re.compile(r"\d+(?:\.\d+)?$")  # no commas: 1,500 and 1,5 mean different things to different people

FIXED: dict[str, str] = {
    "HAVE": "has|have|exhibits|exhibit|shows|show",
    "IS": "is|are",
    "THAN": "than",
    "OF": "of",
    "POSSESSIVE": "'s|’s",
    "THAT": "that|those",
    "ARTICLE": "a|an|the|its|their",
    "AVERAGE": "average|averaged|mean|on average",
    "HEDGE": "seems to|seem to|tends to|tend to|generally|typically|usually",
    "BY": "by",
    "MORE_THAN": "more than",
    "AT_LEAST": "at least",
    "IN": "in",
    "ON": "on",
    "OVER": "over|across",
    "ALL": "all|every",
    "UPPER": "upper half|top half|second half",
    "LOWER": "lower half|bottom half|first half",
    "FIRST": "first",
    "LAST": "last",
    "LAYER": "layer",
    "LAYERS": "layers",
    "COMMA": ",",
    "PERCENT": "%|percent|per cent",
    "NOT": "not|no|never|neither|nor|without|cannot|isn't|doesn't|don't|aren't|isn’t|doesn’t|don’t|aren’t|fails to|fail to",
}
NOUNS = ("model", "models", "encoder", "encoders", "ViT", "ViTs", "pre-training", "pretraining")


@dataclass(frozen=True)
class Word:
    """A typed word or phrase: `value` is the vocabulary's own name for it."""

    type: str
    text: str
    value: str


class Dictionary:
    """All phrases of a vocabulary. Raises ConfigurationError when a phrase means two things."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._phrases: dict[tuple[str, ...], tuple[str, str]] = {}
        for kind, phrases in FIXED.items():
            for phrase in phrases.split("|"):
                self._add(kind, phrase, phrase)
        for metric in vocabulary.metrics:
            for phrase in (metric.title, *metric.synonyms):
                self._add_with_plural("METRIC", phrase, metric.name)
            for word, _ in metric.comparatives:
                self._add("COMPARATIVE", word, word)
            for word in metric.unit_words:
                self._add("UNIT", word, metric.unit)
        for model in vocabulary.models:
            for phrase in (model.name, *model.synonyms):
                self._add_with_plural("MODEL", phrase, model.name)
                for noun in NOUNS:
                    if not phrase.casefold().endswith(noun.casefold().rstrip("s")):
                        self._add("MODEL", f"{phrase} {noun}", model.name)
        for family in vocabulary.families():
            self._add("FAMILY", family, family)
        for data in vocabulary.data:
            for phrase in (data.title, *data.synonyms):
                self._add("DATA", phrase, data.name)
        self._longest = max(map(len, self._phrases))

    def _add_with_plural(self, kind: str, phrase: str, value: str) -> None:
        self._add(kind, phrase, value)
        if not phrase.endswith("s"):
            self._add(kind, phrase + "s", value)

    def _add(self, kind: str, phrase: str, value: str) -> None:
        key = tuple(word.casefold() for word in SPLIT.findall(phrase))
        meaning = (kind, value)
        if self._phrases.setdefault(key, meaning) != meaning:
            raise ConfigurationError(f"the words {phrase!r} mean both {self._phrases[key]} and {meaning}; rename one")

    def read(self, sentence: str) -> list[Word]:
        """The typed words of a sentence, in order."""
        texts = SPLIT.findall(sentence)
        folded = [text.casefold() for text in texts]
        words, index = [], 0
        while index < len(texts):
            for length in range(min(self._longest, len(texts) - index), 0, -1):
                meaning = self._phrases.get(tuple(folded[index : index + length]))
                if meaning:
                    words.append(Word(meaning[0], " ".join(texts[index : index + length]), meaning[1]))
                    index += length
                    break
            else:
                text = texts[index]
                words.append(Word("NUMBER" if NUMBER.match(text) else "NAME", text, text))
                index += 1
        return words


class WordLexer(Lexer):
    """Hands typed words to lark as its tokens."""

    __future_interface__ = True

    def __init__(self, lexer_conf: LexerConf) -> None:
        pass

    def lex(self, lexer_state: object, parser_state: object) -> Iterator[Token]:
        words: list[Word] = lexer_state.text  # type: ignore[attr-defined]
        for index, word in enumerate(words):
            yield Token(word.type, word.value, start_pos=index)
