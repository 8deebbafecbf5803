"""JUnit's XML: one test suite a note, one test case a claim."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from checker.reports.finding import Finding, Result, counts, in_order

TAGS: dict[Result, str] = {"failed": "failure", "error": "error", "skipped": "skipped"}


def junit(findings: Sequence[Finding], seconds: float) -> bytes:
    """The report of a run that took so many seconds. Refuted and stale claims are failures, those that could not be checked are
    errors, open ones are skipped, each with its reason."""
    root = Element("testsuites", {"name": "check-claims", **_numbers(findings, seconds)})
    for path, group in groupby(in_order(findings), key=lambda finding: finding.path):
        claims = list(group)
        suite = SubElement(root, "testsuite", {"name": path, **_numbers(claims, sum(claim.seconds for claim in claims))})
        for claim in claims:
            _case(suite, claim)
    indent(root, " ")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'.encode()


def _case(suite: Element, claim: Finding) -> None:
    place = {"file": claim.path, "line": str(claim.line)}
    classname = claim.path.removesuffix(".md").replace(".", "_").replace("/", ".")
    case = SubElement(suite, "testcase", {"name": claim.name, "classname": classname, **place, "time": f"{claim.seconds:.3f}"})
    facts = {"id": claim.id, "status": claim.status, "scope": claim.scope, "effect": claim.effect}
    properties = SubElement(case, "properties")
    for name, value in facts.items():
        if value:
            SubElement(properties, "property", {"name": name, "value": value})
    tag = TAGS.get(claim.result)
    if tag is not None:
        attributes = {"message": claim.message} | ({} if tag == "skipped" else {"type": claim.kind})
        SubElement(case, tag, attributes).text = f"{claim.path}:{claim.line}: {claim.name}\n{claim.message}"


def _numbers(findings: Sequence[Finding], seconds: float) -> dict[str, str]:
    found = counts(findings)
    return {
        "tests": str(len(findings)),
        "failures": str(found["failed"]),
        "errors": str(found["error"]),
        "skipped": str(found["skipped"]),
        "time": f"{seconds:.3f}",
    }
