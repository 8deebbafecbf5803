"""How fast training is, as a share of the peak of a plain float32 matrix product on the same core: TRAINING.md.

    OMP_NUM_THREADS=1 python benchmarks/training.py

Both are measured in CPU time, in turns, so that a busy machine slows both; the median of the turns counts. The first edition
is measured as it trained: batches of 32, and memory handed back to the system between steps.
"""

from __future__ import annotations

import statistics
import time
import warnings

import torch
from torch.utils.flop_counter import FlopCounterMode

from checker.lab.data import data_set
from checker.lab.models import MODELS
from checker.lab.recipes import Recipe
from checker.lab.training import Run, keep_freed_memory

NAMES = ("MAE", "SimCLR", "DINO")
TURNS, IMAGES = 5, 1024  # images a turn
SIDE, PRODUCTS = 1024, 8  # of the square matrices, and products a turn


def peak() -> float:
    """GFLOP/s of a matrix product."""
    matrix = torch.randn(SIDE, SIDE)
    began = time.process_time()
    for _ in range(PRODUCTS):
        matrix @ matrix
    return 2 * SIDE**3 * PRODUCTS / (time.process_time() - began) / 1e9


def row(name: str, recipe: Recipe) -> str:
    run = Run(recipe, 0, data_set(recipe.data), 2000, torch.device("cpu"))
    run.objective.train()
    with FlopCounterMode(display=False) as counter:
        run.step(0)
    flop = counter.get_total_flops() / recipe.batch
    speeds, shares = [], []
    for turn in range(TURNS):
        best = peak()
        began = time.process_time()
        for step in range(IMAGES // recipe.batch):
            run.step(1 + turn * IMAGES // recipe.batch + step)
        speed = IMAGES / (time.process_time() - began)
        speeds.append(speed)
        shares.append(speed * flop / 1e9 / best)
    cells = (name, recipe.edition, recipe.batch, f"{flop / 1e6:.0f}", f"{statistics.median(speeds):.0f}")
    return f"| {' | '.join(map(str, cells))} | {statistics.median(shares):.0%} | {min(shares):.0%} to {max(shares):.0%} |"


def main() -> None:
    warnings.filterwarnings("ignore", category=FutureWarning)
    torch.set_num_threads(1)
    print("| objective | edition | batch | MFLOP an image | images a CPU second | share of peak | turns |")
    print("|---|---|---|---|---|---|---|")
    for edition in (1, 2):
        if edition == 2:
            keep_freed_memory()
        for name in NAMES:
            recipe = MODELS[name].recipe if edition == 1 else MODELS[name].second
            assert recipe is not None
            print(row(name, recipe), flush=True)


if __name__ == "__main__":
    main()
