"""`check-claims reproduce`, `decide` and `cache`: run evidence again, decide it again, and look after what is kept."""

from __future__ import annotations

import difflib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from checker.cli.answers import print_json, print_table
from checker.cli.app import ERROR, EXECUTOR, EXECUTOR_OPTIONS, FAILED, JSON, OK, WORKERS, app, exits, open_workspace
from checker.cli.vaults import PATH, VAULT
from checker.errors import ConfigurationError, EvidenceError

if TYPE_CHECKING:
    from checker.evidence import Ledger, Run
    from checker.runs.check import ControlsOf
    from checker.runs.project import Project

EVIDENCE = ".evidence.json"


@app.command("reproduce")
@exits
def reproduce(
    claim: Annotated[str, typer.Argument(help="The id of a claim that has evidence.")],
    vault: VAULT = Path(),
    train: Annotated[bool, typer.Option("--train", help="Train toys anew too, from their recorded recipes; takes long.")] = False,
    workers: WORKERS = 0,
    executor: EXECUTOR = "local",
    executor_option: EXECUTOR_OPTIONS = None,
    as_json: JSON = False,
) -> int:
    """Run the newest evidence of a claim again from what it records, without cached measurements, and compare. Writes nothing."""
    from rich.console import Console

    from checker.lab.context import within
    from checker.reports.live import Live
    from checker.reports.text import clean
    from checker.runs.executor import slots
    from checker.runs.reproduce import reproduce as run_again
    from checker.runs.services import open_executor, parse_options
    from checker.runs.store import Store
    from checker.workspace.jobs import Jobs

    workspace = open_workspace(vault)
    ledger = _ledger(workspace.project, claim.removeprefix("^"))
    words, root = workspace.words, workspace.project.root
    options, store, workers = parse_options(executor_option or []), Store.default(), workers or slots()
    with tempfile.TemporaryDirectory(prefix="check-claims-") as name:
        work = Path(name)
        with (
            within(workspace.context),
            open_executor(executor, options, workers, work / "jobs") as pool,
            Live(Console(stderr=True)) as live,
        ):
            jobs = Jobs(pool, live)
            found = [run_again(run, store, work, jobs, words, root, train) for run in ledger.newest.values()]
    if as_json:
        runs = [
            {
                "scope": again.scope,
                "reproduced": again.holds,
                "status": {"recorded": again.kept.verdict.word, "now": again.again.verdict.word},
                "models": [{"model": a.model, "difference": a.difference, "allowed": a.allowed} for a in again.agreements],
                "changed": list(again.changed),
            }
            for again in found
        ]
        print_json({"id": ledger.claim, "runs": runs})
    else:
        for again in found:
            print_table(
                ("model", "largest difference", "allowed", ""),
                [
                    (a.model, f"{a.difference:.2g} {again.kept.unit}", f"{a.allowed:.2g}", "agrees" if a.holds else "DIFFERS")
                    for a in again.agreements
                ],
                right=("largest difference", "allowed"),
            )
            for change in again.changed:
                typer.echo(f"changed since: {clean(change)}")
            kept, now = again.kept.verdict.word, again.again.verdict.word
            same = f"{now}, as recorded" if now == kept else f"{now}, recorded as {kept}"
            typer.echo(f"{again.scope}: {'reproduced' if again.holds else 'NOT reproduced'}: {same}")
    return OK if all(again.holds for again in found) else FAILED


