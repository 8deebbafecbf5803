"""A sentence to typed words: the longest phrase that the vocabulary knows wins; a word that it does not know is a NAME."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

from checker.claims.language.lexicon import phrases_of
from checker.vocabulary import Vocabulary

SPLIT = re.compile(
    r"\d+(?:\.\d+)?(?=\s*[%×]|\s|px\b|x\b|pp\b|$)|>=|<=|['’]s\b|n['’]t\b|[^\W\d_]+n['’]t\b|[^\W_][\w+./-]*[^\W_]|[^\W_]|[^\s\w]|_"
)
NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,30})?$")  # no commas: 1,500 and 1,5 mean different things to different people
PLACED_DATA = re.compile(r"(?P<tick>`)?(?P<name>(?:folder|hf|torchvision):(?(tick)[^`]*[^`\s]|[^\s`,;()]*[\w/]))(?(tick)`)")
"""Data by their place, in code where there is a space in it: `folder:my pictures`."""
MORE = re.compile(r"\bmore ")
COMPARING = re.compile(r"\b(?:more|less|fewer|better|worse|\w+er)\b")
PLURAL = {"is": "are", "has": "have", "focuses": "focus", "relies": "rely", "uses": "use", "collapses": "collapse"} | {
    f"{verb}s": verb
    for verb in ("attend", "capture", "keep", "retain", "preserve", "exploit", "reconstruct", "depend", "prefer", "suffer")
}
"""The verbs with which loose phrases begin."""
SINGULAR = {several: one for one, several in PLURAL.items()}
MOST_READINGS = 16  # of a sentence with phrases that mean several things

POSITIVE = {
    **{"shorter": "short", "longer": "long", "larger": "large", "smaller": "small", "higher": "high", "lower": "low"},
    **{"greater": "great", "more": "much", "less": "little", "fewer": "few", "faster": "fast", "slower": "slow"},
    **{"stronger": "strong", "weaker": "weak", "better": "good", "worse": "bad"},
}
"""The plain form of a comparative, as in "twice as long as"."""


NUMBERS = {word: str(number) for number, word in enumerate(("two", "three", "four", "five", "six", "seven", "eight"), start=2)}
ORDINALS = {
    word: str(number)
    for number, word in enumerate(("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"), start=2)
}


@dataclass(frozen=True)
class Word:
    """A typed word or phrase: `value` is the vocabulary's own name for it. It stands in the sentence from `start` to `end`."""

    type: str
    text: str
    value: str
    start: int = 0
    end: int = 0


Phrases = dict[tuple[str, ...], dict[tuple[str, str], None]]


def _key(phrase: str) -> tuple[str, ...]:
    return tuple(word.casefold() for word in SPLIT.findall(phrase))


def is_predicate(phrase: str) -> bool:
    """Whether a phrase begins with what one model does: "attends more locally", and not "more diverse heads"."""
    return phrase.partition(" ")[0].casefold() in PLURAL


def plural(phrase: str) -> str:
    """What several do, of a phrase that begins with what one does."""
    verb, _, rest = phrase.partition(" ")
    return f"{PLURAL[verb]} {rest}"


def singular(phrase: str) -> str:
    """What one does, of a phrase that begins with what several do; any other as it is."""
    verb, _, rest = phrase.partition(" ")
    return f"{SINGULAR.get(verb.casefold(), verb)} {rest}"


def loose_forms(phrase: str, relation: str) -> Iterator[tuple[str, str]]:
    """A loose phrase in singular and plural, with more, with less and as the plain form; what compares nothing ends in `?`."""
    turned = {"less": "greater", "greater": "less", "": ""}[relation]
    forms = [(phrase, relation if COMPARING.search(phrase) or not relation else f"{relation}?")]
    if MORE.search(phrase):
        forms += [(MORE.sub("less ", phrase), turned), (MORE.sub("", phrase), f"{relation}?")]
    for text, meant in forms:
        yield text, meant
        if is_predicate(text):
            yield plural(text), meant


