"""Recorded evidence that stands is taken, a few claims of it are measured all the same, and a difference is an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from checker.claims import ClaimSpec
from checker.evidence import Controls, Run, Values
from checker.lab import vocabulary
from checker.notes import Vault
from checker.runs import standing as module
from checker.runs.bench import Bench, Options
from checker.runs.case import Case
from checker.runs.check import Key, check
from checker.runs.outcome import Outcome
from checker.runs.project import Project
from checker.runs.standing import MEASURED, RECORDED, Seen, draw, spot_check, standing
from checker.runs.store import Store
from checker.runs.survey import survey
from checker.runs.times import Times
from checker.scope import Scope
from tests.runs.test_check import LEVELS, Fake

WORDS = vocabulary()
NOTE = """- MAE has shorter attention distance than DINO #claim
- SimMIM has shorter attention distance than DINO #claim
- MAE has 33.333 % shorter attention distance than DINO #claim
"""
FREE: Callable[[ClaimSpec], Controls | None] = lambda spec: None  # noqa: E731


@dataclass
class World:
    """A vault that was checked once, on another machine."""

    cases: list[Case]
    store: Store
    first: list[Outcome]

    @property
    def last(self) -> dict[str, dict[Scope, Run]]:
        return {outcome.case.id: {Scope.TOY: outcome.run} for outcome in self.first if outcome.run is not None}

    def bench(self, execute: Fake | None = None) -> Bench:
        return Bench(self.store, Options(3), execute or Fake(LEVELS))

    def standing(self, last: Mapping[str, Mapping[Scope, Run]] | None = None) -> dict[Key, Run]:
        return standing(self.cases, self.bench(), WORDS, last or self.last, FREE)


@pytest.fixture
def world(make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path) -> World:
    project = make_vault({"N.md": NOTE})
    cases, problems = survey(Vault.open(project / "vault"), Project.find(project), WORDS)
    assert problems == []
    first = check(cases, Bench(Store(tmp_path / "there", stand_ins), Options(3), Fake(LEVELS)), WORDS, {})
    return World(cases, Store(tmp_path / "here", stand_ins), first)


def forged(run: Run) -> Run:
    """The run with other values of MAE. Its key stays right: it says nothing of values."""
    kept = run.values["MAE"]
    assert not isinstance(kept.images, dict)
    images = tuple(tuple(value + 3 for value in row) for row in kept.images)
    return run.model_copy(update={"values": {**run.values, "MAE": Values(layers=kept.layers, images=images)}})


def test_what_stands_is_taken_and_nothing_is_measured(world: World) -> None:
    execute, stand = Fake(LEVELS), world.standing()
    assert {name for name, _ in stand} == {case.id for case in world.cases}
    again = check(world.cases, world.bench(execute), WORDS, world.last, standing=stand)
    assert execute.titles == []
    assert [(one.word, one.run) for one in again] == [(one.word, one.run) for one in world.first]
    assert not any(outcome.measured for outcome in again)
    assert all(outcome.measured for outcome in world.first)


@pytest.mark.parametrize(
    "change",
    [
        lambda run: {"code": run.code.model_copy(update={"metric": "0" * 16})},
        lambda run: {"packages": run.packages | {"torch": "0.1"}},
        lambda run: {"key": "0" * 24},
        lambda run: {"controls": Controls(asked="0" * 16)},
        lambda run: {"given_away": "because"},
        lambda run: {"exact": True},
        lambda run: {"spec": run.spec.model_copy(update={"relation": "greater"})},
        lambda run: {"models": run.models | {"MAE": run.models["MAE"].model_copy(update={"weights": ("0", "1", "2")})}},
        lambda run: {"models": run.models | {"MAE": run.models["MAE"].model_copy(update={"seeds": (0, 1, 3)})}},
    ],
)
def test_what_is_of_something_else_is_measured(world: World, change: Callable[[Run], dict[str, object]]) -> None:
    name = world.cases[0].id
    run = world.last[name][Scope.TOY]
    last = {name: {Scope.TOY: run.model_copy(update=change(run))}}
    assert world.standing(last) == {}


def test_a_spot_check_finds_a_forged_value_and_names_both(world: World) -> None:
    name = world.cases[0].id
    last = world.last | {name: {Scope.TOY: forged(world.last[name][Scope.TOY])}}
    stand, execute = world.standing(last), Fake(LEVELS)
    assert (name, Scope.TOY) in stand
    found, *others = check(world.cases, world.bench(execute), WORDS, last, standing=stand, anew=[(name, Scope.TOY)])
    assert execute.titles
    assert found.failed
    assert found.stale
    said = found.reason.split()
    old, new = float(said[3]), float(said[5])
    assert old - new == pytest.approx(3)
    assert not any(outcome.failed or outcome.measured for outcome in others)


def test_what_comes_out_again_is_measured_and_stays_as_it_was_written(world: World) -> None:
    stand = world.standing()
    again = check(world.cases, world.bench(), WORDS, world.last, standing=stand, anew=stand)
    assert all(outcome.measured for outcome in again)
    assert all(one.run is other.run for one, other in zip(again, world.first, strict=True))


def test_a_seed_draws_the_same_and_at_least_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stand, times = world.standing(), Times({("attention_distance", "toy"): 1.0})
    few = draw(stand, world.bench(), WORDS, times, 7)
    assert few == draw(stand, world.bench(), WORDS, times, 7)
    assert few.questions
    dear = draw(stand, world.bench(), WORDS, Times({("attention_distance", "toy"): 1000.0}), 7)
    assert len(dear.questions) == 1
    cheap = draw(stand, world.bench(), WORDS, Times({("attention_distance", "toy"): 0.01}), 7)
    assert cheap.questions == frozenset(stand)
    monkeypatch.setattr(module, "SECONDS", 9.0)  # of nine models that one claim needs; two of the claims share all theirs
    drawn = [draw(stand, world.bench(), WORDS, times, seed).questions for seed in range(20)]
    assert {len(each) for each in drawn} == {1, 2}


def test_a_spot_check_is_drawn_once_of_the_same_evidence(world: World, tmp_path: Path) -> None:
    seen, stand = Seen(tmp_path / "seen"), world.standing()
    one = next(iter(stand))
    outcomes = check(world.cases, world.bench(), WORDS, world.last, standing=stand, anew=[one])
    seen.note(outcomes, stand)
    assert spot_check(stand, seen, world.bench(), WORDS) is None
    assert spot_check(stand, seen, world.bench(), WORDS, seed=3) is not None  # as it is asked for
    later = seen.marked(check(world.cases, world.bench(), WORDS, world.last, standing=stand))
    assert [outcome.case.id for outcome in later if outcome.measured] == [one[0]]
    other = {key: forged(run) if key == one else run for key, run in stand.items()}
    assert set(seen.new(other)) == {one}
    words = {path.read_text() for path in seen.folder.iterdir()}
    assert words == {MEASURED, RECORDED}
    for path in seen.folder.iterdir():
        path.write_bytes(b"\xff damaged")
    assert set(seen.new(stand)) == set(stand)


def test_a_failed_spot_check_is_not_remembered(world: World, tmp_path: Path) -> None:
    seen, name = Seen(tmp_path / "seen"), world.cases[0].id
    last = world.last | {name: {Scope.TOY: forged(world.last[name][Scope.TOY])}}
    stand = world.standing(last)
    seen.note(check(world.cases, world.bench(), WORDS, last, standing=stand, anew=stand), stand)
    assert set(seen.new(stand)) == {(name, Scope.TOY)}
