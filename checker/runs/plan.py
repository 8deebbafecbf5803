"""What a run would do, before it does anything: the distinct trainings, measurements and decisions, and what waits for what."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from checker.lab.sources import SOURCES, Wanted
from checker.runs.bench import Bench
from checker.runs.case import Case
from checker.runs.question import Needs, Question, is_open, questions
from checker.runs.times import Times
from checker.scope import Scope
from checker.vocabulary import Vocabulary

Kind = Literal["train", "measure", "decide"]


@dataclass(frozen=True)
class Step:
    """One job, or one decision. `after` are the places in the plan of the steps that it waits for; `claims` those that want
    it."""

    kind: Kind
    title: str
    seconds: float
    claims: tuple[str, ...]
    after: tuple[int, ...] = ()


@dataclass(frozen=True)
class Plan:
    """Steps in an order in which they can be done."""

    steps: tuple[Step, ...] = ()

    def of(self, kind: Kind) -> list[Step]:
        return [step for step in self.steps if step.kind == kind]

    @property
    def seconds(self) -> float:
        """Estimated time of one worker."""
        return sum(step.seconds for step in self.steps)


def make_plan(
    cases: Sequence[Case],
    bench: Bench,
    times: Times,
    vocabulary: Vocabulary,
    standing: Collection[tuple[str, Scope]] = (),
) -> Plan:
    """The plan of the first look at every open case; `bench` is asked what is there, and nothing is run. Further looks depend on
    what the first ones say. `standing` are the keys of questions that recorded evidence answers."""
    wanted: dict[Wanted, dict[str, list[str]]] = {}  # model -> metric -> claims
    decisions: dict[str, list[Wanted]] = {}
    for case in filter(is_open, cases):
        for question in questions(case, vocabulary):
            if question.key in standing:
                continue
            pairs = bench.missing(question.values(question.needs(0, bench.options, vocabulary)))
            for metric, want in pairs:
                claims = wanted.setdefault(want, {}).setdefault(metric, [])
                claims += [case.id] if case.id not in claims else []
                decisions.setdefault(case.id, []).append(want)
    steps: list[Step] = []
    places: dict[Wanted, int] = {}
    for want, metrics in wanted.items():
        by = tuple(dict.fromkeys(name for names in metrics.values() for name in names))
        after: tuple[int, ...] = ()
        if not bench.here([want]):
            steps.append(Step("train", f"train {want}, on {want.data}", _training(want, times), by))
            after = (len(steps) - 1,)
        places[want] = len(steps)
        seconds = sum(times.measuring(metric, want.kind) for metric in metrics)
        steps.append(Step("measure", f"measure {', '.join(metrics)} of {want}, on {want.data}", seconds, by, after))
    for claim, wants in decisions.items():
        waits = tuple(dict.fromkeys(places[want] for want in wants))
        steps.append(Step("decide", f"decide {claim}", 0.0, (claim,), waits))
    return Plan(tuple(sorted_by_kind(steps)))


def sorted_by_kind(steps: Sequence[Step]) -> list[Step]:
    """All trainings, then all measurements, then all decisions, as a run does them; the places are those of the new order."""
    order = sorted(range(len(steps)), key=lambda place: ("train", "measure", "decide").index(steps[place].kind))
    new = {old: place for place, old in enumerate(order)}
    return [
        Step(step.kind, step.title, step.seconds, step.claims, tuple(new[place] for place in step.after))
        for step in (steps[place] for place in order)
    ]


def affordable(
    asked: Sequence[Question], needs: Mapping[tuple[str, Scope], Needs], bench: Bench, times: Times, seconds: float, workers: int
) -> list[Question]:
    """The questions that can be looked at in the time that is left: again and again the one that costs least beyond what is
    chosen already, so that the time goes where it decides most. What costs nothing is always looked at."""
    open_ = list(asked)
    each = {question.key: costs(bench.missing(question.values(needs[question.key])), bench, times) for question in asked}
    chosen: dict[tuple[str, Wanted], float] = {}
    taken: list[Question] = []

    def beyond(question: Question) -> float:
        return sum(cost for item, cost in each[question.key].items() if item not in chosen)

    while open_:
        best = min(open_, key=beyond)
        spent = sum(chosen.values())
        if beyond(best) > 0 and (spent + beyond(best) > seconds * workers or _longest(each[best.key]) > seconds):
            open_.remove(best)  # too dear; another may still wait for less time at a stretch
            continue
        chosen |= each[best.key]
        taken.append(best)
        open_.remove(best)
    return [question for question in asked if question in taken]


def costs(missing: Sequence[tuple[str, Wanted]], bench: Bench, times: Times) -> dict[tuple[str, Wanted], float]:
    """Seconds of each training (under no metric) and each measurement that is missing."""
    found: dict[tuple[str, Wanted], float] = {}
    for metric, want in missing:
        if not bench.here([want]):
            found["", want] = _training(want, times)
        found[metric, want] = times.measuring(metric, want.kind)
    return found


def _longest(costs: Mapping[tuple[str, Wanted], float]) -> float:
    """Seconds of the model that takes longest, training and measurements one after another."""
    by_model: dict[Wanted, float] = {}
    for (_, want), cost in costs.items():
        by_model[want] = by_model.get(want, 0.0) + cost
    return max(by_model.values(), default=0.0)


def _training(want: Wanted, times: Times) -> float:
    return times.training(SOURCES[want.scope].recipe(want.name, want.data))
