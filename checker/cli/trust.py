"""`check-claims trust`: let the plug-ins and the experiments of a project run."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.app import OK, app, exits, warn
from checker.errors import ConfigurationError

if TYPE_CHECKING:
    from checker.lab.trust import Standing
    from checker.runs.project import Project


@dataclass(frozen=True)
class Asked:
    """What is asked about at once: a folder of plug-ins or the file of an experiment, how it stands, the folder in which its
    files are named, and the command that would run."""

    place: Path
    standing: Standing
    root: Path
    command: str = ""


@app.command()
@exits
def trust(
    path: Annotated[Path, typer.Argument(help="A project, or a vault.")] = Path(),
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take it back.")] = False,
) -> int:
    """Let the plug-ins of a project (plugins/) and its experiments (claims/experiments/) run, with every file as it is now; a
    changed file has to be trusted again."""
    from checker.lab.experiments.files import experiment_files
    from checker.lab.trust import distrust
    from checker.lab.trust import trust as allow
    from checker.reports.text import clean
    from checker.runs.project import Project

    project = Project.find(path)
    if revoke:
        for place in (project.plugins, *experiment_files(project.root.resolve())):
            distrust(place)
            typer.echo(f"{clean(str(place))} may no longer run")
        return OK
    asked, faults = _asked(project)
    warn(*faults)
    if not asked and not faults:
        raise ConfigurationError(
            f"{project.plugins}: no plug-ins there, and no experiments in {project.claims / 'experiments'}; "
            "a plug-in is a Python file, an experiment a YAML file"
        )
    for each in asked:
        if each.standing.trusted:
            typer.echo(f"{clean(str(each.place))} is trusted already")
    waiting = [each for each in asked if not each.standing.trusted]
    for each in waiting:
        _show(each)
    if waiting and not yes:
        if not sys.stdin.isatty():
            raise ConfigurationError("there is no terminal to ask at; read the files, then add --yes")
        if not typer.confirm("These files can do whatever you can. Have you read them, and may they run?", default=False):
            typer.echo("not trusted")
            return OK
        again = {each.place: each.standing.files for each in _asked(project)[0]}
        for each in waiting:
            if again.get(each.place) != each.standing.files:
                raise ConfigurationError(f"{each.place} changed meanwhile; look again")
    for each in waiting:
        allow(each.place, each.standing.files)
        typer.echo(f"{clean(str(each.place))} is trusted as it is now")
    if faults:
        raise ConfigurationError("the experiments above cannot run until their files are fixed")
    return OK


def _asked(project: Project) -> tuple[list[Asked], list[str]]:
    """What there is to trust, and why an experiment can not be."""
    from checker.lab.experiments.files import read_experiments
    from checker.lab.trust import plugin_files, standing

    asked: list[Asked] = []
    folder = project.plugins
    if any(file.suffix == ".py" for file in plugin_files(folder)):
        asked.append(Asked(folder, standing(folder), folder))
    found, faults = read_experiments(project.root.resolve())
    problems = list(faults.values())
    for each in found.values():
        try:
            asked.append(Asked(each.file, each.standing, each.root, each.experiment.command))
        except ConfigurationError as error:
            problems.append(str(error))
    return asked, problems


def _show(asked: Asked) -> None:
    """The files of one thing that waits, and what changed since it was trusted."""
    from checker.lab.trust import COMPILED
    from checker.reports.text import clean

    if asked.command:
        typer.echo(f"{clean(str(asked.place))} runs: {clean(asked.command)}")
    for name in asked.standing.files:
        file = asked.root / name
        how = "compiled: nobody can read it" if file.suffix in COMPILED else f"{len(file.read_bytes().splitlines())} lines"
        leads = f", a link to {file.resolve()}" if file.resolve() != asked.root.resolve() / name else ""
        typer.echo(f"  {clean(str(file))} ({how}{clean(leads)})")
    for change in asked.standing.changes:
        typer.echo(f"since it was trusted: {clean(change)}")
