"""What an executor is: it takes jobs and gives futures, on this machine or elsewhere."""

from __future__ import annotations

import os
import queue
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from checker.runs.jobs import Job

SPENT = "the budget is spent"  # the result of a job that was not done for that reason; it is no fault
TICK = 0.2  # seconds between two calls of `while_waiting`


@dataclass(frozen=True)
class Event:
    """What happened to a job: progress while `of` is set, the end otherwise; `error` is None when it ended well, and `log` is the
    file that says more."""

    job: Job
    done: int = 0
    of: int = 0
    loss: float | None = None
    error: str | None = None
    log: Path | None = None

    @property
    def ended(self) -> bool:
        return self.of == 0


Watch = Callable[[Event], None]


class Executor(Protocol):
    """`concurrent.futures.Executor` in shape, with a job for a call. The future's result is the event of the job's end, by when
    its files are in their places. `watch` hears of progress, from any thread."""

    def submit(self, job: Job, watch: Watch) -> Future[Event]: ...

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers. What had finished stays finished."""


def slots() -> int:
    """How many single-threaded workers this machine takes."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def run_jobs(
    jobs: Sequence[Job], executor: Executor, watch: Watch, while_waiting: Callable[[], None] = lambda: None
) -> dict[Job, str | None]:
    """Run all jobs and return what went wrong with each (None: nothing). `watch` is called from this thread, and so is
    `while_waiting`, several times a second; either may raise to interrupt the run.

    When this is interrupted, the jobs that wait are cancelled; whoever owns the executor ends those that run.
    """
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    futures: dict[Future[Event], Job] = {}
    results: dict[Job, str | None] = {}
    try:
        for job in jobs:
            future = executor.submit(job, events.put)
            futures[future] = job
            future.add_done_callback(lambda done, job=job: events.put(_end(job, done)))  # type: ignore[misc]
        while len(results) < len(jobs):
            try:
                event = events.get(timeout=TICK)
            except queue.Empty:
                while_waiting()
                continue
            if event.ended:
                results[event.job] = event.error
            watch(event)
    finally:
        for future in futures:
            future.cancel()
    return results


def _end(job: Job, future: Future[Event]) -> Event:
    if future.cancelled():
        return Event(job, error="it was cancelled")
    fault = future.exception()
    return future.result() if fault is None else Event(job, error=f"{type(fault).__name__}: {fault}")
