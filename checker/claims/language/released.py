"""Released models as a sentence names them: with a size, "DINOv2 ViT-L/14", or by a tag of timm, "`vit_base_patch16_224.mae`".

Such a phrase is one word to the grammar, and means a model like any other. A size always means released weights, never a toy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from checker.claims.language.question import QuestionError
from checker.vocabulary import ModelWord, ReleaseWord, Vocabulary

WORDS = {"tiny": "Ti", "small": "S", "medium": "M", "base": "B", "large": "L", "huge": "H", "giant": "g", "gigantic": "G"}
STAGED_WORDS = {**WORDS, "tiny": "T", "xlarge": "XL"}  # of networks whose names have no ViT
_WORD = "|".join(WORDS)
_LETTER = r"So400m|g-opt|Ti|[SH]\+|\d{1,2}B|[TSMBLHgG]"
_PATCH = r"/\d{1,2}"
_PIXELS = r"(?:\s?@\s?\d{3,4}(?:\s?px)?)?"
_ARCHITECTURE = rf"(?i:ViT)[-\s](?i:{_WORD}|{_LETTER})(?:{_PATCH})?{_PIXELS}"
_BEHIND = (  # a name
    rf"(?:[-\s]|[-\s](?i:pre-?)?trained\s){_ARCHITECTURE}",
    rf"(?:\s?\({_ARCHITECTURE}\)|['’]s\s{_ARCHITECTURE})",
    rf"-(?i:{_WORD}|{_LETTER})(?:{_PATCH})?{_PIXELS}",
    rf"\s?\((?i:{_WORD}|{_LETTER})(?:{_PATCH})?{_PIXELS}\)",
    rf"\s(?i:{_LETTER}){_PATCH}{_PIXELS}",
    rf"\s(?i:{_WORD})(?=$|[,.;:)]|['’]s\b|\s(?:has|have|is|are|does|do|with|without|and|or|than|models?|loses?)\b)",
)
_NOUNS = r"(?:\s(?:models?|encoders?|backbones?|networks?|features|representations|weights|checkpoints?)\b)?"
_PART_OF = r"(?:(?:(?i:the)\s)?(?:features|representations|encoder|backbone)\s(?:of|in)\s)?"
END = r"(?![\w/@+]|-\w)"
SIZE = re.compile(rf"[-\s(]*(?:(?P<word>(?i:{_WORD}|xlarge))(?![\w-])|(?P<letter>(?i:XL|{_LETTER})|\d{{2,3}}))")
TAG = re.compile(r"`(?P<quoted>[a-z0-9_]+\.[a-z0-9_]+)`|(?<![\w.`/-])(?P<bare>[a-z0-9]+_[a-z0-9_]+\.[a-z0-9_]+)(?![\w.`/-])")
BARE = re.compile(rf"(?<![\w-])(?:(?i:an?|the)\s)?(?P<size>{_ARCHITECTURE}){END}")
COMPARED = re.compile(
    r"\b(?:larger|bigger|smaller)\s(?:ViTs?|vision transformers?|transformers?|models?|CNNs?|convnets?|networks?|encoders?)\b",
    re.IGNORECASE,
)
ONE_OF_MANY = {"ViTs": ("ViT", "vision transformer", "transformer"), "convnets": ("CNN", "convnet", "convolutional network")}
MOST = 8  # sentences that are offered


class SizeError(QuestionError):
    """Raised where a size does not say which weights are meant, or where there are none of it; `sentences` say each of those that
    can be meant, and none where nothing can."""

    def __init__(self, reason: str, missing: str, sentences: Iterable[str] = ()) -> None:
        super().__init__(reason, missing)
        self.sentences = tuple(dict.fromkeys(sentences))[:MOST]
        self.named: dict[str, str] = {}  # what other phrases of the sentence mean


class Size(NamedTuple):
    """A size as a sentence has it: its letter or word, the edge of a patch and of the pictures; "" where it has none."""

    letter: str
    patch: str
    pixels: str

    @classmethod
    def parse(cls, text: str, prefix: str) -> Size:
        """The size of a phrase that ends in one. `prefix` is what stands before a size in the names of the model."""
        match = SIZE.match(re.split(r"(?i:ViT)[-\s]", text)[-1])
        assert match is not None, text
        words = WORDS if prefix else STAGED_WORDS
        letter = words[match["word"].casefold()] if match["word"] else _letter(match["letter"])
        patch = re.search(r"/\s?(\d{1,2})", text)
        pixels = re.search(r"@\s?(\d{3,4})", text)
        return cls(letter, patch[1] if patch else "", pixels[1] if pixels else "")

    def __str__(self) -> str:
        return self.letter + (f"/{self.patch}" if self.patch else "") + (f"@{self.pixels}" if self.pixels else "")

    def among(self, release: ReleaseWord) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The sizes of a model's releases that can be meant, each with its tags. Without the edge of the pictures, those are
        meant that have none in their name, if there are any."""
        found = [
            (size, tags)
            for size, tags in release.sizes
            if re.split("[/@]", size)[0] == self.letter and (not self.patch or f"/{self.patch}@" in f"{size}@")
        ]
        if self.pixels:
            return tuple(
                (size, tags)
                for size, tags in found
                if size.endswith(f"@{self.pixels}") or ("@" not in size and all(f"_{self.pixels}." in tag for tag in tags))
            )
        return tuple(pair for pair in found if "@" not in pair[0]) or tuple(found)


