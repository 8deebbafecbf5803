"""Share of the training pictures: a model learns from some of the pictures alone, as many steps as ever."""

from __future__ import annotations

from checker.lab.changes.base import Knob, add
from checker.lab.data.base import Split
from checker.lab.recipes import Setting


def pictures(split: Split, percent: Setting) -> Split:
    """The first `percent` of the pictures, at least one: they come in random order."""
    return split.first(max(1, round(len(split.category) * percent / 100)))


add(
    Knob(
        name="training share",
        title="the share of the training pictures that a model learns from, in as many steps",
        least=0.1,
        most=100,
        unit="%",
        whole=False,
        module=__name__,
        levels=(10, 25, 50, 100),
        phrases=(
            "trained on {} of the training pictures",
            "trained on {} of the training data",
        ),
        synonyms=("share of the training pictures", "share of the training data", "fraction of the training data"),
        default=lambda recipe: 100 if recipe.steps else None,
        lacks="no training",
        pictures=pictures,
    )
)
