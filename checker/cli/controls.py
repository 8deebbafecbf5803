"""`check-claims lab controls`: published findings, asked of the lab."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from checker.cli.app import ERROR, EXECUTOR, EXECUTOR_OPTIONS, JSON, OK, WORKERS, exits, open_workspace, output
from checker.cli.lab import lab


@lab.command("controls")
@exits
def lab_controls(
    seeds: Annotated[
        int | None, typer.Option(min=2, help="Most seeds a model may have; those that are missing are trained.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the evidence of every control into this folder.")] = None,
    workers: WORKERS = 0,
    executor: EXECUTOR = "local",
    executor_option: EXECUTOR_OPTIONS = None,
    as_json: JSON = False,
) -> int:
    """Ask the lab what published papers found, and show where it agrees, contradicts them, or leaves it open.

    What the evidence that comes with the package answers for today's code and models is not measured again.
    """
    from rich.console import Console

    from checker.evidence import Ledger, print_ledger
    from checker.reports import controls as report
    from checker.reports.live import Live
    from checker.runs.services import parse_options
    from checker.workspace import CheckOptions
    from checker.writing import replace

    options = CheckOptions(seeds=seeds, workers=workers, executor=executor, executor_options=parse_options(executor_option or []))
    workspace = open_workspace()
    with Live(Console(stderr=True)) as live:
        answers = workspace.controls(options, live)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for answer in answers:
            if answer.outcome.run is not None and not answer.outcome.stale:
                path = out / f"{answer.control.id}.evidence.json"
                text = print_ledger(Ledger(answer.control.id).with_run(answer.outcome.run))
                replace(path, text.encode(), path.read_bytes() if path.exists() else None)
    if as_json:
        typer.echo(json.dumps(report.as_json(answers), ensure_ascii=False, indent=1))
    else:
        console = output()
        console.print(report.answer_table(answers))
        console.print()
        console.print(report.group_table(answers, workspace.words))
        console.print(f"\n{report.summary(answers)}", highlight=False)
    return ERROR if any(answer.outcome.failed for answer in answers) else OK
