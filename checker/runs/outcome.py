"""What a run says of one claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from checker.evidence import Run
from checker.words import StatusWord

if TYPE_CHECKING:
    from checker.runs.survey import Case

DECIDED: tuple[StatusWord, ...] = ("supported", "refuted", "inconclusive")


@dataclass(frozen=True)
class Outcome:
    """A claim's status after a run. `run` is the evidence when there is a verdict or was one; `beside` holds
    the verdicts of the scopes that do not lead.

    `stale`: the word is that of an earlier run whose inputs have changed, or that could not be repeated. `failed`: an
    error is the reason. `pending`: what it needs was only planned.
    """

    case: Case
    word: StatusWord
    reason: str
    stale: bool = False
    failed: bool = False
    pending: bool = False
    run: Run | None = None
    scope_asked: str = ""
    beside: tuple[Outcome, ...] = ()

    @property
    def disagrees(self) -> bool:
        """Whether another scope decides the other way."""
        words = {outcome.word for outcome in (self, *self.beside)}
        return {"supported", "refuted"} <= words

    @property
    def scope(self) -> str:
        return self.run.scope.value if self.run and self.word in DECIDED else ""
