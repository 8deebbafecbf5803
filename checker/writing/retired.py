"""Claims whose sentence is no claim any more: the tag was taken away, or the note is gone. Their traces in notes go, and their
evidence is archived. It is never deleted, and found again when the sentence is tagged anew."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from checker.claims import is_untouched, vault_claims
from checker.errors import NoteError
from checker.notes import Problem, Vault
from checker.runs.project import Project
from checker.writing.changes import Change
from checker.writing.claim_note import SOURCE, properties_of
from checker.writing.note_status import NoteEdit

LINKED = (
    "SELECT DISTINCT file.path FROM link JOIN file ON file.id = link.source WHERE lower(link.subpath) = ? AND file.kind = 'note'"
)
HOME = "SELECT DISTINCT path FROM block JOIN file ON file.id = block.source WHERE block.id = ?"


ID = re.compile(r"[A-Za-z0-9-]+")  # a claim note of another name is a copy that somebody or something made


def retired(project: Project, vault: Vault, ids: Collection[str], faults: Sequence[Problem]) -> list[str]:
    """The claims that have a claim note and no sentence; `ids` are those that the survey found, `faults` what it could not read.
    One whose note cannot be read for certain just now still counts as a claim."""
    candidates = [path for path in sorted(project.notes.glob("*.md")) if path.stem not in ids and ID.fullmatch(path.stem)]
    if not candidates:
        return []
    live = {claim.name for claim in vault_claims(vault)[0]} | set(ids)
    unsure = {problem.path for problem in (*vault.problems, *faults)}
    found = []
    for path in candidates:
        properties = properties_of(path.read_bytes()) if path.stem not in live and path.is_file() else None
        if properties is not None and not unsure.intersection(homes(vault, path.stem, properties.get("source"))):
            found.append(path.stem)
    return found


def retire(project: Project, vault: Vault, names: Iterable[str]) -> list[Change]:
    """Clear these claims from notes and archive what is known of them."""
    moved: list[Change] = []
    removed: list[Change] = []
    cleared: dict[PurePosixPath, dict[str, bool]] = {}
    for name in names:
        about = frozenset([name])
        for path in project.files(name):
            data = path.read_bytes() if path.is_file() else None
            if data is None or (path == project.spec(name) and not is_tools_spec(data)):
                continue  # a spec that a person edited is theirs
            archived = project.archived(path)
            kept = archived.read_bytes() if archived.is_file() else None
            moved.append(Change(archived, kept, data, about))
            removed.append(Change(path, data, None, about))
        properties = properties_of(project.note(name).read_bytes()) or {}
        own = bool(properties.get("id_added")) and not is_linked(project, vault, name)
        for home in homes(vault, name, properties.get("source")):
            cleared.setdefault(home, {})[name] = own
    edits = [change for path, ids in cleared.items() for change in clearing(vault, path, ids)]
    return [*moved, *edits, *removed]


def clearing(vault: Vault, path: PurePosixPath, ids: dict[str, bool]) -> Iterator[Change]:
    """The change of a note that takes these claims' traces out of it, if it has any; none of a copy that a sync program made."""
    if path in vault.copies:
        return
    edit = NoteEdit(cleared=ids)
    try:
        old = (vault.root / path).read_bytes()
        new = edit.apply(old)
    except (OSError, NoteError):
        return
    if new != old:
        yield Change(vault.root / path, old, new, frozenset(ids), edit)


def is_linked(project: Project, vault: Vault, name: str) -> bool:
    """Whether somebody's note links to the block of a claim; claim notes do not count."""
    notes = (Path(path) for (path,) in vault.index.rows(LINKED, f"#^{name.lower()}"))
    return any(not (vault.root / path).is_relative_to(project.notes) for path in notes)


def homes(vault: Vault, name: str, source: object) -> list[PurePosixPath]:
    """The notes in which a claim stood: where its block id is, or else the one that its claim note names."""
    found = [PurePosixPath(path) for (path,) in vault.index.rows(HOME, name)]
    match = SOURCE.fullmatch(str(source or ""))
    return found or ([PurePosixPath(f"{match[1]}.md")] if match else [])


def is_tools_spec(data: bytes) -> bool:
    """Whether the program wrote this spec and nobody has changed it."""
    try:
        return is_untouched(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False
