"""Run jobs on this machine, in worker processes that may crash without taking others along."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO

from checker.runs.jobs import Job

LOG_TAIL = 400  # characters of a crashed worker's log that its error quotes


@dataclass(frozen=True)
class Event:
    """What happened to a job: progress while `of` is set, the end otherwise; `error` is None when it ended well."""

    job: Job
    done: int = 0
    of: int = 0
    loss: float | None = None
    error: str | None = None

    @property
    def ended(self) -> bool:
        return self.of == 0


def slots() -> int:
    """How many single-threaded workers this machine takes."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def run_jobs(jobs: Sequence[Job], workers: int, watch: Callable[[Event], None]) -> dict[Job, str | None]:
    """Run all jobs and return what went wrong with each (None: nothing). `watch` is called from this thread.

    A KeyboardInterrupt ends the workers and is raised again; what had finished stays finished.
    """
    waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
    for job in jobs:
        waiting.put(job)
    events: queue.Queue[Event] = queue.Queue()
    count = min(workers, len(jobs))
    crews = [_Slot(waiting, events) for _ in range(count)]
    results: dict[Job, str | None] = {}
    try:
        for slot in crews:
            slot.start()
        while len(results) < len(jobs):
            event = events.get()
            if event.ended:
                results[event.job] = event.error
            watch(event)
    finally:
        for slot in crews:
            slot.stop()
    return results


class _Slot(threading.Thread):
    """A thread that feeds one worker process, and starts another one when it dies."""

    def __init__(self, waiting: queue.SimpleQueue[Job], events: queue.Queue[Event]) -> None:
        super().__init__(daemon=True)
        self.waiting, self.events = waiting, events
        self.process: subprocess.Popen[str] | None = None
        self.log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the thread)
        self.stopping = False

    def run(self) -> None:
        while not self.stopping:
            try:
                job = self.waiting.get_nowait()
            except queue.Empty:
                break
            self.events.put(self._do(job))

    def _do(self, job: Job) -> Event:
        if self.process is None or self.process.poll() is not None:
            self.process = _start(self.log)
        process = self.process
        assert process.stdin and process.stdout
        try:
            process.stdin.write(json.dumps(job.as_dict()) + "\n")
            process.stdin.flush()
            for line in process.stdout:
                message = json.loads(line)
                if "error" in message:
                    return Event(job, error=message["error"])
                if "finished" in message:
                    return Event(job)
                self.events.put(Event(job, message["done"], message["of"], message["loss"]))
        except (OSError, ValueError):
            pass
        return Event(job, error=self._post_mortem(process))

    def _post_mortem(self, process: subprocess.Popen[str]) -> str:
        code = _close(process)
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"stopped with exit code {code}"
        if code == -signal.SIGKILL:
            how += " (out of memory?)"
        self.log.seek(max(0, self.log.seek(0, os.SEEK_END) - LOG_TAIL))
        tail = self.log.read().decode("utf-8", "replace").strip().splitlines()
        return f"the worker {how}" + (f": {tail[-1]}" if tail else "")

    def stop(self) -> None:
        """End the worker, whatever it is doing, with everything that it started."""
        self.stopping = True
        if self.process and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        if self.ident is not None:
            self.join()
        if self.process:
            _close(self.process)
        self.log.close()


def _close(process: subprocess.Popen[str]) -> int:
    """Close the pipes of a process that ends or has ended, and return its exit code."""
    with contextlib.suppress(OSError), process:
        pass
    return process.wait()


def _start(log: IO[bytes]) -> subprocess.Popen[str]:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "checker.runs.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env=environment,
        start_new_session=True,
    )
