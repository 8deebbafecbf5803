"""The same jobs through Ray, Dask and submitit, each with two workers on this machine: results, faults, a worker that dies."""

from __future__ import annotations

import json
import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from checker.errors import ConfigurationError
from checker.lab.context import Context
from checker.runs import cluster
from checker.runs.cluster import carry_out, code_here
from checker.runs.executor import Event, run_jobs
from checker.runs.folder import JobFolder
from checker.runs.jobs import Job
from checker.runs.services import open_executor, parse_options
from checker.runs.store import read_measurement
from tests.runs.test_local import PLUGIN, fault_job, model, plugins, train_job
from tests.strays import write_strays

__all__ = ["PLUGIN", "model", "plugins"]


def on(name: str, options: dict[str, str], jobs: list[Job], root: Path) -> dict[str, Event]:
    ends: dict[str, Event] = {}

    def watch(event: Event) -> None:
        if event.ended:
            ends[event.job.title] = event

    with open_executor(name, options, 2, root) as pool:
        run_jobs(jobs, pool, watch)
    return ends


@pytest.fixture
def stray_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, first on the import path of what is started there, full of modules that nobody may import."""
    folder = tmp_path / "vault"
    folder.mkdir()
    write_strays(folder, tmp_path / "ran", "ray", "distributed", "dask", "submitit", "cloudpickle", "socket", "struct")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["", ".", os.environ.get("PYTHONPATH", "")]))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "package", "options", "as_url", "lost"),
    [
        ("ray", "ray", {}, False, "its worker was lost: WorkerCrashedError"),
        ("dask", "distributed", {}, True, "its worker was lost: KilledWorker"),
        ("slurm", "submitit", {"cluster": "local"}, False, "its worker was lost: "),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_a_service_does_the_jobs_and_survives_its_workers(
    tmp_path: Path,
    stray_folder: Path,
    plugins: Path,
    model: Path,
    name: str,
    package: str,
    options: dict[str, str],
    as_url: bool,
    lost: str,
) -> None:
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed; the extra `cluster` brings it")
    if as_url:
        options = options | {"store": f"file://{tmp_path}/shared"}
    jobs: list[Job] = [
        fault_job(model, tmp_path, "kill_service"),
        fault_job(model, tmp_path, "good"),
        fault_job(model, tmp_path, "raises"),
    ]
    jobs += [train_job(tmp_path, "trained")]
    ends = on(name, options, jobs, tmp_path / "jobs")
    assert ends["good"].error is None
    assert ends["trained"].error is None
    assert ends["raises"].error == "ZeroDivisionError: by nothing"
    assert (ends["kill_service"].error or "").startswith(lost)
    kept = read_measurement(jobs[1].results["fault_good.safetensors"])
    assert kept is not None
    assert np.allclose(kept.values, np.linspace(1, 2, 256))
    assert (tmp_path / "trained.safetensors").exists()
    if as_url:
        assert not (tmp_path / "shared" / jobs[1].key).exists()  # what is done is taken away
    assert not (tmp_path / "ran").exists(), (tmp_path / "ran").read_text()  # nor is anything imported from the working folder


@pytest.mark.slow
def test_a_worker_imports_nothing_of_the_working_folder(stray_folder: Path, tmp_path: Path, plugins: Path, model: Path) -> None:
    ends = on("local", {}, [fault_job(model, tmp_path, "good")], tmp_path / "jobs")
    assert ends["good"].error is None
    assert not (tmp_path / "ran").exists(), (tmp_path / "ran").read_text()


def order(folder: Path, **changes: object) -> str:
    wanted = {"place": str(folder), "limits": {"seconds": 60}, "environment": {}, "code": code_here()}
    return json.dumps(wanted | changes)


def test_other_code_is_refused(tmp_path: Path) -> None:
    answer = json.loads(carry_out(order(tmp_path, code=code_here() | {"torch": "1.0"})))
    assert answer["error"].startswith("the worker does not run the same code: torch 1.0 is ")


def test_a_job_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path / "job")
    folder.write(train_job(tmp_path), Context())
    folder.set(schema=2)
    assert "a job of a newer version (schema 2)" in json.loads(carry_out(order(folder.path)))["error"]
    assert len(cluster._idle) == 1  # the worker was not started, and waits for another job


def test_what_is_asked_of_an_executor_is_checked(tmp_path: Path) -> None:
    assert parse_options(["time=2h", "store = s3://b/x=y"]) == {"time": "2h", "store": "s3://b/x=y"}
    for name, options, message in [
        ("spark", {}, "no executor is called 'spark'; there are local, slurm, ray, dask"),
        ("local", {"address": "x"}, "--executor local has no option address; it takes time, memory"),
        ("local", {"time": "soon"}, "time 'soon' is not a time; write 90s, 10m or 2h"),
        ("local", {"memory": "-1"}, "memory '-1' is not a number of gigabytes"),
        ("ray", {"adress": "x"}, "--executor ray has no option adress"),
        ("dask", {"adress": "x"}, "--executor dask has no option adress"),
        ("slurm", {"cluster": "local", "no_such": "1"}, "--executor slurm: "),
    ]:
        with pytest.raises(ConfigurationError, match=message.replace("(", ".")):  # noqa: SIM117
            with open_executor(name, options, 2, tmp_path / "jobs"):
                pass
    with pytest.raises(ConfigurationError, match="not of the form name=value"):
        parse_options(["time"])


def test_a_service_that_is_not_installed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with (
        pytest.raises(ConfigurationError, match=r"needs the package ray; pip install 'check-claims\[cluster\]'"),
        open_executor("ray", {}, 2, tmp_path),
    ):
        pass
    assert os.environ.get("RAY_ADDRESS") is None
