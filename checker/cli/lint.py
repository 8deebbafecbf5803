"""`check-claims lint`: what is broken in a vault."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.answers import print_json
from checker.cli.app import FAILED, JSON, OK, app, exits, open_workspace
from checker.cli.github import quoted
from checker.cli.vaults import PATH, open_vault
from checker.errors import ConfigurationError

if TYPE_CHECKING:
    from checker.notes import Vault
    from checker.notes.lint import Fault

CLAIM = "claim"  # the kind of fault that only reading the claims finds


@app.command("lint")
@exits
def lint(
    path: PATH = Path(),
    only: Annotated[str, typer.Option(metavar="KINDS", help="Only these kinds of faults, comma-separated.")] = "",
    as_json: JSON = False,
) -> int:
    """List broken links, headings and blocks, doubled ids, ambiguous names, bad frontmatter and tags that cannot be a claim; exit
    with 1 if there is any."""
    from checker.notes.lint import KINDS
    from checker.notes.lint import lint as faults_of
    from checker.reports.text import clean
    from checker.runs.project import Project

    kinds = (*KINDS, CLAIM)
    wanted = {kind.strip() for kind in only.split(",") if kind.strip()} or set(kinds)
    if wanted - set(kinds):
        raise ConfigurationError(f"--only does not know {', '.join(sorted(wanted - set(kinds)))}; it takes {', '.join(kinds)}")
    vault = open_vault(path)
    claims = _claim_faults(path, vault) if CLAIM in wanted else []
    found = [fault for fault in sorted([*faults_of(vault, [Project.find(path).root]), *claims]) if fault.kind in wanted]
    if as_json:
        names = ("line", "column", "kind", "message")
        print_json({"faults": [{"path": str(each.path), **{name: getattr(each, name) for name in names}} for each in found]})
    else:
        with quoted(err=False):
            for fault in found:
                typer.echo(clean(str(fault)))
    return FAILED if found else OK


def _claim_faults(path: Path, vault: Vault) -> list[Fault]:
    """Where a claim cannot be read or its spec is wrong; what is wrong with a whole file is reported anyway."""
    from checker.notes.lint import Fault

    if not vault.tagged("claim") and not vault.with_callout("claim"):
        return []
    survey = open_workspace(path).survey()
    faults = [
        Fault(each.path, each.line, each.column, CLAIM, each.message) for each in survey.faults if each not in vault.problems
    ]
    wrong = [case for case in survey.cases if case.word == "error"]
    return faults + [Fault(case.claim.note.path, case.claim.line, 1, CLAIM, case.reason) for case in wrong]
