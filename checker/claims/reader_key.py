"""A name for a reader and the words that it knows: what it made of a sentence stays true while the name does."""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache

from checker.cache import version
from checker.kept import ROOT, hash_of
from checker.vocabulary import Vocabulary


@lru_cache(maxsize=8)
def reader_key(vocabulary: Vocabulary) -> str:
    """A hash of the words and of all that reads a sentence, 16 hexadecimal digits."""
    return hashlib.sha256(f"{code()}\n{vocabulary!r}".encode()).hexdigest()[:16]


@cache
def code() -> str:
    """A hash of the grammar and the code of the claim language, and of what it is made of, 16 hexadecimal digits."""
    language = (path for path in (ROOT / "claims").rglob("*") if path.suffix in (".py", ".lark", ".txt"))
    return hash_of((*ROOT.glob("*.py"), *language), map(version, ("lark", "pydantic", "timm")))
