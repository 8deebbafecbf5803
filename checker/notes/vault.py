"""A folder of notes: what is in it, how its links resolve, and its graph."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from checker.errors import ConfigurationError, NoteError
from checker.notes.canvas import Canvas, read_canvas
from checker.notes.copies import copies
from checker.notes.index import Index
from checker.notes.link import Link
from checker.notes.note import Note, Problem
from checker.notes.parse import parse
from checker.notes.resolve import Files, Resolution, fold, name_of, resolve_subpath

if TYPE_CHECKING:
    import networkx as nx

    from checker.notes.graph import ClaimNode

LINKS = (
    "SELECT source.path, file.path, target, subpath, link.kind, embed, key, line, column, how, others, found"
    " FROM link JOIN file AS source ON source.id = link.source LEFT JOIN file ON file.id = link.file"
)


COPIED = "a copy that a sync program made of {}; not checked and not written. Take over what you want of it, and delete it"
TEMPLATE_SETTINGS = {"templates.json": "folder", "plugins/templater-obsidian/data.json": "templates_folder"}


@dataclass(frozen=True)
class VaultLink:
    """A link with the file that it stands in and the one that it leads to, None where there is none.

    `line` and `column` count from 1, columns in characters. `how` is that of `Resolution`; `others` counts the files that fit as
    well. `found`: whether the heading or block of the subpath is there, None where there is none to look for.
    """

    source: PurePosixPath
    file: PurePosixPath | None
    target: str
    subpath: str
    kind: str
    embed: bool
    key: str | None
    line: int
    column: int
    how: str
    others: int
    found: bool | None

    @property
    def destination(self) -> str:
        """Path and subpath in one, as Obsidian's `link`."""
        return self.target + self.subpath

    @property
    def ambiguous(self) -> bool:
        """Whether no more than the length of the path chose among several files."""
        return self.how == "shortest" and self.others > 0


