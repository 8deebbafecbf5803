"""Known answers: tokens whose norms are planted."""

from __future__ import annotations

import math
from statistics import median

import pytest
import torch
from torch import Tensor

from checker.lab.metrics.norm_ratio import norm_ratio


def with_norms(norms: list[float], width: int = 8) -> Tensor:
    """One image whose patch tokens have these norms and random directions."""
    directions = torch.randn(len(norms), width, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return (torch.tensor(norms)[:, None] * directions / directions.norm(dim=1, keepdim=True))[None]


@pytest.mark.parametrize("times", [1.0, 2.0, 50.0])
def test_one_planted_outlier(times: float) -> None:
    assert norm_ratio(with_norms([0.5] * 63 + [0.5 * times]), (8, 8), 0).item() == pytest.approx(times)


def test_constant_tokens_have_ratio_one() -> None:
    assert norm_ratio(torch.full((2, 9, 4), -7.0), (3, 3), 0).tolist() == pytest.approx([1, 1])


def test_the_median_of_an_even_number_is_between_the_middle_two() -> None:
    assert norm_ratio(with_norms([1.0, 5.0, 1.0, 3.0]), (2, 2), 0).item() == pytest.approx(2.5)


def test_scale_does_not_matter_and_images_are_apart() -> None:
    tokens = torch.cat([with_norms([1.0] * 8 + [5.0]), 1000 * with_norms([1.0] * 8 + [7.0])])
    assert norm_ratio(tokens, (3, 3), 0).tolist() == pytest.approx([5, 7])


@pytest.mark.parametrize("prefix", [1, 5])
def test_prefix_tokens_do_not_count(prefix: int) -> None:
    patches = with_norms([1.0] * 8 + [5.0])
    tokens = torch.cat([torch.full((1, prefix, 8), 1e4, dtype=torch.float64), patches], 1)
    assert norm_ratio(tokens, (3, 3), prefix).item() == pytest.approx(5)


def test_what_is_not_a_measurement_is_not_finite() -> None:
    tokens = with_norms([1.0] * 9).repeat(4, 1, 1)
    tokens[1, 3, 2] = math.nan
    tokens[2] = 0
    tokens[3, :8] = 0  # one token has a norm, the median has none
    assert norm_ratio(tokens, (3, 3), 0).isfinite().tolist() == [True, False, False, False]


def test_agrees_with_a_loop_over_its_definition() -> None:
    tokens = torch.randn(3, 2 + 20, 5, generator=torch.Generator().manual_seed(1))
    for image, value in zip(tokens, norm_ratio(tokens, (4, 5), 2).tolist(), strict=True):
        norms = [math.sqrt(sum(float(x) ** 2 for x in token)) for token in image[2:]]
        assert value == pytest.approx(max(norms) / median(norms), rel=1e-9)


def test_a_shape_that_does_not_fit_the_grid() -> None:
    with pytest.raises(ValueError, match=r"wanted \(batch, 65, width\)"):
        norm_ratio(torch.rand(1, 64, 3), (8, 8), 1)