@app.command("decide")
@exits
def decide(
    path: PATH = Path(),
    select: Annotated[str, typer.Option("-k", metavar="EXPR", help="Only claims whose id fits: words with and, or, not.")] = "",
    as_json: JSON = False,
) -> int:
    """Decide all kept evidence again by today's rule, from the recorded values and the recorded controls of the lab. Nothing is
    measured and nothing written."""
    from checker.evidence import read_ledger
    from checker.reports.select import selector
    from checker.reports.text import clean
    from checker.runs.controls import of_record

    workspace, keep = open_workspace(path), selector(select)
    project, controls_of = workspace.project, of_record(workspace.words)
    rows: list[dict[str, Any]] = []
    faults = []
    for file in sorted(project.claims.glob(f"*{EVIDENCE}")):
        name = file.name.removesuffix(EVIDENCE)
        try:
            rows += [_decided(name, *pair, controls_of) for pair in read_ledger(file, name).pairs()] if keep(name) else []
        except EvidenceError as error:
            faults.append(str(error))
    for fault in faults:
        typer.secho(clean(fault), fg=typer.colors.YELLOW, err=True)
    if as_json:
        print_json({"decisions": rows, "problems": faults})
    else:
        rows_shown = [
            (row["id"], row["scope"], row["recorded"], "" if row["same"] else f"{row['now']}: {row['reason']}") for row in rows
        ]
        print_table(("claim", "scope", "recorded", "now, where it differs"), rows_shown)
        typer.echo(f"\n{len(rows)} decisions, {sum(not row['same'] for row in rows)} of them not as recorded")
    return ERROR if faults else OK if all(row["same"] for row in rows) else FAILED


def _decided(name: str, recorded: Run, now: Run, controls_of: ControlsOf) -> dict[str, Any]:
    from checker.evidence.again import as_decided

    controls = controls_of(recorded.spec) if recorded.scope.trained_here else None
    if recorded.controls != controls:  # the lab stands otherwise than when this was recorded
        today = as_decided(recorded.model_copy(update={"controls": controls}))
        now = today if today.verdict.word != now.verdict.word else now
    answer = {"id": name, "scope": recorded.scope, "recorded": recorded.verdict.word, "now": now.verdict.word}
    return {**answer, "same": now is recorded, "reason": now.verdict.reason}


def _ledger(project: Project, claim: str) -> Ledger:
    """The ledger of a claim that has one."""
    from checker.evidence import read_ledger

    path = project.evidence(claim)
    if not os.path.lexists(path) or not path.resolve().is_relative_to(project.claims.resolve()):
        known = [file.name.removesuffix(EVIDENCE) for file in project.claims.glob(f"*{EVIDENCE}")]
        near = difflib.get_close_matches(claim, known, 3, 0.5)
        guess = f"; did you mean {' or '.join(near)}?" if near else "; check-claims specs lists the claims"
        raise ConfigurationError(f"no evidence here for {claim!r}{guess}")
    return read_ledger(path, claim)


@app.command("cache")
@exits
def cache(
    prune: Annotated[bool, typer.Option("--prune", help="Remove what nothing here refers to.")] = False,
    as_json: JSON = False,
) -> int:
    """Show what is kept in the cache folder, and how much of it nothing refers to any more."""
    from checker.runs import housekeeping
    from checker.runs.store import Store

    open_workspace()  # what the plug-ins of the project here refer to stays
    store = Store.default()
    kinds = housekeeping.look_through(store)
    unused = sum(housekeeping.size_of(path) for kind in kinds for path in kind.unused)
    removed = housekeeping.prune(kinds) if prune else []
    if as_json:
        rows = [{"name": k.name, "entries": len(k.entries), "bytes": k.size, "unused": len(k.unused)} for k in kinds]
        answer = {
            "folder": str(store.root),
            "kinds": rows,
            "unused_bytes": unused,
            "removed": [str(path) for path in removed],
        }
        print_json(answer)
        return OK
    rows_shown = [(k.name, k.what, len(k.entries), _megabytes(k.size), len(k.unused) or "") for k in kinds]
    print_table(("kind", "what it is", "entries", "size", "unused"), rows_shown, right=("entries", "size", "unused"))
    tail = (
        f"removed {len(removed)} entries, {_megabytes(unused)}" if prune else f"{_megabytes(unused)} unused; --prune removes it"
    )
    typer.echo(f"\n{store.root}: {tail}")
    return OK


def _megabytes(size: float) -> str:
    return f"{size / 1e6:.1f} MB"
