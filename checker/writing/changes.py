"""Everything a run wants to write, as values: what is shown with --dry-run is what is written without it."""

from __future__ import annotations

import dataclasses
import difflib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from checker.errors import EvidenceError
from checker.evidence import Ledger, Run, decision_code, difference, print_ledger, read_ledger
from checker.evidence.ledger import RESTORE
from checker.notes import Problem
from checker.runs.outcome import Outcome
from checker.runs.project import ARCHIVE, Project
from checker.words import DECIDED
from checker.writing.claim_note import TRUST, Rewrite, is_claim_note, properties_of, render, shown_in
from checker.writing.note_status import NoteEdit
from checker.writing.status import Status

Draw = Callable[[str, Run], bytes]  # (claim id, run) -> SVG
Mark = Callable[[Run], str]


@dataclass(frozen=True)
class Change:
    """A file whose bytes are to be replaced; `old` is None where there is no file yet, `new` where there is to be none.

    `claims` are those that it is about. `edit` makes the new bytes of a note from whatever it holds by then. `theirs`: people
    edit the file.
    """

    path: Path
    old: bytes | None
    new: bytes | None
    claims: frozenset[str] = frozenset()
    edit: NoteEdit | Rewrite | None = None
    theirs: bool = False

    def diff(self) -> str:
        """A unified diff for people; a plot is only named, and so is a file that goes."""
        if self.new is None:
            return f"goes: {self.path}\n"
        if self.path.parent.name == ARCHIVE:
            return f"archived: {self.path}\n"
        if self.path.suffix == ".svg":
            return f"{'drawn' if self.old is None else 'drawn again'}: {self.path}\n"
        old = (self.old or b"").decode("utf-8").splitlines(keepends=True)
        new = self.new.decode("utf-8").splitlines(keepends=True)
        return "".join(difflib.unified_diff(old, new, str(self.path), str(self.path), n=1))


def read_ledgers(project: Project, ids: Sequence[str]) -> tuple[dict[str, Ledger], dict[str, str]]:
    """The ledgers of claims, and why a claim has none that can be used: it is damaged, or the place of its claim note is
    taken by a note that somebody else wrote, which is never overwritten. One that was archived is found again."""
    ledgers, faults = {}, {}
    for name in ids:
        path, note = _standing(project, project.evidence(name)), _read(project.note(name))
        if note is not None and not is_claim_note(note):
            faults[name] = (
                f"{project.note(name)}: not written by check-claims, so left alone; rename it or change the block id ^{name}"
            )
            continue
        try:
            ledgers[name] = read_ledger(path, name)
        except EvidenceError as error:
            faults[name] = str(error)
    return ledgers, faults


def ledger_of(project: Project, name: str) -> Ledger:
    """The ledger of one claim. Raises EvidenceError, with what `read_ledgers` says, where it has none that can be used."""
    ledgers, faults = read_ledgers(project, [name])
    if name in faults:
        raise EvidenceError(faults[name])
    return ledgers[name]


def status_of(outcome: Outcome) -> Status:
    case = outcome.case
    return Status(case.id, case.claim.statement, outcome.word, outcome.scope, outcome.stale, bool(outcome.at_risk))


def shaken(project: Project, names: Iterable[str]) -> set[str]:
    """Which of these claims are refuted or stale, as their notes have it."""
    found = set()
    for name in names:
        data = _read(project.note(name))
        properties = (properties_of(data) if data is not None else None) or {}
        if properties.get("verdict") == "refuted" or properties.get("fresh") is False:
            found.add(name)
    return found


def edited_by_hand(project: Project, outcomes: Sequence[Outcome]) -> list[Problem]:
    """The statuses in notes that do not say what was written last."""
    found = []
    for outcome in outcomes:
        claim = outcome.case.claim
        data = _read(project.note(outcome.case.id)) if claim.status else None
        written = shown_in(properties_of(data) or {}) if data is not None else ""
        if written and (claim.shown, claim.target) != (written, outcome.case.id):
            why = f"its status was edited: it reads {claim.shown!r} where the evidence gives {written!r}, which is written again"
            found.append(Problem(claim.note.path, claim.line, why))
    return found


