"""Sentences of which nothing was made, so that a second look at a vault reads only what is new."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from checker.claims.reader_key import reader_key
from checker.vocabulary import Vocabulary


@contextmanager
def idle_sentences(folder: Path, vocabulary: Vocabulary) -> Iterator[set[str]]:
    """The hashes of those that this reader and these words made nothing of, kept in a file of `folder`; what is added is kept
    too. A folder that cannot be written only makes the next look slower."""
    file = folder / f"{reader_key(vocabulary)}.txt"
    text = file.read_text(encoding="ascii") if file.is_file() else ""
    hashes = Hashes(text.split())
    before = len(hashes)
    yield hashes
    if len(hashes) > before:
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            part = file.with_suffix(".part")
            part.write_text("\n".join(sorted(hashes)), encoding="ascii")
            part.replace(file)


class Hashes(set[str]):
    """A set of sentences that holds only their hashes."""

    def add(self, sentence: str) -> None:
        super().add(_hash(sentence))

    def __contains__(self, sentence: object) -> bool:
        return super().__contains__(_hash(str(sentence)))


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
