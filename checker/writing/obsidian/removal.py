"""Every trace of the program out of a vault: the user's bytes stay, and so does what a person has written or changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath

from checker.claims import vault_claims
from checker.errors import EvidenceError
from checker.evidence import parse_ledger
from checker.notes import Vault
from checker.runs.project import ARCHIVE, Project
from checker.writing.changes import Change
from checker.writing.claim_note import own_text, properties_of
from checker.writing.obsidian.additions import additions, is_ours, snippet_file, template_file
from checker.writing.retired import clearing, homes, is_linked, is_tools_spec

PLOT = b"<dc:description>check-claims "


def removal(project: Project, vault: Vault) -> tuple[list[Change], list[str]]:
    """The changes that take everything out, and what stays, with the reason."""
    removed, left = [], []
    cleared: dict[PurePosixPath, dict[str, bool]] = {}
    for claim in vault_claims(vault)[0]:
        if claim.status:
            cleared.setdefault(claim.note.path, {})[claim.target] = False
    for path in _files(project.notes, "*.md"):
        data = path.read_bytes()
        properties = properties_of(data)
        if properties is None:
            continue
        own = bool(properties.get("id_added")) and not is_linked(project, vault, path.stem)
        for home in homes(vault, path.stem, properties.get("source")):
            cleared.setdefault(home, {})[path.stem] = own
        if own_text(data.decode("utf-8")) is not None:
            left.append(f"{path}: you wrote under its last heading, so it stays")
            continue
        about = frozenset([path.stem])
        removed.append(Change(path, data, None, about))
        plot = path.with_suffix(".svg")
        if plot.is_file() and PLOT in plot.read_bytes():
            removed.append(Change(plot, plot.read_bytes(), None, about))
    for path in _files(project.claims, "*.yaml"):
        if is_tools_spec(path.read_bytes()):
            removed.append(Change(path, path.read_bytes(), None, frozenset([path.stem])))
        else:
            left.append(f"{path}: edited by hand, so it stays")
    for path in _files(project.claims, "*.evidence.json"):
        try:
            data = path.read_bytes()
            removed.append(Change(path, data, None, frozenset([parse_ledger(data, str(path)).claim])))
        except (EvidenceError, OSError):
            left.append(f"{path}: cannot be read, so it stays")
    for addition in additions(project, with_map=True):
        if addition.path.is_file():
            data = addition.path.read_bytes()
            if is_ours(addition, data):
                removed.append(Change(addition.path, data, None))
            else:
                left.append(f"{addition.path}: changed since it was put there, so it stays")
    edits = [change for path, ids in cleared.items() for change in clearing(vault, path, ids)]
    return [*edits, *removed], left


def tidy(project: Project, removed: Collection[Path]) -> None:
    """Take away the folders that have become empty because these files of ours are gone."""
    project.tidy()
    for file in (snippet_file(project), template_file(project)):
        if file in removed:
            for folder in (file.parent, file.parent.parent):
                if folder != project.vault and folder.is_dir() and not any(folder.iterdir()):
                    folder.rmdir()


def _files(folder: Path, pattern: str) -> Iterator[Path]:
    """The regular files in a folder and its archive."""
    yield from (path for place in (folder, folder / ARCHIVE) for path in sorted(place.glob(pattern)) if path.is_file())
