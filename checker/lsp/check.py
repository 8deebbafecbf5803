"""A check of one claim that was started from an editor: in a thread, through the workspace. It writes what a check writes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import PurePosixPath

from checker.errors import ConfigurationError
from checker.runs.events import Download, Event, JobEnded, JobProgress, JobsStarted, Notice
from checker.workspace import Workspace
from checker.writing import status_of

KINDS = {"train": "training", "measure": "measuring"}

Report = Callable[[str, int | None], None]  # a line for people, and how many per cent of a job are done


class StoppedError(Exception):
    """Raised inside a check that a person stops."""


def check(workspace: Workspace, path: PurePosixPath, statement: str, report: Report, stopped: threading.Event) -> list[str]:
    """Check the claims of a note that say this, and write what came of it; the lines that sum it up.

    Raises ConfigurationError where no saved claim says this, StoppedError once `stopped` is set, and the errors of a check.
    """

    def on_event(event: Event) -> None:
        if stopped.is_set():
            raise StoppedError
        line = _line(event)
        if line is not None:
            report(*line)

    with workspace.held(on_event):
        survey = workspace.survey()
        survey = survey.only(lambda case: case.claim.note.path == path and case.claim.statement == statement)
        if not survey.cases:
            raise ConfigurationError(f"{path}: no claim says {statement!r}; save the note first")
        checked = workspace.check(on_event=on_event, survey=survey)
        written = workspace.write(workspace.changes(checked), on_event, command=f"check-claims lsp: {statement}")
    lines = [f"{status_of(outcome).text}: {outcome.reason}" for outcome in checked.outcomes]
    return [*checked.damaged.values(), *lines, *written.faults]


def _line(event: Event) -> tuple[str, int | None] | None:
    match event:
        case Notice(text):
            return text, None
        case JobsStarted(kind, count):
            return f"{KINDS.get(kind, kind)} {count} model{'s' if count > 1 else ''}", None
        case JobProgress(title=title, done=done, of=of):
            return title, round(100 * done / of) if of else None
        case JobEnded(title=title, error=str(error)):
            return f"failed: {title}: {error}", None
        case Download(tag=tag, done=done, of=of):
            return f"fetching {tag}", round(100 * done / of) if of else None
    return None
