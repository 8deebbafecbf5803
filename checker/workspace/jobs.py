"""Runs the jobs of a check on an executor and reports them as events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checker.runs import executor as at
from checker.runs.events import Download, JobEnded, JobProgress, JobsEnded, JobsStarted, OnEvent, Waiting
from checker.runs.jobs import Job


class Jobs:
    """Calls an executor and a listener. `on_event` is called in the thread of the check."""

    def __init__(self, executor: at.Executor, on_event: OnEvent) -> None:
        self.executor, self.on_event = executor, on_event

    def __call__(self, jobs: Sequence[Job]) -> Mapping[Job, str | None]:
        """Run jobs of one kind; what went wrong with each (None: nothing)."""
        kind = jobs[0].kind
        self.on_event(JobsStarted(kind, len(jobs)))
        try:
            return at.run_jobs(jobs, self.executor, self._report, lambda: self.on_event(Waiting()))
        finally:
            self.on_event(JobsEnded(kind))

    def _report(self, event: at.Event) -> None:
        job = event.job
        if event.ended:
            skipped = event.error == at.SPENT
            self.on_event(JobEnded(job.kind, job.title, None if skipped else event.error, event.log, skipped))
        else:
            self.on_event(JobProgress(job.kind, job.title, event.done, event.of, event.loss))

    def fetch(self, name: str) -> None:
        """Download the released weights of a model. Raises MeasurementError."""
        from checker.lab import pretrained
        from checker.lab.models import find_model

        model = find_model(name)
        assert model is not None and model.tag is not None, name
        tag, licence = model.tag, model.licence
        self.on_event(Download(tag, licence))
        try:
            pretrained.download(model, lambda done, of: self.on_event(Download(tag, licence, done, of)))
        finally:
            self.on_event(Download(tag, licence, ended=True))
