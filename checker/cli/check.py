"""`check-claims [PATH]`: check the claims of a vault."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from checker.cli.app import (
    ERROR,
    EXECUTOR,
    EXECUTOR_OPTIONS,
    FAILED,
    JSON,
    OK,
    UNWRITTEN,
    WORKERS,
    app,
    exits,
    words_of,
)
from checker.errors import ConfigurationError, WriteError

if TYPE_CHECKING:
    from checker.runs.outcome import Outcome

FAIL_ON = ("refuted", "inconclusive", "stale", "needs-spec", "untestable")


@app.command()
@exits
def check(
    path: Annotated[Path, typer.Argument(help="A vault, or a project with a vault/ folder.")] = Path(),
    select: Annotated[
        str, typer.Option("-k", metavar="EXPR", help="Only claims whose id or sentence fits: words with and, or, not.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would run and what would be written; do neither.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Train every model anew; use none that ships or is cached.")] = False,
    download: Annotated[
        bool, typer.Option("--download", help="Fetch released weights and data sets that claims name and this machine lacks.")
    ] = False,
    seeds: Annotated[
        int | None, typer.Option(min=2, help="Most seeds a model may have; those that are missing are trained.")
    ] = None,
    budget: Annotated[
        str,
        typer.Option(metavar="TIME", help="Stop after this time, as 90s, 10m or 2h; it goes where most claims can be decided."),
    ] = "",
    workers: WORKERS = 0,
    executor: EXECUTOR = "local",
    executor_option: EXECUTOR_OPTIONS = None,
    fail_on: Annotated[
        str, typer.Option(metavar="WORDS", help=f"Exit with 1 on any of these, comma-separated: {', '.join(FAIL_ON)}.")
    ] = "",
    as_json: JSON = False,
) -> int:
    """Check the claims of a vault and write each status into its note."""
    from rich.console import Console

    from checker.cache import cache_folder
    from checker.notes import Vault
    from checker.reports import plans, table
    from checker.reports.live import Live
    from checker.reports.plots import claim_plot, plot_mark
    from checker.reports.select import selector
    from checker.reports.text import clean
    from checker.runs.bench import Bench, Options
    from checker.runs.check import check as run_check
    from checker.runs.executor import slots
    from checker.runs.limits import seconds_of
    from checker.runs.plan import Plan, make_plan
    from checker.runs.project import Project
    from checker.runs.services import open_executor, parse_options
    from checker.runs.store import Store
    from checker.runs.survey import survey
    from checker.runs.times import Times
    from checker.writing import plan_changes, read_ledgers, replace

    began = time.monotonic()
    wanted = _fail_on(fail_on)
    workers = workers or slots()
    until = began + seconds_of(budget, "--budget") if budget else None
    options = parse_options(executor_option or [])
    messages = Console(stderr=True)
    project = Project.find(path)
    words = words_of(project)
    os.environ["CHECK_CLAIMS_ROOT"] = str(project.root.resolve())  # data sets are opened in the workers too
    if download:
        os.environ["CHECK_CLAIMS_DOWNLOAD"] = "1"
    keep = selector(select)
    vault = Vault.open(project.vault, cache_folder() / "vaults")
    found, faults = survey(vault, project, words)
    cases = [case for case in found if keep(f"{case.id} {case.claim.statement}")]
    problems = [str(fault) for fault in faults]
    ledgers, damaged = read_ledgers(project, [case.id for case in cases])
    problems += damaged.values()
    unread = [str(problem) for problem in vault.problems if problem not in faults]
    for problem in problems + unread:
        messages.print(clean(problem), style="yellow", markup=False, highlight=False, soft_wrap=True)

    store = Store.default()
    last = {name: ledger.newest for name, ledger in ledgers.items()}
    sound = [case for case in cases if case.id not in damaged]
    wants = Options(seeds, fresh, until, workers)
    times = Times.read(store) if dry_run or budget else Times()
    plan = Plan()
    if dry_run:
        bench = Bench(store, wants, lambda jobs: {}, project.root)
        plan = make_plan(sound, bench, times, words)
        outcomes = run_check(sound, bench, words, last, times)
    else:
        with open_executor(executor, options, workers, store.jobs, until) as pool, Live(messages, pool) as live:
            bench = Bench(store, wants, live, project.root, live.fetch if download else None)
            outcomes = run_check(sound, bench, words, last, times)
        if fresh:
            store.keep_fresh()

    titles = {metric.name: metric.title for metric in words.metrics}

    def draw(name: str, run: Mapping[str, Any]) -> bytes:
        return claim_plot(name, run, [titles[run["spec"][metric]] for metric in ("metric", "other") if metric in run["spec"]])

    changes = plan_changes(project, outcomes, ledgers, draw, plot_mark)
    written, unwritten = [], []
    for change in changes:
        try:
            if dry_run or replace(change.path, change.new, change.old):
                written.append(str(change.path))
        except WriteError as error:
            unwritten.append(str(error))

    if as_json:
        answer = table.as_json(outcomes, project, problems + unwritten, written)
        answer |= {"plan": plans.as_json(plan)} if dry_run else {}
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        out = Console(width=None if sys.stdout.isatty() else 160)
        out.print(table.outcome_table(outcomes))
        if dry_run:
            out.print(plans.as_text(plan, workers), markup=False, highlight=False, soft_wrap=True)
            for change in changes:
                out.print(change.diff(), end="", markup=False, highlight=False, soft_wrap=True)
        next_look = table.next_look(outcomes)
        if next_look:
            out.print(f"\nsome are open: --seeds {next_look} takes their next look, and trains what that needs", highlight=False)
        lacking = ", ".join(sorted({want.name for want in bench.absent}))
        if lacking:
            out.print(f"\nnot on this machine: released weights of {lacking}; --download fetches them", highlight=False)
        tail = "would be written" if dry_run else "written"
        out.print(f"\n{table.summary(outcomes)}; {len(written)} files {tail}; {time.monotonic() - began:.1f} s", highlight=False)
    for fault in unwritten:
        messages.print(clean(fault), style="red", markup=False, highlight=False, soft_wrap=True)
    if unwritten:
        return UNWRITTEN
    if any(outcome.failed or outcome.word == "error" for outcome in outcomes) or problems:
        return ERROR
    return FAILED if any(_fails(outcome, wanted) for outcome in outcomes) else OK


def _fail_on(text: str) -> set[str]:
    wanted = {word.strip() for word in text.split(",") if word.strip()}
    unknown = wanted - set(FAIL_ON)
    if unknown:
        raise ConfigurationError(f"--fail-on does not know {', '.join(sorted(unknown))}; it takes {', '.join(FAIL_ON)}")
    return wanted


def _fails(outcome: Outcome, wanted: set[str]) -> bool:
    return outcome.word.replace(" ", "-") in wanted or (outcome.stale and "stale" in wanted)
