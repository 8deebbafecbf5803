"""What a command prints of what it found: a table for a person, one JSON object for a program."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import typer

from checker.cli.app import output


def print_json(answer: dict[str, Any]) -> None:
    typer.echo(json.dumps({"schema": 1, **answer}, ensure_ascii=False, indent=1))


def print_table(titles: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = ()) -> None:
    from rich.table import Table
    from rich.text import Text

    from checker.reports.text import clean

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for title in titles:
        table.add_column(title, justify="right" if title in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(clean(str(cell))) for cell in row))
    output().print(table)
