"""Outcomes of every kind as findings, and findings as JUnit, SARIF and commands to GitHub's runner."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sarif_kit.validate import validation_errors

from checker.lab import vocabulary
from checker.notes import Problem, Vault
from checker.reports.annotations import commands
from checker.reports.finding import Finding, of_outcome, of_problem
from checker.reports.junit import junit
from checker.reports.sarif import RULES, sarif
from checker.reports.text import clean
from checker.runs.case import Case
from checker.runs.outcome import Outcome
from checker.runs.project import Project
from checker.runs.survey import survey
from tests.evidence.runs import run, with_verdict

VAULT = PurePosixPath("notes/vault")
RUN = with_verdict(run(effect_unit="px"), word="refuted", effect=3.4375, low=1.5, high=5.25)


@pytest.fixture
def case(make_vault: Callable[..., Path]) -> Case:
    shown = "[[x|✅ supported · toy]] ^x"
    project = make_vault({"Sub/N.md": f"# T\n\n- MAE has longer attention distance than DINO #claim {shown}\n"})
    (found,), _ = survey(Vault.open(project / "vault"), Project.find(project), vocabulary())
    return found


@pytest.mark.parametrize(
    ("changes", "kind", "result"),
    [
        ({"word": "supported", "run": RUN}, "supported", "passed"),
        ({"word": "refuted", "run": RUN}, "refuted", "failed"),
        ({"word": "supported", "run": RUN, "stale": True}, "stale", "failed"),
        ({"word": "supported", "run": RUN, "stale": True, "failed": True}, "error", "error"),
        ({"word": "error"}, "error", "error"),
        ({"word": "inconclusive", "run": RUN}, "inconclusive", "skipped"),
        ({"word": "needs spec"}, "needs spec", "skipped"),
        ({"word": "untestable"}, "untestable", "skipped"),
        ({"word": "unchecked", "pending": True}, "unchecked", "skipped"),
    ],
)
def test_what_each_outcome_is_to_a_test_runner(case: Case, changes: dict[str, Any], kind: str, result: str) -> None:
    found = of_outcome(Outcome(case, reason="the interval says so", **changes), VAULT)
    assert (found.kind, found.result) == (kind, result)
    assert (found.id, found.path, found.line) == ("x", "notes/vault/Sub/N.md", 3)
    assert found.effect == ("+3.44 px [+1.5, +5.25]" if "run" in changes else "")
    assert found.message.startswith(found.status)
    assert "the interval says so" in found.message


def test_a_note_that_says_something_else_is_stale_where_nobody_writes(case: Case) -> None:
    refuted = Outcome(case, "refuted", "it is longer", run=RUN)
    assert of_outcome(refuted, VAULT).kind == "refuted"
    found = of_outcome(refuted, VAULT, read_only=True)
    assert found.kind == "stale"
    assert "the note says ✅ supported · toy, and the check finds ❌ refuted · toy (it is longer)" in found.reason
    assert found.fails({"refuted"})  # it is that as well
    assert of_outcome(Outcome(case, "supported", "", run=RUN), VAULT, read_only=True).kind == "supported"
    never = dataclasses.replace(case, claim=dataclasses.replace(case.claim, status=None))
    assert of_outcome(Outcome(never, "refuted", "", run=RUN), VAULT, read_only=True).kind == "refuted"


def test_what_cannot_be_a_claim_is_an_error_with_its_line() -> None:
    problem = of_problem(Problem(PurePosixPath("N.md"), 7, "two tags"), VAULT)
    assert (problem.path, problem.line, problem.result, problem.name) == ("notes/vault/N.md", 7, "error", "line 7")


def finding(**changes: Any) -> Finding:
    values = {"id": "a", "statement": "A is B", "path": "vault/N.md", "line": 3, "word": "refuted", "kind": "refuted"}
    return Finding(**{**values, "status": "❌ refuted · toy", "reason": "it is not", **changes})


ALL = [
    finding(id="s", word="supported", kind="supported", status="✅ supported · toy", line=1, seconds=2.5, scope="toy"),
    finding(id="r", line=2, effect="+1 px [+0.5, +1.5]"),
    finding(id="o", word="inconclusive", kind="inconclusive", status="❔ inconclusive · toy", line=4),
    finding(id="e", word="error", kind="error", path="vault/Sub/M.md"),
    finding(id="", statement="", word="error", kind="error", status="⚠ error", path="vault/Sub/M.md", line=9),
    finding(id="n", word="needs spec", kind="needs spec", status="🖉 needs spec", line=5),
    finding(id="t", word="supported", kind="stale", status="✅ supported · toy · stale", line=6),
]


def check_junit(data: bytes) -> ElementTree.Element:
    """The rules that readers of JUnit's XML share: names, nesting, numbers that add up, one result a case."""
    root = ElementTree.fromstring(data)
    assert root.tag == "testsuites"
    for suite in root:
        assert suite.tag == "testsuite"
        assert suite.get("name")
        for case in suite:
            assert case.tag == "testcase"
            assert {"name", "classname", "file", "line", "time"} == set(case.keys())
            assert float(str(case.get("time"))) >= 0
            tags = [part.tag for part in case]
            assert tags[0] == "properties"
            assert len(tags) <= 2
            assert set(tags[1:]) <= {"failure", "error", "skipped"}
            assert all(part.get("message") for part in case if part.tag != "properties")
            assert all({"name", "value"} == set(each.keys()) for each in case[0])
    for element, cases in [(suite, list(suite)) for suite in root] + [(root, list(root.iter("testcase")))]:
        assert int(str(element.get("tests"))) == len(cases)
        for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(str(element.get(count))) == sum(case.find(tag) is not None for case in cases)
    return root


