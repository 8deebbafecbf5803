"""The plan of a run, what it would cost, and how a budget is spent."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from checker.durations import seconds_of
from checker.errors import ConfigurationError
from checker.lab.measure import Measurement
from checker.lab.models import MODELS
from checker.notes import Vault
from checker.reports.plans import as_json, as_text, duration
from checker.runs.bench import Bench, Options
from checker.runs.case import Case
from checker.runs.check import check
from checker.runs.outcome import Outcome
from checker.runs.plan import Plan, make_plan
from checker.runs.project import Project
from checker.runs.store import Details, Kept, Store, write_measurement
from checker.runs.survey import survey
from checker.runs.times import UNKNOWN_OTHER, Times
from tests.runs.test_check import LEVELS, WORDS, Fake

SENTENCES = (
    "- MAE has shorter attention distance than DINO #claim\n"
    "- DINO has longer attention distance than MAE #claim\n"
    "- MAE has lower attention entropy than DINO #claim\n"
    "- SimMIM has shorter attention distance than a supervised ViT #claim\n"
)


def cases_of(project: Path) -> list[Case]:
    return survey(Vault.open(project / "vault"), Project.find(project), WORDS)[0]


def zoo_without(stand_ins: Path, folder: Path, *missing: tuple[str, int]) -> Path:
    names = {MODELS[name].recipe.key(seed) for name, seed in missing}
    folder.mkdir()
    for path in stand_ins.glob("*.safetensors"):
        if path.stem not in names:
            (folder / path.name).symlink_to(path)
    return folder


def test_claims_compile_into_one_graph(make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path) -> None:
    project = make_vault({"N.md": SENTENCES})
    store = Store(tmp_path / "cache", zoo_without(stand_ins, tmp_path / "zoo", ("MAE", 1)))
    bench = Bench(store, Options(), lambda jobs: pytest.fail("a plan runs nothing"))
    times = Times({("attention_distance", "toy"): 2.0, ("attention_entropy", "toy"): 3.0}, {("mae", 64): 0.5})
    plan = make_plan(cases_of(project), bench, times, WORDS)
    assert {kind: len(plan.of(kind)) for kind in ("train", "measure", "decide")} == {"train": 1, "measure": 15, "decide": 4}
    (training,) = plan.of("train")
    assert (training.title, training.seconds) == ("train MAE, seed 1, on shapes", 6000 * 0.5)
    assert len(training.claims) == 3
    measured = {step.title: step for step in plan.of("measure")}
    mae = measured["measure attention_distance, attention_entropy of MAE, seed 1, on shapes"]
    assert (mae.seconds, mae.after, len(mae.claims)) == (5.0, (0,), 3)
    assert measured["measure attention_distance of SimMIM, seed 0, on shapes"].after == ()
    for decision in plan.of("decide"):
        assert len(decision.after) == 9
        assert all(plan.steps[place].kind == "measure" for place in decision.after)
    assert plan.seconds == 3000 + 9 * 5 + 6 * 2
    told = as_text(plan, 2)
    assert "50 min  train MAE, seed 1, on shapes (3 claims)" in told
    assert told.endswith("1 training, 15 measurements, 4 decisions; about 51 min of work, on 2 workers")
    assert as_json(plan)[0]["kind"] == "train"
    assert as_text(Plan(), 2) == "\nnothing to run"


def test_what_is_kept_is_not_planned_and_tells_how_long_it_took(
    make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path
) -> None:
    project = make_vault({"N.md": SENTENCES.splitlines()[0] + "\n"})
    store = Store(tmp_path / "cache", stand_ins)
    bench = Bench(store, Options(), Fake(LEVELS))
    check(cases_of(project), bench, WORDS, {})
    assert make_plan(cases_of(project), Bench(store, Options(), Fake(LEVELS)), Times(), WORDS) == Plan()
    for seconds in (1.0, 5.0, 9.0):
        found = Measurement("attention_entropy", "w", np.ones((1, 1)), None)
        write_measurement(store.measurements / f"{seconds}.safetensors", Kept.of(found, Details(seconds=seconds)))
    times = Times.read(store)
    assert times.measuring("attention_entropy", "toy") == 5.0
    assert times.measuring("attention_entropy", "MAE") == UNKNOWN_OTHER
    assert times.training(MODELS["MAE"].recipe_on("shapes")) == 1.0  # what the cards of the stand-ins say
    assert times.training(MODELS["LUT"].recipe_on("shapes")) == 600.0  # never trained here


def spend(project: Path, store: Store, seconds: float, execute: Fake, times: Times, workers: int = 1) -> list[Outcome]:
    options = Options(until=time.monotonic() + seconds, workers=workers)
    return check(cases_of(project), Bench(store, options, execute), WORDS, {}, times)


def test_a_budget_goes_where_it_decides_most(make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path) -> None:
    """Four claims: nine measurements of distance decide the first two, nine of entropy the third, six more of distance the fourth."""
    project = make_vault({"N.md": SENTENCES})
    times = Times({("attention_distance", "toy"): 10.0, ("attention_entropy", "toy"): 10.0})
    for seconds, workers, decided in [(80, 1, 0), (95, 1, 2), (155, 1, 3), (245, 1, 4), (80, 2, 3)]:
        execute = Fake(LEVELS)
        store = Store(tmp_path / f"cache-{seconds}-{workers}", stand_ins)
        outcomes = spend(project, store, seconds, execute, times, workers)
        words = [outcome.word for outcome in outcomes]
        assert sum(not outcome.pending for outcome in outcomes) == decided, (seconds, words)
        if decided == 3:
            assert words[2] == "unchecked"
            assert outcomes[2].reason == "not measured yet: the budget did not reach it"
        again = spend(project, store, seconds, Fake(LEVELS), times, workers)  # what is kept costs nothing
        assert sum(not outcome.pending for outcome in again) >= min(4, decided + (seconds >= 95))


def test_a_budget_takes_further_looks_as_far_as_it_goes(make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path) -> None:
    project = make_vault({"N.md": "- MAE has 33.333 % shorter attention distance than DINO #claim\n"})
    times = Times({("attention_distance", "toy"): 1.0}, {("mae", 64): 1.0, ("dino", 64): 1.0})
    zoo = zoo_without(stand_ins, tmp_path / "zoo", ("MAE", 3), ("MAE", 4))
    for seconds, seeds, trained in [(600, 3, False), (20_000, 3, True)]:
        execute = Fake(LEVELS, seed_sd=0.1)
        (outcome,) = spend(project, Store(tmp_path / f"c{seconds}", zoo), seconds, execute, times)
        assert outcome.run is not None or trained
        assert any(title.startswith("train") for title in execute.titles) is trained
        if not trained:
            assert outcome.run.verdict.seeds == seeds  # the look before stands
            assert not outcome.pending


def test_times_as_people_write_them() -> None:
    assert [seconds_of(text, "--budget") for text in ("90", "90s", "1.5m", "2 h")] == [90, 90, 90, 7200]
    assert [duration(seconds) for seconds in (0, 0.2, 89, 90, 6000)] == ["0 s", "1 s", "89 s", "2 min", "1.7 h"]
    for text in ("", "0", "-1", "soon", "10d"):
        with pytest.raises(ConfigurationError, match=r"--budget '.*' is not a time"):
            seconds_of(text, "--budget")
