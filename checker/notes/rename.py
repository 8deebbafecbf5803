"""A file gets another path, and every link to it follows: bytes to bytes, nothing else in a note changes.

A link keeps its way of writing: a name stays a name where that still leads to the file; a part of a path, a whole path or a
relative one stays what it is; `.md` stays or stays away; display texts, headings, blocks and sizes are left alone. Links that
would change their meaning by the move (relative ones of the file itself, names that now fit it) are written so that they keep it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

from checker.errors import ConfigurationError, NoteError
from checker.notes.canvas import read_canvas
from checker.notes.inline import DESTINATION
from checker.notes.lines import Span
from checker.notes.link import Link
from checker.notes.note import Note
from checker.notes.parse import DEFINITION, parse
from checker.notes.resolve import Files, fold
from checker.notes.vault import Vault

REFUSED = re.compile(r"[\[\]#^|\\:\x00-\x1f]")  # what a link could not hold, or a file system could not
ENCODED = re.compile(r"[\s()<>%\"\\]")  # in a markdown link


@dataclass(frozen=True)
class Edit:
    """A file whose bytes change."""

    path: PurePosixPath
    old: bytes
    new: bytes


@dataclass(frozen=True)
class Rename:
    """`old` becomes `new`, after `edits` of the files that link. `links` counts the links that were written anew."""

    old: PurePosixPath
    new: PurePosixPath
    edits: tuple[Edit, ...]
    links: int


def new_path(vault: Vault, old: PurePosixPath, name: str) -> PurePosixPath:
    """The path that a person means by the new name of `old`: a name stays in its folder, a path is one in the vault, and a folder
    takes the file as it is called.

    Raises ConfigurationError for a path that leaves the vault, is taken, or holds what no link can.
    """
    folder = name.endswith("/") or (vault.root / name).is_dir()
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
    if not parts or ".." in parts or any(part.startswith(".") for part in parts):
        raise ConfigurationError(f"{name}: give a name, or a path that stays in the vault")
    path = PurePosixPath(*parts)
    if folder:
        path /= old.name
    elif "/" not in name:
        path = old.parent / path
    if path.suffix.lower() != old.suffix.lower():
        path = path.with_name(path.name + old.suffix)
    if REFUSED.search(str(path)):
        raise ConfigurationError(f"{path}: a name with any of [ ] # ^ | \\ : cannot be linked to")
    taken = next((other for other in vault.files if fold(str(other)) == fold(str(path)) and other != old), None)
    if taken or path == old:
        raise ConfigurationError(f"{taken or path}: already exists; choose another name")
    return path


def rename(vault: Vault, old: PurePosixPath, new: PurePosixPath) -> Rename:
    """What has to change on disk for `old` to become `new`. Nothing is written here.

    Raises NoteError when a note that would have to change has a fault, or a link could not be written so that it means the same.
    """
    move = _Move(Files(vault.files), Files({*vault.files} - {old} | {new}), old, new)
    sources = {link.source for link in vault.links(file=old)} | {old} | vault.linking_by_name(new)
    edits, links = [], 0
    for path in sorted(sources):
        data = (vault.root / path).read_bytes()
        if path.suffix.lower() == ".md":
            note = parse(path, data)
            patches = move.of_note(note)
            if patches and not note.writable:
                raise NoteError(f"{note.problems[0]}; it links to {old}, so nothing was renamed")
        elif path.suffix.lower() == ".canvas":
            patches = move.of_canvas(path, data)
        else:
            continue
        if patches:
            edits.append(Edit(path, data, _patched(data, patches)))
            links += len(patches)
    return Rename(old, new, tuple(edits), links)


Patch = tuple[Span, bytes]


def _patched(data: bytes, patches: Sequence[Patch]) -> bytes:
    for span, text in sorted(patches, key=lambda patch: patch[0], reverse=True):
        data = data[: span.start] + text + data[span.end :]
    return data


@dataclass(frozen=True)
class _Move:
    """The files of the vault before and after, and how to write a link so that it means afterwards what it meant before."""

    before: Files
    after: Files
    old: PurePosixPath
    new: PurePosixPath

    def of_note(self, note: Note) -> list[Patch]:
        """What to write into a note in place of what: its links, where a definition holds one the definition's."""
        links = [link for link in note.all_links if link.kind != "reference"]
        links += [definition.link for definition in note.definitions if definition.link]
        found = []
        for link in links:
            target = self._target(note.path, link)
            if target is not None:
                found.append(_rewritten(note.data, link, target))
        self._check(note, _patched(note.data, found) if found else note.data)
        return found

    def of_canvas(self, path: PurePosixPath, data: bytes) -> list[Patch]:
        """The same for the strings of a canvas."""
        found: dict[Span, bytes] = {}
        for link in read_canvas(path, data).links:
            raw = data[link.span.start : link.span.end]
            if link.embed and json.loads(raw) == link.target:  # a node that is a file
                if link.target == str(self.old):
                    found[link.span] = json.dumps(str(self.new), ensure_ascii=False).encode()
            elif link.span not in found:
                text = json.loads(raw).encode()
                note = parse(path, text)
                patches = self.of_note(note)
                if patches:
                    found[link.span] = _json_patched(raw, text, patches)
        return list(found.items())

    def _target(self, source: PurePosixPath, link: Link) -> str | None:
        """The new target of a link, or None where it may stay as it is."""
        found = self.before.resolve(source, link.target)
        if found.file is None or not link.target:
            return None
        wanted, source = (self.new if path == self.old else path for path in (found.file, source))
        if self.after.resolve(source, link.target).file == wanted:
            return None
        for target in _spellings(link.target, wanted, source, whole=found.how == "path" and "/" in link.target):
            if self.after.resolve(source, target).file == wanted:
                return target
        raise NoteError(f"{source}: {link.original} cannot be written so that it leads to {wanted}; nothing was renamed")

    def _check(self, note: Note, data: bytes) -> None:
        """Make sure that the links of the note as it will be lead where they should."""
        source = self.new if note.path == self.old else note.path
        found = parse(source, data)
        if len(found.all_links) != len(note.all_links):
            raise NoteError(f"{note.path}: its links cannot be rewritten safely; nothing was renamed")
        for link, rewritten in zip(note.all_links, found.all_links, strict=True):
            was = self.before.resolve(note.path, link.target).file
            now = self.after.resolve(source, rewritten.target).file
            if was is not None and now != (self.new if was == self.old else was):
                raise NoteError(f"{note.path}: {link.original} cannot be rewritten safely; nothing was renamed")


