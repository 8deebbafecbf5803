"""The claims of one vault, checked for test items without writing anything."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import PurePosixPath

from checker.cli.seen import Seen, see
from checker.notes import Problem
from checker.reports.finding import Finding, of_fault, of_outcome
from checker.runs.project import Project
from checker.runs.repository import repository_root, within
from checker.runs.survey import Case


class Suite:
    """A vault, read once. What is asked for first is checked in one plan with all `others` that will be asked for, so that work
    is shared; one process of several (`alone`) checks claim by claim, because it does not know which ones it will get."""

    def __init__(self, project: Project, alone: bool) -> None:
        self.project, self.alone = project, alone
        self.vault = within(project.vault, repository_root(project.vault))
        self.doubts: dict[str, str] = {}  # by id, where the evidence has another verdict than its values give
        self._found: dict[str, Finding] = {}

    @cached_property
    def seen(self) -> Seen:
        """The vault as it was when pytest began to collect."""
        return see(self.project.vault)

    @cached_property
    def notes(self) -> dict[PurePosixPath, list[Case | Problem]]:
        """The notes that have claims, with those and with the places that cannot be one, in order."""
        found: dict[PurePosixPath, list[Case | Problem]] = {}
        entries: list[Case | Problem] = [*self.seen.cases, *self.seen.faults]
        for entry in sorted(entries, key=_place):
            found.setdefault(_place(entry)[0], []).append(entry)
        return found

    def find(self, case: Case, others: Sequence[Case]) -> Finding:
        """What comes of a claim."""
        if case.id not in self._found:
            wanted = [case] if self.alone else [case, *(other for other in others if other.id != case.id)]
            self._found |= {finding.id: finding for finding in self._check(wanted)}
        return self._found[case.id]

    def _check(self, cases: Sequence[Case]) -> list[Finding]:
        from checker.runs.bench import Bench, Options
        from checker.runs.check import check
        from checker.runs.executor import run_jobs, slots
        from checker.runs.services import open_executor
        from checker.runs.store import Store
        from checker.writing import doubted, read_ledgers

        project = self.seen.project
        os.environ["CHECK_CLAIMS_ROOT"] = str(project.root.resolve())  # another vault may have been checked meanwhile
        ledgers, damaged = read_ledgers(project, [case.id for case in cases])
        workers = 1 if self.alone else slots()
        store, sound = Store.default(), [case for case in cases if case.id not in damaged]
        with open_executor("local", {}, workers, store.jobs) as pool:
            bench = Bench(store, Options(), lambda jobs: run_jobs(jobs, pool, lambda event: None), project.root)
            outcomes = check(sound, bench, self.seen.words, {name: ledger.newest for name, ledger in ledgers.items()})
        self.doubts |= doubted(project, outcomes, ledgers)
        found = [of_outcome(outcome, self.vault, read_only=True) for outcome in outcomes]
        return found + [of_fault(case, damaged[case.id], self.vault) for case in cases if case.id in damaged]


def _place(entry: Case | Problem) -> tuple[PurePosixPath, int]:
    return (entry.claim.note.path, entry.claim.line) if isinstance(entry, Case) else (entry.path, entry.line)
