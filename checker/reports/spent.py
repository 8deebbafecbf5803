"""How long the jobs of a run took, and which claims they were for."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from checker.lab.experiments.run import OUTPUT
from checker.lab.sources import Wanted
from checker.runs.bench import Bench, Execute
from checker.runs.jobs import CommandJob, Job, TrainJob
from checker.runs.outcome import Outcome

Work = tuple[str, str]  # the file of a model, and the metric measured on it ("" for its training)


@dataclass
class Spent:
    """Runs jobs through `execute` and keeps the time that each took: its share of what its batch took by the clock, so that the
    times of a run add up to the time that a person waits."""

    execute: Execute
    seconds: dict[Work, float] = field(default_factory=dict)

    def __call__(self, jobs: Sequence[Job]) -> Mapping[Job, str | None]:
        began = time.monotonic()
        try:
            return self.execute(jobs)
        finally:
            share = (time.monotonic() - began) / max(1, len(jobs))
            for job in jobs:
                works = _works(job)
                for work in works:
                    self.seconds[work] = self.seconds.get(work, 0.0) + share / len(works)

    def by_claim(self, outcomes: Sequence[Outcome], bench: Bench) -> dict[str, float]:
        """The seconds of each claim; what several share is shared out."""
        users: dict[Work, set[str]] = {}
        for outcome in outcomes:
            for work in _of_claim(outcome, bench):
                users.setdefault(work, set()).add(outcome.case.id)
        found = dict.fromkeys((outcome.case.id for outcome in outcomes), 0.0)
        for work, names in users.items():
            for name in names:
                found[name] += self.seconds.get(work, 0.0) / len(names)
        return found


def _works(job: Job) -> list[Work]:
    if isinstance(job, CommandJob):
        return [(str(job.results[OUTPUT]), "")]
    return [(str(job.out), "")] if isinstance(job, TrainJob) else [(str(job.file), metric) for metric, _ in job.outs]


def _of_claim(outcome: Outcome, bench: Bench) -> set[Work]:
    """The work behind the verdicts of a claim, in all its scopes."""
    works: set[Work] = set()
    for each in (outcome, *outcome.others):
        if each.run is None or each.case.spec is None:
            continue
        run = each.run
        for name, model in run.models.items():
            for seed in model.seeds:
                found = bench.models.get(Wanted(name, run.scope, run.data.name, seed))
                if found is not None:
                    works |= {(str(found.file), metric) for metric in ("", *each.case.spec.metrics)}
    return works
