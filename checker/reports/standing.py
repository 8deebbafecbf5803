"""How it stands with a claim by its spec and its ledger; nothing is measured."""

from __future__ import annotations

from dataclasses import dataclass

from checker.evidence import Ledger, Run
from checker.runs.case import Case
from checker.runs.evidence import still_stands
from checker.scope import leading_first
from checker.words import DECIDED, StatusWord
from checker.writing.status import Status


@dataclass(frozen=True)
class Standing:
    """The state of a claim: its status word, the run that it comes from if there is one, and the reason."""

    word: StatusWord
    reason: str
    run: Run | None = None
    stale: bool = False
    at_risk: tuple[str, ...] = ()

    @property
    def scope(self) -> str:
        return self.run.scope.value if self.run is not None else ""

    def status(self, case: Case) -> Status:
        """The status that a note would show."""
        return Status(case.id, case.claim.statement, self.word, self.scope, self.stale, bool(self.at_risk))


def standing(case: Case, ledger: Ledger | None, fault: str = "") -> Standing:
    """The status that the next check would find if nothing had to be measured. `fault` is why the ledger cannot be used."""
    if ledger is None:
        return Standing("error", fault)
    runs = leading_first(ledger.newest)
    leading = next((run for run in runs if run.verdict.word in DECIDED), None)
    if case.word is not None and case.word != "error":
        return Standing(case.word, case.reason)
    if leading is None:
        return Standing("error" if case.word == "error" else "unchecked", case.reason or "not checked yet")
    if case.word == "error" or case.stale or case.spec is None:
        return Standing(leading.verdict.word, case.reason, leading, stale=True)
    stands = still_stands(leading, case.spec)
    changed = "its spec, code, data or weights have changed since it was checked"
    return Standing(leading.verdict.word, leading.verdict.reason if stands else changed, leading, not stands)
