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
    """Let the Python files in a project's plugins/ folder run, as they are now; a changed file has to be trusted again."""
    from checker.lab.trust import digest, distrust, is_trusted, plugin_files
    from checker.lab.trust import trust as allow
    from checker.reports.text import clean
    from checker.runs.project import Project

    folder = Project.find(path).plugins
    if revoke:
        distrust(folder)
        typer.echo(f"{folder} may not run any more")
        return OK
    files = plugin_files(folder) if folder.is_dir() else []
    if not files:
        raise ConfigurationError(f"{folder}: no plug-ins there; a plug-in is a Python file in that folder")
    if is_trusted(folder):
        typer.echo(f"{folder} is trusted already")
        return OK
    for file in files:
        typer.echo(f"  {clean(str(file))} ({len(file.read_bytes().splitlines())} lines)")
    if not yes:
        if not sys.stdin.isatty():
            raise ConfigurationError("there is no terminal to ask at; read the files, then add --yes")
        before = digest(folder)
        if not typer.confirm("These files can do whatever you can. Have you read them, and may they run?", default=False):
            typer.echo("not trusted")
            return OK
        if digest(folder) != before:
            raise ConfigurationError(f"{folder} changed meanwhile; look again")
    allow(folder)
    typer.echo(f"{folder} is trusted as it is now")
    return OK
