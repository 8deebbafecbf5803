"""Planted truth: models that see the shape only, the texture only, sometimes one and sometimes the other, or neither."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from checker.errors import MeasurementError
from checker.lab.data import DATA, shape_texture
from checker.lab.metrics.shape_preference import conflicting_cues, shape_preference
from checker.lab.subjects import Transformer
from tests.lab.planted import CODED, everywhere, patch_pixels, planted


@pytest.fixture
def flat(monkeypatch: pytest.MonkeyPatch) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pictures whose red says the shape and whose green the texture; the list is of what was drawn."""
    drawn = []

    def render(shapes: np.ndarray, textures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        drawn.append((shapes, textures))
        images = rng.integers(0, 10, (len(shapes), 3, 32, 32))
        images[:, 0] += 50 * shapes[:, None, None]
        images[:, 1] += 50 * textures[:, None, None]
        return images.astype(np.uint8)

    monkeypatch.setattr(shape_texture, "render", render)
    return drawn


def seeing(choose: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    def tokens(pictures: Tensor) -> Tensor:
        shape, texture = ((pictures[:, channel].mean((1, 2)) * 255 / 50).long() for channel in (0, 1))
        return everywhere(F.one_hot(choose(shape, texture), 5).float())

    return tokens


@pytest.mark.parametrize(
    ("choose", "score"),
    [
        (lambda shape, texture: shape, lambda shape, texture: 1),
        (lambda shape, texture: texture, lambda shape, texture: -1),
        (lambda shape, texture: (2 * shape - texture) % 5, lambda shape, texture: 0),  # neither, but right where they agree
        (lambda shape, texture: torch.maximum(shape, texture), lambda shape, texture: 1 if shape > texture else -1),
    ],
)
def test_what_is_seen_decides(
    flat: list[tuple[np.ndarray, np.ndarray]], choose: Callable[[Tensor, Tensor], Tensor], score: Callable[[int, int], int]
) -> None:
    def blind(pictures: Tensor) -> Tensor:
        return torch.zeros(len(pictures), 64, 5)

    values = shape_preference(Transformer(planted(blind, seeing(choose), prefix=2), DATA["shapes"], 50))
    (agree_shapes, agree_textures), (shapes, textures) = flat
    assert (agree_shapes == agree_textures).all()
    assert len(agree_shapes) == 1000
    assert values.tolist() == [[score(shape, texture) for shape, texture in zip(shapes, textures, strict=True)]]


def test_a_model_of_local_contrast_sides_with_the_texture() -> None:
    """On the real pictures: the histogram of differences between neighbouring pixels says much of texture, little of shape."""

    def contrast(pictures: Tensor) -> Tensor:
        steps = (pictures[:, 0, :, 1:] - pictures[:, 0, :, :-1]).abs().flatten(1)
        edges = (0.0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 2.0)
        return everywhere(torch.stack([((steps >= a) & (steps < b)).float().mean(1) for a, b in pairwise(edges)], 1))

    subject = Transformer(planted(contrast), DATA["shapes"], 100)
    values = shape_preference(subject)
    assert values.shape == (1, 100)
    assert set(values.flatten().tolist()) <= {-1.0, 0.0, 1.0}
    assert values.mean() < -0.3
    assert torch.equal(values, shape_preference(subject))  # the same pictures each time


def test_conflicting_cues_cover_all_pairs_alike() -> None:
    shapes, textures = conflicting_cues(200, 5)
    pairs = Counter(zip(shapes.tolist(), textures.tolist(), strict=True))
    assert pairs == {(shape, texture): 10 for shape in range(5) for texture in range(5) if shape != texture}


def test_data_without_shapes_and_textures() -> None:
    with pytest.raises(MeasurementError, match="planted images have no shapes and textures"):
        shape_preference(Transformer(planted(patch_pixels), CODED, 8))
