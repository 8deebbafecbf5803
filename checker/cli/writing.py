"""`check-claims init` and `undo`: what the program adds to a vault, and taking back what it wrote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.answers import print_json
from checker.cli.app import JSON, OK, UNWRITTEN, app, command_line, exits, show, warn
from checker.cli.vaults import PATH
from checker.reports.text import clean

if TYPE_CHECKING:
    from checker.workspace import Workspace
    from checker.writing import Change
    from checker.writing.journal import Run


@app.command("init")
@exits
def init(
    path: PATH = Path(),
    with_map: Annotated[bool, typer.Option("--map", help="Also draw a canvas of all claims, or draw it anew.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take every trace of the program out of the vault again.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written; write nothing.")] = False,
    as_json: JSON = False,
) -> int:
    """Give a vault what Obsidian can show of claims: a base, a style for the status links, a template."""
    from checker.workspace import Workspace
    from checker.writing.obsidian.additions import add, additions

    workspace = Workspace.open(path)
    if remove:
        return _remove(workspace, dry_run, as_json)
    wanted = additions(workspace.project, with_map)
    changes, left = add(wanted)
    written, faults = _write(workspace, changes, dry_run)
    if as_json:
        _say_written(written, left + faults, dry_run)
    else:
        for addition in wanted:
            state = ("would be put" if dry_run else "put there") if addition.path in written else "is there"
            typer.echo(f"{clean(str(addition.path))}: {state}; {addition.purpose}")
        typer.echo("check-claims init --remove takes it all out again")
        warn(*left, *faults)
    return UNWRITTEN if faults else OK


def _remove(workspace: Workspace, dry_run: bool, as_json: bool) -> int:
    from checker.writing.obsidian.removal import removal, tidy

    changes, left = removal(workspace.project, workspace.vault())
    written, faults = _write(workspace, changes, dry_run)
    if not dry_run:
        tidy(workspace.project, written)
    if as_json:
        _say_written(written, left + faults, dry_run)
        return UNWRITTEN if faults else OK
    if dry_run:
        for line in (line for change in changes for line in change.diff().splitlines()):
            typer.echo(clean(line))
    would = "would change or go" if dry_run else "changed or gone; check-claims undo brings them back"
    typer.echo(f"{len(written)} files {would}")
    warn(*left, *faults)
    return UNWRITTEN if faults else OK


def _write(workspace: Workspace, changes: Sequence[Change], dry_run: bool) -> tuple[list[Path], list[str]]:
    """The files that changed, or would, and what could not be written."""
    if dry_run:
        return [change.path for change in changes], []
    written = workspace.write(changes, show, command=command_line())
    return written.paths, written.faults


@app.command("undo")
@exits
def undo(
    path: PATH = Path(),
    only_list: Annotated[bool, typer.Option("--list", help="List the runs that can be undone; undo none.")] = False,
    rest: Annotated[bool, typer.Option("--rest", help="Where a file has changed since: undo the others.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show which files would get their old bytes; write nothing.")
    ] = False,
    as_json: JSON = False,
) -> int:
    """Give every file that the last run wrote its old bytes; one that has changed since is never touched."""
    from checker.cache import cache_folder
    from checker.runs.project import Project
    from checker.writing import journal, locked

    project, cache = Project.find(path), cache_folder()
    if only_list:
        _list(journal.runs(project.vault, cache), as_json)
        return OK
    with locked(project.vault, cache, warn):
        run = journal.last(project.vault, cache)
        done, faults = journal.undo(run, rest, dry_run)
        if not dry_run:
            project.tidy()
    if as_json:
        _say_written(done, faults, dry_run)
    else:
        for file in done:
            typer.echo(clean(str(file)))
        typer.echo(f"{len(done)} files {'would get' if dry_run else 'have'} the bytes that they had before: {clean(run.command)}")
        warn(*faults)
        if faults and not rest:
            warn("so nothing was undone; --rest undoes the other files")
    return UNWRITTEN if faults else OK


def _list(found: list[Run], as_json: bool) -> None:
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
        print_json({"runs": rows})
        return
    for run in found:
        typer.echo(clean(f"{run.began}  {len({change.path for change in run.changes})} files  {run.command}"))
        for path, name in run.rescued:
            typer.echo(clean(f"  an edit of {path} that was saved over is in {run.folder / name}"))


def _say_written(files: Iterable[Path], problems: list[str], dry_run: bool) -> None:
    print_json({"files": [str(file) for file in files], "problems": problems, "written": not dry_run})
