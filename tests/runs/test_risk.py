"""Claims that rest on others: at risk over any distance, and what the notes, the table and the page say of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.browse.site import open_site
from checker.reports.table import as_json
from checker.runs.risk import at_risk, circles
from checker.runs.store import Store
from checker.workspace import Workspace
from checker.workspace.checked import Checked
from checker.writing import read_ledgers, replace
from tests.runs.test_check import LEVELS, Fake, outcomes

NOTE = """\
- MAE has longer attention distance than DINO #claim ^base
- MAE has shorter attention distance than DINO #claim rests on [[base]] ^middle
- MAE has shorter attention distance than random initialisation #claim
  - rests on [[N#^middle]]
- MAE is nice #claim rests on [[base]] ^nice
- DINO has longer attention distance than MAE #claim ^free
"""
TOP = "mae-attention-distance-random-initialisation"


@pytest.mark.parametrize(
    ("rests", "shaken", "found"),
    [
        ({}, {"a"}, {}),
        ({"a": ["b"], "b": ["c"]}, {"c"}, {"a": ("c",), "b": ("c",)}),
        ({"a": ["b"], "b": ["c"]}, {"a"}, {}),
        ({"a": ["b", "c"], "d": ["a"]}, {"b", "c"}, {"a": ("b", "c"), "d": ("b", "c")}),
        ({"a": ["b"], "b": ["a"]}, {"a"}, {"b": ("a",)}),
    ],
)
def test_who_is_at_risk(rests: dict[str, list[str]], shaken: set[str], found: dict[str, tuple[str, ...]]) -> None:
    assert at_risk(rests, shaken) == found


NAMES = st.sampled_from("abcdef")


@given(st.dictionaries(NAMES, st.lists(NAMES, max_size=3)), st.sets(NAMES))
def test_risk_is_passed_on_to_all_that_rests_on_it(rests: dict[str, list[str]], shaken: set[str]) -> None:
    found = at_risk(rests, shaken)
    for name, others in rests.items():
        wanted = {*shaken.intersection(others), *(far for other in others for far in found.get(other, ()))} - {name}
        assert wanted <= {*found.get(name, ())}
        assert not {*found.get(name, ())} - shaken


def test_circles_are_found_once() -> None:
    assert circles({"b": ["a"], "a": ["b", "c"], "c": ["c"]}) == [("a", "b"), ("c",)]


def check(project: Path, stand_ins: Path, tmp_path: Path, only: str = "") -> Checked:
    """A check with stand-in models, and what it writes."""
    workspace = Workspace.open(project)
    survey = workspace.survey()
    survey = survey.named([only]) if only else survey
    found = {outcome.case.id: outcome for outcome in outcomes(project, Store(tmp_path / "cache", stand_ins), Fake(LEVELS))}
    ledgers, damaged = read_ledgers(workspace.project, [case.id for case in survey.cases])
    here = workspace._with_risks(tuple(found[case.id] for case in survey.cases), survey)
    checked = Checked(survey, here, ledgers, damaged)
    for change in workspace.changes(checked, draw=False):
        assert change.new is not None
        replace(change.path, change.new, change.old)
    return checked


def test_what_rests_on_a_refuted_claim_is_at_risk(make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path) -> None:
    project = make_vault({"N.md": NOTE})
    checked = check(project, stand_ins, tmp_path)
    assert checked.survey.faults == ()
    said = {outcome.case.id: (outcome.word, outcome.at_risk) for outcome in checked.outcomes}
    assert said == {
        "base": ("refuted", ()),
        "middle": ("supported", ("base",)),
        TOP: ("supported", ("base",)),  # never refuted by that alone
        "nice": ("untestable", ()),
        "free": ("supported", ()),
    }
    note = (project / "vault/N.md").read_text()
    assert "#claim [[middle|✅ supported · toy · at risk]] rests on [[base]] ^middle\n" in note
    assert f"#claim [[{TOP}|✅ supported · toy · at risk]] ^{TOP}\n  - rests on" in note
    assert "[[free|✅ supported · toy]] ^free\n" in note
    told = (project / f"vault/Claims/{TOP}.md").read_text()
    assert "rests_on: ['[[middle]]']" in told
    assert "At risk, because what it rests on is refuted or stale: [[base]]." in told
    claims = {claim["id"]: claim for claim in as_json(checked.outcomes, checked.survey.project, [], [], {})["claims"]}
    assert (claims[TOP]["rests_on"], claims[TOP]["at_risk"], claims[TOP]["status"]) == (["middle"], ["base"], "supported")

    page = open_site(Workspace.open(project), None)
    top = page.claim(TOP)
    middle = page.claim("middle")
    assert top is not None and middle is not None
    assert (top["rests_on"], top["supports"], top["at_risk"]) == (["middle"], [], ["base"])
    assert (middle["rests_on"], middle["supports"]) == (["base"], [TOP])
    json.dumps(top)

    again = check(
        project, stand_ins, tmp_path
    )  # nothing is written twice, and a choice of claims knows the others by their notes
    assert (project / "vault/N.md").read_text() == note
    assert again.outcomes == check(project, stand_ins, tmp_path).outcomes
    (alone,) = check(project, stand_ins, tmp_path, only=TOP).outcomes
    assert alone.at_risk == ("base",)
    assert (project / "vault/N.md").read_text() == note


def test_a_claim_that_rests_on_itself_or_on_nothing_is_told(make_vault: Callable[..., Path]) -> None:
    note = (
        "- MAE is nice #claim rests on [[b]] ^a\n- DINO is nice #claim rests on [[a]] ^b\n"
        "- SimMIM is nice #claim rests on [[nowhere]] and [[Paper]] ^c\n"
    )
    survey = Workspace.open(make_vault({"N.md": note, "Paper.md": "x"})).survey()
    assert [str(fault) for fault in survey.faults] == [
        "N.md:3: rests on [[nowhere]], and there is no such claim or note",
        "N.md:1: rests on itself (a → b → a); take one of these links out",
    ]
