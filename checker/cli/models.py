"""`check-claims models`: everything that a claim can be about, and what a checkpoint of one's own holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.answers import print_json, print_table
from checker.cli.app import ERROR, FAILED, JSON, OK, app, exits, open_workspace

if TYPE_CHECKING:
    from checker.lab.own.inspect import Inspection

models = typer.Typer(help="The models that claims can be about, your own among them.", rich_markup_mode=None)
app.add_typer(models, name="models")


@models.callback(invoke_without_command=True)
def models_list(
    context: typer.Context,
    vault: Annotated[Path, typer.Option("--vault", help="The vault, or a project with a vault/ folder.")] = Path(),
    as_json: JSON = False,
) -> None:
    """List every model: those of claims/models.yaml, those with released weights, and those trained here."""
    if context.invoked_subcommand is None:
        _list(vault, as_json)


@exits
def _list(vault: Path, as_json: bool) -> int:
    from checker.reports.subjects import rows, subjects

    found = subjects(open_workspace(vault).project)
    if as_json:
        print_json({"models": [subject.as_dict() for subject in found]})
    else:
        print_table(("model", "scopes", "families", "weights"), rows(found))
    return OK


@models.command("inspect")
@exits
def models_inspect(
    file: Annotated[Path, typer.Argument(help="A checkpoint: a weight file, an index of shards, or a folder.")],
    as_json: JSON = False,
) -> int:
    """Say which encoders a checkpoint holds and print the entry for claims/models.yaml. Nothing in the file runs.

    Exits 0 with one encoder, 1 with several or none, 3 where the file is refused.
    """
    from checker.lab.own.inspect import inspect
    from checker.reports.checkpoint import inspection_lines

    inspection = inspect(file)
    if as_json:
        typer.echo(json.dumps(inspection.as_dict(), ensure_ascii=False, indent=1))
    else:
        from checker.reports.text import clean

        for line in inspection_lines(inspection):
            typer.echo(clean(line))
    return _code(inspection)


def _code(inspection: Inspection) -> int:
    if inspection.refused:
        return ERROR
    return OK if len(inspection.encoders) == 1 else FAILED
