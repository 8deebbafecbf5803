"""SARIF 2.1.0, as code scanning reads it: one result for each claim that needs a look.

Supported claims are left out: code scanning opens an alert for every result, also for those of the kind `pass`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from checker.reports.finding import Finding, Kind, in_order

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


@dataclass(frozen=True)
class Rule:
    """What one kind of result means; `level` is how much it weighs."""

    title: str
    level: Literal["error", "warning", "note"]
    help: str


RULES: Mapping[Kind, Rule] = {
    "refuted": Rule(
        "The experiment refutes this claim",
        "error",
        "The whole interval lies on the other side of the line that the claim draws. Change the sentence, or what it is "
        "said of: `check-claims explain ID` shows what was measured.",
    ),
    "error": Rule(
        "This claim could not be checked",
        "error",
        "Its tag, its spec, its evidence or an experiment is at fault. An error is never a verdict; the message says what to do.",
    ),
    "stale": Rule(
        "The status of this claim is out of date",
        "warning",
        "The sentence, its spec, the code, the data or the weights changed after the status was written. Run `check-claims` "
        "and commit what it writes.",
    ),
    "needs spec": Rule(
        "This sentence is understood in part",
        "warning",
        "Something is missing that an experiment needs to know. `check-claims read` says what, and offers choices.",
    ),
    "inconclusive": Rule(
        "The experiment leaves this claim open",
        "note",
        "The interval holds the line that the claim draws. More seeds may settle it: `check-claims --seeds N`.",
    ),
    "untestable": Rule(
        "Nothing here can measure this claim",
        "note",
        "No metric, model or data set here is what the sentence speaks of. `check-claims words` lists those that there are.",
    ),
    "unchecked": Rule("This claim has not been checked yet", "note", "Run `check-claims`."),
}


def sarif(findings: Sequence[Finding], version: str) -> str:
    """The log of one run of the program's `version`."""
    rules = list(RULES)
    results = [_result(finding, rules.index(finding.kind)) for finding in in_order(findings) if finding.kind in RULES]
    driver = {"name": "check-claims", "semanticVersion": version, "rules": [_rule(kind, rule) for kind, rule in RULES.items()]}
    run = {
        "tool": {"driver": driver},
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1) + "\n"


def _rule(kind: Kind, rule: Rule) -> dict[str, Any]:
    return {
        "id": _rule_id(kind),
        "name": "".join(word.capitalize() for word in (*kind.split(), "claim")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"{rule.title}."},
        "help": {"text": rule.help.replace("`", ""), "markdown": rule.help},
        "defaultConfiguration": {"level": rule.level},
        "properties": {"tags": ["claims"], "problem.severity": {"note": "recommendation"}.get(rule.level, rule.level)},
    }


def _rule_id(kind: Kind) -> str:
    return f"claim/{kind.replace(' ', '-')}"


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    text = f"“{finding.statement}” — {finding.message}" if finding.statement else finding.message
    location = {
        "artifactLocation": {"uri": quote(finding.path), "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": finding.line},
    }
    identity = hashlib.sha256(f"{finding.path}\n{finding.id or finding.reason}".encode()).hexdigest()[:16]
    properties = {"claim": finding.id, "status": finding.status, "scope": finding.scope, "effect": finding.effect}
    return {
        "ruleId": _rule_id(finding.kind),
        "ruleIndex": rule,
        "level": RULES[finding.kind].level,
        "message": {"text": text},
        "locations": [{"physicalLocation": location}],
        # A line hash would change with every status that is written into the line; the claim stays the same one.
        "partialFingerprints": {"primaryLocationLineHash": f"{identity}:1"},
        "properties": {name: value for name, value in properties.items() if value},
    }
