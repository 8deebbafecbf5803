"""Whether a sentence is in another language than English, which is the only one that is read."""

from __future__ import annotations

import re
import unicodedata

from checker.claims.language.lexicon import phrases_of

LETTER = re.compile(r"[^\W\d_]+")
FEWEST = 2  # small words of another language, and more than there are English ones


def is_foreign(text: str) -> bool:
    """Whether some letters are of another script, or more small words of one other language than of English."""
    words = [word.casefold() for word in LETTER.findall(text)]
    letters = "".join(words)
    latin = sum(unicodedata.name(letter, "").startswith(("LATIN", "GREEK")) for letter in letters)
    if len(letters) - latin >= FEWEST:
        return True
    small = {language: sum(word in its for word in words) for language, its in phrases_of("foreign.txt").items()}
    english = small.pop("English")
    return max(small.values()) >= max(FEWEST, english + 1)
