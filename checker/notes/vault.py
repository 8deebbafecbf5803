"""A folder of notes: what is in it, how its links resolve, and its graph."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from checker.errors import ConfigurationError, NoteError
from checker.notes.canvas import Canvas, read_canvas
from checker.notes.link import Link
from checker.notes.note import Note, Problem
from checker.notes.parse import MAX_BYTES, parse
from checker.notes.resolve import Files, Resolution, resolve_subpath

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True)
class Vault:
    """Notes and other files of a vault, in order of path; `problems` tells what could not be read."""

    root: Path
    notes: tuple[Note, ...]
    files: tuple[PurePosixPath, ...]
    problems: tuple[Problem, ...]
    canvases: tuple[Canvas, ...] = ()

    @classmethod
    def open(cls, root: Path | str) -> Vault:
        """Read every note below `root`; hidden folders are left out, as Obsidian does.

        Raises ConfigurationError when there is no such folder.
        """
        root = Path(root)
        if not root.is_dir():
            raise ConfigurationError(f"{root}: no such folder; give the folder that holds your notes")
        notes: list[Note] = []
        canvases: list[Canvas] = []
        problems: list[Problem] = []
        files = tuple(sorted(_walk(root, problems)))
        for path in files:
            kind = path.suffix.lower()
            if kind not in (".md", ".canvas"):
                continue
            try:
                if (root / path).stat().st_size > MAX_BYTES:
                    raise NoteError(f"{path}: larger than {MAX_BYTES // 1_000_000} MB; skipped")
                data = (root / path).read_bytes()
                read = parse(path, data) if kind == ".md" else read_canvas(path, data)
            except NoteError as error:
                problems.append(Problem(path, 1, str(error).removeprefix(f"{path}: ")))
                continue
            except OSError as error:
                problems.append(Problem(path, 1, f"cannot be read ({error.strerror}); skipped"))
                continue
            if isinstance(read, Note):
                notes.append(read)
            else:
                canvases.append(read)
            problems.extend(read.problems)
        for path, other in Files(files).collisions():
            problems.append(Problem(other, 1, f"its name and that of {path} differ in case or Unicode form only; rename one"))
        return cls(root, tuple(notes), files, tuple(problems), tuple(canvases))

    @cached_property
    def index(self) -> Files:
        """The files of the vault, for resolving."""
        return Files(self.files)

    @cached_property
    def note_at(self) -> Mapping[PurePosixPath, Note]:
        """The notes by path."""
        return {note.path: note for note in self.notes}

    def resolve(self, source: PurePosixPath, link: Link | str) -> Resolution:
        """What a link, or its text `path#subpath`, means in the file `source`."""
        target, mark, rest = link.partition("#") if isinstance(link, str) else (link.target, "", "")
        subpath = mark + rest if isinstance(link, str) else link.subpath
        found = self.index.resolve(source, target.strip())
        note = self.note_at.get(found.file) if found.file else None
        if note is None or not subpath.strip("# "):
            return found
        anchor = resolve_subpath(note, subpath)
        return replace(found, anchor=anchor, subpath_found=anchor is not None)

    def graph(self) -> nx.MultiDiGraph[str]:
        """Notes, and what they link to, as a directed multigraph; `exists` is False on targets without a file."""
        import networkx as nx

        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for note in self.notes:
            graph.add_node(str(note.path), exists=True)
        for note in self.notes:
            for link in note.all_links:
                target = self.resolve(note.path, link).file
                node = str(target) if target else link.target
                if node not in graph:
                    graph.add_node(node, exists=target is not None)
                graph.add_edge(str(note.path), node, line=note.line_of(link.span.start))
        return graph


def _walk(root: Path, problems: list[Problem]) -> Iterator[PurePosixPath]:
    """Regular files below `root`, relative to it. Each folder is visited once, links that leave the vault never."""
    seen: set[tuple[int, int]] = set()
    inside = root.resolve()
    stack = [root]
    while stack:
        folder = stack.pop()
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            listed = os.scandir(folder)
        except OSError as error:
            place = PurePosixPath(folder.relative_to(root).as_posix())
            problems.append(Problem(place, 1, f"the folder cannot be read ({error.strerror}); skipped"))
            continue
        with listed as entries:
            for entry in entries:
                path = Path(entry.path)
                if entry.name.startswith("."):
                    continue
                if entry.is_symlink() and not path.resolve().is_relative_to(inside):
                    continue
                if entry.is_dir():
                    stack.append(path)
                elif entry.is_file():
                    yield PurePosixPath(path.relative_to(root).as_posix())
