"""What a run says of one line of a note: the value that every report for continuous integration is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from checker.notes import Problem
from checker.reports.text import clean
from checker.runs.outcome import Outcome
from checker.words import DECIDED, StatusWord
from checker.writing import numbers, status_of
from checker.writing.status import Status

Result = Literal["passed", "failed", "error", "skipped"]
Kind = Literal["supported", "refuted", "inconclusive", "needs spec", "untestable", "error", "unchecked", "stale"]
RESULTS: dict[Kind, Result] = {"supported": "passed", "refuted": "failed", "stale": "failed", "error": "error"}


@dataclass(frozen=True)
class Finding:
    """A claim and what came of it, or a place where a tag cannot be a claim (`id` is ""). No text in it holds control characters.

    `path` starts at the root of the repository. `kind` is the status word, or `stale` where the word is not that of today's
    inputs, or `error` where it could not be found. `effect` is the number with its interval; `seconds` the share of the
    run's time that went into it.
    """

    id: str
    statement: str
    path: str
    line: int
    word: StatusWord
    kind: Kind
    status: str
    reason: str
    scope: str = ""
    effect: str = ""
    seconds: float = 0.0

    @property
    def result(self) -> Result:
        """What a test runner would call it."""
        return RESULTS.get(self.kind, "skipped")

    @property
    def name(self) -> str:
        """The sentence; the line where there is none."""
        return self.statement or f"line {self.line}"

    @property
    def message(self) -> str:
        """The message, in one line."""
        text = f"{self.status}: {self.reason}" if self.reason else self.status
        return f"{text} ({self.effect})" if self.effect else text

    def fails(self, wanted: Set[str]) -> bool:
        """Whether one of the words of `--fail-on` fits it; a stale word is still that word."""
        return self.word.replace(" ", "-") in wanted or self.kind in wanted


def of_outcome(outcome: Outcome, vault: PurePosixPath, read_only: bool = False, seconds: float = 0.0) -> Finding:
    """The finding of a claim. `vault` leads from the repository's root to the vault. When the run is `read_only`, a note whose
    status says something else than was found is stale: nobody brings it up to date."""
    case, status = outcome.case, status_of(outcome).text
    kind: Kind = "error" if outcome.failed or outcome.word == "error" else "stale" if outcome.stale else outcome.word
    reason = outcome.reason
    shown = case.claim.shown
    if read_only and kind not in ("error", "stale") and shown and shown != status:
        kind = "stale"
        reason = f"the note says {shown}, and the check finds {status} ({reason}); run check-claims and commit what it writes"
    effect = ""
    if outcome.run is not None and outcome.word in DECIDED and outcome.run.verdict.reached:
        verdict, unit = outcome.run.verdict, outcome.run.effect_unit
        effect = f"{numbers.effect(verdict, unit, '+.3g')} [{numbers.interval(verdict, '', '+.3g', ', ')}]"
    return Finding(
        id=case.id,
        statement=clean(case.claim.statement),
        path=clean(str(vault / case.claim.note.path)),
        line=case.claim.line,
        word=outcome.word,
        kind=kind,
        status=clean(status),
        reason=clean(reason),
        scope=outcome.scope,
        effect=effect,
        seconds=seconds,
    )


def of_problem(problem: Problem, vault: PurePosixPath) -> Finding:
    """The finding of a place where a claim needs a person first."""
    return _error("", "", str(vault / problem.path), problem.line, problem.message)


def _error(name: str, statement: str, path: str, line: int, reason: str) -> Finding:
    status = Status(name, statement, "error").text
    return Finding(name, clean(statement), clean(path), line, "error", "error", status, clean(reason))


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """By note and line, so that reports of the same run are the same."""
    return sorted(findings, key=lambda finding: (finding.path, finding.line, finding.id))


def counts(findings: Iterable[Finding]) -> Mapping[Result, int]:
    """How many have each result."""
    found: dict[Result, int] = dict.fromkeys(("passed", "failed", "error", "skipped"), 0)
    for finding in findings:
        found[finding.result] += 1
    return found
