"""Worker processes for real: what one job does to itself stays with it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from checker.lab.context import Context, within
from checker.lab.recipes import Architecture, Recipe
from checker.lab.sources import Wanted
from checker.lab.trust import hashes, trust
from checker.runs.executor import SPENT, Event, run_jobs
from checker.runs.folder import JobFolder
from checker.runs.jobs import Job, MeasureJob, TrainJob
from checker.runs.limits import Limits
from checker.runs.local import LocalExecutor
from checker.runs.log import HALF, Log, last_words
from checker.runs.processes import MARK
from checker.runs.store import read_measurement
from checker.scope import Scope
from tests.conftest import write_model

SMALL = Architecture(width=32, depth=2, heads=2)
PLUGIN = Path(__file__).with_name("faults.py")
WANTED = Wanted("random initialisation", Scope.TOY, "shapes")


def train_job(out: Path, title: str = "t", steps: int = 0, rate: float = 1e-3, objective: str = "mae") -> TrainJob:
    recipe = Recipe(objective, "shapes", steps=steps, batch=4, learning_rate=rate, architecture=SMALL)
    return TrainJob(title, recipe, len(title), out / f"{title}.safetensors")


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A trusted folder with the metrics that misbehave, for this process's workers."""
    folder = tmp_path / "plugins"
    folder.mkdir()
    shutil.copy(PLUGIN, folder / "faults.py")
    monkeypatch.setenv("CHECK_CLAIMS_SETTINGS", str(tmp_path / "settings"))
    trust(folder, hashes(folder))
    with within(Context(tmp_path, folder)):
        yield folder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    card = write_model(tmp_path / "zoo", "random initialisation", 0, 0.1)
    return tmp_path / "zoo" / f"{card.key}.safetensors"


def fault_job(model: Path, out: Path, *names: str, repeat: bool = False) -> MeasureJob:
    metrics = tuple(f"fault_{name}" for name in names)
    outs = tuple((metric, out / f"{'-'.join(names)}-{metric}.safetensors") for metric in metrics)
    return MeasureJob("+".join(names), model, WANTED, outs, repeat=metrics if repeat else ())


@contextlib.contextmanager
def executor(root: Path, workers: int = 1, limits: Limits | None = None) -> Iterator[LocalExecutor]:
    opened = LocalExecutor(root / "jobs", workers, limits)
    try:
        yield opened
    finally:
        opened.shutdown(cancel_futures=True)


