"""Known answers: attention whose mean distance has a closed form."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from checker.lab.metrics import attention_distance


def uniform_distance(rows: int, columns: int, patch: int) -> float:
    """Mean distance between two patches drawn independently, by plain enumeration."""
    cells = [(y, x) for y in range(rows) for x in range(columns)]
    total = sum(math.hypot(a[0] - b[0], a[1] - b[1]) for a in cells for b in cells)
    return patch * total / len(cells) ** 2


def rows_to_attention(patches: Tensor, prefix: int, prefix_mass: float = 0.5) -> Tensor:
    """Embed a patch-to-patch map (L, L) in a full one whose rows give `prefix_mass` to the prefix tokens."""
    length = len(patches)
    full = torch.zeros(prefix + length, prefix + length)
    full[prefix:, prefix:] = patches * (1 - prefix_mass if prefix else 1)
    if prefix:
        full[prefix:, :prefix] = prefix_mass / prefix
        full[:prefix] = torch.rand(prefix, prefix + length).softmax(-1)
    return full.expand(2, 3, -1, -1)


@pytest.mark.parametrize("prefix", [0, 1, 5])
@pytest.mark.parametrize(("grid", "patch"), [((8, 8), 4), ((14, 14), 16), ((3, 5), 2)])
def test_uniform_attention(grid: tuple[int, int], patch: int, prefix: int) -> None:
    length = grid[0] * grid[1]
    attention = rows_to_attention(torch.full((length, length), 1 / length), prefix)
    values = attention_distance(attention, grid, patch, prefix)
    assert values.shape == (2, 3)
    assert values.flatten().tolist() == pytest.approx([uniform_distance(*grid, patch)] * 6, rel=1e-6)


def test_the_published_anchors() -> None:
    assert uniform_distance(8, 8, 4) == pytest.approx(16.546, abs=1e-3)
    assert uniform_distance(14, 14, 16) == pytest.approx(116.5, abs=0.05)


@pytest.mark.parametrize("prefix", [0, 1, 5])
def test_identity_attention_is_at_distance_zero(prefix: int) -> None:
    assert attention_distance(rows_to_attention(torch.eye(64), prefix), (8, 8), 4, prefix).abs().max() == 0


@pytest.mark.parametrize(("down", "right"), [(0, 1), (2, 0), (3, 4)])
@pytest.mark.parametrize("prefix", [0, 1, 5])
def test_attention_to_one_fixed_offset(down: int, right: int, prefix: int) -> None:
    rows, columns, patch = 8, 8, 4
    patches = torch.zeros(64, 64)
    inside = 0
    for y in range(rows):
        for x in range(columns):
            if y + down < rows and x + right < columns:
                patches[y * columns + x, (y + down) * columns + x + right] = 1
                inside += 1
            else:
                patches[y * columns + x, y * columns + x] = 1  # looks at itself where the offset leaves the image
    expected = patch * math.hypot(down, right) * inside / 64
    values = attention_distance(rows_to_attention(patches, prefix), (rows, columns), patch, prefix)
    assert values.flatten().tolist() == pytest.approx([expected] * 6, rel=1e-6)


def test_what_the_prefix_takes_does_not_count() -> None:
    torch.manual_seed(0)
    patches = torch.rand(64, 64).softmax(-1)
    little, much = (attention_distance(rows_to_attention(patches, 1, mass), (8, 8), 4, 1) for mass in (0.01, 0.99))
    assert torch.allclose(little, much, rtol=1e-4)


def test_rows_that_look_at_no_patch_are_left_out() -> None:
    patches = torch.zeros(4, 4)
    patches[0, 1] = 1
    values = attention_distance(patches.expand(1, 1, -1, -1), (2, 2), 10, 0)
    assert values.item() == 10
    assert attention_distance(torch.zeros(1, 1, 4, 4), (2, 2), 10, 0).isnan().all()


def test_a_shape_that_does_not_fit_the_grid() -> None:
    with pytest.raises(ValueError, match=r"wanted \(batch, heads, 65, 65\)"):
        attention_distance(torch.rand(1, 1, 64, 64), (8, 8), 4, 1)


def test_agrees_with_a_loop_over_its_definition() -> None:
    torch.manual_seed(1)
    attention = torch.rand(1, 2, 7, 7).softmax(-1)
    grid, patch, prefix = (2, 3), 5, 1
    for head in range(2):
        means = []
        for i in range(6):
            row = attention[0, head, prefix + i, prefix:]
            reach = sum(float(row[j]) * patch * math.hypot(i // 3 - j // 3, i % 3 - j % 3) for j in range(6))
            means.append(reach / float(row.sum()))
        assert attention_distance(attention, grid, patch, prefix)[0, head].item() == pytest.approx(sum(means) / 6, rel=1e-6)
