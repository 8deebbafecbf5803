"""What a check gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.evidence import Ledger
    from checker.notes import Problem
    from checker.reports.finding import Finding
    from checker.runs.outcome import Outcome
    from checker.runs.plan import Plan
    from checker.runs.standing import SpotCheck
    from checker.workspace.survey import Survey


@dataclass(frozen=True)
class Checked:
    """The outcomes of the claims of a survey, and what else is known of them.

    `ledgers` are the claims' evidence before this check; `damaged` says for each claim whose evidence cannot be used why, and
    `doubted` for each whose record has another verdict than its values give, what the two are.
    `edited`: statuses that a person changed by hand. `gone`: claims with evidence whose sentence is tagged no more. `absent`:
    models whose released weights are not on this machine. `seconds`: the share of the run's time that each claim took. `plan`:
    what a dry run would have run; None: it was none. `spot`: the spot check that was drawn of recorded evidence; None: none was.
    """

    survey: Survey
    outcomes: tuple[Outcome, ...]
    ledgers: Mapping[str, Ledger]
    damaged: Mapping[str, str]
    doubted: Mapping[str, str] = field(default_factory=dict)
    edited: tuple[Problem, ...] = ()
    gone: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    plan: Plan | None = None
    spot: SpotCheck | None = None

    def outcome(self, claim: str) -> Outcome | None:
        """The outcome of a claim; None where there is none."""
        return next((outcome for outcome in self.outcomes if outcome.case.id == claim), None)

    @property
    def sound(self) -> tuple[Outcome, ...]:
        """The outcomes of claims whose evidence can be used."""
        return tuple(outcome for outcome in self.outcomes if outcome.case.id not in self.damaged)

    @property
    def problems(self) -> tuple[str, ...]:
        """What keeps claims from being checked, one line each."""
        return (*map(str, self.survey.faults), *self.damaged.values())

    def findings(self, read_only: bool = False) -> tuple[Finding, ...]:
        """What every report is made of: a finding a claim, and one a place that needs a person. `read_only`: nothing is going to
        be written, so a note whose status differs is stale."""
        from checker.reports.finding import of_outcome, of_problem
        from checker.runs.repository import repository_root, within

        vault = within(self.survey.project.vault, repository_root(self.survey.project.vault))
        found = [of_outcome(outcome, vault, read_only, self.seconds.get(outcome.case.id, 0.0)) for outcome in self.outcomes]
        return (*found, *(of_problem(problem, vault) for problem in self.survey.faults))
