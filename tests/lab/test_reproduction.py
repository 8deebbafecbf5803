"""A recipe trained again gives a model that measures like the one that was kept: for one small recipe, from the start.

tests/lab/small holds three seeds of it, written by `python -m tests.lab.test_reproduction`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from checker.lab.checkpoints import Card, load, read_card
from checker.lab.data import DATA
from checker.lab.measure import measure
from checker.lab.recipes import Architecture, Recipe
from checker.lab.subjects import Transformer
from checker.lab.training import train

KEPT = Path(__file__).parent / "small"
RECIPE = Recipe("mae", "shapes", steps=300, beta2=0.95, architecture=Architecture(width=32, depth=2, heads=2))
METRICS = ["attention_distance", "attention_entropy", "effective_rank", "token_similarity"]
SEEDS = 3


def values(path: Path) -> dict[str, np.ndarray]:
    """Each metric's mean over images, layer by layer."""
    encoder, card = load(path)
    found = measure(METRICS, Transformer(encoder, DATA["shapes"], 64, card))
    return {name: found[name].values.mean(1) for name in METRICS}


def kept(seed: int) -> Path:
    return KEPT / RECIPE.file_name(seed)


@pytest.mark.slow
def test_a_recipe_trained_again_measures_as_before(tmp_path: Path) -> None:
    card = train(RECIPE, 0, tmp_path / "again.safetensors")
    before: Card = read_card(kept(0))
    assert card.after.own_loss == pytest.approx(before.after.own_loss, rel=0.02)
    assert card.after.best == pytest.approx(before.after.best, abs=0.05)
    again = values(tmp_path / "again.safetensors")
    seeds = [values(kept(seed)) for seed in range(SEEDS)]
    for name in METRICS:
        noise = np.std([found[name] for found in seeds], axis=0, ddof=1)
        assert (abs(again[name] - seeds[0][name]) <= noise).all(), name  # the same seed: well inside what seeds differ by


def test_the_kept_models_are_of_this_recipe_and_differ() -> None:
    cards = [read_card(kept(seed)) for seed in range(SEEDS)]
    assert [card.key for card in cards] == [RECIPE.key(seed) for seed in range(SEEDS)]
    assert len({card.weights for card in cards}) == SEEDS


if __name__ == "__main__":
    for number in range(SEEDS):
        train(RECIPE, number, kept(number))
