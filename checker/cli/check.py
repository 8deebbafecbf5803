"""`check-claims [PATH]`: check the claims of a vault."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence, Set
from dataclasses import dataclass
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
    command_line,
    exits,
    open_workspace,
    output,
    show,
)
from checker.cli.github import on_github, quoted
from checker.cli.vaults import PATH
from checker.errors import ConfigurationError, WriteError

if TYPE_CHECKING:
    from rich.console import Console

    from checker.reports.finding import Finding
    from checker.workspace import Checked, CheckOptions, Survey, Workspace
    from checker.writing import Change

FAIL_ON = ("refuted", "inconclusive", "stale", "needs-spec", "untestable")
FAIL_IN_CI = "refuted,stale"


@dataclass(frozen=True)
class Report:
    """What is reported of a check. `wanted` are the words of --fail-on; `junit` and `sarif` are files to write."""

    wanted: Set[str] = frozenset()
    check_only: bool = False
    ci: bool = False
    junit: Path | None = None
    sarif: Path | None = None
    as_json: bool = False


@dataclass(frozen=True)
class Result:
    """A check that was carried out and reported."""

    checked: Checked
    findings: Sequence[Finding]
    failing: Sequence[Finding]
    code: int


@app.command()
@exits
def check(
    context: typer.Context,
    path: PATH = Path(),
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
    remeasure: Annotated[
        bool, typer.Option("--remeasure", help="Measure every claim anew, also those whose recorded evidence stands.")
    ] = False,
    spot_seed: Annotated[
        int | None, typer.Option(min=0, help="Draw the spot check with this seed, of all recorded evidence that stands.")
    ] = None,
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
    from checker.durations import seconds_of
    from checker.reports.annotations import commands
    from checker.reports.select import selector
    from checker.runs.services import parse_options
    from checker.workspace import CheckOptions

    options = CheckOptions(
        seeds=seeds,
        fresh=fresh,
        remeasure=remeasure,
        spot_seed=spot_seed,
        budget=seconds_of(budget, "--budget") if budget else None,
        workers=workers,
        executor=executor,
        executor_options=parse_options(executor_option or []),
        dry_run=dry_run or check_only,
    )
    report = Report(_fail_on(fail_on if fail_on is not None else FAIL_IN_CI if ci else ""), check_only, ci, junit, sarif, as_json)
    keep = selector(select)
    with quoted(err=as_json):
        workspace = open_workspace(path, download)
        if not (options.dry_run or ci):
            context.with_resource(workspace.held(show))
        survey = workspace.survey()
        if changed_since is not None:
            survey = survey.changed(changed_since)
            if not survey.cases:
                typer.echo(f"no claim has changed since {changed_since}", err=True)
        if select:
            survey = survey.only(lambda case: keep(f"{case.id} {case.claim.statement}"))
        if only:
            survey = survey.named(only)
        result = run(workspace, survey, options, report)
    for command in commands(result.findings, result.failing) if on_github() else ():
        typer.echo(command, err=as_json)
    return result.code


def run(workspace: Workspace, survey: Survey, options: CheckOptions, report: Report) -> Result:
    """Check the claims of a survey, write what came of them, and report it."""
    from rich.console import Console

    from checker.reports.live import Live
    from checker.writing import Written

    began = time.monotonic()
    plain: dict[str, Any] = {"force_terminal": False, "color_system": None} if report.ci else {}
    messages = Console(stderr=True, **plain)
    read_only = options.dry_run or report.ci
    _say(messages, [str(problem) for problem in (*survey.faults, *survey.unread)], "yellow")
    with Live(messages) as live:
        checked = workspace.check(options, live, survey=survey)
    changes = workspace.changes(checked, draw=not read_only)
    written = Written([change.path for change in changes])
    if not read_only:
        written = workspace.write(changes, show, command=command_line())
    gone = [f"{name}: no sentence has this id any longer; its evidence is archived" for name in checked.gone]
    _say(messages, [*checked.damaged.values(), *map(str, checked.edited), *checked.doubted.values(), *gone], "yellow")
    findings = checked.findings(read_only)
    failing = [finding for finding in findings if finding.kind == "error" or finding.fails(report.wanted)]
    unwritten = [*written.faults, *_write_reports(findings, time.monotonic() - began, report)]
    if report.as_json:
        typer.echo(json.dumps(_as_json(checked, written.paths, unwritten), ensure_ascii=False, indent=1))
    else:
        tail = f"{len(written.paths)} files {'would be written' if read_only else 'written'}; {time.monotonic() - began:.1f} s"
        _print(output(**plain), checked, options, changes, failing if report.ci else [], tail)
    _say(messages, unwritten, "red")
    edited = bool(checked.edited or checked.doubted) and (report.check_only or report.ci)
    if unwritten:
        code = UNWRITTEN
    elif any(finding.kind == "error" for finding in findings):
        code = ERROR
    else:
        code = FAILED if failing or edited or (report.check_only and changes) else OK
    return Result(checked, findings, failing, code)


def _say(console: Console, texts: Sequence[str], style: str) -> None:
    from checker.reports.text import clean

    for text in texts:
        console.print(clean(text), style=style, markup=False, highlight=False, soft_wrap=True)


def _as_json(checked: Checked, written: Sequence[Path], unwritten: Sequence[str]) -> dict[str, Any]:
    from checker.reports import plans, table
    from checker.reports.many import corrected

    problems = [*checked.problems, *map(str, checked.edited), *checked.doubted.values(), *unwritten]
    many = corrected(checked.outcomes) if checked.survey.whole else {}
    answer = table.as_json(checked.outcomes, checked.survey.project, problems, [str(path) for path in written], many)
    spot = checked.spot and {"seed": checked.spot.seed, "claims": sorted(name for name, _ in checked.spot.questions)}
    return answer | {"spot_check": spot} | ({"plan": plans.as_json(checked.plan)} if checked.plan else {})


def _print(
    out: Console, checked: Checked, options: CheckOptions, changes: Sequence[Change], failing: Sequence[Finding], tail: str
) -> None:
    """Print the table of outcomes, the plan of a dry run with its differences, and what to do next."""
    from checker.reports import plans, table
    from checker.reports.many import among_many
    from checker.reports.text import clean
    from checker.runs.executor import slots

    outcomes = checked.outcomes
    out.print(table.outcome_table(outcomes))
    if checked.plan is not None:
        out.print(plans.as_text(checked.plan, options.workers or slots()), markup=False, highlight=False, soft_wrap=True)
        for change in changes:
            out.print(clean(change.diff(), kept="\n\t"), end="", markup=False, highlight=False, soft_wrap=True)
    among = among_many(outcomes) if checked.survey.whole else ""  # a choice of claims says nothing of all
    if among:
        out.print(f"\n{among}", highlight=False)
    measured = table.measured(outcomes, checked.spot.seed if checked.spot else None)
    if measured:
        out.print(f"\n{measured}", highlight=False)
    next_look = table.next_look(outcomes)
    if next_look:
        out.print(f"\nsome are open: --seeds {next_look} takes their next look, and trains what that needs", highlight=False)
    if checked.absent:
        out.print(
            f"\nnot on this machine: released weights of {', '.join(checked.absent)}; --download fetches them", highlight=False
        )
    for finding in [each for each in failing if each.kind == "stale"]:
        out.print(f"\n{finding.path}:{finding.line}: stale: {finding.reason}", markup=False, highlight=False, soft_wrap=True)
    out.print(f"\n{table.summary(outcomes, len(checked.problems))}; {tail}", highlight=False)


def _fail_on(text: str) -> set[str]:
    wanted = {word.strip() for word in text.split(",") if word.strip()}
    unknown = wanted - set(FAIL_ON)
    if unknown:
        raise ConfigurationError(f"--fail-on does not know {', '.join(sorted(unknown))}; it takes {', '.join(FAIL_ON)}")
    return wanted


def _write_reports(findings: Sequence[Finding], seconds: float, report: Report) -> list[str]:
    """Write the reports that are wanted; what could not be written."""
    from importlib.metadata import version

    from checker.reports.junit import junit as as_junit
    from checker.reports.sarif import sarif as as_sarif
    from checker.writing import replace

    unwritten = []
    for path, data in (
        (report.junit, report.junit and as_junit(findings, seconds)),
        (report.sarif, report.sarif and as_sarif(findings, version("check-claims")).encode()),
    ):
        try:
            if path and data:
                replace(path, data, path.read_bytes() if path.exists() else None)
        except (WriteError, OSError) as error:
            unwritten.append(str(error))
    return unwritten
