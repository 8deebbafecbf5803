"""The claims of one vault, checked for test items without writing anything."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import PurePosixPath

from checker.notes import Problem
from checker.reports.finding import Finding
from checker.runs.case import Case
from checker.runs.project import Project
from checker.runs.repository import repository_root, within
from checker.workspace import Survey, Workspace


class Suite:
    """A vault, read once. What is asked for first is checked in one plan with all `others` that will be asked for, so that work
    is shared; one process of several (`alone`) checks claim by claim, because it does not know which ones it will get."""

    def __init__(self, project: Project, alone: bool) -> None:
        self.project, self.alone = project, alone
        self.vault = within(project.vault, repository_root(project.vault))
        self.doubts: dict[str, str] = {}  # by id, where the evidence has another verdict than its values give
        self._found: dict[str, Finding] = {}

    @cached_property
    def workspace(self) -> Workspace:
        return Workspace.open(self.project.vault)

    @cached_property
    def survey(self) -> Survey:
        """The vault as it was when pytest began to collect."""
        return self.workspace.survey()

    @cached_property
    def notes(self) -> dict[PurePosixPath, list[Case | Problem]]:
        """The notes that have claims, with those and with the places that cannot be one, in order."""
        found: dict[PurePosixPath, list[Case | Problem]] = {}
        entries: list[Case | Problem] = [*self.survey.cases, *self.survey.faults]
        for entry in sorted(entries, key=_place):
            found.setdefault(_place(entry)[0], []).append(entry)
        return found

    def find(self, case: Case, others: Sequence[Case]) -> Finding:
        """What comes of a claim."""
        if case.id not in self._found:
            wanted = [case] if self.alone else [case, *(other for other in others if other.id != case.id)]
            self._found |= {finding.id: finding for finding in self._check(wanted)}
        return self._found[case.id]

    def _check(self, cases: Sequence[Case]) -> Sequence[Finding]:
        from checker.workspace import CheckOptions

        wanted = self.survey.claims({case.id for case in cases})
        checked = self.workspace.check(CheckOptions(workers=1 if self.alone else 0), survey=wanted)
        self.doubts |= checked.doubted
        return checked.findings(read_only=True)


def _place(entry: Case | Problem) -> tuple[PurePosixPath, int]:
    return (entry.claim.note.path, entry.claim.line) if isinstance(entry, Case) else (entry.path, entry.line)
