"""What is wrong with the links, names and files of a vault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from checker.notes.bibliography import bibliography_files, cited, read_bibliography
from checker.notes.vault import Vault, VaultLink

KINDS = ("broken-link", "broken-heading", "broken-block", "duplicate-id", "ambiguous-link", "unknown-source", "file")


@dataclass(frozen=True, order=True)
class Fault:
    """One thing to mend; `kind` is one of KINDS, `file` for what is wrong with a whole file or its frontmatter."""

    path: PurePosixPath
    line: int
    column: int
    kind: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


def lint(vault: Vault, folders: Iterable[Path] = ()) -> list[Fault]:
    """All faults of a vault, in order of place. Its bibliographies may lie in more `folders`."""
    found = [Fault(each.path, each.line, each.column, "file", each.message) for each in vault.problems]
    found += filter(None, (_link(vault, link) for link in vault.links()))
    return sorted([*found, *_doubled(vault), *_unknown_sources(vault, folders)])


def _link(vault: Vault, link: VaultLink) -> Fault | None:
    if link.file is None:
        return _fault(link, "broken-link", f"there is no file {link.target!r}")
    if link.found is False:
        kind, name = ("block", "broken-block") if "#^" in link.subpath else ("heading", "broken-heading")
        return _fault(link, name, f"{link.file} has no {kind} {link.subpath}")
    if link.ambiguous:
        others = ", ".join(map(str, vault.resolve(link.source, link.destination).others))
        return _fault(
            link, "ambiguous-link", f"{link.target!r} means {link.file}, and fits {others} as well; write more of its path"
        )
    return None


def _fault(link: VaultLink, kind: str, message: str) -> Fault:
    return Fault(link.source, link.line, link.column, kind, message)


def _doubled(vault: Vault) -> Iterator[Fault]:
    """Block ids that stand more than once in a note: a link can only mean the first."""
    seen: set[tuple[str, str]] = set()
    query = "SELECT path, block.id, line, column FROM block JOIN file ON file.id = source ORDER BY path, number"
    for path, name, line, column in vault.index.rows(query):
        if (path, name.casefold()) in seen:
            yield Fault(PurePosixPath(path), line, column, "duplicate-id", f"the block id ^{name} occurs twice in this note")
        seen.add((path, name.casefold()))


def _unknown_sources(vault: Vault, folders: Iterable[Path]) -> Iterator[Fault]:
    """Citations without an entry in the bibliography, where there is one."""
    files = bibliography_files([vault.root, *folders], (vault.root / path for path in vault.files))
    sources, _ = read_bibliography(files)
    if not sources:
        return
    for path in vault.note_paths:
        if not vault.is_content(path) or b"[" not in (note := vault.note(path)).data or b"@" not in note.data:
            continue
        for offset, key in cited(note.visible):
            if key not in sources:
                why = f"no bibliography has an entry @{key}"
                yield Fault(path, note.line_of(offset), note.column_of(offset), "unknown-source", why)
