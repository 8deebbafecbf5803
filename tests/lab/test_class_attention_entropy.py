"""Known answers: class tokens that look at a planted number of patches."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from checker.errors import MeasurementError
from checker.lab.metrics.base import METRICS
from checker.lab.metrics.class_attention_entropy import class_attention_entropy


def class_row(patches: Tensor, prefix: int, prefix_mass: float = 0.3) -> Tensor:
    """Random attention whose class token gives `prefix_mass` to the prefix and the rest to patches as told (L,)."""
    tokens = prefix + len(patches)
    attention = torch.rand(2, 3, tokens, tokens, generator=torch.Generator().manual_seed(0)).softmax(-1)
    attention[:, :, 0, :prefix] = prefix_mass / prefix
    attention[:, :, 0, prefix:] = patches * (1 - prefix_mass)
    return attention


@pytest.mark.parametrize("prefix", [1, 5])
@pytest.mark.parametrize("grid", [(8, 8), (14, 14), (3, 5)])
def test_uniform_attention_gives_the_log_of_the_number_of_patches(grid: tuple[int, int], prefix: int) -> None:
    length = grid[0] * grid[1]
    values = class_attention_entropy(class_row(torch.full((length,), 1 / length), prefix), grid, 4, prefix)
    assert values.shape == (2, 3)
    assert values.dtype == torch.float64
    assert values.flatten().tolist() == pytest.approx([math.log(length)] * 6, rel=1e-6)


def test_it_is_compared_as_a_share_of_its_uniform_value() -> None:
    assert METRICS["class_attention_entropy"].grows_with_grid


@pytest.mark.parametrize("prefix", [1, 5])
@pytest.mark.parametrize("patch", [0, 7, 15])
def test_attention_to_one_patch(patch: int, prefix: int) -> None:
    values = class_attention_entropy(class_row(torch.eye(16)[patch], prefix), (4, 4), 4, prefix)
    assert values.flatten().tolist() == [0] * 6


@pytest.mark.parametrize("prefix", [1, 5])
@pytest.mark.parametrize("size", [2, 5, 16])
def test_attention_to_some_patches_alike(size: int, prefix: int) -> None:
    patches = torch.zeros(16)
    patches[-size:] = 1 / size
    values = class_attention_entropy(class_row(patches, prefix), (4, 4), 4, prefix)
    assert values.flatten().tolist() == pytest.approx([math.log(size)] * 6, rel=1e-6)


@pytest.mark.parametrize("share", [1e-6, 0.25, 0.5])
def test_two_blocks_of_patches(share: float) -> None:
    patches = torch.cat([torch.full((4,), share / 4), torch.full((12,), (1 - share) / 12)])
    expected = -share * math.log(share / 4) - (1 - share) * math.log((1 - share) / 12)
    values = class_attention_entropy(class_row(patches, 1), (4, 4), 4, 1)
    assert values.flatten().tolist() == pytest.approx([expected] * 6, rel=1e-6)


@pytest.mark.parametrize("mass", [0.0, 0.99, 1 - 1e-6])
def test_what_the_prefix_takes_does_not_count(mass: float) -> None:
    patches = torch.randn(64, generator=torch.Generator().manual_seed(1)).mul(3).softmax(-1)
    little, much = (class_attention_entropy(class_row(patches, *prefix), (8, 8), 4, prefix[0]) for prefix in ((1,), (5, mass)))
    assert torch.allclose(little, much, rtol=1e-6)


def test_patches_as_queries_do_not_count() -> None:
    patches = torch.full((16,), 1 / 16)
    attention = class_row(patches, 1)
    other = attention.clone()
    other[:, :, 1:] = torch.eye(17)[1:]
    first, second = (class_attention_entropy(a, (4, 4), 4, 1).tolist() for a in (attention, other))
    assert first == second


def test_a_class_token_that_looks_at_no_patch() -> None:
    attention = torch.full((2, 1, 5, 5), 0.2)
    attention[1, 0, 0, 1:] = 0
    assert class_attention_entropy(attention, (2, 2), 10, 1).isnan().flatten().tolist() == [False, True]


def test_a_model_without_class_token() -> None:
    with pytest.raises(MeasurementError, match="the model has no class token"):
        class_attention_entropy(torch.full((1, 1, 16, 16), 1 / 16), (4, 4), 4, 0)


def test_attention_that_is_not_a_number() -> None:
    attention = torch.full((2, 1, 5, 5), 0.2)
    attention[1, 0, 0] = math.nan
    assert class_attention_entropy(attention, (2, 2), 10, 1).isnan().flatten().tolist() == [False, True]


def test_a_shape_that_does_not_fit_the_grid() -> None:
    with pytest.raises(ValueError, match=r"wanted \(batch, heads, 65, 65\)"):
        class_attention_entropy(torch.rand(1, 1, 64, 64), (8, 8), 4, 1)


def test_agrees_with_a_loop_over_its_definition() -> None:
    attention = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(2)).mul(2).softmax(-1)
    attention[0, 0, 0, 5] = 0
    prefix = 2
    values = class_attention_entropy(attention, (2, 3), 5, prefix)
    for image in range(2):
        for head in range(3):
            row = [float(x) for x in attention[image, head, 0, prefix:]]
            shares = [x / sum(row) for x in row]
            expected = -sum(q * math.log(q) for q in shares if q > 0)
            assert values[image, head].item() == pytest.approx(expected, rel=1e-6)
