"""One vault that is open in an editor: its workspace, its notes as they stand there, and what is known of their claims."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from pygls import uris

from checker.cache import cache_folder
from checker.claims import Claim, Reading
from checker.claims.claim import find_claims
from checker.claims.language.words import Dictionary
from checker.errors import NoteError
from checker.evidence import Ledger
from checker.lab.context import within
from checker.lsp.positions import Positions
from checker.notes import EditedVault, Note, Problem
from checker.notes.bibliography import bibliography_files, read_bibliography
from checker.reports.standing import Standing, standing
from checker.runs import readings
from checker.runs.case import Case
from checker.runs.decidable import forget_data
from checker.runs.risk import with_risks
from checker.runs.survey import case_of, introduced
from checker.runs.survey_note import survey_note
from checker.workspace import Workspace
from checker.writing import read_ledgers, shaken

MOST_READINGS = 5000  # that are kept in memory
MOST_STEPS = 50  # of claims that rest on claims

Stamps = tuple[tuple[int, int] | None, ...]


class KnownClaim(NamedTuple):
    """A claim of a note as it stands in the editor, and what is known of it."""

    case: Case
    at: Standing

    @property
    def claim(self) -> Claim:
        return self.case.claim


class NoteClaims(NamedTuple):
    """The claims of a note, and the places where one needs a person first."""

    claims: tuple[KnownClaim, ...] = ()
    problems: tuple[Problem, ...] = ()


class Session:
    """A workspace, its vault with the texts of the editor, and the unit in which that editor counts characters."""

    def __init__(self, workspace: Workspace, vault: EditedVault, encoding: str = "utf-16") -> None:
        self.workspace, self.vault, self.encoding = workspace, vault, encoding
        self.root = vault.root.resolve()
        self.idle: set[str] = set()
        self._readings: dict[tuple[str, tuple[tuple[str, str], ...]], Reading] = {}
        self._ledgers: dict[str, tuple[Stamps, tuple[Ledger | None, str]]] = {}
        self._sources: tuple[object, frozenset[str]] = (None, frozenset())
        self._claims: dict[PurePosixPath, tuple[bytes, NoteClaims]] = {}
        self._cases: dict[Hashable, Case] = {}
        self._standings: dict[Hashable, Standing] = {}

    @classmethod
    def open(cls, root: Path, encoding: str) -> Session:
        """Open a project or a vault, and look up what the first answers need. Raises ConfigurationError."""
        workspace = Workspace.open(root)
        vault = EditedVault.open(workspace.project.vault, cache_folder() / "vaults")
        session = cls(workspace, vault, encoding)
        session.read("MAE has shorter attention distance than DINO")
        vault.resolve(PurePosixPath("."), "")
        assert session.dictionary is not None
        session.forget()
        return session

    @cached_property
    def dictionary(self) -> Dictionary:
        """The words of claims, as phrases in a sentence."""
        return Dictionary(self.workspace.words)

    def path_of(self, uri: str) -> PurePosixPath | None:
        """The note of a document; None for one that is no note of this vault."""
        file = uris.to_fs_path(uri) if uri.startswith("file:") else None
        if not file or not file.lower().endswith(".md") or "\0" in file:
            return None
        for place in (Path(file), Path(file).parent.resolve() / Path(file).name):
            for root in (self.vault.root.absolute(), self.root):
                if place.is_relative_to(root):
                    path = PurePosixPath(place.relative_to(root).as_posix())
                    return None if any(part.startswith(".") for part in path.parts) else path
        return None

    def uri_of(self, path: PurePosixPath) -> str:
        """The document of a file, by the way to the vault that the editor took."""
        return (self.vault.root.absolute() / path).as_uri()

    def positions(self, path: PurePosixPath) -> Positions:
        """The places in a file. Raises NoteError where it cannot be read."""
        return Positions(self.vault.read(path), self.encoding)

    def refresh(self) -> None:
        """Look at the disk again."""
        self.vault.refresh()
        self.forget()

    def forget_claims(self) -> None:
        """Look at claims again, since another note has changed."""
        self._claims.clear()

    def forget(self) -> None:
        """Keep nothing that follows from what is on disk."""
        for kept in (self._claims, self._cases, self._standings):
            kept.clear()
        forget_data()
        files = bibliography_files(
            [self.vault.root, self.workspace.project.root], (self.vault.root / path for path in self.vault.files)
        )
        stamps = _stamps(files)
        if self._sources[0] != (files, stamps):
            self._sources = (files, stamps), frozenset(read_bibliography(files)[0]) if files else frozenset()

    @property
    def sources(self) -> frozenset[str]:
        """The keys of the bibliographies."""
        return self._sources[1]

    def claims(self, path: PurePosixPath) -> NoteClaims:
        """The claims of a note as it stands in the editor. Raises NoteError where it cannot be read."""
        note = self.vault.note(path)
        known = self._claims.get(path)
        if known is None or known[0] != note.data:
            with within(self.workspace.context):
                known = self._claims[path] = note.data, self._survey(note)
        return known[1]

    def steps(self, path: PurePosixPath) -> Iterator[None]:
        """Look up what is known of the claims of a note, one a step, so that `claims` answers at once afterwards."""
        try:
            claims = find_claims(self.vault.note(path))[0] if path not in self._claims else []
        except NoteError:
            return
        for claim in claims:
            with within(self.workspace.context):
                self._standing(self._case(claim))
            yield

    def _survey(self, note: Note) -> NoteClaims:
        found = survey_note(self.vault, note, self._case)
        at = {case.id: self._standing(case) for case in found.cases}
        rests = {case.id: case.rests_on for case in found.cases if case.rests_on}
        if rests:
            rests |= self._rests_of_others({name for names in rests.values() for name in names} - at.keys())
            others = {name for names in rests.values() for name in names} - at.keys()
            at = with_risks(at, rests, shaken(self.workspace.project, others))
        return NoteClaims(tuple(KnownClaim(case, at[case.id]) for case in found.cases), found.problems)

    def _rests_of_others(self, names: set[str]) -> dict[str, tuple[str, ...]]:
        """What claims of other notes rest on, near or far."""
        found: dict[str, tuple[str, ...]] = {}
        for _ in range(MOST_STEPS):
            new: set[str] = set()
            for name in names - found.keys():
                found[name] = ()
                for holder in self.vault.holders(name):
                    survey = survey_note(self.vault, self.vault.note(holder), self._case)
                    found[name] = next((case.rests_on for case in survey.cases if case.id == name), ())
                    new |= set(found[name])
            if not new:
                break
            names = new
        return found

    def _case(self, claim: Claim) -> Case:
        """The case of a claim: of one that says the same as before, the one that was made then."""
        names = introduced(self.vault, claim.note, claim.links)
        source = str(claim.note.path), claim.takes_id, claim.block.block_id and claim.block.block_id.id
        key = claim.statement, claim.name, claim.exact, source, tuple(sorted(names.items()))
        if key not in self._cases:
            if len(self._cases) >= MOST_READINGS:
                self._cases.clear()
            reading = self.read(claim.statement, names)
            self._cases[key] = case_of(claim, reading, self.workspace.project, self.workspace.words)
        return replace(self._cases[key], claim=claim)

    def _standing(self, case: Case) -> Standing:
        key = case.id, case.word, case.reason, case.stale, case.spec.hash() if case.spec is not None else ""
        if key not in self._standings:
            self._standings[key] = standing(case, *self._ledger(case))
        return self._standings[key]

    def read(self, sentence: str, names: Mapping[str, str] | None = None) -> Reading:
        """What a sentence means, read once. `names` as in `read_sentence`."""
        names = names or {}
        key = sentence, tuple(sorted(names.items()))
        if key not in self._readings:
            if len(self._readings) >= MOST_READINGS:
                self._readings.clear()
            self._readings[key] = readings.read(sentence, self.workspace.words, names, keep=False)
        return self._readings[key]

    def ledger(self, case: Case) -> Ledger:
        """The evidence of a claim; an empty one where there is none, or none that can be used."""
        return self._ledger(case)[0] or Ledger(case.id)

    def _ledger(self, case: Case) -> tuple[Ledger | None, str]:
        """The evidence of a claim, and why it cannot be used, where it cannot."""
        project = self.workspace.project
        own = (project.evidence(case.id), project.note(case.id))
        stamps = _stamps([*own, *map(project.archived, own)])
        known = self._ledgers.get(case.id)
        if known is None or known[0] != stamps:
            ledgers, faults = read_ledgers(project, [case.id])
            known = self._ledgers[case.id] = stamps, (ledgers.get(case.id), faults.get(case.id, ""))
        return known[1]

    def is_saved(self, path: PurePosixPath) -> bool:
        """Whether the text in the editor is what is on disk, but for a byte order mark, which editors hide."""
        try:
            on_disk = self.vault.on_disk(path)
        except NoteError:
            return False
        return on_disk.removeprefix(b"\xef\xbb\xbf") == self.vault.read(path).removeprefix(b"\xef\xbb\xbf")


def _stamps(files: list[Path]) -> Stamps:
    """What tells that one of some files has changed."""
    found: list[tuple[int, int] | None] = []
    for file in files:
        try:
            status = file.stat()
            found.append((status.st_mtime_ns, status.st_size))
        except OSError:
            found.append(None)
    return tuple(found)
