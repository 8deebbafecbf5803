"""Runs of schema 1, and what they are in today's terms."""

from __future__ import annotations

from checker.evidence.run import Look, Run
from checker.evidence.verdict import RecordedVerdict
from checker.lab.metrics import METRICS


class FirstRun(Look):
    """A run as the first edition wrote it. Its data gave the number of images that were asked for."""

    verdict: RecordedVerdict
    """The verdict that the run gave."""

    def upgraded(self) -> Run:
        """The same run in today's schema: with the number of images measured, and whether the metric counts. Of a metric that is
        not known here, the interval of the verdict shows it: only of a count it is a point."""
        metric, verdict = self.spec.metric, self.verdict
        exact = METRICS[metric].counts if metric in METRICS else verdict.reached and verdict.low == verdict.high
        fields = {name: getattr(self, name) for name in FirstRun.model_fields}
        fields["data"] = self.data.model_copy(update={"images": self.images})
        fields["verdict"] = verdict if verdict.reached else verdict.model_copy(update={"images": self.images})
        answers = METRICS[metric].answers if metric in METRICS else None
        return Run(schema=2, exact=exact, answers=answers, **fields)
