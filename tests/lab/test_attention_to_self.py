"""Known answers: attention with a planted diagonal."""

from __future__ import annotations

import math

import pytest
import torch

from checker.lab.metrics.attention_to_self import attention_to_self
from checker.lab.metrics.base import METRICS
from tests.lab.test_attention_distance import rows_to_attention


@pytest.mark.parametrize("prefix", [0, 1, 5])
@pytest.mark.parametrize("grid", [(8, 8), (14, 14), (3, 5)])
def test_uniform_attention(grid: tuple[int, int], prefix: int) -> None:
    length = grid[0] * grid[1]
    values = attention_to_self(rows_to_attention(torch.full((length, length), 1 / length), prefix, 0.3), grid, 4, prefix)
    assert values.shape == (2, 3)
    assert values.dtype == torch.float64
    assert values.flatten().tolist() == pytest.approx([1 / length] * 6, rel=1e-6)


def test_it_is_compared_as_a_share_of_its_uniform_value() -> None:
    assert METRICS["attention_to_self"].grows_with_grid


@pytest.mark.parametrize("prefix", [0, 1, 5])
def test_identity_attention(prefix: int) -> None:
    values = attention_to_self(rows_to_attention(torch.eye(64), prefix, 0.3), (8, 8), 4, prefix)
    assert values.flatten().tolist() == [1] * 6


@pytest.mark.parametrize("prefix", [0, 1, 5])
@pytest.mark.parametrize("fixed", [0, 1, 5, 64])
def test_a_permutation_with_fixed_points(fixed: int, prefix: int) -> None:
    keys = torch.arange(64)
    keys[fixed:] = keys[fixed:].roll(1)
    values = attention_to_self(rows_to_attention(torch.eye(64)[keys], prefix, 0.3), (8, 8), 4, prefix)
    assert values.flatten().tolist() == [fixed / 64] * 6


def test_attention_to_one_fixed_key() -> None:
    patches = torch.zeros(16, 16)
    patches[:, 7] = 1
    assert attention_to_self(rows_to_attention(patches, 1, 0.3), (4, 4), 4, 1).flatten().tolist() == [1 / 16] * 6


@pytest.mark.parametrize("prefix", [0, 1, 5])
@pytest.mark.parametrize("size", [1, 4, 8])
def test_two_blocks_that_look_at_themselves(size: int, prefix: int) -> None:
    other = 16 - size
    patches = torch.block_diag(torch.full((size, size), 1 / size), torch.full((other, other), 1 / other))
    values = attention_to_self(rows_to_attention(patches, prefix, 0.3), (4, 4), 4, prefix)
    assert values.flatten().tolist() == pytest.approx([2 / 16] * 6, rel=1e-6)  # each block adds up to 1


@pytest.mark.parametrize("prefix", [1, 5])
@pytest.mark.parametrize("mass", [0.01, 0.99, 1 - 1e-6])
def test_what_the_prefix_takes_does_not_count(mass: float, prefix: int) -> None:
    patches = torch.randn(64, 64, generator=torch.Generator().manual_seed(0)).mul(3).softmax(-1)
    alone = attention_to_self(rows_to_attention(patches, 0), (8, 8), 4, 0)
    values = attention_to_self(rows_to_attention(patches, prefix, mass), (8, 8), 4, prefix)
    assert torch.allclose(values, alone, rtol=1e-6)


def test_rows_that_look_at_no_patch_are_left_out() -> None:
    patches = torch.zeros(4, 4)
    patches[0, 0] = 0.1
    patches[3] = 0.2
    values = attention_to_self(patches.expand(1, 1, -1, -1), (2, 2), 10, 0)
    assert values.item() == pytest.approx((1 + 1 / 4) / 2, rel=1e-6)
    assert attention_to_self(torch.zeros(1, 1, 4, 4), (2, 2), 10, 0).isnan().all()


def test_a_row_that_is_not_a_number_is_not_left_out() -> None:
    attention = torch.full((2, 1, 4, 4), 0.25)
    attention[1, 0, 2] = math.nan
    assert attention_to_self(attention, (2, 2), 10, 0).isnan().flatten().tolist() == [False, True]


def test_a_shape_that_does_not_fit_the_grid() -> None:
    with pytest.raises(ValueError, match=r"wanted \(batch, heads, 65, 65\)"):
        attention_to_self(torch.rand(1, 1, 64, 64), (8, 8), 4, 1)


def test_agrees_with_a_loop_over_its_definition() -> None:
    attention = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(1)).mul(2).softmax(-1)
    prefix = 2
    values = attention_to_self(attention, (2, 3), 5, prefix)
    for image in range(2):
        for head in range(3):
            own = []
            for i in range(6):
                row = [float(x) for x in attention[image, head, prefix + i, prefix:]]
                own.append(row[i] / sum(row))
            assert values[image, head].item() == pytest.approx(sum(own) / 6, rel=1e-6)