def test_junit_has_a_suite_a_note_and_a_case_a_claim() -> None:
    root = check_junit(junit(ALL, 4.0))
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped", "time")} == {
        "tests": "7",
        "failures": "2",
        "errors": "2",
        "skipped": "2",
        "time": "4.000",
    }
    assert [suite.get("name") for suite in root] == ["vault/N.md", "vault/Sub/M.md"]
    supported, refuted, *_ = root[0]
    assert (supported.get("time"), supported.get("classname"), len(supported)) == ("2.500", "vault.N", 1)
    failure = refuted.find("failure")
    assert failure is not None
    assert failure.get("type") == "refuted"
    assert failure.text == "vault/N.md:2: A is B\n❌ refuted · toy: it is not (+1 px [+0.5, +1.5])"
    skipped = root[0][3].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "🖉 needs spec: it is not"
    assert junit(list(reversed(ALL)), 4.0) == junit(ALL, 4.0)


def check_sarif(text: str) -> list[dict[str, Any]]:
    """The schema, and what code scanning wants besides; the results."""
    log = json.loads(text)
    assert validation_errors(log) == []
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
        assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")  # a pass would be shown as a problem
        assert result["message"]["text"]
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert re.fullmatch(r"(?!/)[\w./%~-]+", place["artifactLocation"]["uri"], re.ASCII)
        assert place["region"]["startLine"] >= 1
        assert result["partialFingerprints"]["primaryLocationLineHash"]
    return list(run["results"])


def test_sarif_has_a_result_for_each_claim_that_needs_a_look() -> None:
    results = check_sarif(sarif(ALL, "1.2.3"))
    assert [(result["ruleId"], result["level"]) for result in results] == [
        ("claim/refuted", "error"),
        ("claim/inconclusive", "note"),
        ("claim/needs-spec", "warning"),
        ("claim/stale", "warning"),
        ("claim/error", "error"),
        ("claim/error", "error"),
    ]
    assert results[0]["message"]["text"] == "“A is B” — ❌ refuted · toy: it is not (+1 px [+0.5, +1.5])"
    assert results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "vault/N.md"
    assert check_sarif(sarif([], "1.2.3")) == []


def test_an_alert_stays_the_same_when_its_claim_moves_down_the_note() -> None:
    prints = [check_sarif(sarif([each], "1"))[0]["partialFingerprints"] for each in (finding(), finding(line=40))]
    assert prints[0] == prints[1] != check_sarif(sarif([finding(id="b")], "1"))[0]["partialFingerprints"]


def test_every_kind_that_is_told_has_a_rule() -> None:
    assert set(RULES) == {"refuted", "error", "stale", "needs spec", "inconclusive", "untestable", "unchecked"}


def as_the_runner_reads(line: str) -> tuple[str, dict[str, str], str]:
    """The published form of a workflow command: `::name key=value,…::data`, with what would end a part escaped."""
    match = re.fullmatch(r"::(\w+) (.*?)::(.*)", line)
    assert match is not None
    plain = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}

    def unescaped(text: str, keys: str) -> str:
        return re.sub(keys, lambda code: plain[code[0]], text)

    pairs = (each.split("=", 1) for each in match[2].split(","))
    return (
        match[1],
        {key: unescaped(value, "%0D|%0A|%3A|%2C|%25") for key, value in pairs},
        unescaped(match[3], "%0D|%0A|%25"),
    )


def test_commands_to_the_runner_start_with_what_weighs_most() -> None:
    told = [as_the_runner_reads(line) for line in commands(ALL, failing=[ALL[2]])]
    assert [(level, where["line"]) for level, where, _ in told] == [
        ("error", "2"),
        ("error", "4"),
        ("error", "3"),
        ("error", "9"),
        ("warning", "5"),
        ("warning", "6"),
    ]
    assert told[0][1:] == ({"file": "vault/N.md", "line": "2", "title": "❌ refuted · toy"}, "A is B: it is not")


TEXT = st.text() | st.lists(
    st.sampled_from(
        ["::", "##[error]", "##vso[task", "%0A", "\n", "\r", "\x1b[31m", "\x00", ",", "]]>", "&", "<", "é", "🖉", "\ud800"]
    )
).map("".join)


@given(TEXT, TEXT, TEXT)
def test_no_text_breaks_out_of_a_report(statement: str, path: str, reason: str) -> None:
    path = clean(path) or "N.md"
    one = finding(statement=clean(statement), path=path, reason=clean(reason), word="error", kind="error")
    root = check_junit(junit([one], 0.0))
    (case,) = root.iter("testcase")
    assert (case.get("file"), case.get("name")) == (path, one.name)
    (result,) = json.loads(sarif([one], "1"))["runs"][0]["results"]
    assert unquote(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) == path
    (line,) = commands([one])
    assert len(line.splitlines()) == 1
    assert "##[" not in line
    level, where, said = as_the_runner_reads(line)
    assert (level, where["file"]) == ("error", path)
    assert said == (f"{one.statement}: {one.reason}" if one.statement else one.reason)
