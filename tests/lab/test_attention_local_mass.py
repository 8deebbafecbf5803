"""Known answers: attention whose share on a patch's neighbourhood has a closed form."""

from __future__ import annotations

import math

import pytest
import torch

from checker.lab.metrics.attention_local_mass import attention_local_mass
from checker.lab.metrics.base import METRICS
from tests.lab.test_attention_distance import rows_to_attention


def neighbour_pairs(rows: int, columns: int) -> int:
    """Ordered pairs of patches at most one step apart in each direction, the patch itself included."""
    return (3 * rows - 2) * (3 * columns - 2)


def shifted(grid: tuple[int, int], down: int, right: int) -> torch.Tensor:
    """Each patch looks at one other, at a fixed offset on the torus: (L, L)."""
    rows, columns = grid
    patches = torch.zeros(rows * columns, rows * columns)
    for y in range(rows):
        for x in range(columns):
            patches[y * columns + x, (y + down) % rows * columns + (x + right) % columns] = 1
    return patches


@pytest.mark.parametrize("prefix", [0, 1, 5])
@pytest.mark.parametrize(("grid", "patch"), [((8, 8), 4), ((14, 14), 16), ((3, 5), 2), ((1, 7), 1)])
def test_uniform_attention(grid: tuple[int, int], patch: int, prefix: int) -> None:
    length = grid[0] * grid[1]
    attention = rows_to_attention(torch.full((length, length), 1 / length), prefix, 0.3)
    values = attention_local_mass(attention, grid, patch, prefix)
    assert values.shape == (2, 3)
    assert values.dtype == torch.float64
    assert values.flatten().tolist() == pytest.approx([neighbour_pairs(*grid) / length**2] * 6, rel=1e-6)


def test_it_is_compared_as_a_share_of_its_uniform_value() -> None:
    assert METRICS["attention_local_mass"].grows_with_grid


@pytest.mark.parametrize("prefix", [0, 1, 5])
def test_identity_attention(prefix: int) -> None:
    values = attention_local_mass(rows_to_attention(torch.eye(64), prefix, 0.3), (8, 8), 4, prefix)
    assert values.flatten().tolist() == [1] * 6


@pytest.mark.parametrize("prefix", [0, 1, 5])
@pytest.mark.parametrize(
    ("down", "right", "stays"),
    [(0, 1, 7 * 8), (1, 1, 7 * 7), (-1, 1, 7 * 7), (1, 0, 7 * 8), (2, 0, 0), (0, -2, 0), (1, 2, 0), (2, 2, 0)],
)
def test_one_fixed_offset_is_near_up_to_the_diagonal_neighbour(down: int, right: int, stays: int, prefix: int) -> None:
    attention = rows_to_attention(shifted((8, 8), down, right), prefix, 0.3)
    values = attention_local_mass(attention, (8, 8), 4, prefix)
    assert values.flatten().tolist() == pytest.approx([stays / 64] * 6, abs=1e-12)  # where it wraps, it looks far


@pytest.mark.parametrize(
    ("key", "near"), [((0, 0), 4), ((0, 2), 6), ((3, 1), 9), ((7, 5), 4)], ids=["corner", "border", "inside", "corner"]
)
def test_attention_to_one_fixed_key(key: tuple[int, int], near: int) -> None:
    patches = torch.zeros(48, 48)
    patches[:, key[0] * 6 + key[1]] = 1
    values = attention_local_mass(rows_to_attention(patches, 1, 0.3), (8, 6), 4, 1)
    assert values.flatten().tolist() == pytest.approx([near / 48] * 6, abs=1e-12)


@pytest.mark.parametrize("prefix", [0, 1, 5])
@pytest.mark.parametrize("top", [1, 3, 4])
def test_two_blocks_that_look_at_themselves(top: int, prefix: int) -> None:
    columns, rest = 5, 8 - top
    patches = torch.block_diag(*(torch.full((n * columns, n * columns), 1 / (n * columns)) for n in (top, rest)))
    expected = sum(neighbour_pairs(n, columns) / (n * columns) for n in (top, rest)) / (8 * columns)
    values = attention_local_mass(rows_to_attention(patches, prefix, 0.3), (8, columns), 4, prefix)
    assert values.flatten().tolist() == pytest.approx([expected] * 6, rel=1e-6)


@pytest.mark.parametrize("prefix", [1, 5])
@pytest.mark.parametrize("mass", [0.01, 0.99, 1 - 1e-6])
def test_what_the_prefix_takes_does_not_count(mass: float, prefix: int) -> None:
    patches = torch.randn(64, 64, generator=torch.Generator().manual_seed(0)).mul(3).softmax(-1)
    alone = attention_local_mass(rows_to_attention(patches, 0), (8, 8), 4, 0)
    values = attention_local_mass(rows_to_attention(patches, prefix, mass), (8, 8), 4, prefix)
    assert torch.allclose(values, alone, rtol=1e-6)


def test_the_size_of_a_patch_does_not_matter() -> None:
    attention = torch.randn(1, 2, 64, 64, generator=torch.Generator().manual_seed(1)).softmax(-1)
    values = [attention_local_mass(attention, (8, 8), patch, 0).tolist() for patch in (1, 7, 16)]
    assert values[0] == values[1] == values[2]


def test_rows_that_look_at_no_patch_are_left_out() -> None:
    patches = torch.zeros(9, 9)
    patches[0, [0, 8]] = 0.1
    patches[4, :] = 0.1
    values = attention_local_mass(patches.expand(1, 1, -1, -1), (3, 3), 10, 0)
    assert values.item() == pytest.approx((0.5 + 1) / 2, rel=1e-6)
    assert attention_local_mass(torch.zeros(1, 1, 9, 9), (3, 3), 10, 0).isnan().all()


def test_a_row_that_is_not_a_number_is_not_left_out() -> None:
    attention = torch.full((2, 1, 4, 4), 0.25)
    attention[1, 0, 2] = math.nan
    assert attention_local_mass(attention, (2, 2), 10, 0).isnan().flatten().tolist() == [False, True]


def test_a_shape_that_does_not_fit_the_grid() -> None:
    with pytest.raises(ValueError, match=r"wanted \(batch, heads, 65, 65\)"):
        attention_local_mass(torch.rand(1, 1, 64, 64), (8, 8), 4, 1)


def test_agrees_with_a_loop_over_its_definition() -> None:
    attention = torch.randn(2, 3, 14, 14, generator=torch.Generator().manual_seed(2)).mul(2).softmax(-1)
    rows, columns, prefix = 3, 4, 2
    values = attention_local_mass(attention, (rows, columns), 5, prefix)
    for image in range(2):
        for head in range(3):
            near = []
            for i in range(12):
                row = [float(x) for x in attention[image, head, prefix + i, prefix:]]
                close = [
                    x for j, x in enumerate(row) if math.hypot(i // columns - j // columns, i % columns - j % columns) <= 1.5
                ]
                near.append(sum(close) / sum(row))
            assert values[image, head].item() == pytest.approx(sum(near) / 12, rel=1e-6)
