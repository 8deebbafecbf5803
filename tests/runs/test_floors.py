"""Floors are measured once, and a claim about what a model knows is not decided where raw pixels know it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from checker.lab.data import DATA
from checker.lab.floors import Floor
from checker.lab.metrics import METRICS
from checker.runs import floors as floors_of_runs
from checker.runs.evidence import decide_again
from checker.runs.floors import floor_key, given_away, known_floors
from checker.runs.store import Store
from tests.runs.test_check import LEVELS, Fake, outcomes

TOLD, UNTOLD = Floor("shape", 0.25, 0.94, 0.8, 4000), Floor("texture", 0.25, 0.26, 0.27, 4000)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Floors that raw pixels would have, and the names of the data sets that were measured."""
    asked: list[str] = []

    def floors(data: object) -> tuple[Floor, ...]:
        asked.append(data.name)  # type: ignore[attr-defined]
        return TOLD, UNTOLD

    monkeypatch.setattr(floors_of_runs, "floors", floors)
    monkeypatch.setattr(floors_of_runs, "_recorded", dict)
    return asked


def test_floors_are_measured_once_and_anew_when_they_are_damaged(tmp_path: Path, measured: list[str]) -> None:
    store = Store(tmp_path, tmp_path)
    assert known_floors(DATA["figures"], store) == known_floors(DATA["figures"], store) == (TOLD, UNTOLD)
    assert measured == ["figures"]
    kept = tmp_path / "floors" / f"{floor_key(DATA['figures'])}.json"
    kept.write_text(kept.read_text()[:-5])
    assert known_floors(DATA["figures"], store) == (TOLD, UNTOLD)
    assert measured == ["figures"] * 2
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_a_record_counts_while_the_pictures_are_drawn_as_they_were(
    tmp_path: Path, measured: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    record = {"figures": {"key": floor_key(DATA["figures"]), "floors": [asdict(UNTOLD)]}}
    monkeypatch.setattr(floors_of_runs, "_recorded", lambda: record)
    assert known_floors(DATA["figures"], Store(tmp_path, tmp_path)) == (UNTOLD,)
    record["figures"]["key"] = "of other code"
    assert known_floors(DATA["figures"], Store(tmp_path, tmp_path)) == (TOLD, UNTOLD)


def test_only_what_a_model_knows_is_given_away(tmp_path: Path, measured: list[str]) -> None:
    store = Store(tmp_path, tmp_path)
    assert given_away(["attention_distance"], DATA["figures"], store) is None
    assert measured == []  # nothing is measured for a claim about attention
    reason = given_away(["attention_distance", "knn_accuracy"], DATA["figures"], store)
    assert reason is not None
    assert "raw pixels of figures give the answer away: shape 94% (chance 25%);" in reason
    assert "texture" not in reason
    assert given_away(["knn_accuracy"], replace(DATA["figures"], held_to_floor=False), store) is None


def test_metrics_say_whether_they_are_about_what_a_model_knows() -> None:
    knowing = {name for name, metric in METRICS.items() if metric.about_knowledge}
    assert knowing == {name for name in METRICS if "accuracy" in name} | {"shape_preference", "calibration_error"}


def test_a_claim_says_why_it_is_not_decided(
    make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path, measured: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_vault({"N.md": "- MAE has shorter attention distance than DINO #claim\n"})
    (free,) = outcomes(project, Store(tmp_path / "cache", stand_ins), Fake(LEVELS))
    monkeypatch.setitem(METRICS._entries, "attention_distance", replace(METRICS["attention_distance"], about_knowledge=True))
    monkeypatch.setitem(DATA._entries, "shapes", replace(DATA["shapes"], held_to_floor=True))
    (held,) = outcomes(project, Store(tmp_path / "held", stand_ins), Fake(LEVELS))
    assert free.run is not None and held.run is not None
    assert (free.word, held.word) == ("supported", "inconclusive")
    assert "raw pixels of shape-by-texture images give the answer away: shape 94%" in held.reason
    assert held.run.verdict.effect == free.run.verdict.effect  # the measured effect stands in the evidence
    assert held.run.verdict.seeds_needed is None
    assert held.run.look == 1  # no number of seeds would settle it
    assert decide_again(held.run) == held.run.verdict
