"""Known answers: features whose relation is planted, and the estimator from its definition."""

from __future__ import annotations

import math
from itertools import permutations
from types import SimpleNamespace
from typing import cast

import pytest
import torch
from torch import Tensor

from checker.lab.metrics.layer_similarity import cka_between, layer_similarity, linear_cka
from checker.lab.subjects import Subject


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def gram(features: Tensor) -> list[list[float]]:
    return [[sum(float(a * b) for a, b in zip(x, y, strict=True)) for y in features] for x in features]


def unbiased_hsic(k: list[list[float]], m: list[list[float]]) -> float:
    """HSIC_1 as its U-statistics: means over tuples of distinct images."""
    n = len(k)
    pairs = [k[i][j] * m[i][j] for i, j in permutations(range(n), 2)]
    triples = [k[i][j] * m[i][q] for i, j, q in permutations(range(n), 3)]
    fours = [k[i][j] * m[q][r] for i, j, q, r in permutations(range(n), 4)]
    return sum(pairs) / len(pairs) + sum(fours) / len(fours) - 2 * sum(triples) / len(triples)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_agrees_with_the_estimator_over_distinct_images(seed: int) -> None:
    x = 1 + normal(6, 3, seed=seed)
    y = x[:, :2] + normal(6, 2, seed=seed + 10) - 2
    k, m = gram(x), gram(y)
    expected = unbiased_hsic(k, m) / math.sqrt(unbiased_hsic(k, k) * unbiased_hsic(m, m))
    assert linear_cka(x, y) == pytest.approx(expected, abs=1e-9)


def test_features_are_like_themselves() -> None:
    x = normal(10, 4)
    assert linear_cka(x, x) == pytest.approx(1, abs=1e-12)


def test_rotation_scale_and_offset_do_not_matter() -> None:
    x, y = normal(12, 5), normal(12, 3, seed=1)
    y[:, 0] += x[:, 0]
    rotation = torch.linalg.qr(normal(5, 5, seed=2)).Q
    value = linear_cka(x, y)
    assert linear_cka(-30 * x @ rotation + 100, y) == pytest.approx(value, abs=1e-9)
    assert linear_cka(y, x) == pytest.approx(value, abs=1e-12)
    stretched = x * torch.tensor([10.0, 1, 1, 1, 1])
    assert abs(linear_cka(stretched, y) - value) > 0.01  # an invertible map that is no rotation does matter


def test_independent_features_are_unlike_on_average() -> None:
    """With few images and wide features the biased estimator would say about 50 / (50 + 20)."""
    values = torch.tensor([linear_cka(normal(20, 50, seed=s), normal(20, 50, seed=1000 + s)) for s in range(400)])
    assert abs(values.mean()) < 4 * values.std() / math.sqrt(400)
    assert values.std() / math.sqrt(400) < 0.01
    assert values.min() < 0 < values.max()


def test_a_shared_part_has_its_closed_form() -> None:
    """Independent channels of variance 1, d of them in each, s shared: CKA tends to s / d with many images."""
    shared, own_x, own_y = normal(1500, 3), normal(1500, 9, seed=1), normal(1500, 9, seed=2)
    assert linear_cka(torch.cat([shared, own_x], 1), torch.cat([shared, own_y], 1)) == pytest.approx(3 / 12, abs=0.02)


def test_all_blocks_of_two_models() -> None:
    first, second = normal(3, 9, 4).float(), normal(2, 9, 6, seed=1).float()
    values = cka_between(first, second)
    assert values.shape == (3, 2)
    for i in range(3):
        for j in range(2):
            assert values[i, j].item() == pytest.approx(linear_cka(first[i], second[j]), abs=1e-12)


def test_each_block_is_compared_with_the_last() -> None:
    features = normal(4, 16, 5).float()
    features[1] = 2 * features[3].flip(1)
    values = layer_similarity(cast(Subject, SimpleNamespace(features=features)))
    assert values.shape == (4, 1)
    assert values[[1, 3], 0].tolist() == pytest.approx([1, 1], abs=1e-6)
    assert values[0, 0].item() == pytest.approx(linear_cka(features[0], features[3]), abs=1e-12)


def test_features_that_do_not_vary_are_no_measurement() -> None:
    features = normal(3, 8, 4)
    features[0] = 0.1
    features[1, 2, 2] = math.nan
    values = layer_similarity(cast(Subject, SimpleNamespace(features=features)))
    assert values[:, 0].isnan().tolist() == [True, True, False]


@pytest.mark.parametrize(("first", "second"), [((1, 8, 3), (1, 9, 3)), ((1, 3, 3), (1, 3, 3)), ((8, 3), (1, 8, 3))])
def test_shapes_that_do_not_fit(first: tuple[int, ...], second: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="the same images, at least 4"):
        cka_between(torch.rand(first), torch.rand(second))
