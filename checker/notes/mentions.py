"""Where notes speak of a note without a link to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from checker.errors import NoteError
from checker.notes.inline import blanked
from checker.notes.vault import Vault


@dataclass(frozen=True)
class Mention:
    """A place where a name stands in the text of a note; `text` is its line. Columns count characters."""

    source: PurePosixPath
    line: int
    column: int
    name: str
    text: str


def mentions(vault: Vault, path: PurePosixPath) -> list[Mention]:
    """The unlinked mentions of a note's name and aliases in the text of other notes: whole words, in any case."""
    rows = vault.index.rows("SELECT alias.name FROM alias JOIN file ON file.id = source WHERE path = ?", str(path))
    names = [path.stem, *(name for (name,) in rows)]
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(map(re.escape, names), key=len, reverse=True))})(?!\w)", re.IGNORECASE)
    return [found for source in vault.note_paths if source != path for found in _in_note(vault, source, pattern)]


def _in_note(vault: Vault, source: PurePosixPath, pattern: re.Pattern[str]) -> Iterator[Mention]:
    try:
        if not pattern.search((vault.root / source).read_text(encoding="utf-8", errors="replace")):
            return
        note = vault.note(source)
    except (OSError, NoteError):
        return
    shown = bytearray(note.visible)
    for link in note.body_links:
        shown[link.span.start : link.span.end] = blanked(bytes(shown[link.span.start : link.span.end]))
    for index, start in enumerate(note.lines.starts):
        line = bytes(shown[start : note.lines.end(index)]).decode("utf-8")
        for match in pattern.finditer(line):
            yield Mention(source, index + 1, match.start() + 1, match[0], note.lines.text(index).decode("utf-8").strip())