def alive(settings: Path) -> list[int]:
    """Processes that the workers of a test started and that are alive: they share its folder of settings."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            environment = process.environ()
            if MARK in environment and environment.get("CHECK_CLAIMS_SETTINGS") == str(settings):
                found += [process.pid] if process.status() != psutil.STATUS_ZOMBIE else []
    return found


def run_in_workers(jobs: list[Job], root: Path, limits: Limits | None = None) -> dict[str, Event]:
    ends: dict[str, Event] = {}

    def watch(event: Event) -> None:
        if event.ended:
            ends[event.job.title] = event

    with executor(root, limits=limits) as pool:
        run_jobs(jobs, pool, watch)
    return ends


@pytest.mark.slow
def test_a_job_is_a_directory_and_a_failing_one_costs_itself_alone(tmp_path: Path) -> None:
    jobs: list[Job] = [
        train_job(tmp_path, "good"),
        train_job(tmp_path, "unknown", 1, objective="none"),
        train_job(tmp_path, "last"),
    ]
    ends = run_in_workers(jobs, tmp_path)
    assert list(ends) == ["good", "unknown", "last"]
    assert [ends[job.title].error is None for job in jobs] == [True, False, True]
    assert "no objective is called 'none'" in (ends["unknown"].error or "")
    assert (tmp_path / "last.safetensors").exists()
    (left,) = [path for path in (tmp_path / "jobs").iterdir() if path.is_dir()]
    assert {path.name for path in left.iterdir()} == {"job.json", "result.json", "log.txt"}
    assert JobFolder(left).read()["title"] == "unknown"
    assert "no objective is called" in (left / "result.json").read_text()


@pytest.mark.slow
def test_what_a_metric_does_to_its_process(tmp_path: Path, plugins: Path, model: Path) -> None:
    """NaN, an exception, an exit, a crash, a hang, all memory, children that stay, multiply or outlive a crash, a flooded log:
    each ends alone, with a reason, and the next job runs."""
    names = ["nan", "raises", "leaves", "segfault", "good", "hang", "hog", "leak", "bomb", "flood"]
    jobs: list[Job] = [fault_job(model, tmp_path, name) for name in names]
    ends = run_in_workers(jobs, tmp_path, Limits(seconds=10, memory=2e9, processes=60))
    errors = {name: event.error for name, event in ends.items()}
    assert errors == {
        "nan": "fault_nan is nan in image 0 of random initialisation; not a measurement",
        "raises": "ZeroDivisionError: by nothing",
        "leaves": "it exited (7)",
        "segfault": "the worker was ended by SIGSEGV: Fatal Python error: Segmentation fault",
        "good": None,
        "hang": "over the time limit of 10 s; --executor-option time=... sets another",
        "hog": errors["hog"],
        "leak": None,
        "bomb": "it started more than 60 processes",
        "flood": None,
    }
    assert (errors["hog"] or "").startswith("out of memory: it held ")
    assert alive(tmp_path / "settings") == []  # nothing is left of any of them
    assert ends["hang"].log is not None
    assert "about to hang" in ends["hang"].log.read_text()


@pytest.mark.slow
def test_one_metric_that_crashes_a_job_keeps_what_the_others_gave(tmp_path: Path, plugins: Path, model: Path) -> None:
    job = fault_job(model, tmp_path, "good", "nan", "unsteady", repeat=True)
    ends = run_in_workers([job], tmp_path)
    assert "fault_nan is nan" in (ends[job.title].error or "")
    kept = {metric: read_measurement(out) for metric, out in job.outs}
    assert kept["fault_nan"] is None
    good, unsteady = kept["fault_good"], kept["fault_unsteady"]
    assert good is not None and unsteady is not None
    assert good.details.repeated == 0
    assert 0 < (unsteady.details.repeated or 0) < 1
    assert (good.details.subject, good.details.device, good.details.dtype) == ("toy", "cpu", "float32")


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_its_job_alone_and_dies_with_its_parent(tmp_path: Path, plugins: Path, model: Path) -> None:
    seen: list[int] = []

    def kill_when_it_hangs(pool: LocalExecutor) -> None:
        while not seen:
            process = pool.slots[0][1].process if pool.slots else None
            if process is not None and any(b"about to hang" in log.read_bytes() for log in (tmp_path / "jobs").glob("*/log.txt")):
                seen.append(process.pid)
                os.kill(process.pid, signal.SIGKILL)
            time.sleep(0.1)

    ends: dict[str, Event] = {}
    jobs: list[Job] = [fault_job(model, tmp_path, "hang"), fault_job(model, tmp_path, "good")]
    with executor(tmp_path) as pool:
        threading.Thread(target=kill_when_it_hangs, args=(pool,)).start()
        run_jobs(jobs, pool, lambda event: ends.__setitem__(event.job.title, event) if event.ended else None)
        worker = pool.slots[0][1].process
        assert worker is not None and worker.stdin is not None
        assert worker.pid != seen[0]
        worker.stdin.close()  # what a parent that is killed leaves behind
        assert worker.wait(10) == 0
    assert (ends["hang"].error or "").startswith("the worker was ended by SIGKILL (out of memory?)")
    assert ends["good"].error is None


@pytest.mark.slow
def test_an_interrupt_a_spent_budget_and_a_full_disk(tmp_path: Path, plugins: Path, model: Path) -> None:
    job = fault_job(model, tmp_path, "hang")
    ends = run_in_workers([job], tmp_path, Limits(until=time.monotonic() + 6))
    assert ends["hang"].error == SPENT
    assert run_in_workers([job], tmp_path, Limits(until=time.monotonic() - 1))["hang"].error == SPENT
    pool = LocalExecutor(tmp_path / "jobs", 1)
    future = pool.submit(job, lambda event: None)
    waiting = pool.submit(fault_job(model, tmp_path, "good"), lambda event: None)
    time.sleep(0.5)
    pool.shutdown(cancel_futures=True)
    assert future.result().error == "interrupted"
    assert waiting.cancelled()
    (tmp_path / "taken").write_text("a file where a folder should be")
    with executor(tmp_path / "taken") as blocked:
        assert "cannot be written" in (blocked.submit(job, lambda event: None).result().error or "")


def test_a_log_keeps_its_beginning_and_its_end(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.txt")
    log.write(b"the beginning\n")
    for _ in range(3000):
        log.write(b"x" * 1023 + b"\n")
    log.write(b"Fatal Python error: Aborted\nthe end\n")
    log.close()
    data = (tmp_path / "log.txt").read_bytes()
    assert data.startswith(b"the beginning\n") and data.endswith(b"the end\n")
    assert 2 * HALF < len(data) < 2 * HALF + 100
    assert b"bytes left out]" in data
    assert last_words(tmp_path / "log.txt") == "Fatal Python error: Aborted"
    assert last_words(tmp_path / "none") == ""


def test_two_runs_do_the_same_job_once(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path / "jobs" / "key")
    with folder.held(threading.Event()) as first:
        assert first
        stop = threading.Event()
        threading.Timer(0.5, stop.set).start()
        with JobFolder(folder.path).held(stop) as second:
            assert not second
    out = tmp_path / "t.safetensors"
    out.write_bytes(b"made by another run meanwhile")
    with executor(tmp_path) as pool:
        assert pool.submit(train_job(tmp_path), lambda event: None).result().error is None
        assert pool.slots[0][1].process is None
