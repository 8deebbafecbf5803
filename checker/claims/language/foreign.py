"""Whether a sentence is in another language than English, which is the only one that is read."""

from __future__ import annotations

import re
import unicodedata

from checker.claims.language.lexicon import phrases_of

LETTER = re.compile(r"[^\W\d_]+")
ENGLISH = frozenset(
    [
        "the",
        "of",
        "and",
        "is",
        "are",
        "than",
        "has",
        "have",
        "in",
        "on",
        "with",
        "a",
        "an",
        "that",
        "to",
        "for",
        "not",
        "it",
        "its",
        "more",
        "less",
        "by",
        "at",
        "from",
        "as",
        "does",
        "do",
        "while",
        "but",
    ]
)
FEWEST = 2  # small words of another language, and more than there are English ones


def is_foreign(text: str) -> bool:
    """Whether some letters are of another script, or more small words of one other language than of English."""
    words = [word.casefold() for word in LETTER.findall(text)]
    letters = "".join(words)
    latin = sum(unicodedata.name(letter, "").startswith(("LATIN", "GREEK")) for letter in letters)
    if len(letters) - latin >= FEWEST:
        return True
    english = sum(word in ENGLISH for word in words)
    most = max(sum(word in small for word in words) for small in phrases_of("foreign.txt").values())
    return most >= FEWEST and most > english
