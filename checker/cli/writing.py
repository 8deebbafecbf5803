"""How every command writes into a vault, and `check-claims undo`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.app import JSON, OK, UNWRITTEN, app, exits

if TYPE_CHECKING:
    from checker.runs.project import Project
    from checker.writing import Change
    from checker.writing.journal import Run


def hold(context: typer.Context, project: Project) -> None:
    """Hold the lock of a vault until the command ends."""
    from checker.cache import cache_folder
    from checker.writing import locked

    context.with_resource(locked(project.vault, cache_folder(), _tell))


def carry_out(project: Project, changes: Iterable[Change]) -> tuple[list[Path], list[str]]:
    """Write changes, one run at a time, with the old bytes in the journal. Returns the files that changed, and what could not be
    written, and why. What a killed run left is taken away first."""
    from checker.cache import cache_folder
    from checker.writing import Journal, locked, write_changes
    from checker.writing.temporary import clear

    cache, folders = cache_folder(), (project.vault, project.claims)
    with locked(project.vault, cache, _tell):
        journal = Journal(project.vault, cache, " ".join(["check-claims", *sys.argv[1:]]))
        for told in clear(folders, journal):
            _tell(told)
        written = write_changes(changes, journal, folders)
    return written.paths, written.faults


@app.command("undo")
@exits
def undo(
    path: Annotated[Path, typer.Argument(help="A vault, or a project with a vault/ folder.")] = Path(),
    only_list: Annotated[bool, typer.Option("--list", help="List the runs that can be undone; undo none.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show which files would get their old bytes; write nothing.")
    ] = False,
    as_json: JSON = False,
) -> int:
    """Give every file that the last run wrote its old bytes, unless it has changed since."""
    from checker.cache import cache_folder
    from checker.reports.text import clean
    from checker.runs.project import Project
    from checker.writing import journal, locked

    project, cache = Project.find(path), cache_folder()
    if only_list:
        _list(journal.runs(project.vault, cache), as_json)
        return OK
    with locked(project.vault, cache, _tell):
        run = journal.last(project.vault, cache)
        done, faults = journal.undo(run, dry_run)
        if not dry_run:
            project.tidy()
    if as_json:
        answer = {
            "schema": 1,
            "began": run.began,
            "files": [str(file) for file in done],
            "problems": faults,
            "written": not dry_run,
        }
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        for file in done:
            typer.echo(clean(str(file)))
        typer.echo(f"{len(done)} files {'would get' if dry_run else 'have'} the bytes that they had before {clean(run.command)}")
    for fault in faults:
        typer.secho(clean(fault), fg=typer.colors.RED, err=True)
    return UNWRITTEN if faults else OK


def _list(found: list[Run], as_json: bool) -> None:
    from checker.reports.text import clean

    if as_json:
        rows = [
            {
                "began": run.began,
                "command": run.command,
                "files": [str(change.path) for change in run.changes],
                "rescued": [{"path": str(path), "bytes": str(run.folder / name)} for path, name in run.rescued],
            }
            for run in found
        ]
        typer.echo(json.dumps({"schema": 1, "runs": rows}, ensure_ascii=False, indent=1))
        return
    for run in found:
        typer.echo(clean(f"{run.began}  {len({change.path for change in run.changes})} files  {run.command}"))
        for path, name in run.rescued:
            typer.echo(clean(f"  an edit of {path} that was saved over is in {run.folder / name}"))


def _tell(text: str) -> None:
    from checker.reports.text import clean

    typer.secho(clean(text), fg=typer.colors.YELLOW, err=True)
