"""`check-claims doctor`: what works on this machine."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import typer

from checker.cli.answers import print_json
from checker.cli.app import FAILED, JSON, OK, app, exits
from checker.cli.vaults import PATH


@app.command()
@exits
def doctor(path: PATH = Path(), as_json: JSON = False) -> int:
    """Say what works on this machine, and what to do about what does not: versions, packages, folders, models, the project. Put
    it into a report of a fault."""
    from checker.reports.text import clean
    from checker.workspace.doctor import examine

    findings = []
    for finding in examine(path):
        findings.append(finding)
        if not as_json:
            typer.echo(clean(f"{'✗' if finding.fault else '✓'} {finding.name}: {finding.fault or finding.value}"))
    if as_json:
        print_json({"findings": [asdict(each) for each in findings]})
    return FAILED if any(finding.fault for finding in findings) else OK
