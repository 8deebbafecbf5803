"""Measurements with a known truth: seeds nested in models, images crossed with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from checker.verdicts import Looks, Verdict

CASES = {
    "seeds dominate": (0.5, 0.05),
    "seeds mostly": (0.5, 0.4),
    "balanced": (0.3, 1.0),
    "images dominate": (0.01, 2.0),
}
LOOKS = {1: (3,), 3: (3, 5, 8), 5: (3, 4, 5, 6, 8)}
ALPHA = 0.05


def models(
    rng: np.random.Generator,
    means: Sequence[float],
    seed_sd: float = 0.1,
    image_sd: float = 1.0,
    seeds: int = 3,
    images: int = 40,
    noise: float = 0.05,
) -> list[np.ndarray]:
    """A (seeds, images) table for each mean: images have an effect of their own on all models and one on each."""
    shared = rng.normal(0, image_sd, images)
    return [
        mean
        + shared
        + rng.normal(0, image_sd, images)
        + rng.normal(0, seed_sd, (seeds, 1))
        + rng.normal(0, noise, (seeds, images))
        for mean in means
    ]


def first_word(decide: Callable[[int, Looks], Verdict], looks: int) -> str:
    """What a sequence of looks ends in: the first word that is not inconclusive. `decide` takes seeds and a look at them."""
    words = (decide(seeds, Looks(LOOKS[looks], place)).word for place, seeds in enumerate(LOOKS[looks]))
    return next((word for word in words if word != "inconclusive"), "inconclusive")


def most(trials: int, rate: float = ALPHA) -> float:
    """The largest share of `trials` that is no more than chance where the true rate is at most `rate`."""
    return rate + 3 * (rate * (1 - rate) / trials) ** 0.5


def permuted(rng: np.random.Generator, *tables: np.ndarray) -> list[np.ndarray]:
    """The same images in another order."""
    order = rng.permutation(tables[0].shape[-1])
    return [table[..., order] for table in tables]
