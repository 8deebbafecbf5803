"""Run jobs on other machines: a service carries out a job's directory, wherever its worker stands.

What goes over to the service is the name of one function and one string of JSON, and one string of JSON comes back. Everything
else lies in the job's directory, in a folder that all machines see or behind a URL that fsspec knows. On its machine a job runs
in a worker process like here, with the same limits, logs and faults; torch is imported once for each slot of the service.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import asdict
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

from checker.cache import version
from checker.errors import AbsentError, CheckerError, MeasurementError
from checker.extras import extra
from checker.lab.context import Context, current
from checker.lab.sources import SOURCES, Places
from checker.runs.executor import Event, Watch
from checker.runs.folder import JobFolder, Result
from checker.runs.jobs import Job, wanted_in
from checker.runs.limits import Limits
from checker.runs.local import Worker

CARRIED = ("CHECK_CLAIMS_SETTINGS",)  # of the environment: where it stands what a person trusts
PACKAGES = ("torch", "timm", "numpy")  # that decide a result, and have to be the same everywhere
INPUT = "input.safetensors"

_idle: list[Worker] = []  # workers of this process that have no job


class Pool(Protocol):
    """The part of `concurrent.futures.Executor` that a service has to have."""

    def submit(self, call: Callable[[str], str], order: str, /) -> Future[str]: ...

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None: ...


class ClusterExecutor:
    """Jobs through a pool. `root` is the folder of the jobs' directories here, `store` the path or URL that all machines see."""

    def __init__(self, pool: Pool, root: Path, store: str, limits: Limits) -> None:
        self.pool, self.root, self.store, self.limits, self.context = pool, root, store.rstrip("/"), limits, current()

    def submit(self, job: Job, watch: Watch) -> Future[Event]:
        future: Future[Event] = Future()
        folder = JobFolder(self.root / job.key)
        try:
            place = self._send(job, folder)
        except OSError as error:
            future.set_result(Event(job, error=f"{folder.path}: cannot be written ({error.strerror or error})"))
            return future
        limits = {name: value for name, value in asdict(self.limits).items() if name in ("seconds", "memory", "processes")}
        carried = {name: os.environ[name] for name in CARRIED if name in os.environ}
        order = json.dumps({"place": place, "limits": limits, "environment": carried, "code": code_here()})
        future.set_running_or_notify_cancel()
        self.pool.submit(carry_out, order).add_done_callback(partial(self._receive, job, folder, place, future))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.pool.shutdown(wait, cancel_futures=cancel_futures)

    def _send(self, job: Job, folder: JobFolder) -> str:
        """Write the job's directory, with the toy that it measures, where the workers see it, and return that place."""
        sent = job.kind == "measure" and job.wanted.scope.trained_here
        folder.write(job, self.context, **({"file": INPUT} if sent else {}))
        if job.kind == "measure" and sent:
            shutil.copyfile(job.file, folder.path / INPUT)
        place = f"{self.store}/{job.key}"
        if not is_url(self.store):
            if folder.path != Path(place):
                shutil.copytree(folder.path, place, dirs_exist_ok=True)
            return str(Path(place).resolve())
        _upload(folder.path, place)
        return place

    def _receive(self, job: Job, folder: JobFolder, place: str, future: Future[Event], answer: Future[str]) -> None:
        """Take the results from where the worker left them, and end the job's future. Called by the pool."""
        error: str | None
        try:
            error = _answer(answer)
            if is_url(place):
                _download(place, folder.path)
            elif folder.path != Path(place):
                shutil.copytree(place, folder.path, dirs_exist_ok=True)
            fault = folder.collect(job)
            error = error or fault
        except Exception as fault:  # whatever the service or the store raise; it must not leave a future open
            error = f"{type(fault).__name__}: {fault}"
        if error is None:
            folder.discard()
            with contextlib.suppress(Exception):
                _remove(place)
            future.set_result(Event(job))
        else:
            future.set_result(Event(job, error=error, log=folder.log if folder.log.exists() else None))


