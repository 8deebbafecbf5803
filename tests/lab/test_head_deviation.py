"""Known answers: heads that differ by a planted amount."""

from __future__ import annotations

import math
import statistics

import pytest
import torch

from checker.errors import MeasurementError
from checker.lab.metrics.base import METRICS
from checker.lab.metrics.head_deviation import head_deviation
from tests.lab.test_attention_distance import rows_to_attention


def in_heads(maps: list[torch.Tensor], prefix: int, prefix_mass: float = 0.0) -> torch.Tensor:
    """One image whose heads have the patch-to-patch maps given: (1, heads, tokens, tokens)."""
    return torch.stack([rows_to_attention(patches, prefix, prefix_mass)[0, 0] for patches in maps])[None]


@pytest.mark.parametrize("prefix", [0, 1, 5])
@pytest.mark.parametrize("grid", [(8, 8), (14, 14), (3, 5)])
def test_uniform_attention_is_alike_in_all_heads(grid: tuple[int, int], prefix: int) -> None:
    length = grid[0] * grid[1]
    values = head_deviation(rows_to_attention(torch.full((length, length), 1 / length), prefix, 0.3), grid, 4, prefix)
    assert values.shape == (2,)
    assert values.dtype == torch.float64
    assert values.tolist() == [0, 0]


def test_its_uniform_value_is_the_same_on_all_grids() -> None:
    assert not METRICS["head_deviation"].grows_with_grid


@pytest.mark.parametrize("prefix", [0, 1, 5])
@pytest.mark.parametrize("heads", [2, 3, 12])
def test_heads_that_look_at_different_offsets(heads: int, prefix: int) -> None:
    attention = in_heads([torch.eye(64).roll(head, 1) for head in range(heads)], prefix)
    # of the pairs that some head looks at, heads / 64 of all, one head gives 1 and the others 0: unbiased variance 1 / heads
    expected = heads / 64 / math.sqrt(heads)
    assert head_deviation(attention, (8, 8), 4, prefix).item() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("prefix", [0, 1, 5])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_one_head_in_two_blocks_and_one_uniform(order: tuple[int, int], prefix: int) -> None:
    block = torch.full((8, 8), 1 / 8)
    maps = [torch.block_diag(block, block), torch.full((16, 16), 1 / 16)]
    values = head_deviation(in_heads([maps[i] for i in order], prefix), (4, 4), 4, prefix)
    assert values.item() == pytest.approx(1 / 16 / math.sqrt(2), rel=1e-6)  # all pairs differ by 1 / 16


def test_attention_to_one_fixed_key_and_to_another() -> None:
    maps = [torch.eye(16)[key].expand(16, -1) for key in (3, 9)]
    assert head_deviation(in_heads(maps, 1), (4, 4), 4, 1).item() == pytest.approx(2 / 16 / math.sqrt(2), rel=1e-6)


@pytest.mark.parametrize("mass", [0.25, 0.9])
def test_attention_is_taken_as_it_is(mass: float) -> None:
    maps = [torch.eye(16), torch.eye(16).roll(1, 1)]
    expected = (1 - mass) * 2 / 16 / math.sqrt(2)
    assert head_deviation(in_heads(maps, 5, mass), (4, 4), 4, 5).item() == pytest.approx(expected, rel=1e-6)


def test_heads_that_differ_only_in_what_the_prefix_takes() -> None:
    attention = torch.cat([in_heads([torch.eye(16)], 1, mass) for mass in (0.2, 0.6)], 1)
    # each of the 16 pairs on the diagonal has 0.8 in one head and 0.4 in the other
    assert head_deviation(attention, (4, 4), 4, 1).item() == pytest.approx(0.4 / math.sqrt(2) / 16, rel=1e-6)


def test_queries_and_keys_of_the_prefix_do_not_count() -> None:
    attention = torch.zeros(1, 2, 9, 9)
    attention[0, 0, :5] = torch.rand(5, 9, generator=torch.Generator().manual_seed(0))
    attention[0, 0, :, :5] = 1
    assert head_deviation(attention, (2, 2), 4, 5).item() == 0


def test_a_single_head() -> None:
    with pytest.raises(MeasurementError, match="needs at least two"):
        head_deviation(torch.full((2, 1, 4, 4), 0.25), (2, 2), 4, 0)


def test_attention_that_is_not_a_number() -> None:
    attention = torch.full((2, 3, 4, 4), 0.25)
    attention[1, 0, 2] = math.nan
    assert head_deviation(attention, (2, 2), 10, 0).isnan().tolist() == [False, True]


def test_a_shape_that_does_not_fit_the_grid() -> None:
    with pytest.raises(ValueError, match=r"wanted \(batch, heads, 65, 65\)"):
        head_deviation(torch.rand(1, 2, 64, 64), (8, 8), 4, 1)


def test_agrees_with_a_loop_over_its_definition() -> None:
    attention = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(1)).mul(2).softmax(-1)
    prefix = 2
    values = head_deviation(attention, (2, 3), 5, prefix)
    for image in range(2):
        deviations = [
            statistics.stdev(float(attention[image, head, prefix + i, prefix + j]) for head in range(3))
            for i in range(6)
            for j in range(6)
        ]
        assert values[image].item() == pytest.approx(sum(deviations) / 36, rel=1e-6)
