"""What a word is that has no role in a sentence, and what would make a claim with it decidable."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from checker.claims.language.lexicon import phrases_of
from checker.claims.language.words import Word

OWN = "a plug-in that trains it, checkpoints of your own (claims/models.yaml), or a table of results (claims/results.yaml)"
KINDS = {
    "size": (
        "a size or a resolution of a model",
        "released weights of that size (--download), or checkpoints of your own (claims/models.yaml)",
    ),
    "change": (
        "a change to a model or its training",
        "a model made that way: a setting of its recipe (a knob), or a checkpoint of your own (claims/models.yaml)",
    ),
    "condition": ("a condition", "an experiment that measures under this condition"),
    "data": (
        "a data set or a part of one",
        "that data: a folder of pictures, a plug-in that loads it, or a table of results (claims/results.yaml)",
    ),
    "model": ("a model that is not here", OWN),
    "method": ("a method that is not here", OWN),
    "architecture": ("an architecture that is not here", OWN),
    "value": ("a measured value, which is no margin", "a margin (by more than 5 points), or a bound (at least 60 %)"),
    "generic": ("a generic subject", "the models by name, or a family"),
    "metric": ("a quantity without a metric here", "a plug-in for the metric, or a table of results (claims/results.yaml)"),
    "mechanism": ("a reason or a conclusion", "a claim of its own; a reason is not measured"),
    "doubt": ("a word of doubt, rarity or degree", "a sentence that says how much, how often or where"),
    "denial": ("a word that denies, excludes or contrasts", "a sentence that says outright what holds"),
    "frame": (
        "about who says it, in a form that does not assert it",
        "the sentence asserted: by itself, or after 'we find that'",
    ),
    "question": ("a question, which asserts nothing", "a sentence that asserts it"),
    "part": ("a part of the model", "a part that can be named: a layer, a head, the class token or the patches"),
}
"""Kind of unknown.txt -> what such a word is, and what would make a claim with it decidable."""
MOST = 4  # words named in one answer


PATTERNS = (
    (
        re.compile(
            r".*-(?:ti|s|b|l|h|g|tiny|small|base|large|huge|giant)(?:/\d+)?|vit[-_/].*|\d+[mb]|[a-z].*/\d+|\d+x\d+", re.IGNORECASE
        ),
        "size",
    ),
    (re.compile(r"(?:resnet|convnext|swin|efficientnet|beit|deit|mae|dino|clip)[\w.-]*", re.IGNORECASE), "model"),
    (re.compile(r"(?:imagenet|in-?1k|in-?21k|cifar)[\w-]*", re.IGNORECASE), "data"),
    (re.compile(r".*n['’]t", re.IGNORECASE), "denial"),
    (re.compile(r"(?:non|un|semi|half|re|de)-\w+|.*-(?:trained|tuned|free|only|like|style)", re.IGNORECASE), "change"),
)
"""Of words that are too many to list."""


@cache
def _phrases() -> dict[tuple[str, ...], str]:
    """The kinds of phrases, by their words."""
    listed = [
        (tuple(phrase.casefold().split()), kind) for kind, phrases in phrases_of("unknown.txt").items() for phrase in phrases
    ]
    return dict(reversed(listed))  # the first of two counts


def kind_of(word: str) -> str | None:
    """The kind of one word; None for one that is nowhere listed."""
    listed = _phrases().get((word.casefold(),))
    return listed or next((kind for pattern, kind in PATTERNS if pattern.fullmatch(word)), None)


def kinds_of(words: Sequence[Word]) -> list[tuple[str, str | None]]:
    """The unknown words of a sentence, joined to the phrases that are listed, each with its kind."""
    phrases = _phrases()
    folded = [word.text.casefold() for word in words]
    found: list[tuple[str, str | None]] = []
    index = 0
    while index < len(words):
        for length in range(min(4, len(words) - index), 1, -1):
            kind = phrases.get(tuple(folded[index : index + length]))
            if kind is not None and any(word.type == "NAME" for word in words[index : index + length]):
                found.append((" ".join(word.text for word in words[index : index + length]), kind))
                break
        else:
            length = 1
            kind = kind_of(words[index].text)
            if words[index].type == "NAME" or (words[index].type == "DEGREE" and kind == "size"):
                found.append((words[index].text, kind))
        index += length
    return found


def explained(words: Sequence[Word]) -> tuple[str, tuple[str, ...]]:
    """What the unknown words of a sentence are, and what each kind of them would take."""
    found = list(dict.fromkeys(kinds_of(words)))
    found = [pair for pair in found if any(map(str.isalnum, pair[0])) or pair[1]] or found  # not the stops beside them
    by_kind: dict[str | None, list[str]] = {}
    for text, kind in found[:MOST] if len(found) > MOST else found:
        by_kind.setdefault(kind, []).append(repr(text))
    parts = [
        f"{', '.join(texts)} ({KINDS[kind][0] if kind else 'no word of the claim language'})" for kind, texts in by_kind.items()
    ]
    more = ", …" if len(found) > MOST else ""
    return f"not understood: {'; '.join(parts)}{more}", tuple(KINDS[kind][1] for kind in by_kind if kind)
