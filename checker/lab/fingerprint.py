"""How a recipe trains, in a few numbers: by which one sees whether changed code still trains the same models.

A model's key hashes its recipe, and the recipe does not hold the code. A hash of the code would throw away hours of training
whenever a name changes; so a recipe is known by what a few of its steps do.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from checker.lab.data import data_set
from checker.lab.recipes import Recipe
from checker.lab.training import Run
from checker.lab.transformer import build

PICTURES, BATCH = 64, 16
RELATIVE, ABSOLUTE = 1e-3, 1e-6  # by which numbers may differ; machines differ by a tenth of it
DIGITS = 7


def fingerprint(recipe: Recipe) -> list[list[float]]:
    """Two steps each at the beginning, the middle and the end of a recipe, on PICTURES pictures with a batch of BATCH.

    Of each step: its loss; how far parameters that learn, parameters that only follow, and buffers have moved since the first
    step (Euclidean norms); the optimiser's rate and weight decay, whose traces in six steps are small. Of a recipe without
    steps: the norm of what it begins with. Takes a second.
    """
    torch.set_num_threads(1)
    if recipe.steps == 0:
        torch.manual_seed(0)
        weights = build(recipe.architecture).parameters()
        return [[_rounded(sum(float(tensor.detach().double().square().sum()) for tensor in weights) ** 0.5)]]
    run = Run(dataclasses.replace(recipe, batch=BATCH), 0, data_set(recipe.data), PICTURES, torch.device("cpu"))
    start = [[tensor.detach().double().clone() for tensor in group] for group in _tensors(run.objective)]
    run.objective.train()
    values = []
    for step in _steps(recipe.steps):
        loss = run.step(step)
        moved = (
            sum(float((now.detach().double() - then).square().sum()) for now, then in zip(group, before, strict=True)) ** 0.5
            for group, before in zip(_tensors(run.objective), start, strict=True)
        )
        decayed, _ = run.optimiser.param_groups
        values.append([_rounded(value) for value in (loss, *moved, decayed["lr"], decayed["weight_decay"])])
    return values


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _tensors(objective: nn.Module) -> tuple[list[Tensor], ...]:
    """Parameters that learn, parameters that follow, and buffers, as they are now: some losses put new buffers in place."""
    parameters = list(objective.parameters())
    learned, following = ([tensor for tensor in parameters if tensor.requires_grad is wanted] for wanted in (True, False))
    return [*learned], [*following], list(objective.buffers())


def _steps(steps: int) -> list[int]:
    wanted = (0, 1, steps // 2, steps // 2 + 1, steps - 2, steps - 1)
    return [step for step in dict.fromkeys(wanted) if 0 <= step < steps]


def alike(one: Sequence[Sequence[float]], other: Sequence[Sequence[float]]) -> bool:
    """Whether two fingerprints are of the same training, rounding aside."""
    if [len(step) for step in one] != [len(step) for step in other]:
        return False
    pairs = [(a, b) for x, y in zip(one, other, strict=True) for a, b in zip(x, y, strict=True)]
    return all(abs(a - b) <= RELATIVE * abs(a) + ABSOLUTE for a, b in pairs)
