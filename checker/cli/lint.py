"""`check-claims lint`: what is broken in a vault."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from checker.cli.answers import print_json
from checker.cli.app import FAILED, JSON, OK, app, exits, open_workspace
from checker.cli.github import quoted
from checker.cli.vaults import PATH, open_vault
from checker.errors import ConfigurationError


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
    from checker.workspace.faults import CLAIM, claim_faults, has_claims

    kinds = (*KINDS, CLAIM)
    wanted = {kind.strip() for kind in only.split(",") if kind.strip()} or set(kinds)
    if wanted - set(kinds):
        raise ConfigurationError(f"--only does not know {', '.join(sorted(wanted - set(kinds)))}; it takes {', '.join(kinds)}")
    vault = open_vault(path)
    claims = claim_faults(open_workspace(path), vault) if CLAIM in wanted and has_claims(vault) else []
    found = [fault for fault in sorted([*faults_of(vault, [Project.find(path).root]), *claims]) if fault.kind in wanted]
    if as_json:
        names = ("line", "column", "kind", "message")
        print_json({"faults": [{"path": str(each.path), **{name: getattr(each, name) for name in names}} for each in found]})
    else:
        with quoted(err=False):
            for fault in found:
                typer.echo(clean(str(fault)))
    return FAILED if found else OK
