"""`check-claims diff`: which verdicts changed between two revisions of a vault, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.answers import print_table
from checker.cli.app import ERROR, JSON, OK, app, exits, warn
from checker.cli.vaults import PATH
from checker.errors import EvidenceError

if TYPE_CHECKING:
    from checker.reports.history import State
    from checker.runs.project import Project

NOW = "the working tree"


@app.command("diff")
@exits
def diff(
    revisions: Annotated[
        str, typer.Argument(metavar="REV[..REV]", help="From this revision to that, or to the files as they are.")
    ],
    path: PATH = Path(),
    as_json: JSON = False,
) -> int:
    """Show which claims have another status than at a revision, and why: sentence, spec, code, weights, data or seeds."""
    from checker.reports.history import as_json as of_changes
    from checker.reports.history import changes_between
    from checker.runs.project import Project

    project = Project.find(path)
    before, _, after = revisions.partition("..")
    before = before or "HEAD"
    faults: list[str] = []
    found = changes_between(_states(project, before, faults), _states(project, after, faults))
    warn(*faults)
    if as_json:
        typer.echo(json.dumps(of_changes(found, before, after or NOW), ensure_ascii=False, indent=1))
        return ERROR if faults else OK
    rows = [(f"{each.before or 'new'} → {each.after or 'gone'}", each.statement, "; ".join(each.why), each.id) for each in found]
    if rows:
        print_table(("status", "claim", "why", "id"), rows)
    typer.echo(f"{len(rows)} claims changed status: {before} to {after or NOW}")
    return ERROR if faults else OK


def _states(project: Project, revision: str, faults: list[str]) -> dict[str, State]:
    """The claims of a revision, or of the files as they are, by id; evidence that cannot be read is reported in `faults`."""
    from checker.evidence import parse_ledger
    from checker.reports.history import State
    from checker.writing.claim_note import properties_of

    suffix = ".evidence.json"
    notes, ledgers = _files(project.notes, revision, ".md"), _files(project.claims, revision, suffix)
    found = {}
    for name, data in notes.items():
        properties = properties_of(data)
        claim = name.removesuffix(".md")
        if properties is None:
            continue
        ledger = None
        try:
            if claim + suffix in ledgers:
                ledger = parse_ledger(ledgers[claim + suffix], f"{revision or NOW}: {claim}{suffix}")
        except EvidenceError as error:
            faults.append(str(error))
        found[claim] = State.of(properties, ledger)
    return found


def _files(folder: Path, revision: str, suffix: str) -> dict[str, bytes]:
    from checker.runs.repository import files_at

    if revision:
        return files_at(folder, revision, suffix)
    return {path.name: path.read_bytes() for path in sorted(folder.glob(f"*{suffix}")) if path.is_file()}
