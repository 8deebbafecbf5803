"""`check-claims experiments`: the commands of a project, which seeds ran, whether they may run, and which claims are stale."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.answers import print_json, print_table
from checker.cli.app import ERROR, JSON, OK, app, exits, warn

if TYPE_CHECKING:
    from checker.reports.experiments import Listed


@app.command()
@exits
def experiments(
    vault: Annotated[Path, typer.Option("--vault", help="The vault, or a project with a vault/ folder.")] = Path(),
    as_json: JSON = False,
) -> int:
    """List the experiments in claims/experiments/: commands, models, the seeds that ran, trust, stale claims. Nothing is run.

    Exit code 3 where one cannot be used.
    """
    from checker.lab.context import Context, within
    from checker.reports.experiments import experiments as listed
    from checker.runs.project import Project
    from checker.runs.store import Store

    project = Project.find(vault)
    with within(Context(project.root.resolve())):
        found = listed(project, Store.default().runs)
    if as_json:
        values = [each.as_dict() for each in found]
        print_json({"experiments": values})
    elif not found:
        typer.echo(f"no experiments in {project.claims / 'experiments'}")
    else:
        for each in found:
            _print(each)
    warn(*(each.refused for each in found if each.refused))
    return ERROR if any(each.refused for each in found) else OK


def _print(each: Listed) -> None:
    from checker.reports.text import clean

    if each.metric is None:
        typer.echo(f"{clean(each.file)}\n  not used\n")
        return
    metric = each.metric
    margin = "5 % of the baseline" if metric["margin"] is None else f"{metric['margin']:g}"
    head = f"{each.file}: {metric['name']} ({metric['unit']}, {metric['better']} is better, margin {margin})"
    typer.echo(clean(head))
    typer.echo(clean(f"  command: {each.command}"))
    states = {"trusted": "may run", "untrusted": "was never trusted; check-claims trust", "changed": "has to be trusted again"}
    typer.echo(f"  trust: {states[each.trust]}" if each.trust else "  not used")
    for change in each.changes:
        typer.echo(clean(f"    {change}"))
    ran = each.ran or {}
    rows = [
        (name, file, f"{_numbers(ran.get(name, ()))} of {_numbers(each.seeds)}") for name, file in (each.models or {}).items()
    ]
    print_table(("model", "file", "seeds that ran"), rows)
    if each.claims:
        typer.echo(clean(f"  claims: {', '.join(f'{c} (stale)' if c in each.stale else c for c in each.claims)}"))
    typer.echo()


def _numbers(seeds: tuple[int, ...]) -> str:
    """Seeds in few words: `0-4`, or each of them."""
    if len(seeds) > 2 and list(seeds) == list(range(seeds[0], seeds[-1] + 1)):
        return f"{seeds[0]}-{seeds[-1]}"
    return ", ".join(map(str, seeds)) or "none"
