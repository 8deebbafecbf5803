"""Recorded runs made again with stand-ins: what agrees, what differs, and what cannot be had."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from checker.errors import MeasurementError
from checker.evidence import Run
from checker.runs.jobs import Job
from checker.runs.reproduce import Reproduction, reproduce
from checker.runs.store import Store
from tests.runs.test_check import LEVELS, WORDS, Fake, outcomes


class Trainer(Fake):
    """Also trains: the stand-in of that recipe and seed is what comes out."""

    def __init__(self, zoo: Path, **options: Any) -> None:
        super().__init__(LEVELS, **options)
        self.zoo = zoo

    def __call__(self, jobs: Sequence[Job]) -> dict[Job, str | None]:
        trained = [job for job in jobs if job.kind == "train"]
        for job in trained:
            job.out.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.zoo / job.out.name, job.out)
            self.titles.append(job.title)
        return dict.fromkeys(trained) | super().__call__([job for job in jobs if job not in trained])


@pytest.fixture
def recorded(make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path) -> Run:
    project = make_vault({"N.md": "- MAE has shorter attention distance than DINO #claim\n"})
    (outcome,) = outcomes(project, Store(tmp_path / "cache", stand_ins), Fake(LEVELS))
    assert outcome.run is not None
    return outcome.run


def again(run: Run, execute: Fake, zoo: Path, tmp_path: Path, train: bool = False) -> Reproduction:
    return reproduce(
        run, Store(tmp_path / "cache", zoo), tmp_path / f"work{len(list(tmp_path.iterdir()))}", execute, WORDS, tmp_path, train
    )


def test_the_same_models_give_the_same_values(recorded: Run, stand_ins: Path, tmp_path: Path) -> None:
    execute = Fake(LEVELS)
    found = again(recorded, execute, stand_ins, tmp_path)
    assert found.holds
    assert found.changed == ()
    assert len(execute.titles) == 9  # measured afresh, though all of it is cached
    assert [agreement.model for agreement in found.agreements] == ["MAE", "DINO", "random initialisation"]
    assert all(agreement.difference == 0 for agreement in found.agreements)


def test_other_values_another_verdict_and_other_code_are_told(recorded: Run, stand_ins: Path, tmp_path: Path) -> None:
    dino = recorded.values["DINO"]
    rows = [list(row) for row in dino.layers]
    rows[2][1] *= 1.01
    recorded = recorded.model_copy(
        update={
            "values": {**recorded.values, "DINO": dino.model_copy(update={"layers": rows})},
            "code": recorded.code.model_copy(update={"metric": "older"}),
            "packages": {**recorded.packages, "torch": "0.1"},
        }
    )
    found = again(recorded, Fake(LEVELS), stand_ins, tmp_path)
    assert [agreement.holds for agreement in found.agreements] == [True, False, True]
    assert not found.holds
    assert found.changed[0] == "the code of the metric"
    assert found.changed[1].startswith("torch 0.1 is ")
    found = again(recorded, Fake({**LEVELS, "DINO": 7.0}), stand_ins, tmp_path)
    assert found.again.verdict.word == "refuted"
    assert not found.holds


def test_models_that_were_trained_anew_agree_within_what_seeds_differ_by(recorded: Run, stand_ins: Path, tmp_path: Path) -> None:
    for seed_sd, level, holds in [(0.02, 12.0, True), (0.01, 12.0, True), (0.02, 12.2, False)]:
        execute = Trainer(stand_ins, seed_sd=seed_sd)
        execute.levels = {**LEVELS, "DINO": level}
        found = again(recorded, execute, tmp_path / "nowhere", tmp_path, train=True)
        assert sum(title.startswith("train ") for title in execute.titles) == 9
        assert [agreement.holds for agreement in found.agreements] == [True, holds, True], found.agreements


def test_what_cannot_be_had_is_told(recorded: Run, stand_ins: Path, tmp_path: Path) -> None:
    with pytest.raises(MeasurementError, match="MAE, seed 0: neither ships nor is cached; --train trains it"):
        again(recorded, Fake(LEVELS), tmp_path / "nowhere", tmp_path)
    with pytest.raises(MeasurementError, match="seed 0: it diverged"):
        again(recorded, Fake(LEVELS), stand_ins, tmp_path, train=True)
    mae = recorded.models["MAE"]
    changed = mae.model_copy(update={"weights": (mae.weights[0], "0123", mae.weights[2])})
    other = recorded.model_copy(update={"models": {**recorded.models, "MAE": changed}})
    with pytest.raises(MeasurementError, match="MAE, seed 1: these are not the weights of the run"):
        again(other, Fake(LEVELS), stand_ins, tmp_path)
    other = recorded.model_copy(update={"data": recorded.data.model_copy(update={"images": 8})})
    with pytest.raises(MeasurementError, match="the run measured 8 images; now there are 256"):
        again(other, Fake(LEVELS), stand_ins, tmp_path)
    with pytest.raises(MeasurementError, match="nan"):
        again(recorded, Fake(LEVELS, spoil=lambda values: np.full_like(values, np.nan)), stand_ins, tmp_path)
