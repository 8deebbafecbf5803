"""Whatever is done to an evidence file, it is read, or it is that claim's error with a place; nothing else happens."""

from __future__ import annotations

import contextlib
import json
import random
import re
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.browse.claims import detail, standing
from checker.evidence import decide_again
from checker.lab import vocabulary
from checker.notes import Vault
from checker.reports.explain import as_lines, explanation
from checker.reports.finding import of_outcome
from checker.reports.plots import claim_plot
from checker.reports.table import as_json, outcome_table
from checker.runs.case import Case
from checker.runs.outcome import Outcome
from checker.runs.project import Project
from checker.runs.survey import survey
from checker.writing import read_ledgers, status_of
from checker.writing.claim_note import render
from tests.evidence.runs import ABSENCE, NAMES, THROUGHPUT, UNLEARNED, kept

WORDS = vocabulary()
PLACE = re.compile(r"\S+\.evidence\.json:[1-9][0-9]*:[1-9][0-9]*: ")
ODD: list[Any] = [None, True, "x", "1", "", -1, 0, 3, 1.5, 1e308, 10**400, [], {}, [1], [[1.0]], {"a": 1}, ["x"] * 3, "supported"]


def paths(values: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values; only the first two items of a list of numbers."""
    found = [path]
    if isinstance(values, dict):
        found += [each for key, value in values.items() for each in paths(value, (*path, key))]
    elif isinstance(values, list):
        some = values[:2] if values and isinstance(values[0], (int, float)) else values
        found += [each for index, value in enumerate(some) for each in paths(value, (*path, index))]
    return found


def mutated(name: str, how: str, seed: int) -> bytes:
    """The kept file with one change, chosen by `seed`."""
    chance = random.Random(seed)
    data = kept(name)
    values = json.loads(data)
    if how == "truncate":
        return data[: chance.randrange(len(data))]
    if how == "byte":
        at = chance.randrange(len(data))
        return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
    path = chance.choice(paths(values)[1:])
    inside = values
    for part in path[:-1]:
        inside = inside[part]
    if how == "duplicate":
        lines = data.decode().splitlines()
        at = chance.choice([number for number, line in enumerate(lines) if re.match(r'\s+"[^"]+": ', line)])
        key = re.match(r'\s+"[^"]+": ', lines[at])
        assert key is not None
        lines.insert(at, f"{key[0]}{json.dumps(chance.choice(ODD))},")
        return "\n".join(lines).encode()
    if how == "delete":
        del inside[path[-1]]
    elif how == "word":
        values["runs"][0]["verdict"]["word"] = chance.choice(["supported", "refuted", "inconclusive", "error"])
    elif how == "move":
        other = chance.choice(paths(values)[1:])
        found = values
        for part in other:
            found = found[part]
        inside[path[-1]] = json.loads(json.dumps(found))
    else:
        inside[path[-1]] = chance.choice(ODD)
    return json.dumps(values, indent=1).encode()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, dict[str, Case]]:
    """A project in which every kept file is the evidence of a claim."""
    root = tmp_path_factory.mktemp("project")
    (root / "vault").mkdir()
    (root / "claims").mkdir()
    spec = "kind: compare\nmetric: attention_distance\nsubject: MAE\nbaseline: DINO\nrelation: less\n"
    notes = "".join(f"- A sentence #claim ^{name}\n\n```claim\n{spec}```\n\n" for name in NAMES)
    (root / "vault/N.md").write_text(notes)
    for name in NAMES:
        (root / f"claims/{name}.evidence.json").write_bytes(kept(name))
    found = Project.find(root)
    cases, _ = survey(Vault.open(found.vault), found, WORDS)
    return found, {case.id: case for case in cases}


def shown(project: Project, cases: dict[str, Case], name: str) -> str:
    """All that the commands show of a claim's evidence, or its error."""
    case = cases[name]
    ledgers, faults = read_ledgers(project, [name])
    if name in faults:
        assert PLACE.match(faults[name]), faults[name]
        assert len(faults[name]) < 400
        assert standing(case, None, faults[name]).word == "error"
        return faults[name]
    ledger = ledgers[name]
    for run in ledger.newest.values():
        assert decide_again(run).word == run.verdict.word
    told = explanation(case, ledger, WORDS, {})
    at = standing(case, ledger)
    page = detail(case, at, ledger, WORDS, {})
    newest = list(ledger.newest.values())
    outcome = (
        Outcome(case, newest[-1].verdict.word, newest[-1].verdict.reason, run=newest[-1])
        if newest
        else Outcome(case, "unchecked", "")
    )
    note = render(outcome, status_of(outcome), ledger, None, "2026-01-02", False)
    table = outcome_table([outcome]).row_count
    values = as_json([outcome], project, [], [], {})
    finding = of_outcome(outcome, case.claim.note.path)
    return "\n".join([*as_lines(told), json.dumps([told, page, values, table]), note, repr(finding)])


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([ABSENCE, UNLEARNED, THROUGHPUT]),
    st.sampled_from(["truncate", "byte", "duplicate", "delete", "word", "move", "type"]),
    st.integers(0, 10**9),
)
def test_a_changed_file_is_read_or_is_its_own_claims_error(
    project: tuple[Project, dict[str, Case]], name: str, how: str, seed: int
) -> None:
    found, cases = project
    other = NAMES[(NAMES.index(name) + 1) % len(NAMES)]
    before, original = shown(found, cases, other), shown(found, cases, name)
    path, data = found.evidence(name), mutated(name, how, seed)
    path.write_bytes(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numbers near the end of the range of floats
            after = shown(found, cases, name)
        assert path.read_bytes() == data
        assert shown(found, cases, other) == before
        if how == "word":
            word = json.loads(data)["runs"][0]["verdict"]["word"]
            recorded = json.loads(kept(name))["runs"][0]["verdict"]["word"]
            assert (after == original) is (word == recorded)
            assert (
                word == recorded
                or f"the record says {word}; its values give {recorded}" in after
                or f"an earlier rule gave {word}" in after
                or "`runs[0].verdict.word`" in after
            )
        if how in ("truncate", "duplicate"):
            assert PLACE.match(after) or after == original
    finally:
        path.write_bytes(kept(name))


@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from([ABSENCE, UNLEARNED, THROUGHPUT]), st.sampled_from(["delete", "word", "move", "type"]), st.integers(0, 10**9)
)
def test_what_is_read_can_be_drawn(project: tuple[Project, dict[str, Case]], name: str, how: str, seed: int) -> None:
    found, _ = project
    path = Path(f"{found.evidence(name)}.changed")
    path.write_bytes(mutated(name, how, seed))
    from checker.errors import EvidenceError
    from checker.evidence import read_ledger

    with warnings.catch_warnings(), contextlib.suppress(EvidenceError):
        warnings.simplefilter("ignore")
        for run in read_ledger(path, name).newest.values():
            assert claim_plot("a", run, ["one", "other"]).startswith(b"<?xml")
