"""A folder of notes: what is in it, how its links resolve, and its graph."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from unicodedata import normalize

from checker.errors import ConfigurationError, NoteError
from checker.notes.note import Note, Problem
from checker.notes.parse import MAX_BYTES, parse

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True)
class Vault:
    """Notes and other files of a vault, in order of path; `problems` tells what could not be read."""

    root: Path
    notes: tuple[Note, ...]
    files: tuple[PurePosixPath, ...]
    problems: tuple[Problem, ...]

    @classmethod
    def open(cls, root: Path | str) -> Vault:
        """Read every note below `root`; hidden folders are left out, as Obsidian does.

        Raises ConfigurationError when there is no such folder.
        """
        root = Path(root)
        if not root.is_dir():
            raise ConfigurationError(f"{root}: no such folder; give the folder that holds your notes")
        files = tuple(sorted(_walk(root)))
        notes, problems = [], []
        for path in files:
            if path.suffix.lower() != ".md":
                continue
            try:
                if (root / path).stat().st_size > MAX_BYTES:
                    raise NoteError(f"{path}: larger than {MAX_BYTES // 1_000_000} MB; skipped")
                note = parse(path, (root / path).read_bytes())
            except NoteError as error:
                problems.append(Problem(path, 1, str(error).removeprefix(f"{path}: ")))
                continue
            except OSError as error:
                problems.append(Problem(path, 1, f"cannot be read ({error.strerror}); skipped"))
                continue
            notes.append(note)
            problems.extend(note.problems)
        return cls(root, tuple(notes), files, tuple(problems))

    @cached_property
    def _by_name(self) -> dict[str, list[PurePosixPath]]:
        table: dict[str, list[PurePosixPath]] = {}
        for path in self.files:
            for name in {path.name, path.stem if path.suffix.lower() == ".md" else path.name}:
                table.setdefault(_fold(name), []).append(path)
        return table

    def resolve(self, source: PurePosixPath, target: str) -> PurePosixPath | None:
        """The file that a wikilink means: an exact path from the root, then the source's folder, then the shortest path."""
        if not target:
            return source
        wanted = _fold(target.strip("/"))
        found = [path for path in self._by_name.get(wanted.rsplit("/", 1)[-1], []) if _ends(path, wanted)]

        def order(path: PurePosixPath) -> tuple[bool, bool, bool, int, str]:
            markdown = path.suffix.lower() == ".md"
            exact = wanted in (_fold(str(path)), _fold(str(path.with_suffix(""))) if markdown else "")
            return (not markdown, not exact, path.parent != source.parent, len(str(path)), str(path))

        return min(found, key=order, default=None)

    def graph(self) -> nx.MultiDiGraph[str]:
        """Notes, and what they link to, as a directed multigraph; `exists` is False on targets without a file."""
        import networkx as nx

        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for note in self.notes:
            graph.add_node(str(note.path), exists=True)
        for note in self.notes:
            for link in note.links:
                target = self.resolve(note.path, link.target)
                node = str(target) if target else link.target
                if node not in graph:
                    graph.add_node(node, exists=target is not None)
                graph.add_edge(str(note.path), node, line=note.line_of(link.span.start))
        return graph


def _fold(name: str) -> str:
    return normalize("NFC", name).casefold()


def _ends(path: PurePosixPath, wanted: str) -> bool:
    for form in (str(path), str(path.with_suffix("")) if path.suffix.lower() == ".md" else str(path)):
        folded = _fold(form)
        if folded == wanted or folded.endswith("/" + wanted):
            return True
    return False


def _walk(root: Path) -> Iterator[PurePosixPath]:
    """Regular files below `root`, relative to it. Each folder is visited once, links that leave the vault never."""
    seen: set[tuple[int, int]] = set()
    inside = root.resolve()
    stack = [root]
    while stack:
        folder = stack.pop()
        status = folder.stat()
        if (status.st_dev, status.st_ino) in seen:
            continue
        seen.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as entries:
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
