"""Everything a run wants to write, as values: what is shown with --dry-run is what is written without it."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checker.errors import SpecError
from checker.runs.outcome import DECIDED, Outcome
from checker.runs.project import Project
from checker.writing.claim_note import is_claim_note, render
from checker.writing.ledger import Ledger, parse_ledger, print_ledger
from checker.writing.note_status import write_statuses
from checker.writing.status import Status

Draw = Callable[[str, Mapping[str, Any]], bytes]  # (claim id, run) -> SVG
Mark = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class Change:
    """A file whose bytes are to be replaced; `old` is None where there is no file yet."""

    path: Path
    old: bytes | None
    new: bytes

    def diff(self) -> str:
        """A unified diff for people; a plot is only named."""
        if self.path.suffix == ".svg":
            return f"{'drawn' if self.old is None else 'drawn again'}: {self.path}\n"
        old = (self.old or b"").decode("utf-8").splitlines(keepends=True)
        new = self.new.decode("utf-8").splitlines(keepends=True)
        return "".join(difflib.unified_diff(old, new, str(self.path), str(self.path), n=1))


def read_ledgers(project: Project, ids: Sequence[str]) -> tuple[dict[str, Ledger], dict[str, str]]:
    """The ledgers of claims, and why a claim has none that can be used: it is damaged, or the place of its claim note is
    taken by a note that somebody else wrote, which is never overwritten."""
    ledgers, faults = {}, {}
    for name in ids:
        path, note = project.evidence(name), _read(project.note(name))
        if note is not None and not is_claim_note(note):
            faults[name] = (
                f"{project.note(name)}: not written by check-claims, so left alone; rename it or change the block id ^{name}"
            )
            continue
        try:
            ledgers[name] = parse_ledger(path.read_text(encoding="utf-8"), str(path)) if path.exists() else Ledger(name)
        except SpecError as error:
            faults[name] = str(error)
    return ledgers, faults


def status_of(outcome: Outcome) -> Status:
    case = outcome.case
    return Status(case.id, case.claim.statement, outcome.word, outcome.scope, outcome.stale)


def plan_changes(
    project: Project, outcomes: Sequence[Outcome], ledgers: Mapping[str, Ledger], draw: Draw, mark: Mark
) -> list[Change]:
    """What these outcomes change on disk: specs, evidence, plots, claim notes, and then the notes themselves, so that a
    link is never written before what it points at. Pending claims change nothing."""
    changes: list[Change] = []
    for outcome in outcomes:
        name, ledger = outcome.case.id, ledgers.get(outcome.case.id)
        if ledger is None or outcome.pending:
            continue
        if outcome.case.spec_to_write is not None:
            changes.append(Change(project.spec(name), outcome.case.spec_file, outcome.case.spec_to_write))
        for said in (*reversed(outcome.beside), outcome):
            if said.run is not None and said.word in DECIDED and not said.stale:
                ledger = ledger.with_run(said.run)
        if ledger is not ledgers[name]:
            changes.append(_change(project.evidence(name), print_ledger(ledger).encode()))
        outcome = dataclasses.replace(_kept(outcome, ledger), beside=tuple(_kept(said, ledger) for said in outcome.beside))
        if outcome.run is not None and outcome.word in DECIDED:
            old = _read(project.plot(name))
            if old is None or mark(outcome.run).encode() not in old:
                changes.append(Change(project.plot(name), old, draw(name, outcome.run)))
        old = _read(project.note(name))
        text = render(outcome, status_of(outcome), ledger, old.decode("utf-8") if old is not None else None)
        changes.append(Change(project.note(name), old, text.encode()))
    by_note: dict[Path, list[Outcome]] = {}
    for outcome in outcomes:
        if not outcome.pending and outcome.case.id in ledgers:
            by_note.setdefault(project.vault / outcome.case.claim.note.path, []).append(outcome)
    for path, group in by_note.items():
        data = group[0].case.claim.note.data
        statuses = {outcome.case.id: status_of(outcome) for outcome in group}
        changes.append(Change(path, data, write_statuses(data, statuses)))
    return [change for change in changes if change.old != change.new]


def _kept(outcome: Outcome, ledger: Ledger) -> Outcome:
    """The outcome with its run as the ledger has it: the same numbers, as they were first written."""
    if outcome.run is None or outcome.word not in DECIDED:
        return outcome
    return dataclasses.replace(outcome, run=ledger.newest[outcome.run["scope"]])


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _change(path: Path, new: bytes) -> Change:
    return Change(path, _read(path), new)
