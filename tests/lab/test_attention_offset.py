"""Known answers: attention that moves by a planted displacement."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from checker.lab.metrics.attention_offset import attention_offset
from tests.lab.test_attention_distance import rows_to_attention


def displaced(grid: tuple[int, int], down: int, right: int) -> torch.Tensor:
    """Every patch looks at the one so far away; rows and columns end in the opposite one."""
    rows, columns = torch.meshgrid(torch.arange(grid[0]), torch.arange(grid[1]), indexing="ij")
    keys = (rows + down) % grid[0] * grid[1] + (columns + right) % grid[1]
    return torch.eye(grid[0] * grid[1])[keys.flatten()]


@pytest.mark.parametrize("prefix", [0, 1, 5])
@pytest.mark.parametrize("grid", [(8, 8), (3, 5)])
def test_uniform_attention_and_attention_to_self_have_none(grid: tuple[int, int], prefix: int) -> None:
    length = grid[0] * grid[1]
    for patches in (torch.full((length, length), 1 / length), torch.eye(length), displaced(grid, 0, 1)):
        values = attention_offset(rows_to_attention(patches, prefix, 0.3), grid, 4, prefix)
        assert values.shape == (2, 3)
        assert values.dtype == torch.float64
        assert values.flatten().tolist() == pytest.approx([0] * 6, abs=1e-5)  # what wraps around moves back as far


@pytest.mark.parametrize("prefix", [0, 1, 5])
def test_a_head_that_looks_at_the_right_neighbour(prefix: int) -> None:
    """Patches of the last column look at themselves: 7 of 8 columns move by 4 pixels."""
    patches = displaced((8, 8), 0, 1)
    patches[7::8] = torch.eye(64)[7::8]
    values = attention_offset(rows_to_attention(patches, prefix, 0.3), (8, 8), 4, prefix)
    assert values.flatten().tolist() == pytest.approx([3.5] * 6, rel=1e-5)


def test_looking_at_one_patch_is_the_distance_from_the_middle() -> None:
    patches = torch.zeros(64, 64)
    patches[:, 0] = 1  # the first corner, 3.5 patches from the middle along both axes
    values = attention_offset(rows_to_attention(patches, 1, 0.3), (8, 8), 4, 1)
    assert values.flatten().tolist() == pytest.approx([4 * 3.5 * 2**0.5] * 6, rel=1e-5)


def test_it_agrees_with_the_aligned_map_of_the_authors() -> None:
    """The centre of the mean map that is aligned at each patch, on [-1, 1] over twice the grid less one."""
    attention = torch.rand(1, 2, 26, 26, generator=torch.Generator().manual_seed(3)).softmax(-1)
    maps = attention[0, :, 1:, 1:].double()
    maps = (maps / maps.sum(-1, keepdim=True)).reshape(2, 25, 5, 5).numpy()
    aligned = np.zeros((2, 9, 9))
    for query in range(25):
        row, column = divmod(query, 5)
        aligned[:, 4 - row : 9 - row, 4 - column : 9 - column] += maps[:, query]
    aligned /= aligned.sum((1, 2), keepdims=True)
    place = np.linspace(-1, 1, 9)
    centre = np.stack([(aligned * place[:, None]).sum((1, 2)), (aligned * place).sum((1, 2))])
    expected = np.linalg.norm(centre, axis=0) * 4 * 16  # from half widths of the map to pixels of 16 a patch
    assert attention_offset(attention, (5, 5), 16, 1)[0].tolist() == pytest.approx(expected.tolist(), rel=1e-5)