def _answer(answer: Future[str]) -> str | None:
    """What the worker says went wrong, or why there is no answer."""
    if answer.cancelled():
        return "interrupted"
    fault = answer.exception()
    if fault is not None:
        first = str(fault).strip().splitlines()
        return f"its worker was lost: {type(fault).__name__}" + (f": {first[0]}" if first else "")
    error: str | None = json.loads(answer.result())["error"]
    return error


def carry_out(order: str) -> str:
    """Do a job at its place, on the machine that this is called on. The order and the answer are JSON."""
    wanted = json.loads(order)
    worker = _idle.pop() if _idle else Worker()
    try:
        if wanted["code"] != code_here():
            here, there = code_here(), wanted["code"]
            differing = ", ".join(f"{name} {there[name]} is {here[name]} here" for name in here if here[name] != there[name])
            raise MeasurementError(f"the worker does not run the same code: {differing}")
        with _at_hand(wanted["place"]) as folder:
            _find_weights(folder)
            result = worker.run(folder, Limits(**wanted["limits"]), lambda done, of, loss: None, wanted["environment"])
    except (CheckerError, OSError) as error:
        result = Result(str(error))
    finally:
        _idle.append(worker)
    return json.dumps(asdict(result))


@cache
def code_here() -> dict[str, str]:
    """What decides a result on this machine: the lab's code and the packages under it."""
    digest = hashlib.sha256()
    package = Path(str(files("checker.lab")))
    for path in sorted(package.rglob("*.py")):
        digest.update(f"{path.relative_to(package)}\n".encode() + path.read_bytes())
    return {"check-claims": digest.hexdigest()[:12], **{name: version(name) for name in PACKAGES}}


@contextlib.contextmanager
def _at_hand(place: str) -> Iterator[JobFolder]:
    """The directory at a place, as one on this machine; what a job leaves in it goes back."""
    if not is_url(place):
        yield JobFolder(Path(place))
        return
    with tempfile.TemporaryDirectory(prefix="check-claims-") as name:
        _download(place, Path(name))
        try:
            yield JobFolder(Path(name))
        finally:
            _upload(Path(name), place)


def _find_weights(folder: JobFolder) -> None:
    """Let a job name the weights of this machine, which have to be those that it was planned with."""
    job = folder.read()
    if job["kind"] != "measure" or wanted_in(job).scope.trained_here:
        return
    wanted = wanted_in(job)
    source, lacking = SOURCES[wanted.scope], f"the worker's machine does not have the {wanted.scope.label} of {wanted.name}"
    try:
        found = source.find(wanted, Places(Context.from_dict(job["context"]).root)) if source.has(wanted.name) else None
    except AbsentError as error:
        raise MeasurementError(lacking) from error
    if found is None or found.weights != job["weights"]:
        raise MeasurementError(lacking)
    folder.set(file=str(found.file))


def is_url(place: str) -> bool:
    return "://" in place


def _upload(folder: Path, place: str) -> None:
    store, path = _filesystem(place)
    store.makedirs(path, exist_ok=True)
    for file in filter(Path.is_file, folder.iterdir()):
        store.put_file(str(file), f"{path}/{file.name}")


def _download(place: str, folder: Path) -> None:
    store, path = _filesystem(place)
    folder.mkdir(parents=True, exist_ok=True)
    for entry in store.ls(path, detail=True):
        if entry["type"] == "file":
            store.get_file(entry["name"], str(folder / Path(entry["name"]).name))


def _remove(place: str) -> None:
    if not is_url(place):
        shutil.rmtree(place)
        return
    store, path = _filesystem(place)
    store.rm(path, recursive=True)


def _filesystem(place: str) -> tuple[Any, str]:
    with extra("cluster", f"the store {place}"):
        import fsspec

    store, path = fsspec.core.url_to_fs(place)
    return store, path
