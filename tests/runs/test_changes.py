"""Claims about a changed model: planned, trained, measured and recorded like any other."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.evidence import Ledger, Trained, parse_ledger, print_ledger
from checker.lab import competence, training, vocabulary
from checker.lab.models import MODELS
from checker.lab.recipes import Architecture
from checker.notes import Vault
from checker.runs.bench import Bench, Options
from checker.runs.check import check
from checker.runs.outcome import Outcome
from checker.runs.plan import make_plan
from checker.runs.project import Project
from checker.runs.store import Store
from checker.runs.survey import survey
from checker.runs.times import Times
from tests.runs.test_scopes import in_process

CLAIM = """- A claim about what is changed #claim

```claim
kind: compare
metric: attention_distance
subject: {{model: {model}, with: {{{changes}}}}}
baseline: MAE
relation: less
margin: {{value: 0.05, unit: relative}}
scope: toy
decide: {{looks: [2]}}
```
"""


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recipes that train in seconds. They learn nothing, so nothing is decided on their models."""
    for name, value in (("TRAIN_IMAGES", 40), ("HELD_OUT_IMAGES", 64)):
        monkeypatch.setattr(training, name, value)
    for name, value in (("PROBE_TRAIN", 40), ("PROBE_TEST", 20)):
        monkeypatch.setattr(competence, name, value)
    monkeypatch.setattr("checker.lab.measure.IMAGES", 4)
    small = Architecture(width=16, depth=2, heads=2)
    for name in ("MAE", "random initialisation"):
        recipe = MODELS[name].recipe
        assert recipe is not None
        changed = dataclasses.replace(recipe, architecture=small, steps=min(recipe.steps, 2), batch=4)
        monkeypatch.setitem(MODELS._entries, name, dataclasses.replace(MODELS[name], recipe=changed))


def go(folder: Path, store: Store) -> tuple[Outcome, Bench]:
    project = Project.find(folder)
    cases, problems = survey(Vault.open(project.vault), project, vocabulary())
    assert problems == []
    bench = Bench(store, Options(), in_process, project.root)
    (outcome,) = check(cases, bench, vocabulary(), {})
    return outcome, bench


def test_a_knob_is_trained_on_demand_and_recorded(make_vault: Callable[..., Path], tiny: None, tmp_path: Path) -> None:
    folder = make_vault({"N.md": CLAIM.format(model="MAE", changes="decoder depth: 1")})
    store, project = Store(tmp_path / "cache", tmp_path / "none"), Project.find(folder)
    (case,), _ = survey(Vault.open(project.vault), project, vocabulary())
    plan = make_plan([case], Bench(store, Options(), lambda jobs: {}), Times(), vocabulary())
    titles = [step.title for step in plan.of("train")]
    assert "train MAE (decoder depth: 1), seed 0, on shapes" in titles
    assert len(titles) == 6  # two seeds of the subject, the baseline and the reference

    outcome, bench = go(folder, store)
    run = outcome.run
    assert run is not None, outcome.reason
    name = "MAE (decoder depth: 1)"
    assert run.about == (name, "MAE")
    changed, plain = run.models[name], run.models["MAE"]
    assert isinstance(changed, Trained)
    assert isinstance(plain, Trained)
    assert (changed.recipe.settings, changed.changes) == ((("decoder depth", 1),), {"decoder depth": "1"})
    assert (plain.recipe.settings, plain.changes) == ((), {})
    assert set(changed.weights).isdisjoint(plain.weights)
    assert f"the mean attention distance of {name}" in run.reading
    assert outcome.word == "inconclusive"
    assert "not competent" in outcome.reason  # two steps teach nothing, and no verdict rests on that
    text = print_ledger(Ledger(outcome.case.id).with_run(run))
    assert parse_ledger(text.encode(), "x").runs == (run,)
    assert not any(bench.missing([("attention_distance", want) for want in bench.models]))


def test_an_intervention_is_measured_on_the_model_that_is_there(
    make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checker.lab.measure.IMAGES", 4)
    folder = make_vault({"N.md": CLAIM.format(model="MAE", changes="quantised to: 2 bit")})
    outcome, _ = go(folder, Store(tmp_path / "cache", stand_ins))
    run = outcome.run
    assert run is not None, outcome.reason
    name = "MAE (quantised to: 2 bit)"
    changed, plain = run.models[name], run.models["MAE"]
    assert isinstance(changed, Trained)
    assert isinstance(plain, Trained)
    assert changed.changes == {"quantised to": "2 bit"}
    assert changed.recipe == plain.recipe
    assert set(changed.weights).isdisjoint(plain.weights)
    assert run.values[name] != run.values["MAE"]
    assert outcome.word in ("supported", "refuted", "inconclusive")


@pytest.mark.parametrize(
    ("model", "changes", "reason"),
    [
        ("DINO", "decoder depth: 2", "the decoder depth of DINO cannot be set: DINO has no decoder"),
        ("MAE", "quantised to: 99 bit", "'99 bit' is out of range: quantised to takes whole numbers from 2 to 16 bit"),
    ],
)
def test_a_change_that_cannot_be_made_is_untestable(
    make_vault: Callable[..., Path], tmp_path: Path, model: str, changes: str, reason: str
) -> None:
    folder = make_vault({"N.md": CLAIM.format(model=model, changes=changes)})
    outcome, bench = go(folder, Store(tmp_path / "cache", tmp_path / "none"))
    assert outcome.word == "untestable"
    assert reason in outcome.reason
    assert not bench.models
