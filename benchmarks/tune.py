"""Choose each recipe's learning rate by its own held-out loss and its probes alone, with equal effort.

Every objective gets the same three rates and about two CPU minutes a run, on one tuning seed that never enters a
verdict. No claim's metric is computed here. The result is appended to tuning.jsonl beside this file.

    python benchmarks/tune.py OBJECTIVE [OBJECTIVE ...]
"""

from __future__ import annotations

import dataclasses
import json
import sys
import tempfile
import warnings
from pathlib import Path

from checker.lab.models import MODELS
from checker.lab.training import train

RATES = (5e-4, 1e-3, 2e-3)
TUNING_SEED = 9001
STEPS = {  # about two CPU minutes; less for supervision
    "MAE": 2000,
    "SimMIM": 1250,
    "LUT": 800,
    "I-JEPA": 1000,
    "SimCLR": 650,
    "MoCo-v3": 500,
    "DINO": 500,
    "DINOv2": 450,
    "supervised ViT": 750,
}
LOG = Path(__file__).with_name("tuning.jsonl")


def main() -> None:
    warnings.filterwarnings("ignore", category=FutureWarning)
    for name in sys.argv[1:]:
        recipe = MODELS[name].recipe
        for rate in RATES:
            candidate = dataclasses.replace(recipe, learning_rate=rate, steps=STEPS[name])
            with tempfile.TemporaryDirectory() as folder:
                card = train(candidate, TUNING_SEED, Path(folder) / "model.safetensors")
            line = {
                "model": name,
                "learning_rate": rate,
                "steps": candidate.steps,
                "seed": TUNING_SEED,
                "cpu_seconds": card.cpu_seconds,
                "before": card.before.as_dict(),
                "after": card.after.as_dict(),
            }
            with LOG.open("a") as log:
                log.write(json.dumps(line) + "\n")
            print(line, flush=True)


if __name__ == "__main__":
    main()
