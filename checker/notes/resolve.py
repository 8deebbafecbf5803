"""Which file a link means, in Obsidian's order, and which place in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from unicodedata import normalize

from checker.notes.lines import Span
from checker.notes.note import Block, ListItem, Note, Section

PUNCTUATION = re.compile(r"[\s!\"#$%&()*+,.:;<=>?@^`{|}~/\[\]\\]+")

Candidates = Callable[[str], Sequence[tuple[str, str]]]  # name of `name_of` -> (path in the form of `fold`, path)


@dataclass(frozen=True)
class Anchor:
    """The place that a subpath means: a heading with all that stands below it, or a block. `name` is as in the note."""

    kind: str
    name: str
    span: Span


@dataclass(frozen=True)
class Resolution:
    """What a link leads to. `how` is one of

    - same note: the link has no path;
    - relative: the path begins with `./` or `../`;
    - path: the exact path from the root of the vault;
    - folder: a file in the folder of the source;
    - shortest: the file with the shortest path;
    - unresolved: there is none, `file` is None.

    `anchor` is the heading or block of the subpath; `subpath_found` is None where there is no subpath, or where the file is
    no note. `others` are the files that would match as well.
    """

    file: PurePosixPath | None
    how: str
    anchor: Anchor | None = None
    subpath_found: bool | None = None
    others: tuple[PurePosixPath, ...] = ()

    @property
    def ambiguous(self) -> bool:
        """Whether no more than the length of the path chose among several files."""
        return self.how == "shortest" and bool(self.others)


def fold(name: str) -> str:
    """The form in which paths and names are compared: NFC, lower case, no-break spaces as spaces."""
    return name.lower() if name.isascii() else normalize("NFC", name.replace("\u00a0", " ")).lower()


def name_of(folded: str) -> str:
    """What a path in the form of `fold` is looked up by: its last part without `.md`."""
    name = folded.rpartition("/")[2]
    while name.endswith(".md"):
        name = name[:-3]
    return name


def find(candidates: Candidates, source: str, target: str) -> tuple[str | None, str, list[str]]:
    """The file that a path in `source` means, how it was found (see `Resolution`), and the others that fit.

    `.md` is tried first; aliases and folders are never meant.
    """
    if not target:
        return source, "same note", []
    if target.startswith(("./", "../")):
        return _relative(candidates, source, target)
    target = target.lstrip("/")
    wanted = fold(target)
    named = candidates(name_of(wanted))
    found = _ending(named, f"{wanted}.md") or _ending(named, wanted)
    if not found:
        return None, "unresolved", []
    exact, folder = (wanted, f"{wanted}.md"), source.rpartition("/")[0]

    def order(candidate: tuple[str, str]) -> tuple[bool, bool, int, bool, str]:
        folded, path = candidate
        spelt = path.endswith((target, f"{target}.md"))
        return folded not in exact, path.rpartition("/")[0] != folder, len(path), not spelt, path

    first, *others = sorted(found, key=order) if len(found) > 1 else found
    elsewhere, afar, *_ = order(first)
    how = "shortest" if elsewhere and afar else "folder" if elsewhere else "path"
    return first[1], how, [path for _, path in others]


def _ending(named: Iterable[tuple[str, str]], wanted: str) -> list[tuple[str, str]]:
    return [pair for pair in named if pair[0] == wanted or pair[0].endswith(f"/{wanted}")]


def _relative(candidates: Candidates, source: str, target: str) -> tuple[str | None, str, list[str]]:
    parts = source.split("/")[:-1]
    for part in target.split("/"):
        if part == ".." and not parts:
            return None, "unresolved", []
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    path = fold("/".join(parts))
    named = candidates(name_of(path))
    for wanted in (f"{path}.md", path):
        found = [pair[1] for pair in named if pair[0] == wanted]
        if found:
            return found[0], "relative", found[1:]
    return None, "unresolved", []


class Files:
    """The files of a vault, by name."""

    def __init__(self, paths: Iterable[PurePosixPath | str]) -> None:
        self.by_name: dict[str, list[tuple[str, str]]] = {}
        for path in map(str, paths):
            folded = fold(path)
            self.by_name.setdefault(name_of(folded), []).append((folded, path))

    def candidates(self, name: str) -> Sequence[tuple[str, str]]:
        """The files of a name, as `find` asks for them."""
        return self.by_name.get(name, ())

    def resolve(self, source: PurePosixPath, target: str) -> Resolution:
        """What a path in `source` leads to."""
        file, how, others = find(self.candidates, str(source), target)
        return Resolution(PurePosixPath(file) if file is not None else None, how, others=tuple(map(PurePosixPath, others)))


def resolve_subpath(note: Note, subpath: str) -> Anchor | None:
    """The place that `#Heading`, `#Heading#Deeper` or `#^block` means in a note, or None."""
    parts = subpath_parts(subpath)
    if not parts:
        return None
    if parts[-1].startswith("^"):
        return _block(note, parts[-1][1:])
    found = find_heading([(heading.level, heading.text) for heading in note.headings], parts)
    if found is None:
        return None
    heading = note.headings[found]
    below = (later.span.start for later in note.headings[found + 1 :] if later.level <= heading.level)
    return Anchor("heading", heading.text, Span(heading.span.start, next(below, len(note.data))))


def subpath_parts(subpath: str) -> list[str]:
    """The headings, or the block with its `^`, of a subpath."""
    return [part.strip() for part in subpath.split("#") if part.strip()]


def find_heading(headings: Sequence[tuple[int, str]], parts: Sequence[str]) -> int | None:
    """Which of some headings (level, text) a subpath means: each part is deeper than the one before, and after it."""
    wanted = [plain_heading(part) for part in parts]
    above, reached = 0, 0
    for index, (level, text) in enumerate(headings):
        if level > above and plain_heading(text) == wanted[reached]:
            above, reached = level, reached + 1
            if reached == len(wanted):
                return index
    return None


def plain_heading(text: str) -> str:
    """The form in which headings are compared: no punctuation but `-`, `_` and `'`, single spaces, lower case."""
    return fold(PUNCTUATION.sub(" ", text)).strip()


def _block(note: Note, name: str) -> Anchor | None:
    things: tuple[ListItem | Section | Block, ...] = (*note.list_items, *note.sections, *note.blocks)
    for thing in things:
        if thing.block_id and thing.block_id.id.lower() == name.lower():
            return Anchor("block", thing.block_id.id, thing.span)
    return None