def _spellings(target: str, wanted: PurePosixPath, source: PurePosixPath, whole: bool) -> list[str]:
    """Ways to write a link to a file, most like the old target first; `whole` where that was a path from the root."""
    path = str(wanted)
    if wanted.suffix.lower() == ".md" and not target.lower().endswith(".md"):
        path = path[: -len(wanted.suffix)]
    parts = path.split("/")
    if target.startswith(("./", "../")):
        up = 0
        while not PurePosixPath(path).is_relative_to(folder := source.parents[up]):
            up += 1
        inside = "/".join(parts[len(folder.parts) :])
        return ["../" * up + inside if up else f"./{inside}"]
    first = len(parts) if whole else target.lstrip("/").count("/") + 1
    spellings = ["/".join(parts[-count:]) for count in range(min(first, len(parts)), len(parts) + 1)]
    if target.startswith("/"):
        return [f"/{spelling}" for spelling in spellings]
    return spellings


def _rewritten(data: bytes, link: Link, target: str) -> Patch:
    """The place of a link's text, and that text with another target."""
    text = _with_target(link, target)
    if link.kind != "property":
        return link.span, text.encode()
    if data[link.span.start : link.span.end].decode() != link.original:
        return link.span, json.dumps(text, ensure_ascii=False).encode()  # escapes: the scalar is written anew, in double quotes
    quote_mark = data[link.span.start - 1 : link.span.start]
    if quote_mark == b"'":
        text = text.replace("'", "''")
    elif quote_mark == b'"':
        text = json.dumps(text, ensure_ascii=False)[1:-1]
    return link.span, text.encode()


def _with_target(link: Link, target: str) -> str:
    """The text of a link with another target; all else in it as it was."""
    text = link.original
    if "[[" in text and link.kind in ("wiki", "property") and text.lstrip("!").startswith("[["):
        start = text.index(link.target, text.index("[[") + 2)
        return text[:start] + target + text[start + len(link.target) :]
    raw = text.encode()
    if link.kind == "reference":
        match = DEFINITION.match(raw)
        group = 2
    else:
        shown = len((link.display or "").encode())
        match = DESTINATION.match(raw, len("![" if link.embed else "[") + shown + 1)
        group = 1
    assert match is not None, link
    old = match[group].decode()
    _, mark, subpath = old.strip("<>").partition("#")
    written = (
        f"<{target}{mark}{subpath}>" if old.startswith("<") else ENCODED.sub(lambda each: quote(each[0]), target) + mark + subpath
    )
    return (raw[: match.start(group)] + written.encode() + raw[match.end(group) :]).decode()


def _json_patched(raw: bytes, text: bytes, patches: Sequence[Patch]) -> bytes:
    """A JSON string whose text is patched; the rest of it stays as it is written, where that is possible."""
    written = raw.decode()
    for span, new in patches:
        old, new_text = (json.dumps(part.decode(), ensure_ascii=False)[1:-1] for part in (text[span.start : span.end], new))
        written = written.replace(old, new_text)
    wanted = _patched(text, patches).decode()
    return (written if json.loads(written) == wanted else json.dumps(wanted, ensure_ascii=False)).encode()
