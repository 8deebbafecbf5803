"""What the runner costs and saves: forty claims over eight models, planned together and one at a time; the same plan on Ray and
Dask; the overhead of a job that does nothing; and a run that is killed at random moments.

    python benchmarks/runs.py                # the plan, one at a time, Ray, Dask, overhead
    python benchmarks/runs.py --kills 50     # and the runs that are killed
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from checker.lab import vocabulary
from checker.lab.context import Context
from checker.lab.recipes import Architecture, Recipe
from checker.lab.sources import Wanted
from checker.notes import Vault
from checker.runs.bench import Bench, Options
from checker.runs.case import Case
from checker.runs.check import check
from checker.runs.executor import Executor, run_jobs
from checker.runs.folder import JobFolder
from checker.runs.jobs import Job, MeasureJob, TrainJob, run
from checker.runs.plan import make_plan
from checker.runs.project import Project
from checker.runs.services import open_executor
from checker.runs.store import Store
from checker.runs.survey import survey
from checker.runs.times import Times
from checker.scope import Scope

MODELS = ("MAE", "SimMIM", "LUT", "I-JEPA", "SimCLR", "MoCo-v3", "DINO", "a supervised ViT")
SAYINGS = (
    "{a} has shorter attention distance than {b}",
    "{a} has lower attention entropy than {b}",
    "{a} has a higher norm ratio than {b}",
)
CLAIMS, WORKERS = 40, 2
KILLED = "- MAE has shorter attention distance than a supervised ViT #claim\n"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=0)
    options.add_argument("--empty", type=int, default=100, help="jobs that the overhead is measured on")
    options.add_argument("--only", default="plan,overhead,kills")
    chosen = options.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, {WORKERS} workers\n")
    if "plan" in chosen.only:
        forty_claims()
    if "overhead" in chosen.only:
        overhead(chosen.empty)
    if "kills" in chosen.only and chosen.kills:
        kills(chosen.kills)


def forty_claims() -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        cases = forty(root)
        words = vocabulary()
        shipped = Store.default().shipped
        plan = make_plan(cases, Bench(Store(root / "none", shipped), Options(), lambda jobs: {}), Times(), words)
        alone = [
            make_plan([case], Bench(Store(root / "none", shipped), Options(), lambda jobs: {}), Times(), words) for case in cases
        ]
        apart = sum(len(one.of("measure")) for one in alone)
        print(f"{len(cases)} claims, {len(MODELS)} models: {len(plan.of('measure'))} jobs planned, {apart} one claim at a time\n")
        print("| way | jobs run | wall s | CPU s |\n|---|---|---|---|")
        words_of_plan = None
        for name in ("local", "ray", "dask"):
            with timed(f"one plan, {name}") as told, open_executor(name, {}, WORKERS, root / f"jobs-{name}") as pool:
                bench = Bench(Store(root / f"store-{name}", shipped), Options(), counted(pool, told))
                found = [outcome.word for outcome in check(cases, bench, words, {})]
            words_of_plan = words_of_plan or found
            assert found == words_of_plan, "the executors disagree"
        with (
            timed("one claim at a time, local, the same workers") as told,
            open_executor("local", {}, WORKERS, root / "jobs") as pool,
        ):
            found = []
            for number, case in enumerate(cases):
                bench = Bench(Store(root / f"store-{number}", shipped), Options(), counted(pool, told))
                found += [outcome.word for outcome in check([case], bench, words, {})]
        assert found == words_of_plan, "one at a time decides otherwise"
        print()


def forty(root: Path) -> list[Case]:
    sentences = [saying.format(a=a, b=b) for saying in SAYINGS for a, b in itertools.combinations(MODELS, 2)][:CLAIMS]
    sentences = [sentence.replace("a supervised ViT has", "A supervised ViT has") for sentence in sentences]
    (root / "vault").mkdir()
    (root / "claims").mkdir()
    (root / "vault/N.md").write_text("".join(f"- {sentence} #claim\n" for sentence in sentences))
    cases, problems = survey(Vault.open(root / "vault"), Project.find(root), vocabulary())
    assert not problems and len(cases) == CLAIMS and all(case.word is None for case in cases), [c.reason for c in cases if c.word]
    return cases


class Told:
    """What a way of running took; `jobs` are counted while it runs."""

    jobs = 0


@contextlib.contextmanager
def timed(way: str) -> Iterator[Told]:
    told, began, cpu = Told(), time.monotonic(), cpu_seconds()
    yield told
    print(f"| {way} | {told.jobs} | {time.monotonic() - began:.0f} | {cpu_seconds() - cpu:.0f} |", flush=True)


def cpu_seconds() -> float:
    """Of this process and of all that it started and that has ended."""
    return sum(
        used.ru_utime + used.ru_stime for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def counted(pool: Executor, told: Told):
    def execute(jobs: Sequence[Job]) -> dict[Job, str | None]:
        told.jobs += len(jobs)
        results = run_jobs(jobs, pool, lambda event: None)
        assert not any(results.values()), results
        return results

    return execute


def overhead(count: int) -> None:
    """Jobs that do next to nothing (count the parameters of a tiny model), one worker, beside the same done in a plain loop."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        tiny = TrainJob(
            "tiny",
            Recipe("random", "shapes", 0, architecture=Architecture(width=16, depth=1, heads=1)),
            0,
            root / "tiny.safetensors",
        )
        with open_executor("local", {}, 1, root / "jobs") as pool:
            assert run_jobs([tiny], pool, lambda event: None)[tiny] is None

        def job(place: str, number: int) -> MeasureJob:
            wanted = Wanted("random initialisation", Scope.TOY, "shapes")
            return MeasureJob("empty", tiny.out, wanted, (("parameter_count", root / place / f"{number}.safetensors"),))

        folder = JobFolder(root / "plain")
        folder.write(job("plain", 0), Context())
        run(folder.read(), folder.path, lambda *_: None)
        moments = [time.monotonic()]
        for _ in range(count):
            run(folder.read(), folder.path, lambda *_: None)
            moments.append(time.monotonic())
        plain = middle(moments)
        print(
            f"an empty job in a plain loop: {1000 * plain:.1f} ms\n\n"
            "| executor | first job, s | each further job, ms | of it overhead, ms |\n|---|---|---|---|"
        )
        for name, jobs in (("local", count), ("ray", count), ("dask", count), ("slurm", max(3, count // 10))):
            options = {"cluster": "local"} if name == "slurm" else {}
            with open_executor(name, options, 1, root / f"jobs-{name}") as pool:
                began = time.monotonic()
                run_jobs([job(name, -1)], pool, lambda event: None)
                first, moments = time.monotonic() - began, [time.monotonic()]
                wanted = [job(name, number) for number in range(jobs)]
                results = run_jobs(wanted, pool, lambda event, moments=moments: moments.append(time.monotonic()))
                each = middle(moments)
                assert not any(results.values()), results
            print(f"| {name} | {first:.1f} | {1000 * each:.1f} | {1000 * (each - plain):.1f} |", flush=True)
        print()


def middle(moments: Sequence[float]) -> float:
    """The median time from one end of a job to the next: other work on the machine comes in bursts."""
    return median(later - earlier for earlier, later in itertools.pairwise(moments))


def kills(count: int) -> None:
    """Kill a whole run at random moments; each time a second run has to end as if nothing had happened."""
    moments = random.Random(0)
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        began = time.monotonic()
        command(project(root / "undisturbed"), root / "cache").wait()
        whole = time.monotonic() - began
        wanted, same, finished, took = tree(root / "undisturbed"), 0, 0, []
        for number in range(count):
            here, cache = project(root / f"{number}"), root / f"cache-{number}"
            process = command(here, cache)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(moments.uniform(0, whole))
            finished += process.poll() is not None
            process.send_signal(signal.SIGKILL)
            process.wait()
            began = time.monotonic()
            code = command(here, cache).wait()
            took.append(time.monotonic() - began)
            left = [*cache.rglob("*.partial"), *here.rglob(".check-claims-*")]
            same += code == 0 and tree(here) == wanted and not left
        print(
            f"{count} runs killed at random moments of {whole:.1f} s ({finished} had ended): {same} resumed runs equal the whole,"
        )
        print(f"byte for byte and with nothing left over; a resumed run took {median(took):.1f} s (median)")


def project(folder: Path) -> Path:
    for name in ("vault", "claims"):
        (folder / name).mkdir(parents=True)
    (folder / "vault/N.md").write_text(KILLED)
    return folder


def command(here: Path, cache: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {"CHECK_CLAIMS_CACHE": str(cache)}
    return subprocess.Popen(
        [sys.executable, "-m", "checker.cli", "."],
        cwd=here,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


if __name__ == "__main__":
    main()
