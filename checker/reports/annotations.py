"""Findings as commands to GitHub's runner, which shows them at the lines of a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from checker.reports.finding import Finding, Kind, in_order
from checker.reports.text import clean

LEVELS: dict[Kind, str] = {"refuted": "error", "error": "error", "stale": "warning", "needs spec": "warning"}
UNSHOWN: tuple[Kind, ...] = ("supported", "unchecked")


def commands(findings: Sequence[Finding], failing: Sequence[Finding] = ()) -> list[str]:
    """One command for each claim that needs a look, the weighty ones first: the runner shows ten of a level. What makes the run
    fail is an error, whatever it is."""
    levels = {finding: "error" if finding in failing else LEVELS.get(finding.kind, "notice") for finding in findings}
    order = ["error", "warning", "notice"]
    shown = sorted(in_order(f for f in findings if f.kind not in UNSHOWN), key=lambda finding: order.index(levels[finding]))
    return [_command(levels[finding], finding) for finding in shown]


def _command(level: str, finding: Finding) -> str:
    where = {"file": finding.path, "line": str(finding.line), "title": finding.status}
    properties = ",".join(f"{name}={_property(value)}" for name, value in where.items())
    text = f"{finding.statement}: {finding.reason}" if finding.statement else finding.reason
    return f"::{level} {properties}::{_data(text)}"


def _data(text: str) -> str:
    return clean(text, kept="\r\n").replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