def doubted(project: Project, outcomes: Sequence[Outcome], ledgers: Mapping[str, Ledger]) -> dict[str, str]:
    """By id, where the record that an outcome rests on has another verdict than its values give by the rule that gave it, and
    what to do."""
    found = {}
    for outcome in outcomes:
        name = outcome.case.id
        keys = {each.run.key for each in (outcome, *outcome.others) if each.run is not None}
        for recorded, now in ledgers[name].pairs() if name in ledgers else ():
            if recorded.key in keys and now is not recorded and recorded.code.decision == decision_code(recorded.spec):
                path = _standing(project, project.evidence(name))
                found[name] = f"{path}: {difference(recorded, now.verdict)}; {RESTORE}"
    return found


def plan_changes(
    project: Project, outcomes: Sequence[Outcome], ledgers: Mapping[str, Ledger], draw: Draw, mark: Mark, today: str
) -> list[Change]:
    """What these outcomes change on disk: specs, evidence, plots, claim notes, and then the notes themselves, so that a
    link is never written before what it points at. Pending claims change nothing."""
    changes: list[Change] = []
    manual = (project.vault / "Manual" / f"{TRUST}.md").is_file()
    for outcome in outcomes:
        if outcome.case.id in ledgers and not outcome.pending:
            changes += _of_claim(project, outcome, ledgers[outcome.case.id], draw, mark, today, manual)
    by_note: dict[Path, list[Outcome]] = {}
    for outcome in outcomes:
        if not outcome.pending and outcome.case.id in ledgers:
            by_note.setdefault(project.vault / outcome.case.claim.note.path, []).append(outcome)
    for path, group in by_note.items():
        data = group[0].case.claim.note.data
        edit = NoteEdit({outcome.case.id: status_of(outcome) for outcome in group})
        changes.append(Change(path, data, edit.apply(data), frozenset(edit.statuses), edit))
    return [change for change in changes if change.old != change.new]


def _of_claim(
    project: Project, outcome: Outcome, ledger: Ledger, draw: Draw, mark: Mark, today: str, manual: bool
) -> list[Change]:
    name = outcome.case.id
    about = frozenset([name])
    changes = []
    if outcome.case.spec_to_write is not None:
        changes.append(Change(project.spec(name), outcome.case.spec_file, outcome.case.spec_to_write, about))
    known = ledger
    for each in (*reversed(outcome.others), outcome):
        if each.run is not None and each.word in DECIDED and not each.stale:
            ledger = ledger.with_run(each.run)
    if ledger.entries and not (ledger is known and project.evidence(name).is_file()):
        old = known.data if project.evidence(name).is_file() else None
        changes.append(Change(project.evidence(name), old, print_ledger(ledger).encode(), about))
    outcome = dataclasses.replace(_kept(outcome, ledger), others=tuple(_kept(each, ledger) for each in outcome.others))
    if outcome.run is not None and outcome.word in DECIDED:
        old = _read(project.plot(name))
        if old is None or mark(outcome.run).encode() not in old:
            changes.append(Change(project.plot(name), old, draw(name, outcome.run), about))
    old, last = _read(project.note(name)), _read(_standing(project, project.note(name)))
    properties = properties_of(last) if last is not None else None
    checked = str((properties or {}).get("checked") or today) if ledger is known else today
    claim = outcome.case.claim
    id_added = bool((properties or {}).get("id_added")) or claim.lacks_id
    before = last.decode("utf-8") if last and properties else None
    text = render(outcome, status_of(outcome), ledger, before, checked, id_added, manual)
    changes.append(Change(project.note(name), old, text.encode(), about, Rewrite(text) if old is not None else None, theirs=True))
    for path in map(project.archived, project.files(name)):
        archived = _read(path)
        other = path == project.archived(project.evidence(name)) and archived != known.data
        if archived is not None and not other:  # its sentence is a claim again; all that is worth keeping is in the files above
            changes.append(Change(path, archived, None, about))
    return changes


def _kept(outcome: Outcome, ledger: Ledger) -> Outcome:
    """The outcome with its run as the ledger has it: the same numbers, as they were first written."""
    if outcome.run is None or outcome.word not in DECIDED:
        return outcome
    return dataclasses.replace(outcome, run=ledger.newest[outcome.run.scope])


def _standing(project: Project, path: Path) -> Path:
    """Where a file of a claim is: in its place, or in the archive."""
    return path if os.path.lexists(path) or not os.path.lexists(project.archived(path)) else project.archived(path)


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
