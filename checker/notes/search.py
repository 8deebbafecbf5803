"""Words in the text of notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from checker.notes.lines import Lines
from checker.notes.vault import Vault


@dataclass(frozen=True)
class Found:
    """A note in whose text or path each of the words stands, and its lines with any of them: number, from 1, and text. Those with
    most words come first."""

    note: PurePosixPath
    in_name: bool
    lines: tuple[tuple[int, str], ...]


def search(vault: Vault, text: str) -> list[Found]:
    """The notes that hold every word of `text`, in any case: those with all of them in the name first, then by how many lines
    have one."""
    words = text.casefold().split()
    found = [each for path in vault.note_paths if words and (each := _in_note(vault, path, words)) is not None]
    return sorted(found, key=lambda each: (not each.in_name, -len(each.lines), each.note))


def _in_note(vault: Vault, path: PurePosixPath, words: Sequence[str]) -> Found | None:
    try:
        data = (vault.root / path).read_bytes()
    except OSError:  # gone since it was listed
        return None
    name, whole = str(path).casefold(), data.decode("utf-8", "replace").casefold()
    if not all(word in whole or word in name for word in words):
        return None
    return Found(path, all(word in path.stem.casefold() for word in words), _lines(data, words))


def _lines(data: bytes, words: Sequence[str]) -> tuple[tuple[int, str], ...]:
    lines, found = Lines(data), []
    for index in range(len(lines.starts)):
        text = lines.text(index).decode("utf-8", "replace")
        folded = text.casefold()
        held = sum(word in folded for word in words)
        if held:
            found.append((-held, index + 1, text))
    return tuple((number, text) for _, number, text in sorted(found))
