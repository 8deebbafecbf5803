"""`check-claims trust`: let the plug-ins of a project run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from checker.cli.app import OK, app, exits
from checker.errors import ConfigurationError


@app.command()
@exits
def trust(
    path: Annotated[Path, typer.Argument(help="A project, or a vault.")] = Path(),
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take it back.")] = False,
) -> int:
    """Let the plug-ins in a project's plugins/ folder run, with every file there as it is now; a changed file has to be trusted
    again."""
    from checker.lab.trust import COMPILED, distrust, hashes, plugin_files, standing
    from checker.lab.trust import trust as allow
    from checker.reports.text import clean
    from checker.runs.project import Project

    folder = Project.find(path).plugins
    if revoke:
        distrust(folder)
        typer.echo(f"{folder} may not run any more")
        return OK
    files = plugin_files(folder)
    if not any(file.suffix == ".py" for file in files):
        raise ConfigurationError(f"{folder}: no plug-ins there; a plug-in is a Python file in that folder")
    now = standing(folder)
    if now.trusted:
        typer.echo(f"{folder} is trusted already")
        return OK
    for file in files:
        how = "compiled: nobody can read it" if file.suffix in COMPILED else f"{len(file.read_bytes().splitlines())} lines"
        leads = f", a link to {file.resolve()}" if file.resolve() != folder.resolve() / file.relative_to(folder) else ""
        typer.echo(f"  {clean(str(file))} ({how}{clean(leads)})")
    for change in now.changes:
        typer.echo(f"since it was trusted: {clean(change)}")
    if not yes:
        if not sys.stdin.isatty():
            raise ConfigurationError("there is no terminal to ask at; read the files, then add --yes")
        if not typer.confirm("These files can do whatever you can. Have you read them, and may they run?", default=False):
            typer.echo("not trusted")
            return OK
        if hashes(folder) != now.files:
            raise ConfigurationError(f"{folder} changed meanwhile; look again")
    allow(folder, now.files)
    typer.echo(f"{folder} is trusted as it is now")
    return OK
