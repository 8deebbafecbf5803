"""`check-claims [PATH]`: check the claims of a vault."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from checker.cli.app import ERROR, EXECUTOR, EXECUTOR_OPTIONS, FAILED, JSON, OK, UNWRITTEN, WORKERS, app, exits, output
from checker.cli.github import on_github, quoted
from checker.cli.seen import Seen, see
from checker.cli.writing import carry_out, hold
from checker.errors import ConfigurationError, WriteError

if TYPE_CHECKING:
    from checker.evidence import Run
    from checker.reports.finding import Finding
    from checker.runs.outcome import Outcome

FAIL_ON = ("refuted", "inconclusive", "stale", "needs-spec", "untestable")
FAIL_IN_CI = "refuted,stale"


@dataclass(frozen=True)
class Checked:
    """What a check gives: its exit code, what came of each claim, and what reports tell of it."""

    code: int
    outcomes: tuple[Outcome, ...]
    findings: tuple[Finding, ...]
    failing: tuple[Finding, ...]


@app.command()
@exits
def check(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="A vault, or a project with a vault/ folder.")] = Path(),
    select: Annotated[
        str, typer.Option("-k", metavar="EXPR", help="Only claims whose id or sentence fits: words with and, or, not.")
    ] = "",
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="ID", help="Only the claim of this id; may be repeated.")
    ] = None,
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
    budget: Annotated[
        str,
        typer.Option(metavar="TIME", help="Stop after this time, as 90s, 10m or 2h; it goes where most claims can be decided."),
    ] = "",
    workers: WORKERS = 0,
    executor: EXECUTOR = "local",
    executor_option: EXECUTOR_OPTIONS = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="WORDS",
            help=f"Exit with 1 on any of these, comma-separated: {', '.join(FAIL_ON)}. With --ci: {FAIL_IN_CI}.",
        ),
    ] = None,
    changed_since: Annotated[
        str | None, typer.Option(metavar="REV", help="Only claims whose note, spec or evidence has changed in git since.")
    ] = None,
    ci: Annotated[bool, typer.Option("--ci", help="Write nothing into the project, and use no colour.")] = False,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a JUnit report, a test case a claim.")] = None,
    sarif: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a SARIF report, for code scanning.")] = None,
    as_json: JSON = False,
) -> int:
    """Check the claims of a vault and write each status into its note."""
    from checker.reports.annotations import commands
    from checker.reports.select import selector
    from checker.runs.limits import seconds_of
    from checker.runs.services import parse_options

    seconds = seconds_of(budget, "--budget") if budget else None
    options = parse_options(executor_option or [])
    wanted = _fail_on(fail_on if fail_on is not None else FAIL_IN_CI if ci else "")
    keep = selector(select)
    if download:
        os.environ["CHECK_CLAIMS_DOWNLOAD"] = "1"
    with quoted(err=as_json):
        if not (dry_run or check_only or ci):
            hold(context, path)
        seen = see(path)
        if changed_since is not None:
            seen = seen.changed(changed_since)
            if not seen.cases:
                typer.echo(f"no claim has changed since {changed_since}", err=True)
        if select:
            seen = seen.only(lambda case: keep(f"{case.id} {case.claim.statement}"))
        if only:
            unknown = set(only).difference(case.id for case in seen.cases)
            if unknown:
                raise ConfigurationError(f"no claim here is called {', '.join(sorted(unknown))}; check-claims specs lists them")
            seen = seen.only(lambda case: case.id in only)
        checked = check_seen(
            seen,
            wanted,
            dry_run=dry_run or check_only,
            check_only=check_only,
            fresh=fresh,
            download=download,
            seeds=seeds,
            budget=seconds,
            workers=workers,
            executor=executor,
            options=options,
            ci=ci,
            junit=junit,
            sarif=sarif,
            as_json=as_json,
        )
    for command in commands(checked.findings, checked.failing) if on_github() else ():
        typer.echo(command, err=as_json)
    return checked.code


def check_seen(
    seen: Seen,
    wanted: Set[str] = frozenset(),
    *,
    dry_run: bool = False,
    check_only: bool = False,
    fresh: bool = False,
    download: bool = False,
    seeds: int | None = None,
    budget: float | None = None,
    workers: int = 0,
    executor: str = "local",
    options: Mapping[str, str] | None = None,
    ci: bool = False,
    junit: Path | None = None,
    sarif: Path | None = None,
    as_json: bool = False,
) -> Checked:
    """Check the claims that were seen, write what came of them, and tell it. `wanted` are the words of --fail-on, `budget` is in
    seconds, and `options` are those of the executor."""
    from rich.console import Console

    from checker.reports import plans, table
    from checker.reports.live import Live
    from checker.reports.many import among_many, corrected
    from checker.reports.plots import claim_plot, plot_mark
    from checker.reports.spent import Spent
    from checker.reports.text import clean
    from checker.runs.bench import Bench, Options
    from checker.runs.check import check as run_check
    from checker.runs.executor import slots
    from checker.runs.outcome import Outcome
    from checker.runs.plan import Plan, make_plan
    from checker.runs.services import open_executor
    from checker.runs.store import Store
    from checker.runs.times import Times
    from checker.writing import doubted, edited_by_hand, plan_changes, read_ledgers
    from checker.writing.obsidian.additions import restyle
    from checker.writing.retired import retire, retired

    began = time.monotonic()
    plain: dict[str, Any] = {"force_terminal": False, "color_system": None} if ci else {}
    messages = Console(stderr=True, **plain)
    project, words, cases = seen.project, seen.words, seen.cases
    problems = [str(fault) for fault in seen.faults]
    ledgers, damaged = read_ledgers(project, [case.id for case in cases])
    problems += damaged.values()
    for problem in problems + [str(problem) for problem in seen.unread]:
        messages.print(clean(problem), style="yellow", markup=False, highlight=False, soft_wrap=True)

    store = Store.default()
    last = {name: ledger.newest for name, ledger in ledgers.items()}
    sound = [case for case in cases if case.id not in damaged]
    workers, until = workers or slots(), None if budget is None else began + budget
    asked = Options(seeds, fresh, until, workers)
    times = Times.read(store) if dry_run or budget else Times()
    plan = Plan()
    if dry_run:
        spent = Spent(lambda jobs: {})
        bench = Bench(store, asked, spent, project.root)
        plan = make_plan(sound, bench, times, words)
        outcomes = run_check(sound, bench, words, last, times)
    else:
        with open_executor(executor, options or {}, workers, store.jobs, until) as pool, Live(messages, pool) as live:
            spent = Spent(live)
            bench = Bench(store, asked, spent, project.root, live.fetch if download else None)
            outcomes = run_check(sound, bench, words, last, times)
        if fresh:
            store.keep_fresh()

    titles = {metric.name: metric.title for metric in words.metrics}

    def draw(name: str, run: Run) -> bytes:
        return claim_plot(name, run, [titles.get(metric, metric) for metric in run.spec.metrics])

    read_only = dry_run or ci
    edited = [str(problem) for problem in edited_by_hand(project, outcomes)]
    edited += doubted(project, outcomes, ledgers).values()
    gone = retired(project, seen.vault, [case.id for case in cases], seen.faults) if seen.whole else []
    today = time.strftime("%Y-%m-%d")
    changes = plan_changes(project, outcomes, ledgers, (lambda *_: b"") if read_only else draw, plot_mark, today)
    changes += [*retire(project, seen.vault, gone), *restyle(project, outcomes, gone)]
    written, unwritten = ([change.path for change in changes], []) if read_only else carry_out(project, changes)
    for told in [*edited, *(f"{name}: no sentence is tagged with it any more; its evidence is archived" for name in gone)]:
        messages.print(clean(told), style="yellow", markup=False, highlight=False, soft_wrap=True)
    each = {outcome.case.id: outcome for outcome in outcomes}
    outcomes = [each.get(case.id) or Outcome(case, "error", damaged[case.id], failed=True) for case in cases]
    findings = _findings(seen, outcomes, spent.by_claim(outcomes, bench), read_only)
    failing = [finding for finding in findings if finding.kind == "error" or finding.fails(wanted)]
    unwritten += _report(findings, time.monotonic() - began, junit, sarif)

    if as_json:
        many = corrected(outcomes) if seen.whole else {}
        answer = table.as_json(outcomes, project, problems + edited + unwritten, [str(path) for path in written], many)
        answer |= {"plan": plans.as_json(plan)} if dry_run else {}
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        out = output(**plain)
        out.print(table.outcome_table(outcomes))
        if dry_run:
            out.print(plans.as_text(plan, workers), markup=False, highlight=False, soft_wrap=True)
            for change in changes:
                out.print(clean(change.diff(), kept="\n\t"), end="", markup=False, highlight=False, soft_wrap=True)
        among = among_many(outcomes) if seen.whole else ""  # a choice of claims says nothing of all
        if among:
            out.print(f"\n{among}", highlight=False)
        next_look = table.next_look(outcomes)
        if next_look:
            out.print(f"\nsome are open: --seeds {next_look} takes their next look, and trains what that needs", highlight=False)
        lacking = ", ".join(sorted({want.name for want in bench.absent}))
        if lacking:
            out.print(f"\nnot on this machine: released weights of {lacking}; --download fetches them", highlight=False)
        for finding in [each for each in failing if each.kind == "stale"] if ci else ():
            out.print(f"\n{finding.path}:{finding.line}: stale: {finding.reason}", markup=False, highlight=False, soft_wrap=True)
        tail = "would be written" if read_only else "written"
        out.print(f"\n{table.summary(outcomes)}; {len(written)} files {tail}; {time.monotonic() - began:.1f} s", highlight=False)
    for fault in unwritten:
        messages.print(clean(fault), style="red", markup=False, highlight=False, soft_wrap=True)
    if unwritten:
        code = UNWRITTEN
    elif any(finding.kind == "error" for finding in findings):
        code = ERROR
    else:
        code = FAILED if failing or (check_only and changes) or ((check_only or ci) and edited) else OK
    return Checked(code, tuple(outcomes), tuple(findings), tuple(failing))


def _fail_on(text: str) -> set[str]:
    wanted = {word.strip() for word in text.split(",") if word.strip()}
    unknown = wanted - set(FAIL_ON)
    if unknown:
        raise ConfigurationError(f"--fail-on does not know {', '.join(sorted(unknown))}; it takes {', '.join(FAIL_ON)}")
    return wanted


def _findings(seen: Seen, outcomes: Sequence[Outcome], seconds: Mapping[str, float], read_only: bool) -> list[Finding]:
    from checker.reports.finding import of_outcome, of_problem
    from checker.runs.repository import repository_root, within

    vault = within(seen.project.vault, repository_root(seen.project.vault))
    found = [of_outcome(outcome, vault, read_only, seconds[outcome.case.id]) for outcome in outcomes]
    return found + [of_problem(problem, vault) for problem in seen.faults]


def _report(findings: Sequence[Finding], seconds: float, junit: Path | None, sarif: Path | None) -> list[str]:
    """Write the reports that are wanted; what could not be written."""
    from importlib.metadata import version

    from checker.reports.junit import junit as as_junit
    from checker.reports.sarif import sarif as as_sarif
    from checker.writing import replace

    unwritten = []
    for path, data in (
        (junit, junit and as_junit(findings, seconds)),
        (sarif, sarif and as_sarif(findings, version("check-claims")).encode()),
    ):
        try:
            if path and data:
                replace(path, data, path.read_bytes() if path.exists() else None)
        except (WriteError, OSError) as error:
            unwritten.append(str(error))
    return unwritten
