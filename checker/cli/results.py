"""`check-claims results`: tables of results that were recorded elsewhere, the values that count, and what was left out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from checker.cli.answers import print_json, print_table
from checker.cli.app import ERROR, FAILED, JSON, OK, app, exits, warn
from checker.cli.vaults import VAULT
from checker.errors import CheckerError

if TYPE_CHECKING:
    from checker.lab.results.table import Refused, Table

MOST = 200  # rows left out that are listed for a program

results = typer.Typer(
    help="Tables of results: the values that count, and what was left out and why.",
    rich_markup_mode=None,
    invoke_without_command=True,
)
app.add_typer(results, name="results")


@results.callback()
def listed(context: typer.Context, vault: VAULT = Path(), as_json: JSON = False) -> None:
    """List the tables that claims/results.yaml names: their models, seeds and values, and what was left out and why."""
    if context.invoked_subcommand is None:
        _list(vault, as_json)


@exits
def _list(vault: Path, as_json: bool) -> int:
    from checker.lab.results.table import Refused, load_entries, read_tables
    from checker.runs.project import Project

    project = Project.find(vault)
    entries = load_entries(project.claims)
    tables = read_tables(entries, project.root, project.claims)
    if as_json:
        print_json({"tables": [_as_dict(table) for table in tables]})
    elif not tables:
        typer.echo(f"no tables in {project.claims / 'results.yaml'}; `check-claims results inspect FILE` prints an entry")
    else:
        for table in tables:
            _print(table)
    for table in tables:
        if isinstance(table, Refused):
            warn(table.problem)
    bad = any(isinstance(table, Refused) or table.selection.conflicts for table in tables)
    return ERROR if bad else OK


@results.command("inspect")
@exits
def inspect(
    file: Annotated[str, typer.Argument(help="A file, a folder or a glob.")],
    format: Annotated[str | None, typer.Option(help="Its format, where it cannot be seen.")] = None,
    as_json: JSON = False,
) -> int:
    """Look at a file of results and print the entry for claims/results.yaml, with `?` where there is something to choose.

    Exit code 0: model, seed and value can be seen; 1: something is to be chosen; 3: it cannot be read.
    """
    from checker.lab.results.propose import as_dict, propose

    try:
        proposal = propose(file, Path(), format=format)
    except CheckerError as error:
        if as_json:
            print_json({"file": file, "refused": str(error)})
        raise
    if as_json:
        print_json({**as_dict(proposal), "refused": None})
    else:
        rows = [(field.name, field.distinct, ", ".join(field.examples)) for field in proposal.fields]
        warn(
            f"{file}: {' or '.join(proposal.formats) or 'no known format'}, {proposal.layout}, {proposal.rows} rows",
            *proposal.notes,
        )
        print_table(("field", "values", "for example"), rows, right=("values",))
        typer.echo()
        typer.echo(proposal.entry, nl=False)
    return OK if proposal.is_clear else FAILED


def _print(table: Table | Refused) -> None:
    from checker.lab.results.table import Refused

    entry = table.entry
    metric = entry.metric
    typer.echo(f"{entry.file}: {metric.name} ({metric.unit}, {metric.better} is better, margin {metric.margin:g})")
    if isinstance(table, Refused):
        typer.echo("  not used\n")
        return
    chosen = table.selection
    models = chosen.means().items()
    cells = [(model, len(seeds), "  ".join(f"{seed}: {value:g}" for seed, value in seeds.items())) for model, seeds in models]
    print_table(("model", "seeds", "values"), cells, right=("seeds",))
    for conflict in chosen.conflicts:
        typer.echo(f"  {conflict}")
    for missing in chosen.missing:
        typer.echo(f"  missing: {missing.model}, seed {missing.seed}")
    for left in chosen.left_out:
        whose = " ".join(part for part in (left.model, left.seed and f"seed {left.seed}") if part)
        rows, more = (f"{left.rows} rows", ", ...") if left.rows > 1 else ("1 row", "")
        typer.echo(f"  left out: {rows}{whose and f' of {whose}'}: {left.reason} ({left.places[0]}{more})")
    for note in chosen.notes:
        typer.echo(f"  note: {note}")
    typer.echo()


def _as_dict(table: Table | Refused) -> dict[str, Any]:
    from checker.lab.results.table import Refused

    entry = table.entry
    head = {"file": entry.file, "metric": entry.metric.model_dump()}
    if isinstance(table, Refused):
        return {**head, "refused": table.problem}
    chosen = table.selection
    return {
        **head,
        "refused": None,
        "format": table.format,
        "files": list(table.files),
        "digest": table.digest,
        "rows": chosen.rows,
        "images": chosen.images,
        "values": chosen.means(),
        "missing": [{"model": missing.model, "seed": missing.seed} for missing in chosen.missing],
        "conflicts": [
            {
                "model": conflict.model,
                "seed": conflict.seed,
                "values": list(conflict.values),
                "places": list(conflict.places),
                "differ": list(conflict.differ),
            }
            for conflict in chosen.conflicts
        ],
        "left_out": [
            {
                "reason": left.reason,
                "rows": left.rows,
                "model": left.model or None,
                "seed": left.seed or None,
                "places": list(left.places),
            }
            for left in chosen.left_out[:MOST]
        ],
        "notes": list(chosen.notes),
    }
