"""Which executors there are: this machine, Slurm, Ray and Dask, each by its name and its options."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from checker import interpreter
from checker.errors import ConfigurationError
from checker.extras import extra
from checker.runs.cluster import ClusterExecutor, Pool
from checker.runs.executor import Executor
from checker.runs.limits import LIMITS, Limits
from checker.runs.local import LocalExecutor

RETRIES = 1  # of a job whose worker was lost: a machine that goes away costs no result, a job that kills its worker ends
ATTEMPTS = 100  # Slurm jobs that are asked for at a time
SHARED = (*LIMITS, "store")  # options that every service takes


def parse_options(pairs: list[str]) -> dict[str, str]:
    """`k=v` as it stands on the command line. Raises ConfigurationError."""
    options = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise ConfigurationError(f"--executor-option {pair!r} is not of the form name=value")
        options[name.strip()] = value.strip()
    return options


@contextlib.contextmanager
def open_executor(
    name: str, options: Mapping[str, str], workers: int, root: Path, until: float | None = None
) -> Iterator[Executor]:
    """An executor by name, for as long as the context lasts; an error or an interrupt ends what still runs.

    `root` is the folder of the jobs' directories. Raises ConfigurationError for a name or an option that is not known, and for a
    service whose package is not installed.
    """
    if name != "local" and name not in SERVICES:
        raise ConfigurationError(f"no executor is called {name!r}; there are local, {', '.join(SERVICES)}")
    limits = Limits.of(options, workers, until)
    executor: Executor
    with contextlib.ExitStack() as stack:
        if name == "local":
            _refuse(set(options) - set(LIMITS), "local", LIMITS)
            executor = LocalExecutor(root, workers, limits)
        else:
            stack.enter_context(_safe_path())
            root.mkdir(parents=True, exist_ok=True)
            own = {key: value for key, value in options.items() if key not in SHARED}
            with extra("cluster", f"--executor {name}", ConfigurationError):
                pool = SERVICES[name](own, workers, root, limits)
            executor = ClusterExecutor(pool, root, options.get("store", str(root)), limits)
        try:
            yield executor
        finally:
            executor.shutdown(cancel_futures=True)


@contextlib.contextmanager
def _safe_path() -> Iterator[None]:
    """Services start Python in their own ways: while this lasts, none of it imports from the working folder."""
    before = {name: os.environ.get(name) for name in (interpreter.SAFE_PATH, "PYTHONPATH")}
    after = {**dict.fromkeys(before), **interpreter.environment(), interpreter.SAFE_PATH: "1"}
    try:
        _set(after)
        yield
    finally:
        _set(before)


def _set(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _refuse(unknown: set[str], name: str, known: tuple[str, ...]) -> None:
    if unknown:
        raise ConfigurationError(f"--executor {name} has no option {', '.join(sorted(unknown))}; it takes {', '.join(known)}")


class _Ray:
    """Ray: `address` of a cluster, or as many local workers as asked for; `cpus` and `gpus` of a job."""

    def __init__(self, options: Mapping[str, str], workers: int, root: Path, limits: Limits) -> None:
        import ray

        _refuse(set(options) - {"address", "cpus", "gpus"}, "ray", (*SHARED, "address", "cpus", "gpus"))
        self.ray = ray
        self.calls: dict[Any, Any] = {}
        size: dict[str, Any] = {"address": options["address"]} if "address" in options else {"num_cpus": workers}
        with quiet():
            ray.init(
                **size,
                include_dashboard=False,
                log_to_driver=False,
                configure_logging=False,
                runtime_env={"working_dir": str(_empty(root / "ray"))},  # else Ray's workers import from this process's own
            )
        self.needs = {
            "num_cpus": float(options.get("cpus", 1)),
            "num_gpus": float(options.get("gpus", 0)),
            "max_retries": RETRIES,
        }

    def submit(self, call: Callable[[str], str], order: str, /) -> Future[str]:
        if call not in self.calls:
            self.calls[call] = self.ray.remote(call).options(**self.needs)
        future: Future[str] = self.calls[call].remote(order).future()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.ray.shutdown()


class _Dask:
    """Dask: `address` of a scheduler, or as many local workers as asked for."""

    def __init__(self, options: Mapping[str, str], workers: int, root: Path, limits: Limits) -> None:
        import dask
        from distributed import Client, LocalCluster

        _refuse(set(options) - {"address"}, "dask", (*SHARED, "address"))
        self.cluster: Any = None
        dask.config.set({"distributed.scheduler.allowed-failures": RETRIES})
        if "address" in options:
            self.client: Any = Client(options["address"])
        else:
            self.cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address=None,
                worker_dashboard_address=None,
                memory_limit=0,  # the job's own limit holds
                local_directory=str(root),
                silence_logs="CRITICAL",
            )
            self.client = Client(self.cluster)
        self.pool = self.client.get_executor(pure=False)

    def submit(self, call: Callable[[str], str], order: str, /) -> Future[str]:
        future: Future[str] = self.pool.submit(call, order)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.pool.shutdown(wait=not cancel_futures)
        self.client.close()
        if self.cluster is not None:
            self.cluster.close()


class _Slurm:
    """Slurm through submitit: one Slurm job a job. Options are submitit's (`partition`, `account`, `gpus_per_node`, …), each also
    with its prefix `slurm_`; `cluster=local` runs the same on this machine."""

    def __init__(self, options: Mapping[str, str], workers: int, root: Path, limits: Limits) -> None:
        import submitit

        options = dict(options)
        cluster = options.pop("cluster", "slurm")
        self.jobs: list[Any] = []
        try:
            python = f"{shlex.quote(sys.executable)} -P"  # Slurm may be set up to leave the environment behind
            self.executor = submitit.AutoExecutor(folder=root / "slurm", cluster=cluster, slurm_python=python)
            values = {key: int(value) if value.isdigit() else value for key, value in options.items()}
            self.executor.update_parameters(timeout_min=int(limits.seconds / 60) + 1, **values)
        except (NameError, RuntimeError, ValueError) as error:  # submitit's errors for an unknown option and a missing Slurm
            raise ConfigurationError(f"--executor slurm: {error}") from error
        self.threads = ThreadPoolExecutor(workers if cluster == "local" else ATTEMPTS)

    def submit(self, call: Callable[[str], str], order: str, /) -> Future[str]:
        def wait() -> str:
            job = self.executor.submit(call, order)
            self.jobs.append(job)
            answer: str = job.result()
            return answer

        return self.threads.submit(wait)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if cancel_futures:
            for job in self.jobs:
                if not job.done():
                    job.cancel()
        self.threads.shutdown(wait, cancel_futures=cancel_futures)


SERVICES: Mapping[str, Callable[[Mapping[str, str], int, Path, Limits], Pool]] = {"slurm": _Slurm, "ray": _Ray, "dask": _Dask}


def _empty(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Nothing of a service's greetings."""
    import logging
    import warnings

    logging.getLogger("ray").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
