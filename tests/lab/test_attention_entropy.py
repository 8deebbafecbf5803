"""Known answers: attention that is spread over a planted number of patches."""

from __future__ import annotations

import math

import pytest
import torch

from checker.lab.metrics.attention_entropy import attention_entropy
from checker.lab.metrics.base import METRICS
from tests.lab.test_attention_distance import rows_to_attention


@pytest.mark.parametrize("prefix", [0, 1, 5])
@pytest.mark.parametrize("grid", [(8, 8), (14, 14), (3, 5)])
def test_uniform_attention_gives_the_log_of_the_number_of_patches(grid: tuple[int, int], prefix: int) -> None:
    length = grid[0] * grid[1]
    values = attention_entropy(rows_to_attention(torch.full((length, length), 1 / length), prefix, 0.3), grid, 4, prefix)
    assert values.shape == (2, 3)
    assert values.dtype == torch.float64
    assert values.flatten().tolist() == pytest.approx([math.log(length)] * 6, rel=1e-6)


def test_it_is_compared_as_a_share_of_its_uniform_value() -> None:
    assert METRICS["attention_entropy"].grows_with_grid


@pytest.mark.parametrize("prefix", [0, 1, 5])
def test_identity_attention(prefix: int) -> None:
    assert attention_entropy(rows_to_attention(torch.eye(64), prefix, 0.3), (8, 8), 4, prefix).abs().max() == 0


@pytest.mark.parametrize("prefix", [0, 1, 5])
def test_attention_to_one_fixed_key(prefix: int) -> None:
    patches = torch.zeros(16, 16)
    patches[:, 7] = 1
    assert attention_entropy(rows_to_attention(patches, prefix, 0.3), (4, 4), 4, prefix).abs().max() == 0


@pytest.mark.parametrize("prefix", [0, 1, 5])
@pytest.mark.parametrize("size", [1, 4, 8])
def test_two_blocks_that_look_at_themselves(size: int, prefix: int) -> None:
    other = 16 - size
    patches = torch.block_diag(torch.full((size, size), 1 / size), torch.full((other, other), 1 / other))
    expected = (size * math.log(size) + other * math.log(other)) / 16
    values = attention_entropy(rows_to_attention(patches, prefix, 0.3), (4, 4), 4, prefix)
    assert values.flatten().tolist() == pytest.approx([expected] * 6, rel=1e-6)


@pytest.mark.parametrize("share", [0.0, 1e-6, 0.25, 0.5])
def test_attention_to_self_and_the_next_patch(share: float) -> None:
    patches = (1 - share) * torch.eye(16) + share * torch.eye(16).roll(1, 1)
    expected = -sum(p * math.log(p) for p in (share, 1 - share) if p > 0)
    assert attention_entropy(patches.expand(1, 1, -1, -1), (4, 4), 4, 0).item() == pytest.approx(expected, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("prefix", [1, 5])
@pytest.mark.parametrize("mass", [0.01, 0.99, 1 - 1e-6])
def test_what_the_prefix_takes_does_not_count(mass: float, prefix: int) -> None:
    patches = torch.randn(64, 64, generator=torch.Generator().manual_seed(0)).mul(3).softmax(-1)
    alone = attention_entropy(rows_to_attention(patches, 0), (8, 8), 4, 0)
    values = attention_entropy(rows_to_attention(patches, prefix, mass), (8, 8), 4, prefix)
    assert torch.allclose(values, alone, rtol=1e-6)


def test_rows_that_look_at_no_patch_are_left_out() -> None:
    patches = torch.zeros(4, 4)
    patches[0, :2] = 0.1
    patches[3, :] = 0.2
    values = attention_entropy(patches.expand(1, 1, -1, -1), (2, 2), 10, 0)
    assert values.item() == pytest.approx((math.log(2) + math.log(4)) / 2, rel=1e-6)
    assert attention_entropy(torch.zeros(1, 1, 4, 4), (2, 2), 10, 0).isnan().all()


def test_the_faintest_row_counts_as_any_other() -> None:
    patches = torch.full((1, 1, 4, 4), 1e-42)
    assert attention_entropy(patches, (2, 2), 10, 0).item() == pytest.approx(math.log(4), rel=1e-6)


def test_a_row_that_is_not_a_number_is_not_left_out() -> None:
    attention = torch.full((2, 1, 4, 4), 0.25)
    attention[1, 0, 2] = math.nan
    assert attention_entropy(attention, (2, 2), 10, 0).isnan().flatten().tolist() == [False, True]


def test_a_shape_that_does_not_fit_the_grid() -> None:
    with pytest.raises(ValueError, match=r"wanted \(batch, heads, 65, 65\)"):
        attention_entropy(torch.rand(1, 1, 64, 64), (8, 8), 4, 1)


def test_agrees_with_a_loop_over_its_definition() -> None:
    attention = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(1)).mul(2).softmax(-1)
    attention[0, 0, 4, 5] = 0
    prefix = 2
    values = attention_entropy(attention, (2, 3), 5, prefix)
    for image in range(2):
        for head in range(3):
            entropies = []
            for i in range(6):
                row = [float(x) for x in attention[image, head, prefix + i, prefix:]]
                shares = [x / sum(row) for x in row]
                entropies.append(-sum(q * math.log(q) for q in shares if q > 0))
            assert values[image, head].item() == pytest.approx(sum(entropies) / 6, rel=1e-6)
