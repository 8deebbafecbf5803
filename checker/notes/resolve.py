"""Which file a link means, in Obsidian's order, and which place in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from unicodedata import normalize

from checker.notes.lines import Span
from checker.notes.note import Block, ListItem, Note, Section

PUNCTUATION = re.compile(r"[\s!\"#$%&()*+,.:;<=>?@^`{|}~/\[\]\\]+")


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
    return normalize("NFC", name.replace("\u00a0", " ")).lower()


class Files:
    """The files of a vault, by name."""

    def __init__(self, paths: Iterable[PurePosixPath]) -> None:
        self.by_name: dict[str, list[tuple[str, PurePosixPath]]] = {}
        self.by_path: dict[str, list[PurePosixPath]] = {}
        for path in paths:
            self.by_name.setdefault(fold(path.name), []).append((fold(str(path)), path))
            self.by_path.setdefault(fold(str(path)), []).append(path)

    def resolve(self, source: PurePosixPath, target: str) -> Resolution:
        """The file that a path in `source` means; `.md` is tried first, aliases and folders are never meant."""
        if not target:
            return Resolution(source, "same note")
        if target.startswith(("./", "../")):
            return self._relative(source, target)
        target = target.lstrip("/")
        found = self._matching(f"{target}.md") or self._matching(target)
        if not found:
            return Resolution(None, "unresolved")
        wanted = (fold(f"{target}.md"), fold(target))

        def order(candidate: tuple[str, PurePosixPath]) -> tuple[bool, bool, int, bool, str]:
            folded, path = candidate
            spelt = str(path).endswith((target, f"{target}.md"))
            return folded not in wanted, path.parent != source.parent, len(str(path)), not spelt, str(path)

        first, *others = sorted(found, key=order)
        elsewhere, afar, *_ = order(first)
        how = "shortest" if elsewhere and afar else "folder" if elsewhere else "path"
        return Resolution(first[1], how, others=tuple(path for _, path in others))

    def collisions(self) -> list[tuple[PurePosixPath, PurePosixPath]]:
        """Pairs of files whose paths differ in case or Unicode form only."""
        return [(first, other) for first, *others in self.by_path.values() for other in others]

    def _matching(self, target: str) -> list[tuple[str, PurePosixPath]]:
        wanted = fold(target)
        candidates = self.by_name.get(wanted.rsplit("/", 1)[-1], [])
        return [pair for pair in candidates if pair[0] == wanted or pair[0].endswith(f"/{wanted}")]

    def _relative(self, source: PurePosixPath, target: str) -> Resolution:
        parts = list(source.parent.parts)
        for part in target.split("/"):
            if part == ".." and not parts:
                return Resolution(None, "unresolved")
            if part == "..":
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        path = "/".join(parts)
        found = self.by_path.get(fold(f"{path}.md")) or self.by_path.get(fold(path), [])
        return Resolution(found[0], "relative", others=tuple(found[1:])) if found else Resolution(None, "unresolved")


def resolve_subpath(note: Note, subpath: str) -> Anchor | None:
    """The place that `#Heading`, `#Heading#Deeper` or `#^block` means in a note, or None."""
    parts = [part for part in subpath.split("#") if part.strip()]
    if not parts:
        return None
    if parts[-1].strip().startswith("^"):
        return _block(note, parts[-1].strip()[1:])
    wanted = [plain_heading(part) for part in parts]
    level, reached = 0, 0
    for index, heading in enumerate(note.headings):
        if heading.level > level and plain_heading(heading.text) == wanted[reached]:
            level, reached = heading.level, reached + 1
            if reached == len(wanted):
                below = (later.span.start for later in note.headings[index + 1 :] if later.level <= heading.level)
                return Anchor("heading", heading.text, Span(heading.span.start, next(below, len(note.data))))
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
