"""A job as a directory: `job.json` says what to do, `result.json` what came of it, results are safetensors, `log.txt` is what was
printed meanwhile. Nothing is pickled. A training that was interrupted finds its last state there."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from checker.errors import MeasurementError
from checker.lab.context import Context
from checker.runs.jobs import Job

SCHEMA = 1
PATIENCE = 0.2  # seconds between looks whether another run has finished a job


@dataclass(frozen=True)
class Result:
    """How a job ended: `error` is None when it gave all that was asked for."""

    error: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class JobFolder:
    """The directory of one job. Its name is the job's key, so the same work has the same place in every run."""

    path: Path

    @property
    def log(self) -> Path:
        return self.path / "log.txt"

    def write(self, job: Job, context: Context, **more: Any) -> None:
        """Say what to do, and forget what came of an earlier try."""
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / "result.json").unlink(missing_ok=True)
        _write(
            self.path / "job.json", {"schema": SCHEMA, "title": job.title, "context": context.as_dict(), **job.as_dict(), **more}
        )

    def read(self) -> dict[str, Any]:
        """What to do. Raises MeasurementError for a job of a newer version, which is refused, not guessed at."""
        job: dict[str, Any] = json.loads((self.path / "job.json").read_bytes())
        if job["schema"] > SCHEMA:
            raise MeasurementError(f"{self.path}: a job of a newer version (schema {job['schema']}); update check-claims")
        return job

    def set(self, **values: Any) -> None:
        """Change what the job says, for the machine that it runs on."""
        _write(self.path / "job.json", {**self.read(), **values})

    def write_result(self, result: Result) -> None:
        with contextlib.suppress(OSError):  # a full disk is reported by the error itself
            _write(self.path / "result.json", {"schema": SCHEMA, **asdict(result)})

    def collect(self, job: Job) -> str | None:
        """Put the results in their places; what is wrong when one that was promised is not there or has no place."""
        for name, place in job.results.items():
            source = self.path / name
            try:
                if source.exists():
                    put(source, place)
            except OSError as error:
                return f"{place}: cannot be written ({error.strerror})"
        missing = [name for name, place in job.results.items() if not place.exists()]
        return f"the job left no {', '.join(missing)}" if missing else None

    @property
    def can_go_on(self) -> bool:
        """Whether a training has left a state here."""
        return any(self.path.glob("*.state"))

    def discard(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    @contextlib.contextmanager
    def held(self, stopping: threading.Event) -> Iterator[bool]:
        """Hold the directory against other runs of the program, which may want the same job; False when `stopping` came first.
        The lock of a run that was killed is free."""
        from filelock import FileLock, Timeout

        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.path.with_suffix(".lock"), timeout=PATIENCE)
        while not stopping.is_set():
            with contextlib.suppress(Timeout):
                lock.acquire()
                break
        try:
            yield lock.is_locked
        finally:
            if lock.is_locked:
                if not self.path.exists():
                    self.path.with_suffix(".lock").unlink(missing_ok=True)
                lock.release()

    def is_held(self) -> bool:
        """Whether a run is doing this job now."""
        from filelock import FileLock, Timeout

        path = self.path.with_suffix(".lock")
        if not path.exists():
            return False
        try:
            with FileLock(path, timeout=0):
                return False
        except Timeout:
            return True


def put(source: Path, place: Path) -> None:
    """Move a file, whole or not at all, also onto another disk."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        source.replace(place)
    except OSError:
        temporary = place.with_name(f"{place.stem}.{os.getpid()}.partial")
        try:
            shutil.copyfile(source, temporary)
            temporary.replace(place)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        source.unlink()


def _write(path: Path, values: dict[str, Any]) -> None:
    temporary = path.with_suffix(".partial")
    temporary.write_text(json.dumps(values, indent=1, ensure_ascii=False, default=str), encoding="utf-8")
    temporary.replace(path)
