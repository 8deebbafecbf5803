"""Choose the learning rates of the second edition by probes and own loss alone: PROTOCOL.md has the rule.

Three rates an objective, an eighth of its length, on one seed that enters no verdict; further ones while the best lies at the
edge. No claim's metric is computed. Runs are lines of tuning.jsonl; `choose` writes checker/lab/rates.json.
"""

from __future__ import annotations

import dataclasses
import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import checker.lab.models
from checker.errors import MeasurementError
from checker.lab.competence import Competence
from checker.lab.learners import LEARNERS
from checker.lab.recipes import Recipe
from checker.lab.training import train

FACTORS = (1.0, 0.5, 2.0)  # of the rate that is first in a recipe
SHARE = 8  # of the length of a recipe that a run takes
SEED = 9001
DATA = "leaves"  # a set that the models are not judged on first
LOG = Path(__file__).with_name("tuning.jsonl")
RATES = Path(checker.lab.models.__file__).with_name("rates.json")


def candidates(recipe: Recipe) -> list[Recipe]:
    """The runs that are still missing before the rate of a recipe can be chosen; none when it is chosen."""
    if recipe.objective in json.loads(RATES.read_text()):
        return []
    done = scores(recipe)
    rates = [recipe.learning_rate * factor for factor in FACTORS]
    if all(rate in done for rate in rates):
        best = max(done, key=lambda rate: done[rate])
        rates = [best / 2, best * 2]
    return [dataclasses.replace(_short(recipe), learning_rate=rate) for rate in rates if rate not in done]


def scores(recipe: Recipe) -> dict[float, float]:
    """Of each rate that was tried: the probe at the objective's own readout, averaged over factors; -1 where it diverged."""
    found = {}
    for line in map(json.loads, LOG.read_text().splitlines()):
        if "recipe" in line:
            tried = Recipe.from_dict(line["recipe"])
            if dataclasses.replace(tried, learning_rate=recipe.learning_rate) == _short(recipe):
                token = LEARNERS[tried.objective].token
                found[tried.learning_rate] = Competence.from_dict(line["after"]).read_at(token)[0] if "after" in line else -1.0
    return found


def _short(recipe: Recipe) -> Recipe:
    return dataclasses.replace(recipe, data=DATA, steps=recipe.steps // SHARE)


def tune(candidate: Recipe, folder: Path) -> None:
    """Train a candidate, resuming in `folder`, and log what its own loss and its probes say."""
    line: dict[str, Any] = {"recipe": candidate.as_dict(), "seed": SEED}
    path = folder / candidate.file_name(SEED)
    try:
        card = train(candidate, SEED, path)
        line |= {"cpu_seconds": card.cpu_seconds, "before": card.before.as_dict(), "after": card.after.as_dict()}
        line |= {"pixels": dict(card.pixels), "curve": [list(point) for point in card.curve]}
    except MeasurementError as error:
        line |= {"diverged": str(error)}
    with locked(folder / "tuning.lock"), LOG.open("a") as log:
        log.write(json.dumps(line) + "\n")
    path.unlink(missing_ok=True)


def choose(recipe: Recipe, folder: Path) -> None:
    """Write the rate with the best score, where nothing is missing."""
    if candidates(recipe):
        return
    with locked(folder / "rates.lock"):
        rates = json.loads(RATES.read_text())
        if recipe.objective not in rates:
            done = scores(recipe)
            rates[recipe.objective] = max(done, key=lambda rate: done[rate])
            RATES.write_text(json.dumps(rates, indent=1, sort_keys=True) + "\n")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock that ends with the process."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
