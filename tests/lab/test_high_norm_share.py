"""Known answers: tokens whose norms are planted."""

from __future__ import annotations

import math
from statistics import median

import pytest
import torch
from torch import Tensor

from checker.lab.metrics.high_norm_share import FACTOR, high_norm_share


def with_norms(norms: list[float], width: int = 8) -> Tensor:
    """One image whose patch tokens have these norms and random directions."""
    directions = torch.randn(len(norms), width, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return (torch.tensor(norms)[:, None] * directions / directions.norm(dim=1, keepdim=True))[None]


@pytest.mark.parametrize(("times", "share"), [(1.0, 0.0), (2.99, 0.0), (3.01, 0.25), (100.0, 0.25)])
def test_planted_outliers(times: float, share: float) -> None:
    tokens = with_norms([2 * times] * 16 + [2.0] * 48)
    assert high_norm_share(tokens, (8, 8), 0).item() == share


def test_exactly_the_threshold_is_not_above_it() -> None:
    tokens = torch.ones(1, 9, 1)
    tokens[0, 4] = FACTOR
    assert high_norm_share(tokens, (3, 3), 0).item() == 0


def test_the_median_of_an_even_number_is_between_the_middle_two() -> None:
    # median 2: the largest norm is 2.5 times it; it would be 5 times the lower one of the middle two
    assert high_norm_share(with_norms([1.0, 5.0, 1.0, 3.0]), (2, 2), 0).item() == 0


def test_a_majority_is_never_high() -> None:
    assert high_norm_share(with_norms([100.0] * 6 + [1.0] * 3), (3, 3), 0).item() == 0


def test_each_image_has_its_own_median() -> None:
    tokens = torch.cat([with_norms([1.0] * 8 + [5.0]), with_norms([1000.0] * 7 + [5000.0] * 2)])
    assert high_norm_share(tokens, (3, 3), 0).tolist() == pytest.approx([1 / 9, 2 / 9])


@pytest.mark.parametrize("prefix", [1, 5])
def test_prefix_tokens_do_not_count(prefix: int) -> None:
    patches = with_norms([1.0] * 8 + [5.0])
    tokens = torch.cat([torch.full((1, prefix, 8), 1e4, dtype=torch.float64), patches], 1)
    assert high_norm_share(tokens, (3, 3), prefix).item() == pytest.approx(1 / 9)


@pytest.mark.parametrize("broken", [math.nan, math.inf])
def test_an_image_that_is_not_finite_is_no_measurement(broken: float) -> None:
    tokens = with_norms([1.0] * 9).repeat(2, 1, 1)
    tokens[1, 3, 2] = broken
    assert high_norm_share(tokens, (3, 3), 0).isnan().tolist() == [False, True]


def test_zero_tokens_are_no_measurement() -> None:
    assert high_norm_share(torch.zeros(1, 9, 4), (3, 3), 0).isnan().all()


def test_agrees_with_a_loop_over_its_definition() -> None:
    tokens = torch.randn(4, 1 + 36, 3, generator=torch.Generator().manual_seed(1)) ** 3  # heavy tails
    values = high_norm_share(tokens, (6, 6), 1).tolist()
    for image, value in zip(tokens, values, strict=True):
        norms = [math.sqrt(sum(float(x) ** 2 for x in token)) for token in image[1:]]
        assert value == pytest.approx(sum(norm > 3 * median(norms) for norm in norms) / 36, abs=1e-12)
        assert value > 0


def test_a_shape_that_does_not_fit_the_grid() -> None:
    with pytest.raises(ValueError, match=r"wanted \(batch, 65, width\)"):
        high_norm_share(torch.rand(1, 64, 3), (8, 8), 1)
