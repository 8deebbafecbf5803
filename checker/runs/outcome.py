"""What a run says of one claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from checker.evidence import Run
from checker.words import DECIDED, StatusWord

if TYPE_CHECKING:
    from checker.runs.case import Case


@dataclass(frozen=True)
class Outcome:
    """A claim's status after a run. `run` is the evidence when there is a verdict or was one; `others` holds
    the verdicts of the scopes that do not lead.

    `stale`: the word is that of an earlier run whose inputs have changed, or that could not be repeated. `failed`: an
    error is the reason. `pending`: what it needs was only planned. `at_risk`: the claims that it rests on, near or far, which are
    refuted or stale. `strongest`: the sentence that its evidence does support, where the claim is refuted or open. `measured`:
    its values were measured on this machine, or read from their table; else they are as they were recorded.
    """

    case: Case
    word: StatusWord
    reason: str
    stale: bool = False
    failed: bool = False
    pending: bool = False
    run: Run | None = None
    scope_asked: str = ""
    others: tuple[Outcome, ...] = ()
    at_risk: tuple[str, ...] = ()
    strongest: str = ""
    measured: bool = False

    @property
    def disagrees(self) -> bool:
        """Whether another scope decides the other way."""
        words = {outcome.word for outcome in (self, *self.others)}
        return {"supported", "refuted"} <= words

    @property
    def scope(self) -> str:
        return self.run.scope.value if self.run and self.word in DECIDED else ""
