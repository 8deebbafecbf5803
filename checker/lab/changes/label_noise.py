"""Label noise: some training pictures have a wrong label."""

from __future__ import annotations

import dataclasses

from checker.lab.changes.base import Knob, add
from checker.lab.data.base import Split
from checker.lab.recipes import Setting

SEED = 0  # of which labels are wrong, and which they are


def pictures(split: Split, percent: Setting) -> Split:
    """The pictures with `percent` of their labels moved to another category, chosen at random."""
    import numpy as np

    draw, labels = np.random.default_rng(SEED), split.category.copy()
    categories = int(labels.max()) + 1
    wrong = draw.permutation(len(labels))[: round(len(labels) * percent / 100)]
    labels[wrong] = (labels[wrong] + draw.integers(1, max(2, categories), len(wrong))) % categories
    return dataclasses.replace(split, category=labels)


add(
    Knob(
        name="label noise",
        title="the share of the training pictures whose label is wrong",
        least=0,
        most=100,
        unit="%",
        whole=False,
        module=__name__,
        rising=("more label noise",),
        levels=(0, 20, 40, 60),
        phrases=("with {} label noise",),
        default=lambda recipe: 0 if recipe.objective == "supervised" else None,
        lacks="no labels to learn from",
        pictures=pictures,
    )
)
