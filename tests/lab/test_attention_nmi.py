"""Known answers: attention whose mutual information of query and key has a closed form."""

from __future__ import annotations

import math

import pytest
import torch

from checker.lab.metrics.attention_nmi import attention_nmi
from checker.lab.metrics.base import METRICS
from tests.lab.test_attention_distance import rows_to_attention

ROUNDING = 1e-6  # of the single precision of the attention


@pytest.mark.parametrize("prefix", [0, 1, 5])
@pytest.mark.parametrize("grid", [(8, 8), (14, 14), (3, 5)])
def test_uniform_attention_does_not_depend_on_the_query(grid: tuple[int, int], prefix: int) -> None:
    length = grid[0] * grid[1]
    values = attention_nmi(rows_to_attention(torch.full((length, length), 1 / length), prefix, 0.3), grid, 4, prefix)
    assert values.shape == (2, 3)
    assert values.dtype == torch.float64
    assert values.flatten().tolist() == pytest.approx([0] * 6, abs=ROUNDING)
    assert values.min() >= 0


def test_its_uniform_value_is_the_same_on_all_grids() -> None:
    assert not METRICS["attention_nmi"].grows_with_grid


@pytest.mark.parametrize("seed", range(5))
def test_the_same_row_for_all_queries(seed: int) -> None:
    row = torch.randn(64, generator=torch.Generator().manual_seed(seed)).mul(3).softmax(-1)
    values = attention_nmi(rows_to_attention(row.expand(64, -1), 1, 0.3), (8, 8), 4, 1)
    assert values.flatten().tolist() == pytest.approx([0] * 6, abs=ROUNDING)
    assert values.min() >= 0


@pytest.mark.parametrize("prefix", [0, 1, 5])
def test_attention_to_one_fixed_key(prefix: int) -> None:
    patches = torch.zeros(16, 16)
    patches[:, 7] = 1
    assert attention_nmi(rows_to_attention(patches, prefix, 0.3), (4, 4), 4, prefix).flatten().tolist() == [0] * 6


@pytest.mark.parametrize("prefix", [0, 1, 5])
@pytest.mark.parametrize("order", ["identity", "shift", "random"])
def test_a_permutation(order: str, prefix: int) -> None:
    keys = {
        "identity": torch.arange(64),
        "shift": torch.arange(64).roll(9),
        "random": torch.randperm(64, generator=torch.Generator().manual_seed(0)),
    }[order]
    values = attention_nmi(rows_to_attention(torch.eye(64)[keys], prefix, 0.3), (8, 8), 4, prefix)
    assert values.flatten().tolist() == pytest.approx([1] * 6, rel=1e-12)


@pytest.mark.parametrize("prefix", [0, 1, 5])
@pytest.mark.parametrize("size", [1, 4, 8])
def test_two_blocks_that_look_at_themselves(size: int, prefix: int) -> None:
    other = 16 - size
    patches = torch.block_diag(torch.full((size, size), 1 / size), torch.full((other, other), 1 / other))
    # p(k) is uniform, so H(q) = H(k) = ln 16
    expected = 1 - (size * math.log(size) + other * math.log(other)) / 16 / math.log(16)
    values = attention_nmi(rows_to_attention(patches, prefix, 0.3), (4, 4), 4, prefix)
    assert values.flatten().tolist() == pytest.approx([expected] * 6, rel=ROUNDING)


@pytest.mark.parametrize("leak", [0.01, 0.25, 0.5])
def test_two_equal_blocks_with_a_leak(leak: float) -> None:
    block = torch.full((8, 8), 1 / 8)
    patches = (1 - leak) * torch.block_diag(block, block) + leak * torch.block_diag(block, block).roll(8, 1)
    binary = -leak * math.log(leak) - (1 - leak) * math.log(1 - leak)
    expected = (math.log(2) - binary) / math.log(16)
    assert attention_nmi(patches.expand(1, 1, -1, -1), (4, 4), 4, 0).item() == pytest.approx(expected, abs=ROUNDING)


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_half_the_queries_look_at_one_key_and_half_at_another(share: float) -> None:
    first = int(16 * share)
    patches = torch.zeros(16, 16)
    patches[:first, 3] = 1
    patches[first:, 9] = 1
    entropy = -share * math.log(share) - (1 - share) * math.log(1 - share)
    # H(k|q) = 0, so I = H(k), which is not H(q) here
    expected = math.sqrt(entropy / math.log(16))
    assert attention_nmi(patches.expand(1, 1, -1, -1), (4, 4), 4, 0).item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("prefix", [1, 5])
@pytest.mark.parametrize("mass", [0.01, 0.99, 1 - 1e-6])
def test_what_the_prefix_takes_does_not_count(mass: float, prefix: int) -> None:
    patches = torch.randn(64, 64, generator=torch.Generator().manual_seed(1)).mul(3).softmax(-1)
    alone = attention_nmi(rows_to_attention(patches, 0), (8, 8), 4, 0)
    values = attention_nmi(rows_to_attention(patches, prefix, mass), (8, 8), 4, prefix)
    assert torch.allclose(values, alone, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("rows", [2, 3, 4])
def test_rows_that_look_at_no_patch_are_left_out(rows: int) -> None:
    patches = torch.zeros(4, 4)
    patches[:rows] = 0.3 * torch.eye(4)[:rows]  # a permutation of the rows that look
    assert attention_nmi(patches.expand(1, 1, -1, -1), (2, 2), 10, 0).item() == pytest.approx(1, rel=1e-12)


def test_no_row_that_looks_at_a_patch() -> None:
    assert attention_nmi(torch.zeros(1, 1, 4, 4), (2, 2), 10, 0).isnan().all()


def test_a_single_row_shares_no_information() -> None:
    patches = torch.zeros(1, 1, 4, 4)
    patches[0, 0, 1] = torch.tensor([0.1, 0.2, 0.3, 0.4])
    assert attention_nmi(patches, (2, 2), 10, 0).item() == 0


def test_a_row_that_is_not_a_number_is_not_left_out() -> None:
    attention = torch.full((2, 1, 4, 4), 0.25)
    attention[1, 0, 2] = math.nan
    assert attention_nmi(attention, (2, 2), 10, 0).isnan().flatten().tolist() == [False, True]


def test_a_shape_that_does_not_fit_the_grid() -> None:
    with pytest.raises(ValueError, match=r"wanted \(batch, heads, 65, 65\)"):
        attention_nmi(torch.rand(1, 1, 64, 64), (8, 8), 4, 1)


@pytest.mark.parametrize("sharpness", [0.1, 2.0, 20.0])
def test_agrees_with_a_loop_over_its_definition(sharpness: float) -> None:
    attention = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(2)).mul(sharpness).softmax(-1)
    attention[0, 0, 4, 5] = 0
    prefix = 2
    values = attention_nmi(attention, (2, 3), 5, prefix)
    for image in range(2):
        for head in range(3):
            joint = []
            for i in range(6):
                row = [float(x) for x in attention[image, head, prefix + i, prefix:]]
                joint.append([x / sum(row) / 6 for x in row])
            of_query = [sum(row) for row in joint]
            of_key = [sum(column) for column in zip(*joint, strict=True)]
            information = sum(
                p * math.log(p / (of_query[i] * of_key[j])) for i, row in enumerate(joint) for j, p in enumerate(row) if p > 0
            )
            entropies = [-sum(p * math.log(p) for p in marginal if p > 0) for marginal in (of_query, of_key)]
            expected = information / math.sqrt(entropies[0] * entropies[1])
            assert values[image, head].item() == pytest.approx(expected, abs=ROUNDING)