class Dictionary:
    """All phrases of a vocabulary. A phrase may mean several things."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._phrases: Phrases = {}
        self._loose: Phrases = {}  # words that may mean a metric; of them no claim is read
        table = phrases_of("lexicon.txt")
        nouns, family_nouns = table["NOUN"], (*table["NOUN"], *table["FAMILY_NOUN"])
        for kind, phrases in table.items():
            for phrase in phrases if kind not in ("NOUN", "FAMILY_NOUN", "PART") else ():
                self._add(kind, phrase, phrase)
        for word, number in NUMBERS.items():
            self._add("NUMBER", word, number)
        for word, number in ORDINALS.items():
            self._add("ORDINAL", word, number)
        for metric in vocabulary.metrics:
            for phrase in (metric.title, *metric.synonyms):
                self._add_with_plural("METRIC", phrase, metric.name)
            for word, _ in metric.comparatives:
                self._add("COMPARATIVE", word, word)
                if word in POSITIVE:
                    self._add("DEGREE", POSITIVE[word], word)
                if word.endswith("er"):
                    self._add("SUPERLATIVE", word[:-1] + "st", word)
            for word in metric.unit_words:
                self._add("UNIT", word, metric.unit)
            for word, relation in metric.adjectives:
                self._add("ADJECTIVE", word, f"{metric.name}:{relation}")
            for phrase, relation in metric.predicates:
                self._add("PREDICATE", phrase, f"{metric.name}:{relation}")
            for word in metric.verbs:
                self._add("VERB", word, metric.name)
            for word in metric.probes:
                self._add("PROBE", word, metric.name)
            for phrase, said in metric.loose:
                for text, meant in loose_forms(phrase, said):
                    self._loose.setdefault(_key(text), {})["LOOSE", f"{metric.name}:{meant}"] = None
        for model in vocabulary.models:
            for phrase in (model.name, *model.synonyms):
                self._add_with_plural("MODEL", phrase, model.name)
                self._add_with_nouns("MODEL", phrase, model.name, nouns)
        for family in vocabulary.families:
            for phrase in (family.name, family.title, *family.synonyms):
                self._add("FAMILY", phrase, family.name)
                self._add_with_nouns("FAMILY", phrase, family.name, family_nouns)
        for data in vocabulary.data:
            for phrase in (data.title, *data.synonyms):
                self._add("DATA", phrase, data.name)
        self._longest = max(map(len, (*self._phrases, *self._loose)))
        self._spellings: dict[int, list[str]] = {}
        for key, meanings in self._phrases.items():
            if not any(kind in ("MODEL", "FAMILY", "DATA") for kind, _ in meanings):
                self._spellings.setdefault(len(key), []).append(" ".join(key))  # as split() takes them apart

    def _add_with_plural(self, kind: str, phrase: str, value: str) -> None:
        self._add(kind, phrase, value)
        if not phrase.endswith("s"):
            self._add(kind, phrase[:-1] + "ies" if phrase.endswith("acy") else phrase + "s", value)

    def _add_with_nouns(self, kind: str, phrase: str, value: str, nouns: tuple[str, ...]) -> None:
        if phrase.casefold().split()[-1].rstrip("s") not in {noun.casefold().rstrip("s") for noun in nouns}:
            for noun in nouns:
                self._add(kind, f"{phrase} {noun}", value)
                self._add(kind, f"{phrase}-{noun}", value)
        for part in phrases_of("lexicon.txt")["PART"]:
            self._add(kind, f"{phrase}'s {part}", value)
            self._add(kind, f"{phrase}’s {part}", value)
            self._add(kind, f"{part} of {phrase}", value)
            self._add(kind, f"{part} in {phrase}", value)
        for middle in ("pre-trained", "pretrained", "trained"):
            for noun in nouns:
                self._add(kind, f"{phrase}-{middle} {noun}", value)
                if middle == "trained":  # "MIM pretrained models" may be released ones, or those that MIM has made
                    self._add(kind, f"{phrase} {middle} {noun}", value)

    def _add(self, kind: str, phrase: str, value: str) -> None:
        self._phrases.setdefault(_key(phrase), {})[kind, value] = None

    def read(
        self,
        sentence: str,
        names: Mapping[str, str] | None = None,
        passed: Sequence[tuple[int, int]] = (),
        loosely: bool = False,
    ) -> list[list[Word]]:
        """The typed words of a sentence, in order, noise included: one list for each way to type them. `names` says which model
        is meant by phrases such as `our method`; `passed` are the spans that are read through. No phrase reaches across one.
        `loosely`: with the phrases that only may mean a metric, as LOOSE."""
        pieces = _pieces(sentence, passed)
        given: dict[tuple[str, ...], dict[str, str]] = {}
        for phrase, name in (names or {}).items():
            given.setdefault(_key(phrase), {})[phrase] = name
        loose = self._loose if loosely else {}
        words = [word for start, end in pieces for word in self._typed(sentence, start, end, given, loose)]
        return [list(choice) for choice in islice(product(*words), MOST_READINGS)]

    def _typed(
        self, sentence: str, start: int, end: int, given: Mapping[tuple[str, ...], Mapping[str, str]], loose: Phrases
    ) -> list[list[Word]]:
        """The words of one piece of a sentence, each with all that it can mean; the longest phrase wins."""
        spans = [match.span() for match in SPLIT.finditer(sentence[:end], start)]
        folded = [sentence[first:last].casefold() for first, last in spans]
        longest = max([self._longest, *map(len, given)])
        words: list[list[Word]] = []
        index = 0
        while index < len(spans):
            place = PLACED_DATA.match(sentence, spans[index][0], end)
            if place:
                words.append([Word("DATA", place[0], place["name"], *place.span())])
                while index < len(spans) and spans[index][0] < place.end():
                    index += 1
                continue
            for length in range(min(longest, len(spans) - index), 0, -1):
                key = tuple(folded[index : index + length])
                if key in given:
                    text = sentence[spans[index][0] : spans[index + length - 1][1]]  # ViT-g/14 and ViT-G/14 are two sizes
                    name = given[key].get(text) or next(iter(given[key].values()))
                    meanings = [(_type_given(name), name)]
                else:
                    meanings = list(loose.get(key) or self._phrases.get(key) or ())
                if meanings and not self._cuts(folded, index, index + length):
                    break
            else:
                length = 1
                text = sentence[slice(*spans[index])]
                meanings = [("NUMBER" if NUMBER.match(text) else "NAME", text)]
            first, last = spans[index][0], spans[index + length - 1][1]
            words.append([Word(kind, sentence[first:last], value, first, last) for kind, value in meanings])
            index += length
        return words

    def spellings(self, length: int) -> list[str]:
        """The phrases of so many words that are no names."""
        return self._spellings.get(length, [])

    def knows(self, text: str) -> bool:
        """Whether some word of a text means something here."""
        return any(word.type != "NAME" for words in self.read(text) for word in words)

    def _cuts(self, folded: list[str], start: int, end: int) -> bool:
        """Whether a phrase from start to end cuts a metric in two: `MAE's attention` in `MAE's attention distance`."""
        for inside in range(start + 1, end):
            for beyond in range(end + 1, min(inside + self._longest, len(folded)) + 1):
                if any(kind == "METRIC" for kind, _ in self._phrases.get(tuple(folded[inside:beyond]), ())):
                    return True
        return False


def _type_given(value: str) -> str:
    """The type of a phrase that was given: changes are in brackets, and a setting has a mark of its own (see `changed`)."""
    marks = {"(": "CHANGE", ">>": "MORE_OF_SETTING", "><": "LESS_OF_SETTING", ">": "SETTING"}
    return next((kind for mark, kind in marks.items() if value.startswith(mark)), "MODEL")


def _pieces(sentence: str, passed: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans of a sentence between those that are passed over."""
    starts = [0, *(end for _, end in sorted(passed))]
    ends = [*(start for start, _ in sorted(passed)), len(sentence)]
    return list(zip(starts, ends, strict=True))