class Vault:
    """A vault as it is on disk when it is opened. Links and names come from the index; a note is parsed when it is asked for."""

    def __init__(self, root: Path, index: Index) -> None:
        self.root, self.index = root, index
        self._parsed: dict[PurePosixPath, Note] = {}

    @classmethod
    def open(cls, root: Path | str, cache: Path | None = None) -> Vault:
        """Open the folder `root`; hidden files and folders are left out, as Obsidian does.

        The index is kept in the folder `cache` for the next time, or else in memory.

        Raises ConfigurationError when there is no such folder.
        """
        root = Path(root)
        if not root.is_dir():
            raise ConfigurationError(f"{root}: no such folder; give the folder that holds your notes")
        index = Index.kept(root, cache) if cache else Index(root)
        index.refresh()
        return cls(root, index)

    @cached_property
    def files(self) -> tuple[PurePosixPath, ...]:
        """Every file, in order."""
        return self._paths("SELECT path FROM file")

    @cached_property
    def note_paths(self) -> tuple[PurePosixPath, ...]:
        """The notes that can be read, in order."""
        return self._paths("SELECT path FROM file WHERE kind = 'note'")

    def _paths(self, query: str, *values: object) -> tuple[PurePosixPath, ...]:
        return tuple(sorted(PurePosixPath(path) for (path,) in self.index.rows(query, *values)))

    @cached_property
    def _readable(self) -> frozenset[PurePosixPath]:
        return frozenset(self.note_paths)

    def is_note(self, path: PurePosixPath | None) -> bool:
        """Whether this is a note that can be read."""
        return path in self._readable

    def note(self, path: PurePosixPath) -> Note:
        """A note, parsed once while its bytes are the same. Raises NoteError when it cannot be read."""
        try:
            data = (self.root / path).read_bytes()
        except OSError as error:
            raise NoteError(f"{path}: cannot be read ({error.strerror})") from error
        known = self._parsed.get(path)
        if known is None or known.data != data:
            known = self._parsed[path] = parse(path, data)
        return known

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """All notes, parsed."""
        return tuple(map(self.note, self.note_paths))

    @cached_property
    def canvases(self) -> tuple[Canvas, ...]:
        """All canvases."""
        paths = self._paths("SELECT path FROM file WHERE kind = 'canvas'")
        return tuple(read_canvas(path, (self.root / path).read_bytes()) for path in paths)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with files and names, in order of path."""
        rows = self.index.rows("SELECT path, line, message, column FROM problem JOIN file ON file.id = source")
        found = [Problem(PurePosixPath(path), line, message, column) for path, line, message, column in rows]
        found += [Problem(copy, 1, COPIED.format(original.name)) for copy, original in self.copies.items()]
        return tuple(sorted([*found, *self._collisions(), *self.index.unlisted], key=lambda each: (each.path, each.line)))

    def _collisions(self) -> Iterator[Problem]:
        """Files whose names differ in case or Unicode form only."""
        twice = "SELECT folded FROM file GROUP BY folded HAVING count(*) > 1"
        first: dict[str, str] = {}
        for folded, path in self.index.rows(f"SELECT folded, path FROM file WHERE folded IN ({twice}) ORDER BY folded, path"):
            other = first.setdefault(folded, path)
            if other != path:
                message = f"its name and that of {other} differ in case or Unicode form only; rename one"
                yield Problem(PurePosixPath(path), 1, message)

    @cached_property
    def template_folders(self) -> tuple[PurePosixPath, ...]:
        """The folders of templates that Obsidian and its plug-in Templater are set to."""
        found = []
        for name, key in TEMPLATE_SETTINGS.items():
            try:
                folder = json.loads((self.root / ".obsidian" / name).read_bytes()).get(key)
            except (OSError, ValueError, AttributeError, RecursionError):
                continue
            parts = folder.strip().strip("/") if isinstance(folder, str) else ""
            if parts:
                found.append(PurePosixPath(fold(parts)))
        return tuple(found)

    @cached_property
    def copies(self) -> dict[PurePosixPath, PurePosixPath]:
        """Copies made by a program which synchronises, each with its original in the same folder: they are no content."""
        return copies(self.note_paths, self.is_note, self.block_ids())

    def is_content(self, path: PurePosixPath) -> bool:
        """Whether a note says anything by itself: it is no template and no copy of another."""
        return not self.is_template(path) and path not in self.copies

    def is_template(self, path: PurePosixPath) -> bool:
        """Whether a note stands in a folder of templates: it is no content."""
        return bool(self.template_folders) and any(
            PurePosixPath(fold(str(path))).is_relative_to(folder) for folder in self.template_folders
        )

    def tagged(self, name: str) -> tuple[PurePosixPath, ...]:
        """The notes in whose text, comments left out, a tag stands; case does not matter."""
        return self._paths(
            "SELECT DISTINCT path FROM tag JOIN file ON file.id = source WHERE tag.kind = 'body' AND tag.folded = ?",
            name.casefold(),
        )

    def with_callout(self, kind: str) -> tuple[PurePosixPath, ...]:
        """The notes in which a line seems to open a callout of this kind, given in lower case."""
        return self._paths("SELECT DISTINCT path FROM callout JOIN file ON file.id = source WHERE callout.kind = ?", kind)

    def path(self, start: PurePosixPath, end: PurePosixPath) -> list[PurePosixPath] | None:
        """The fewest links from one file to another, followed in either direction; None where nothing leads there."""
        import networkx as nx

        try:
            return [PurePosixPath(step) for step in nx.shortest_path(self._web, str(start), str(end))]
        except (nx.NetworkXNoPath, nx.NodeNotFound):
            return None

    def neighbours(self, path: PurePosixPath, depth: int) -> dict[PurePosixPath, int]:
        """The files that are up to `depth` links away, in either direction, with how many; the near ones first."""
        import networkx as nx

        if str(path) not in self._web:
            return {}
        steps = nx.single_source_shortest_path_length(self._web, str(path), cutoff=depth)
        ordered = sorted(steps.items(), key=lambda pair: (pair[1], pair[0]))
        return {PurePosixPath(other): count for other, count in ordered if count}

    @cached_property
    def _web(self) -> nx.Graph[str]:
        """Which files are linked, whichever way."""
        import networkx as nx

        query = (
            "SELECT source.path, file.path FROM link JOIN file AS source ON source.id = link.source"
            " JOIN file ON file.id = link.file ORDER BY source.path, number"
        )
        return nx.Graph(self.index.rows(query))

    def linking_by_name(self, path: PurePosixPath) -> set[PurePosixPath]:
        """The files with a link whose last part is the name of `path`, whatever it leads to."""
        rows = self.index.rows(
            "SELECT path FROM link JOIN file ON file.id = source WHERE link.name = ?", name_of(fold(str(path)))
        )
        return {PurePosixPath(source) for (source,) in rows}

    def block_ids(self) -> list[tuple[str, PurePosixPath]]:
        """Every block id with the note that it stands in, as often as it stands in the vault."""
        rows = self.index.rows("SELECT block.id, path FROM block JOIN file ON file.id = source ORDER BY path, number")
        return [(name, PurePosixPath(path)) for name, path in rows]

    def linked_names(self) -> list[str]:
        """The last part of each link's path, in the form of `fold`, as often as it stands in notes and canvases."""
        return [name for (name,) in self.index.rows("SELECT name FROM link")]

    def names(self) -> frozenset[str]:
        """What notes and other files are called, and their aliases, in the form of `fold`."""
        rows = self.index.rows("SELECT name FROM file UNION SELECT name FROM alias")
        return frozenset(fold(name) for (name,) in rows)

    def links(self, source: PurePosixPath | None = None, file: PurePosixPath | None = None) -> list[VaultLink]:
        """The links of the vault, or those in `source` or to `file`, in order of file and place."""
        where, values = [], []
        for column, path in (("source.path", source), ("file.path", file)):
            if path is not None:
                where.append(f"{column} = ?")
                values.append(str(path))
        condition = f" WHERE {' AND '.join(where)}" if where else ""
        return [_link(row) for row in self.index.rows(f"{LINKS}{condition} ORDER BY source.path, number", *values)]

    @cached_property
    def _files(self) -> Files:
        return Files(self.files)

    def resolve(self, source: PurePosixPath, link: Link | str) -> Resolution:
        """What a link, or its text `path#subpath`, means in the file `source`."""
        target, mark, rest = link.partition("#") if isinstance(link, str) else (link.target, "", "")
        subpath = mark + rest if isinstance(link, str) else link.subpath
        found = self._files.resolve(source, target.strip())
        if found.file is None or not self.is_note(found.file) or not subpath.strip("# "):
            return found
        anchor = resolve_subpath(self.note(found.file), subpath)
        return replace(found, anchor=anchor, subpath_found=anchor is not None)

    def find(self, name: str) -> PurePosixPath:
        """The file that a person means: a path on disk or in the vault, or a name as a link would give it.

        Raises ConfigurationError, with near names, when there is none.
        """
        on_disk = Path(name).resolve()
        if on_disk.is_relative_to(self.root.resolve()):
            inside = PurePosixPath(on_disk.relative_to(self.root.resolve()).as_posix())
            if inside in self.files:
                return inside
        found = self._files.resolve(PurePosixPath("."), name.partition("#")[0].strip())
        if name.strip() and found.file:
            return found.file
        names = {path.stem for path in self.files} | {str(path) for path in self.files}
        near = ", ".join(difflib.get_close_matches(name, names, 3))
        raise ConfigurationError(f"{name}: no such note in {self.root}" + (f"; near to it: {near}" if near else ""))

    def graph(self, claims: Iterable[ClaimNode] = ()) -> nx.MultiDiGraph[str]:
        """Notes and what they link to, as a directed multigraph; see `checker.notes.graph`."""
        from checker.notes.graph import build

        return build(self, claims)


def _link(row: Sequence[Any]) -> VaultLink:
    source, file, target, subpath, kind, embed, key, line, column, how, others, found = row
    return VaultLink(
        source=PurePosixPath(source),
        file=None if file is None else PurePosixPath(file),
        target=target,
        subpath=subpath,
        kind=kind,
        embed=bool(embed),
        key=key,
        line=line,
        column=column,
        how=how,
        others=others,
        found=None if found is None else bool(found),
    )