def _letter(text: str) -> str:
    """A letter as the table of releases has it: that of giant and of gigantic differ by case alone."""
    if text in ("g", "G"):
        return text
    return {"so400m": "So400m", "g-opt": "g-opt", "ti": "Ti"}.get(text.casefold(), text.upper())


def releases_in(sentence: str, vocabulary: Vocabulary) -> dict[str, str]:
    """The models that the phrases of a sentence mean that name released weights by a size or a tag, by the phrase as it stands
    there. Raises SizeError where a phrase does not say which weights it means, or there are none."""
    found: dict[str, str] = {}
    try:
        _find(sentence, vocabulary, found)
    except SizeError as error:
        error.named = found
        raise
    return found


def _find(sentence: str, vocabulary: Vocabulary, found: dict[str, str]) -> None:
    """Put what the phrases of a sentence mean into `found`. Raises SizeError."""
    rest = sentence
    for match in TAG.finditer(sentence):
        if vocabulary.released(match["quoted"] or match["bare"]) is not None:
            found[match[0]] = match["quoted"] or match["bare"]
            rest = rest.replace(match[0], " " * len(match[0]))
    own = [match.span() for match in _models(vocabulary).finditer(sentence)]
    for pattern, release, model in _patterns(vocabulary):
        for match in pattern.finditer(rest):
            if any(start <= match.start("named") and match.end("named") <= end for start, end in own):
                continue  # the name of a model that is here
            found[match[0]] = _named(match, sentence, release, model)
            rest = rest[: match.start()] + " " * len(match[0]) + rest[match.end() :]
    compared = COMPARED.search(rest)
    if compared:
        reason = f"{compared[0]!r}: it does not say of which sizes"
        raise SizeError(reason, "two releases by name and size, as DINOv2 ViT-L/14 and DINOv2 ViT-S/14")
    _check_size_alone(rest, sentence, vocabulary, tuple(found.values()))
    _check_name_alone(rest, sentence, vocabulary)
    _check_one_of_many(rest, sentence)


def with_named(vocabulary: Vocabulary, released: Mapping[str, str]) -> Vocabulary:
    """The vocabulary with models that a sentence names, each by its phrase there."""
    named = tuple(ModelWord(name, (phrase,), released=True) for phrase, name in released.items())
    return replace(vocabulary, models=(*vocabulary.models, *named)) if named else vocabulary


def _named(match: re.Match[str], sentence: str, release: ReleaseWord | None, model: str) -> str:
    """The model of a phrase with a size."""
    if release is None:
        reason = f"{match['named']!r}: a size means released weights, and timm has none of {model}"
        raise SizeError(reason, "a model that was released in that size, or checkpoints of your own (claims/models.yaml)")
    said = next(text for name in ("size", "behind", "front") if (text := match.groupdict().get(name)))
    size = Size.parse(said, release.prefix)
    meant = size.among(release)
    start, end = match.span("named")
    if not meant:
        there = ", ".join(release.name(each) for each, _ in release.sizes)
        raise SizeError(f"timm has no {release.name(str(size))}; there are: {there}", "a size that there is")
    names = list(_names(release, meant))
    if len(names) > 1:
        reason = f"{match['named']!r} does not say which of the released weights it means"
        before = re.sub(r"\b(?:an?|the)\s$", "", sentence[:start], flags=re.IGNORECASE)
        raise SizeError(reason, "the released weights", (before + name + sentence[end:] for name in names))
    return names[0]


def of_size(vocabulary: Vocabulary, size: str) -> Iterator[str]:
    """The releases of the vocabulary's models whose size has the same letter, whatever the edge of their patches."""
    letter = re.split("[/@]", size)[0]
    for release in vocabulary.releases:
        meant = Size(letter, "", "").among(release)
        if len(meant) == 1 and len(meant[0][1]) == 1 and any(model.name == release.model for model in vocabulary.models):
            yield release.name(meant[0][0])


