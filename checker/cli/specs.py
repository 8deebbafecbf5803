"""`check-claims specs` and `explain`: what each claim was understood to mean, and why it has the word that it has."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from checker.cli.answers import print_json, print_table
from checker.cli.app import ERROR, JSON, OK, app, exits, open_workspace
from checker.cli.vaults import PATH, VAULT

if TYPE_CHECKING:
    from checker.runs.case import Case


@app.command("specs")
@exits
def specs(
    path: PATH = Path(),
    select: Annotated[str, typer.Option("-k", metavar="EXPR", help="Only claims whose id or sentence fits.")] = "",
    diff: Annotated[
        bool,
        typer.Option("--diff", help="Show what the next check would change in spec files, and where note and spec disagree."),
    ] = False,
    as_json: JSON = False,
) -> int:
    """List the specs of a vault's claims: what each was read as, and whether its file is the tool's or a person's."""
    from checker.reports.select import selector
    from checker.reports.text import clean

    keep = selector(select)
    survey = open_workspace(path).survey()
    problems = [str(problem) for problem in survey.faults]
    cases = [case for case in survey.cases if keep(f"{case.id} {case.claim.statement}")]
    if as_json:
        rows = [_row(case) | ({"diff": _diff(case)} if diff else {}) for case in cases]
        print_json({"specs": rows, "problems": problems})
    elif diff:
        for case in cases:
            typer.echo(_diff(case), nl=False)
    else:
        print_table(("claim", "file", "read as"), [(case.id, _state(case), case.read_as or case.reason) for case in cases])
    for problem in problems:
        typer.secho(clean(problem), fg=typer.colors.YELLOW, err=True)
    return ERROR if problems or any(case.word == "error" for case in cases) else OK


def _state(case: Case) -> str:
    """What the spec file of a claim is."""
    if case.word == "error":
        return "error"
    if case.stale:
        return "edited, stale"
    if case.edited:
        return "edited, reviewed" if case.named is not None and case.named.identity.reviewed else "edited"
    if case.spec_to_write is None:
        return "none"
    if case.spec_file is None:
        return "new"
    return "as written" if case.spec_file == case.spec_to_write else "out of date"


def _row(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "statement": case.claim.statement,
        "source": case.claim.place,
        "file": _state(case),
        "reading": case.read_as or None,
        "note_says": case.noted_as or None,
        "reason": case.reason or None,
        "spec": case.named.as_dict() if case.named else None,
    }


def _diff(case: Case) -> str:
    """A unified diff from the file to what would be written; for a stale one, from the spec to what the note says."""
    from checker.claims import print_spec

    name = f"claims/{case.id}.yaml"
    old = (case.spec_file or b"").decode("utf-8", "replace")
    if case.stale:
        noted = print_spec(case.noted) if case.noted is not None else ""
        heading = (
            f"{name}: {case.reason}\n  the spec says: {case.read_as}\n  the note says: {case.noted_as or case.reading.reason}\n"
        )
        return heading + _unified(old, noted, name, f"{case.claim.place}")
    if case.spec_to_write is None:
        return ""
    return _unified(old, case.spec_to_write.decode("utf-8"), name, name)


def _unified(old: str, new: str, of_old: str, of_new: str) -> str:
    return "".join(difflib.unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), of_old, of_new))


@app.command("explain")
@exits
def explain(
    claim: Annotated[str, typer.Argument(help="The id of a claim: what stands behind the ^, or in the status link.")],
    vault: VAULT = Path(),
    as_json: JSON = False,
) -> int:
    """Tell one claim from its sentence to its verdict: reading, spec, evidence, why, and what would change it."""
    from checker.reports.explain import as_lines, explanation
    from checker.reports.text import clean
    from checker.writing import ledger_of

    workspace = open_workspace(vault)
    survey = workspace.survey()
    case = survey.case(claim.removeprefix("^"))
    explained = explanation(case, ledger_of(workspace.project, case.id), workspace.words, survey.rests)
    if as_json:
        print_json(explained)
    else:
        typer.echo("\n".join(clean(line) for line in as_lines(explained)))
    return OK
