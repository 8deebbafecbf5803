"""A note as the page shows it: its text, its properties, and what leads to it and from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from checker.browse.render import render
from checker.claims.language.sentence import plain
from checker.errors import NoteError
from checker.notes import Note, Vault
from checker.notes.properties import WIKILINK
from checker.notes.vault import VaultLink

MOST_BACKLINKS = 300
AROUND = 160  # characters of a sentence before and after a link


def shown(vault: Vault, path: PurePosixPath, is_note: bool, claim_notes: Mapping[PurePosixPath, str]) -> dict[str, Any]:
    """A note, or another file of the vault, as plain values; `html` is None for what is no note or cannot be read."""
    answer: dict[str, Any] = {
        "path": str(path),
        "title": _label(path),
        "folder": "" if len(path.parts) == 1 else str(path.parent),
        "backlinks": list(_backlinks(vault, path)),
        "links": list(_outgoing(vault, path, claim_notes)),
        "properties": [],
        "html": None,
    }
    note = _read(vault, path) if is_note else None
    if note is not None:
        answer["html"] = render(vault, note, claim_notes)
        files = {link.target: link.file for link in vault.links(source=path)}
        answer["properties"] = [_property(each.key, each.value, files) for each in note.property_items]
    return answer


def _read(vault: Vault, path: PurePosixPath) -> Note | None:
    """A note; None where it cannot be read, which the vault's problems report."""
    try:
        return vault.note(path)
    except NoteError:
        return None


def _label(path: PurePosixPath) -> str:
    return path.stem if path.suffix.lower() == ".md" else path.name


def _backlinks(vault: Vault, path: PurePosixPath) -> Iterator[dict[str, Any]]:
    """Where the file is linked from, with the text around each link."""
    places = {(link.source, link.line): link for link in vault.links(file=path) if link.source != path}
    read: dict[PurePosixPath, Note | None] = {}
    for (source, line), link in list(places.items())[:MOST_BACKLINKS]:
        if source not in read:
            read[source] = _read(vault, source) if source.suffix.lower() == ".md" else None
        yield {"note": str(source), "label": _label(source), "line": line, "text": _around(read[source], link)}


def _outgoing(vault: Vault, path: PurePosixPath, claim_notes: Mapping[PurePosixPath, str]) -> Iterator[dict[str, Any]]:
    """What the file links to, each once; its claims are listed elsewhere."""
    seen = set()
    for link in vault.links(source=path):
        name = link.target if link.file is None else str(link.file)
        if name in seen or link.file == path or link.file in claim_notes:
            continue
        seen.add(name)
        label = link.target if link.file is None else _label(link.file)
        yield {"note": name, "label": label, "missing": link.file is None}


def _property(key: str, value: Any, files: Mapping[str, PurePosixPath | None]) -> dict[str, Any]:
    values = value if isinstance(value, list) else [value]
    return {"key": key, "values": [_value(each, files) for each in values if each is not None]}


def _value(value: Any, files: Mapping[str, PurePosixPath | None]) -> dict[str, str]:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    match = WIKILINK.fullmatch(text.strip())
    if match is None:
        return {"text": text}
    target, _, display = match[1].partition("|")
    file = files.get(target.partition("#")[0].strip())
    return {"text": display or target} | ({"note": str(file)} if file else {})


def _around(note: Note | None, link: VaultLink) -> str:
    """The text around a link, without markup."""
    if note is None or link.key is not None:
        return f"in its property {link.key.partition('.')[0]}" if link.key and link.kind == "property" else ""
    line = note.lines.text(link.line - 1).decode("utf-8", "replace")
    start, end = max(0, link.column - 1 - AROUND), link.column - 1 + 2 * AROUND
    shown = plain(line[start:end])
    return ("…" if start else "") + shown + ("…" if end < len(line) else "")