def _names(release: ReleaseWord, sizes: Sequence[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
    """What names the releases of these sizes: the size, or the tags where there are several of one size."""
    for size, tags in sizes:
        yield from (release.name(size),) if len(tags) == 1 else (f"`{tag}`" for tag in tags)


def _check_size_alone(rest: str, sentence: str, vocabulary: Vocabulary, others: Sequence[str]) -> None:
    """Raise SizeError for a size without a model, "a ViT-B/16", with the sentence for each model that was released in it: first
    for those of the `others` in the sentence."""
    bare = list(BARE.finditer(rest))
    if not bare:
        return
    sentences = []
    for release in sorted(vocabulary.releases, key=lambda each: (not _has(each, others), each.model != "supervised ViT")):
        text = sentence
        for match in reversed(bare):
            names = list(_names(release, Size.parse(match["size"], "ViT-").among(release))) if release.prefix else []
            text = text[: match.start()] + names[0] + text[match.end() :] if len(names) == 1 else ""
            if not text:
                break
        sentences += [text] if text else []
    listed = " and ".join(dict.fromkeys(repr(match["size"]) for match in bare))
    raise SizeError(f"{listed} can be the size of many released models, and it does not say of which", "the model", sentences)


def _has(release: ReleaseWord, names: Sequence[str]) -> bool:
    """Whether one of the names is that of a release of a model."""
    return any(release.name(size) in names for size, _ in release.sizes)


def _check_name_alone(rest: str, sentence: str, vocabulary: Vocabulary) -> None:
    """Raise SizeError for a model that exists in its released sizes alone and is named without one."""
    for release in sorted(vocabulary.releases, key=lambda each: -len(each.model)):
        if vocabulary.model(release.model) is not None:
            continue
        match = re.search(rf"(?<![\w-])(?:{_alternatives((release.model, *release.synonyms))})(?:s\b)?{END}", rest)
        if match:
            sentences = (sentence[: match.start()] + name + sentence[match.end() :] for name in _names(release, release.sizes))
            sizes = ", ".join(f"{release.prefix}{size}" for size, _ in release.sizes)
            raise SizeError(
                f"{match[0]} was released in several sizes ({sizes}), and it does not say which", "its size", sentences
            )


def _check_one_of_many(rest: str, sentence: str) -> None:
    """Raise SizeError for "a ViT", with the sentence for the family."""
    for family, names in ONE_OF_MANY.items():
        match = re.search(rf"\b(?P<article>[Aa]n?)\s(?P<name>{_alternatives(names)}){END}", rest)
        if match:
            after = re.sub(r"^ (has|is)\b", lambda verb: {"has": " have", "is": " are"}[verb[1]], sentence[match.end() :])
            text = sentence[: match.start()] + family + after
            raise SizeError(f"{match[0]!r} can be one of many models", "a model by its name, or the family", (text,))


@lru_cache(maxsize=8)
def _patterns(vocabulary: Vocabulary) -> tuple[tuple[re.Pattern[str], ReleaseWord | None, str], ...]:
    """What names a model with a size: a pattern for each model, the longest names first."""
    released = {release.model: release for release in vocabulary.releases}
    names = {release.model: release.synonyms for release in vocabulary.releases}
    names |= {model.name: model.synonyms for model in vocabulary.models if model.learned}
    patterns = []
    for model in sorted(names, key=len, reverse=True):
        release = released.get(model)
        called = (model, *names[model], *((model.removesuffix(" ViT"),) if model.endswith(" ViT") else ()))
        patterns.append((re.compile(_pattern(called, release)), release, model))
    return tuple(patterns)


def _pattern(names: Sequence[str], release: ReleaseWord | None) -> str:
    name = rf"(?i:{_alternatives(names)})"
    if release is not None and not release.prefix:
        size = rf"[\s-]?(?P<size>(?:(?i:{_WORD}|xlarge)|XL|[TSBLH]|\d{{2,3}}){_PIXELS})"
        return rf"(?<![\w-]){_PART_OF}(?P<named>{name}{size}){END}{_NOUNS}"
    plain = [each for each in names if " with " not in each]
    registers = [each for each in names if " with " in each]
    if registers:  # the size stands before or behind what the name ends in
        short = sorted({each.partition(" with ")[0] for each in registers})
        apart = rf"(?i:{_alternatives(short)}){_behind('size')}\swith\sregister(?:s|\stokens)"
        return rf"(?<![\w-]){_PART_OF}(?P<named>{apart}|{name}{_behind('behind')}){END}{_NOUNS}"
    front = (
        rf"(?P<front>{_ARCHITECTURE})\s(?:\((?i:{_alternatives(plain)})\)|(?:of|(?i:pre-?)?trained\s(?:with|by|using))\s{name})"
    )
    return rf"(?<![\w-]){_PART_OF}(?P<named>{name}{_behind('size')}|{front}){END}{_NOUNS}"


def _behind(group: str) -> str:
    return rf"(?P<{group}>{'|'.join(_BEHIND)})"


@lru_cache(maxsize=8)
def _models(vocabulary: Vocabulary) -> re.Pattern[str]:
    names = [name for model in vocabulary.models for name in (model.name, *model.synonyms)]
    return re.compile(rf"(?<![\w-])(?:{_alternatives(names)})(?![\w-])", re.IGNORECASE)


def _alternatives(names: Iterable[str]) -> str:
    return "|".join(re.escape(name).replace(r"\ ", r"\s") for name in sorted(names, key=len, reverse=True))
