"""Choose learning rates by own loss and probes alone: three rates a recipe, an eighth of its length, one tuning seed that
enters no verdict.

No claim's metric is computed here. Each run is appended to tuning.jsonl beside this file; a run that is there is not repeated.

    python benchmarks/tune.py MODEL[=RATE,RATE,...] [MODEL ...]
"""

from __future__ import annotations

import dataclasses
import json
import sys
import tempfile
import warnings
from pathlib import Path

from checker.lab.models import MODELS
from checker.lab.recipes import Recipe
from checker.lab.training import train

FACTORS = (0.5, 1.0, 2.0)  # of the rate in the recipe, where no rates are named
SHARE = 8  # of the length of a recipe that a run takes
TUNING_SEED = 9001
LOG = Path(__file__).with_name("tuning.jsonl")


def main() -> None:
    warnings.filterwarnings("ignore", category=FutureWarning)
    for wish in sys.argv[1:]:
        name, _, rates = wish.partition("=")
        recipe = MODELS[name].second
        assert recipe is not None, name
        for rate in [float(rate) for rate in rates.split(",")] if rates else [recipe.learning_rate * f for f in FACTORS]:
            tune(name, dataclasses.replace(recipe, learning_rate=rate, steps=recipe.steps // SHARE))


def tune(name: str, candidate: Recipe) -> None:
    """Train a candidate and log what its own loss and its probes say."""
    tried = {json.dumps(line.get("recipe")) for line in map(json.loads, LOG.read_text().splitlines())}
    if json.dumps(candidate.as_dict()) in tried:
        return
    with tempfile.TemporaryDirectory() as folder:
        card = train(candidate, TUNING_SEED, Path(folder) / "model.safetensors")
    line = {
        "model": name,
        "recipe": candidate.as_dict(),
        "seed": TUNING_SEED,
        "cpu_seconds": card.cpu_seconds,
        "before": card.before.as_dict(),
        "after": card.after.as_dict(),
        "pixels": dict(card.pixels),
    }
    with LOG.open("a") as log:
        log.write(json.dumps(line) + "\n")
    print(line, flush=True)


if __name__ == "__main__":
    main()
