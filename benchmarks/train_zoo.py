"""Train the second edition of the zoo, one model after the other: resumable, and safe to be killed at any moment.

    python benchmarks/train_zoo.py          work through the queue; start it once for each core, or ten times for a GPU
    python benchmarks/train_zoo.py --list   what is there and what is left

An objective's learning rate is tuned before its first model is trained (tune.py). Models are written to benchmarks/zoo; states of
what is under way lie in the user's cache folder, under `queue`, with a lock for each model that ends with its process.
"""

from __future__ import annotations

import dataclasses
import fcntl
import json
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import tune

from checker.cache import cache_folder
from checker.errors import MeasurementError
from checker.lab.checkpoints import read_card
from checker.lab.models import MODELS
from checker.lab.recipes import Recipe
from checker.lab.training import train

ORDER = (
    *("supervised ViT", "MAE", "SimCLR", "DINO", "SimMIM", "MoCo-v3", "I-JEPA", "LUT", "DINOv2", "DINOv2 with registers"),
    "random initialisation",
)
SEEDS = {"figures": range(5), "leaves": range(3), "fashion": range(3)}
ZOO = Path(__file__).with_name("zoo")
QUEUE = cache_folder() / "queue"
CPU_MINUTES = 36.0  # of a model, before one of its kind is there


@dataclass(frozen=True)
class Job:
    """Something to do that is not done: what it is called, the name of its lock, and how it is done."""

    title: str
    key: str
    do: Callable[[], None]


def main() -> None:
    warnings.filterwarnings("ignore", category=FutureWarning)
    if "--list" in sys.argv:
        print(state())
        return
    QUEUE.mkdir(parents=True, exist_ok=True)
    while work():
        print(state(), flush=True)


def work() -> bool:
    """Do the first job that nobody else is doing; whether there was one."""
    for job in jobs():
        with (QUEUE / f"{job.key}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            if any(job.key == other.key for other in jobs()):  # it may have been done meanwhile
                print(job.title, flush=True)
                job.do()
                return True
    return False


def jobs() -> Iterator[Job]:
    """What can be done now, in order."""
    for data, seeds in SEEDS.items():
        for seed in seeds:
            for name in ORDER:
                recipe = _recipe(name, data)
                if recipe is None:
                    yield from _tunings(name)
                elif not any(path.exists() for path in (ZOO / recipe.file_name(seed), _fault(recipe, seed))):
                    title = f"{name} on {data}, seed {seed}"
                    yield Job(title, recipe.key(seed), lambda recipe=recipe, seed=seed: _train(recipe, seed))  # type: ignore[misc]


def _recipe(name: str, data: str) -> Recipe | None:
    """With the rate that was chosen; None as long as there is none."""
    recipe = _first(name)
    rate = json.loads(tune.RATES.read_text()).get(recipe.objective)
    return None if rate is None else dataclasses.replace(recipe, data=data, learning_rate=rate)


def _first(name: str) -> Recipe:
    recipe = MODELS[name].second
    assert recipe is not None, name
    return recipe


def _tunings(name: str) -> Iterator[Job]:
    recipe = _first(name)
    for candidate in tune.candidates(recipe):

        def do(candidate: Recipe = candidate) -> None:
            tune.tune(candidate, QUEUE)
            tune.choose(recipe, QUEUE)

        yield Job(f"tune {name}, rate {candidate.learning_rate:g}", candidate.key(tune.SEED), do)


def _train(recipe: Recipe, seed: int) -> None:
    try:
        train(recipe, seed, ZOO / recipe.file_name(seed), state=QUEUE / f"{recipe.key(seed)}.state")
    except MeasurementError as error:
        _fault(recipe, seed).write_text(f"{error}\n")  # counted and reported with the others


def _fault(recipe: Recipe, seed: int) -> Path:
    return ZOO / f"{recipe.key(seed)}.txt"


def state() -> str:
    """How many models are there, and the CPU hours that the others will take."""
    cards = [read_card(path) for path in ZOO.glob("*.safetensors")]
    faults = len(list(ZOO.glob("*.txt")))
    spent = {card.recipe.objective: card.cpu_seconds / 60 for card in cards}
    wanted = [(name, data, seed) for data, seeds in SEEDS.items() for seed in seeds for name in ORDER]
    left, tunings = 0.0, 0
    for name, data, seed in wanted:
        recipe = _recipe(name, data)
        if recipe is None or not any(path.exists() for path in (ZOO / recipe.file_name(seed), _fault(recipe, seed))):
            left += spent.get(_first(name).objective, CPU_MINUTES) * (_first(name).steps > 0)
    for objective in {_first(name).objective: name for name in ORDER}.values():
        tunings += len(tune.candidates(_first(objective)))
    left += tunings * CPU_MINUTES / tune.SHARE
    done = len(cards) + faults
    return f"{done} of {len(wanted)} models, {faults} diverged; {tunings} tuning runs and {left / 60:.1f} CPU hours left"


if __name__ == "__main__":
    main()
