"""Code that is said to measure as earlier code did gives what is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from checker.evidence import Run, read_ledger
from checker.lab.checkpoints import load
from checker.lab.data import data_set
from checker.lab.measure import IMAGES, measure
from checker.lab.metrics import METRICS
from checker.lab.subjects import subject_of
from checker.runs.store import SAME_AS, Store, metric_code
from checker.scope import Scope

CLAIMS = Path(__file__).parents[2] / "claims"
MOVED = sorted(name for name in METRICS if metric_code(name) in SAME_AS.values())


def recorded(metric: str) -> Iterator[Run]:
    for path in sorted(CLAIMS.glob("*.evidence.json")):
        run = read_ledger(path, path.name.removesuffix(".evidence.json")).newest.get(Scope.TOY)
        if run is not None and run.spec.metric == metric and run.code.metric == metric_code(metric):
            yield run


def test_each_hash_is_that_of_a_metric() -> None:
    assert len(MOVED) == len(SAME_AS)


@pytest.mark.parametrize("metric", MOVED)
def test_what_is_recorded_is_measured_again(metric: str) -> None:
    run = next(recorded(metric))
    name, model = run.about[0], run.models[run.about[0]]
    path = Store.default().model(model.recipe, model.seeds[0])
    assert path is not None
    encoder, card = load(path)
    assert encoder.weights == model.weights[0]
    found = measure([metric], subject_of(encoder, data_set(run.data.name), IMAGES, card))[metric]
    assert found.values.mean(1).tolist() == pytest.approx(run.values[name].layers[0], abs=1.5e-4)
    assert np.isfinite(found.values).all()
