"""`check-claims [PATH]`: check the claims of a vault."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from checker.cli.app import ERROR, FAILED, JSON, OK, UNWRITTEN, app, exits, words_of
from checker.cli.writing import carry_out, hold
from checker.errors import ConfigurationError

if TYPE_CHECKING:
    from checker.runs.jobs import Job
    from checker.runs.outcome import Outcome

FAIL_ON = ("refuted", "inconclusive", "stale", "needs-spec", "untestable")


@app.command()
@exits
def check(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="A vault, or a project with a vault/ folder.")] = Path(),
    select: Annotated[
        str, typer.Option("-k", metavar="EXPR", help="Only claims whose id or sentence fits: words with and, or, not.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "--diff", help="Show what would run and what would be written; do neither.")
    ] = False,
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 when a file would change or a status was edited by hand.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Train every model anew; use none that ships or is cached.")] = False,
    download: Annotated[
        bool, typer.Option("--download", help="Fetch released weights and data sets that claims name and this machine lacks.")
    ] = False,
    seeds: Annotated[
        int | None, typer.Option(min=2, help="Most seeds a model may have; those that are missing are trained.")
    ] = None,
    workers: Annotated[int, typer.Option(min=0, help="Worker processes; 0: one for each processor.")] = 0,
    fail_on: Annotated[
        str, typer.Option(metavar="WORDS", help=f"Exit with 1 on any of these, comma-separated: {', '.join(FAIL_ON)}.")
    ] = "",
    as_json: JSON = False,
) -> int:
    """Check the claims of a vault and write each status into its note."""
    from rich.console import Console

    from checker.cache import cache_folder
    from checker.notes import Vault
    from checker.reports import table
    from checker.reports.live import Live
    from checker.reports.plots import claim_plot, plot_mark
    from checker.reports.select import selector
    from checker.reports.text import clean
    from checker.runs.bench import Bench, Options
    from checker.runs.check import check as run_check
    from checker.runs.local import slots
    from checker.runs.project import Project
    from checker.runs.store import Store
    from checker.runs.survey import survey
    from checker.writing import edited_by_hand, plan_changes, read_ledgers
    from checker.writing.obsidian.additions import restyle
    from checker.writing.retired import retire, retired

    began = time.monotonic()
    wanted = _fail_on(fail_on)
    messages = Console(stderr=True)
    project = Project.find(path)
    dry_run = dry_run or check_only
    if not dry_run:
        hold(context, project)
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
    if dry_run:
        planned: list[str] = []

        def note_down(jobs: Sequence[Job]) -> dict[Job, str | None]:
            planned.extend(job.title for job in jobs)
            return {}

        bench = Bench(store, Options(seeds, fresh), note_down, project.root)
        outcomes = run_check(sound, bench, words, last)
    else:
        planned = []
        with Live(messages, workers or slots()) as live:
            bench = Bench(store, Options(seeds, fresh), live, project.root, live.fetch if download else None)
            outcomes = run_check(sound, bench, words, last)
        if fresh:
            store.keep_fresh()

    titles = {metric.name: metric.title for metric in words.metrics}

    def draw(name: str, run: Mapping[str, Any]) -> bytes:
        return claim_plot(name, run, [titles[run["spec"][metric]] for metric in ("metric", "other") if metric in run["spec"]])

    edited = [str(problem) for problem in edited_by_hand(project, outcomes)]
    gone = [] if select else retired(project, vault, [case.id for case in found], faults)
    changes = plan_changes(project, outcomes, ledgers, draw, plot_mark, time.strftime("%Y-%m-%d"))
    changes += [*retire(project, vault, gone), *restyle(project, outcomes, gone)]
    written, unwritten = ([change.path for change in changes], []) if dry_run else carry_out(project, changes)
    for told in [*edited, *(f"{name}: no sentence is tagged with it any more; its evidence is archived" for name in gone)]:
        messages.print(clean(told), style="yellow", markup=False, highlight=False, soft_wrap=True)

    if as_json:
        typer.echo(
            json.dumps(
                table.as_json(outcomes, project, problems + edited + unwritten, [str(path) for path in written]),
                ensure_ascii=False,
                indent=1,
            )
        )
    else:
        out = Console(width=None if sys.stdout.isatty() else 160)
        out.print(table.outcome_table(outcomes))
        if dry_run:
            out.print("\nwould run:" if planned else "\nnothing to run")
            for title in planned:
                out.print(f"  {title}", markup=False, highlight=False)
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
    if check_only and (changes or edited):
        return FAILED
    return FAILED if any(_fails(outcome, wanted) for outcome in outcomes) else OK


def _fail_on(text: str) -> set[str]:
    wanted = {word.strip() for word in text.split(",") if word.strip()}
    unknown = wanted - set(FAIL_ON)
    if unknown:
        raise ConfigurationError(f"--fail-on does not know {', '.join(sorted(unknown))}; it takes {', '.join(FAIL_ON)}")
    return wanted


def _fails(outcome: Outcome, wanted: set[str]) -> bool:
    return outcome.word.replace(" ", "-") in wanted or (outcome.stale and "stale" in wanted)
