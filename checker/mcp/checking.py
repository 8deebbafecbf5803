"""A check that an assistant asks for: what it would do, and the same with the digest of that in hand."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker.errors import ConfigurationError
from checker.mcp import answers
from checker.mcp.answers import capped
from checker.runs.events import Event, OnEvent
from checker.workspace import Checked, CheckOptions, Workspace

if TYPE_CHECKING:
    from checker.runs.project import Project
    from checker.writing import Change

COMMAND = "check-claims mcp: check"
CHANGED = (
    "what was planned has changed since, or nothing was planned: call plan with these claims, show it, and hand back its digest"
)


class StoppedError(Exception):
    """Raised inside a check that nobody waits for any more."""


@dataclass(frozen=True)
class Planned:
    """A dry run: the claims as they stand, and what a check of them would change on disk."""

    workspace: Workspace
    checked: Checked
    changes: Sequence[Change]

    @classmethod
    def of(cls, workspace: Workspace, ids: Sequence[str]) -> Planned:
        """The dry run of some claims, or of all where none is named. Raises ConfigurationError for an id that no claim has."""
        survey = workspace.survey()
        if ids:
            survey = survey.named(ids)
        checked = workspace.check(CheckOptions(dry_run=True), survey=survey)
        return cls(workspace, checked, workspace.changes(checked, draw=False))

    def digest(self, key: bytes) -> str:
        """A name for all that a person is shown of it, which only the holder of the key can give."""
        plan = self.checked.plan
        cases = self.checked.survey.cases
        what = [
            [[case.id, case.claim.place, case.claim.statement, case.spec and case.spec.hash(), case.reason] for case in cases],
            [[step.kind, step.title, step.claims] for step in (plan.steps if plan else ())],
            [[str(change.path), *map(_hash, (change.old, change.new))] for change in self.changes],
        ]
        return hmac.new(key, json.dumps(what).encode(), hashlib.sha256).hexdigest()[:32]

    def answer(self, digest: str) -> answers.Plan:
        """What an assistant reads of it."""
        plan, project = self.checked.plan, self.workspace.project
        claims, left = capped([_standing(outcome) for outcome in self.checked.outcomes])
        steps, left_steps = capped(plan.steps if plan else ())
        files, left_files = capped([_file(change, project) for change in self.changes])
        theirs = [change for change in self.changes if change.path.suffix == ".md" and project.notes not in change.path.parents]
        return answers.Plan.model_validate(
            {
                "claims": claims,
                "steps": [
                    {"kind": step.kind, "title": step.title, "seconds": round(step.seconds, 1), "claims": step.claims}
                    for step in steps
                ],
                "seconds": round(plan.seconds, 1) if plan else 0.0,
                "files": files,
                "diff": "".join(change.diff() for change in theirs).replace(f"{project.root}/", ""),
                "digest": digest,
                "left_out": left + left_steps + left_files,
            }
        )


@dataclass
class Checker:
    """Checks claims whose dry run was shown, one check at a time."""

    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    busy: threading.Lock = field(default_factory=threading.Lock)

    def check(self, workspace: Workspace, ids: Sequence[str], digest: str, minutes: int, on_event: OnEvent) -> answers.Checked:
        """Check the claims and write what comes of it. Raises ConfigurationError where the digest is not that of a dry run made
        now, or another check runs."""
        if not self.busy.acquire(blocking=False):
            raise ConfigurationError("a check is running; wait until it has ended")
        try:
            with workspace.held(on_event):
                planned = Planned.of(workspace, ids)
                if not ids or not hmac.compare_digest(planned.digest(self.key), digest):
                    raise ConfigurationError(CHANGED)
                checked = workspace.check(CheckOptions(budget=60.0 * minutes), on_event, survey=planned.checked.survey)
                written = workspace.write(workspace.changes(checked), on_event, command=COMMAND)
        finally:
            self.busy.release()
        root = workspace.project.root
        return answers.Checked.model_validate(
            {
                "claims": [_standing(outcome) for outcome in checked.outcomes],
                "files": [_relative(path, root) for path in written.paths],
                "problems": [*checked.damaged.values(), *map(str, checked.edited), *checked.doubted.values(), *written.faults],
                "undo": "check-claims undo, in a terminal, gives the files their old bytes" if written.paths else "",
            }
        )


def stoppable(stop: threading.Event, on_event: OnEvent) -> OnEvent:
    """A listener that ends the check once nobody waits for it."""

    def listen(event: Event) -> None:
        if stop.is_set():
            raise StoppedError
        on_event(event)

    return listen


def _standing(outcome: Any) -> dict[str, Any]:
    from checker.writing import status_of

    return {"id": outcome.case.id, "status": status_of(outcome).text, "reason": outcome.reason}


def _file(change: Change, project: Project) -> dict[str, Any]:
    lines = [] if change.path.suffix == ".svg" or change.new is None else change.diff().splitlines()[2:]
    return {
        "path": _relative(change.path, project.root),
        "added": sum(line.startswith("+") for line in lines),
        "removed": sum(line.startswith("-") for line in lines),
    }


def _relative(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else path.name


def _hash(data: bytes | None) -> str:
    return "" if data is None else hashlib.sha256(data).hexdigest()
