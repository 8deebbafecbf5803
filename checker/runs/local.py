"""Run jobs on this machine, in worker processes that stay for all jobs and may crash without taking others along."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checker import interpreter
from checker.lab.context import current
from checker.runs.executor import SPENT, Event, Watch
from checker.runs.folder import JobFolder, Result
from checker.runs.jobs import Job, Progress
from checker.runs.limits import Limits
from checker.runs.log import Log, last_words
from checker.runs.processes import MARK, end, family, memory_of

STARTING = 300.0  # seconds that a worker may take until it is ready
TICK = 0.25  # seconds between looks at what a worker holds
INTERRUPTED = "interrupted"  # the result of a job that this program ended with itself
CHUNK = 65536  # bytes of a log read at once
GRACE = 2.0  # seconds that a process has to die after it closed its pipe
THREADS = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}


class LocalExecutor:
    """A `concurrent.futures.Executor` for jobs: up to `workers` processes, each started when it is first needed. `root` is the
    folder of the jobs' directories."""

    def __init__(self, root: Path, workers: int, limits: Limits | None = None) -> None:
        self.root, self.workers, self.limits, self.context = root, workers, limits or Limits(), current()
        self.waiting: queue.SimpleQueue[tuple[Future[Event], Job, Watch] | None] = queue.SimpleQueue()
        self.stopping = threading.Event()
        self.slots: list[tuple[threading.Thread, Worker]] = []
        self.lock = threading.Lock()
        self.open = 0  # jobs that are not done

    def submit(self, job: Job, watch: Watch) -> Future[Event]:
        if self.stopping.is_set():
            raise RuntimeError("cannot schedule new futures after shutdown")
        future: Future[Event] = Future()
        with self.lock:
            self.open += 1
            if len(self.slots) < min(self.workers, self.open):
                worker = Worker()
                thread = threading.Thread(target=self._serve, args=(worker,), daemon=True)
                self.slots.append((thread, worker))
                thread.start()
        self.waiting.put((future, job, watch))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End all workers, whatever they are doing, with everything that they started; `cancel_futures` leaves the jobs undone
        that wait, else they are done first."""
        if not cancel_futures:
            for _ in self.slots:
                self.waiting.put(None)
            for thread, _ in self.slots:
                thread.join()
        self.stopping.set()
        while True:
            with contextlib.suppress(queue.Empty):
                item = self.waiting.get_nowait()
                if item is not None:
                    item[0].cancel()
                continue
            break
        for _, worker in self.slots:
            worker.end()
            self.waiting.put(None)
        if wait:
            for thread, worker in self.slots:
                thread.join()
                worker.close()

    def _serve(self, worker: Worker) -> None:
        while (item := self.waiting.get()) is not None:
            future, job, watch = item
            if self.stopping.is_set():
                future.cancel()
            elif future.set_running_or_notify_cancel():
                try:
                    future.set_result(self._do(worker, job, watch))
                except Exception as error:  # a fault of the program; it must not leave a future open
                    future.set_exception(error)
            with self.lock:
                self.open -= 1

    def _do(self, worker: Worker, job: Job, watch: Watch) -> Event:
        if self.limits.until is not None and time.monotonic() >= self.limits.until:
            return Event(job, error=SPENT)
        folder = JobFolder(self.root / job.key)
        try:
            with folder.held(self.stopping) as held:
                if not held:
                    return Event(job, error=INTERRUPTED)
                if all(place.exists() for place in job.results.values()):  # another run has done it meanwhile
                    return Event(job)
                folder.write(job, self.context)
                result = worker.run(folder, self.limits, lambda done, of, loss: watch(Event(job, done, of, loss)))
                fault = folder.collect(job)
                error = result.error or fault
                if error is None or (error in (INTERRUPTED, SPENT) and not folder.can_go_on):
                    folder.discard()
                    return Event(job, error=error)
                return Event(job, error=error, log=folder.log if folder.log.exists() and folder.log.stat().st_size else None)
        except OSError as error:
            return Event(job, error=f"{folder.path}: cannot be written ({error.strerror})")


@dataclass
class _Task:
    """What a worker is doing. `began` is when it was ready, or when it must be; `ended_for` says why the program ended it."""

    limits: Limits
    began: float = field(default_factory=lambda: time.monotonic() + STARTING)
    ended_for: str = ""


class Worker:
    """One process that does one job after another, in a process group of its own; started again when it dies.

    `run` is called from one thread; another watches what the process holds, and a third takes what it prints.
    """

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None
        self.environment: Mapping[str, str] = {}
        self.plugins: str | None = None  # the folder whose plug-ins the process has imported
        self.mark = ""
        self.task: _Task | None = None
        self.log: Log | None = None
        self.log_lock = threading.Lock()
        self.closed = threading.Event()
        self.helpers: list[threading.Thread] = []

    def run(self, folder: JobFolder, limits: Limits, progress: Progress, environment: Mapping[str, str] | None = None) -> Result:
        """Do the job in a directory, write `result.json` and `log.txt` into it, and report how it ended."""
        began = time.monotonic()
        self._write_log(Log(folder.log))
        try:
            job = folder.read()
            limits = limits.lowered(job.get("limits", {}))
            self._belong(job["context"]["plugins"], environment or {})
            error = self._ask(folder.path, limits, progress)
        finally:
            self._write_log(None)
        if error is not None and error.startswith("the worker "):
            words = last_words(folder.log)
            error += f": {words}" if words else ""
        result = Result(error, time.monotonic() - began)
        folder.write_result(result)
        return result

    def end(self) -> None:
        """End the process for good, whatever it is doing. May be called from any thread."""
        self.closed.set()
        self._kill(INTERRUPTED)

    def close(self) -> None:
        """End the process and let go of its pipes, once `run` is not called any more."""
        self.end()
        if self.process is not None:
            self._bury()

    def _belong(self, plugins: str | None, environment: Mapping[str, str]) -> None:
        """End a process that has imported other plug-ins, or was started in another environment."""
        if self.process is not None and (self.plugins, self.environment) != (plugins, environment):
            self._bury()
        self.plugins, self.environment = plugins, environment

    def _ask(self, folder: Path, limits: Limits, progress: Progress) -> str | None:
        if self.process is not None and self.process.poll() is not None:
            self._bury()
        if self.process is None:
            self._start()
        if self.closed.is_set():  # asked after the start: whoever set it may have found no process
            return INTERRUPTED
        process = self.process
        assert process is not None and process.stdin and process.stdout
        task = self.task = _Task(limits)
        try:
            process.stdin.write(json.dumps(str(folder)) + "\n")
            process.stdin.flush()
            for line in process.stdout:
                message: dict[str, Any] = json.loads(line)
                if "ended" in message:
                    self.task = None
                    error: str | None = message["error"]
                    return error
                if "started" in message:
                    task.began = time.monotonic()
                    continue
                progress(message["done"], message["of"], message["loss"])
        except (OSError, ValueError):  # the pipe broke, or somebody wrote into it
            pass
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
        self._kill("the worker closed its pipe")
        return self._post_mortem(task)

    def _post_mortem(self, task: _Task) -> str:
        code = self._bury()
        if task.ended_for:
            return task.ended_for
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"stopped with exit code {code}"
        return f"the worker {how}" + (" (out of memory?)" if code == -signal.SIGKILL else "")

    def _start(self) -> None:
        self.mark = uuid.uuid4().hex
        self.process = subprocess.Popen(
            interpreter.command("checker.runs.worker"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**interpreter.environment(), **THREADS, **self.environment, MARK: self.mark},
            start_new_session=True,
        )
        assert self.process.stderr is not None
        self.helpers = [threading.Thread(target=do, args=(self.process,), daemon=True) for do in (self._watch, self._take)]
        for helper in self.helpers:
            helper.start()

    def _watch(self, process: subprocess.Popen[str]) -> None:
        """Keep a process to the limits of its job. What a dead one has left behind is ended too: it may hold the pipes open."""
        while process.poll() is None:
            time.sleep(TICK)
            task = self.task
            if task is None:
                continue
            now = time.monotonic()
            if task.limits.until is not None and now > task.limits.until:
                self._kill(SPENT)
            elif now - task.began > task.limits.seconds:
                self._kill(f"over the time limit of {task.limits.seconds:g} s; {task.limits.advice('seconds')}")
            else:
                processes = family(process.pid)
                if len(processes) > task.limits.processes:
                    self._kill(f"it started more than {task.limits.processes} processes")
                elif (held := memory_of(processes, task.limits.memory)) > task.limits.memory:
                    allowed = f"{task.limits.memory / 1e9:.1f} GB; {task.limits.advice('memory')} limit"
                    self._kill(f"out of memory: it held {held / 1e9:.1f} of {allowed}")
        end(process.pid, self.mark)

    def _take(self, process: subprocess.Popen[str]) -> None:
        """Take what a process prints into the log of its job, for as long as it prints."""
        assert process.stderr is not None
        with process.stderr as pipe:
            while data := os.read(pipe.fileno(), CHUNK):
                with self.log_lock, contextlib.suppress(OSError):  # a full disk ends no job for its log
                    if self.log is not None:
                        self.log.write(data)

    def _write_log(self, log: Log | None) -> None:
        with self.log_lock:
            if self.log is not None:
                with contextlib.suppress(OSError):
                    self.log.close()
            self.log = log

    def _kill(self, why: str) -> None:
        process, task = self.process, self.task
        if process is not None and process.poll() is None:
            if task is not None and not task.ended_for:
                task.ended_for = why
            end(process.pid, self.mark)

    def _bury(self) -> int:
        """Close the pipes of a process that ends or has ended, and return its exit code."""
        process = self.process
        assert process is not None
        end(process.pid, self.mark)
        self.process, self.task = None, None
        code = process.wait()
        for helper in self.helpers:
            helper.join()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            with contextlib.suppress(OSError):
                pipe.close()
        return code
