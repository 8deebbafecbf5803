"""Recorded evidence that still stands, and the few claims of it that are measured anew all the same: the spot check."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from checker.cache import version
from checker.claims import ClaimSpec
from checker.evidence import Controls, Run
from checker.lab.data import data_set
from checker.lab.metrics import METRICS
from checker.lab.sources import Wanted
from checker.runs.bench import Bench
from checker.runs.case import Case
from checker.runs.check import ControlsOf, Key, Runs
from checker.runs.evidence import still_stands
from checker.runs.floors import given_away
from checker.runs.outcome import Outcome
from checker.runs.plan import costs
from checker.runs.question import REFERENCE, Question, is_open, questions
from checker.runs.times import Times
from checker.vocabulary import Vocabulary

SEEDS = 1_000_000
SECONDS = 10.0  # of one worker, that a spot check may take by the estimated times
PACKAGES = ("torch", "timm", "numpy")  # on which measured values may depend
MEASURED, RECORDED = "measured", "recorded"


def standing(
    cases: Sequence[Case], bench: Bench, vocabulary: Vocabulary, last: Mapping[str, Runs], controls_of: ControlsOf
) -> dict[Key, Run]:
    """The recorded runs that answer questions of open cases. `last` maps ids to the newest run of each scope in their
    ledger, `controls_of` gives the controls that the toy verdict of a claim has to pass. Nothing is measured or trained."""
    found = {}
    for case in cases:
        for question in questions(case, vocabulary) if is_open(case) and last.get(case.id) else ():
            run = last[case.id].get(question.scope)
            controls = controls_of(question.spec) if question.scope.trained_here else None
            if run is not None and _answers(run, question, bench, vocabulary, controls):
                found[question.key] = run
    return found


def _answers(run: Run, question: Question, bench: Bench, vocabulary: Vocabulary, controls: Controls | None) -> bool:
    """Whether measuring would give this run again: it is of today's question, code, controls, packages and models. Values of a
    table are always read again."""
    spec, scope = question.spec, question.scope
    if not scope.measured or run.look > len(question.looks) or run.controls != controls:
        return False
    if any(run.packages.get(name) != version(name) for name in PACKAGES) or not still_stands(run, spec):
        return False
    needs = question.needs(run.look - 1, bench.options, vocabulary)
    if not _is_asked(run, {name: wants for name, wants in needs.items() if name in run.models or name != REFERENCE}):
        return False
    return _follows(run, spec, bench) and same_models(run, bench)


def _is_asked(run: Run, needs: Mapping[str, Sequence[Wanted]]) -> bool:
    wanted = {name: tuple(want.seed for want in wants) for name, wants in needs.items()}
    data = {want.data for wants in needs.values() for want in wants}
    return wanted == {name: model.seeds for name, model in run.models.items()} and data == {run.data.name}


def _follows(run: Run, spec: ClaimSpec, bench: Bench) -> bool:
    """Whether what is recorded with the values is what the metric and the data say today."""
    if spec.metric not in METRICS:  # what a command of one's own gave is kept by what went into it
        return False
    metric = METRICS[spec.metric]
    reason = given_away(spec.metrics, data_set(run.data.name), bench.store) if run.scope.trained_here else None
    return (run.exact, run.answers, run.given_away) == (metric.counts, metric.answers, reason)


def same_models(run: Run, bench: Bench) -> bool:
    """Whether the models of a run are here, and are those that it was made on."""
    models = _models(run)
    if not bench.here(list(models)):
        return False
    bench.have(list(models))
    return all(want in bench.models and bench.models[want].weights == weights for want, weights in models.items())


@dataclass(frozen=True)
class SpotCheck:
    """The `questions` that recorded evidence answers and that are measured all the same, drawn with `seed`."""

    seed: int
    questions: frozenset[Key]


def spot_check(
    stand: Mapping[Key, Run], seen: Seen, bench: Bench, vocabulary: Vocabulary, seed: int | None = None
) -> SpotCheck | None:
    """A spot check of evidence that stands: with a seed, of all of it; without one, of what is new to this machine, at random.
    None where there is nothing to draw from."""
    new = seen.new(stand) if seed is None else stand
    if not new:
        return None
    return draw(new, bench, vocabulary, Times.read(bench.store), random.randrange(SEEDS) if seed is None else seed)


def draw(stand: Mapping[Key, Run], bench: Bench, vocabulary: Vocabulary, times: Times, seed: int) -> SpotCheck:
    """Draw questions while all of them can be measured within SECONDS; at least one, the quickest."""
    order = sorted(stand)
    random.Random(seed).shuffle(order)
    needed = {key: costs(bench.missing(_pairs(stand[key])), bench, times) for key in order}
    chosen: dict[tuple[str, Wanted], float] = {}
    taken = set()
    for key in order:
        beyond = sum(cost for item, cost in needed[key].items() if item not in chosen)
        if sum(chosen.values()) + beyond <= SECONDS:
            chosen |= needed[key]
            taken.add(key)
    return SpotCheck(seed, frozenset(taken or [min(order, key=lambda key: sum(needed[key].values()))]))


def _pairs(run: Run) -> list[tuple[str, Wanted]]:
    """The (metric, model) pairs that a run is made of."""
    return [(metric, want) for want in _models(run) for metric in run.spec.metrics]


def _models(run: Run) -> dict[Wanted, str]:
    """The models of a run, each with the hash of its weights."""
    return {
        Wanted(name, run.scope, run.data.name, seed): weights
        for name, model in run.models.items()
        for seed, weights in zip(model.seeds, model.weights, strict=True)
    }


@dataclass(frozen=True)
class Seen:
    """What this machine knows of recorded values: which it measured itself, and of which it has drawn a spot check. One small
    file each, named after a hash of the values, their key and the packages here; one that cannot be read is unknown."""

    folder: Path
    digests: dict[int, tuple[Run, str]] = field(default_factory=dict, compare=False, repr=False)

    def new(self, stand: Mapping[Key, Run]) -> dict[Key, Run]:
        """Those of which no spot check has been drawn here."""
        return {key: run for key, run in stand.items() if self._of(run) is None}

    def marked(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """The outcomes, those marked as measured that were measured on this machine at an earlier time too."""
        return [
            replace(each, measured=True) if each.run is not None and self._of(each.run) == MEASURED else each for each in outcomes
        ]

    def note(self, outcomes: Sequence[Outcome], stand: Collection[Key]) -> None:
        """Remember which values were measured, and which of those that `stand` were not drawn."""
        for outcome in outcomes:
            for each in (outcome, *outcome.others):
                if each.run is None or each.stale or each.failed or each.pending:
                    continue
                if each.measured or (each.case.id, each.run.scope) in stand:
                    self._keep(each.run, MEASURED if each.measured else RECORDED)

    def _of(self, run: Run) -> str | None:
        with suppress(OSError, UnicodeDecodeError):
            text = (self.folder / self._digest(run)).read_text(encoding="utf-8")
            return text if text in (MEASURED, RECORDED) else None
        return None

    def _keep(self, run: Run, word: str) -> None:
        path = self.folder / self._digest(run)
        if self._of(run) in (word, MEASURED):
            return
        with suppress(OSError):  # it only saves a measurement
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_text(word, encoding="utf-8")

    def _digest(self, run: Run) -> str:
        """The name of its file; made once for each run, which is held so that no other has its id."""
        if id(run) not in self.digests:
            self.digests[id(run)] = run, _digest(run)
        return self.digests[id(run)][1]


def _digest(run: Run) -> str:
    digest = hashlib.sha256(" ".join((run.key, *(version(name) for name in PACKAGES))).encode())
    for table in (run.values, run.other_values):
        for name, values in sorted(table.items()):
            digest.update(f"\n{name} {values.model_dump_json()}".encode())
    return digest.hexdigest()[:24]
