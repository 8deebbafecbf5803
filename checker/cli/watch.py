"""`check-claims watch`: check a vault, and then whatever a saved file changes in it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.app import OK, app, exits, open_workspace
from checker.cli.check import Report, run
from checker.cli.vaults import PATH
from checker.errors import CheckerError

if TYPE_CHECKING:
    from watchfiles import Change

    from checker.claims import ClaimSpec
    from checker.notes import Problem
    from checker.runs.case import Case
    from checker.runs.outcome import Outcome
    from checker.runs.project import Project
    from checker.workspace import CheckOptions, Survey, Workspace

QUIET, LONGEST = 250, 2000  # ms without a save before a check begins, and how long saves can put it off
RETRY = 1.0  # seconds between two watches
READ = (".md", ".yaml")  # notes and specs


@dataclass(frozen=True)
class _State:
    """What decides the status of a claim, and the status that its note shows."""

    statement: str
    source: str
    spec: ClaimSpec | None
    reason: str
    shown: str


@app.command("watch")
@exits
def watch(
    path: PATH = Path(),
    seeds: Annotated[
        int | None, typer.Option(min=2, help="Most seeds a model may have; those that are missing are trained.")
    ] = None,
    workers: Annotated[int, typer.Option(min=0, help="Worker processes; 0: one for each processor.")] = 0,
) -> int:
    """Check a vault, then recheck the claims that a saved file changes, until Ctrl-C."""
    from checker.workspace import CheckOptions

    workspace = open_workspace(path)
    options = CheckOptions(seeds=seeds, workers=workers)
    survey = workspace.survey()
    known = _check(workspace, survey, options)
    reported = {*survey.faults, *survey.unread}
    for _ in _saves(workspace.project):
        try:
            now = workspace.survey()
            problems = {*now.faults, *now.unread}
            _report(problems - reported)
            states = {case.id: _state(case, case.claim.shown) for case in now.cases}
            changed = {name for name, state in states.items() if known.get(name) != state}
            known, reported = states, problems
            if changed:
                known |= _check(workspace, now.claims(changed), options)
        except CheckerError as error:
            typer.echo(f"check-claims: {error}", err=True)
    return OK


def _check(workspace: Workspace, survey: Survey, options: CheckOptions) -> dict[str, _State]:
    """Check claims; the state of each once its status stands in the note."""
    checked = run(workspace, survey, options, Report()).checked
    return {outcome.case.id: _written(outcome) for outcome in checked.outcomes}


def _saves(project: Project) -> Iterator[None]:
    """Yield after each burst of saves, and once at the start for those that came before the watch."""
    from watchfiles import watch as changes

    folders = [folder for folder in (project.vault, project.claims) if folder.is_dir()]
    reported = False
    while True:
        try:
            watching = False
            for saved in changes(
                *folders, watch_filter=_matters, debounce=LONGEST, step=QUIET, rust_timeout=QUIET, yield_on_timeout=True
            ):
                if saved or not watching:
                    yield
                if not reported:
                    typer.echo(f"watching {project.vault}; Ctrl-C ends it", err=True)
                watching = reported = True
            return
        except RuntimeError:  # a name that is no UTF-8 ends a watch; the next one begins with a look at everything
            time.sleep(RETRY)


def _matters(change: Change, path: str) -> bool:
    return path.endswith(READ)


def _report(problems: Iterable[Problem]) -> None:
    from checker.reports.text import clean

    for problem in sorted(problems, key=lambda each: (each.path, each.line)):
        typer.secho(clean(str(problem)), fg=typer.colors.YELLOW, err=True)


def _state(case: Case, shown: str) -> _State:
    return _State(case.claim.statement, case.claim.source(case.id), case.spec, case.reason, shown)


def _written(outcome: Outcome) -> _State:
    """The state of a claim once its status stands in the note: reading that again is no change."""
    from checker.writing import status_of

    return _state(outcome.case, status_of(outcome).text)
