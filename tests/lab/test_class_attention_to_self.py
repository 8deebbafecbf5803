"""Known answers: class tokens with planted attention on themselves."""

from __future__ import annotations

import pytest
import torch

from checker.errors import MeasurementError
from checker.lab.metrics.base import METRICS
from checker.lab.metrics.class_attention_to_self import class_attention_to_self


@pytest.mark.parametrize("prefix", [1, 5])
@pytest.mark.parametrize("grid", [(8, 8), (14, 14), (3, 5)])
def test_uniform_attention(grid: tuple[int, int], prefix: int) -> None:
    tokens = prefix + grid[0] * grid[1]
    values = class_attention_to_self(torch.full((2, 3, tokens, tokens), 1 / tokens), grid, 4, prefix)
    assert values.shape == (2, 3)
    assert values.dtype == torch.float64
    assert values.flatten().tolist() == pytest.approx([1 / tokens] * 6, rel=1e-6)


def test_it_is_compared_as_a_share_of_its_uniform_value() -> None:
    assert METRICS["class_attention_to_self"].grows_with_grid


@pytest.mark.parametrize("prefix", [1, 5])
def test_identity_attention(prefix: int) -> None:
    tokens = prefix + 16
    assert class_attention_to_self(torch.eye(tokens).expand(2, 3, -1, -1), (4, 4), 4, prefix).flatten().tolist() == [1] * 6


@pytest.mark.parametrize("prefix", [1, 5])
def test_each_image_and_head_has_its_own_value(prefix: int) -> None:
    tokens = prefix + 16
    planted = torch.tensor([[0.0, 0.125, 0.25], [0.5, 0.75, 1.0]])
    attention = torch.rand(2, 3, tokens, tokens, generator=torch.Generator().manual_seed(0)).softmax(-1)
    attention[:, :, 0] = ((1 - planted) / (tokens - 1))[..., None]
    attention[:, :, 0, 0] = planted
    assert class_attention_to_self(attention, (4, 4), 4, prefix).tolist() == planted.tolist()


def test_it_is_a_share_among_all_tokens_and_not_only_of_the_patches() -> None:
    attention = torch.zeros(1, 1, 21, 21)
    attention[0, 0, 0, :5] = torch.tensor([0.25, 0.25, 0.25, 0.25, 0.0])  # nothing is left for the patches
    assert class_attention_to_self(attention, (4, 4), 4, 5).item() == 0.25


def test_a_model_without_class_token() -> None:
    with pytest.raises(MeasurementError, match="the model has no class token"):
        class_attention_to_self(torch.full((1, 1, 16, 16), 1 / 16), (4, 4), 4, 0)


def test_attention_that_is_not_a_number() -> None:
    attention = torch.full((2, 1, 5, 5), 0.2)
    attention[1, 0, 0] = torch.nan
    assert class_attention_to_self(attention, (2, 2), 10, 1).isnan().flatten().tolist() == [False, True]


def test_a_shape_that_does_not_fit_the_grid() -> None:
    with pytest.raises(ValueError, match=r"wanted \(batch, heads, 65, 65\)"):
        class_attention_to_self(torch.rand(1, 1, 64, 64), (8, 8), 4, 1)


def test_agrees_with_its_definition_on_a_softmax() -> None:
    logits = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    values = class_attention_to_self(logits.softmax(-1), (2, 3), 5, 2)
    for image in range(2):
        for head in range(3):
            weights = [float(x) for x in logits[image, head, 0].double().exp()]
            assert values[image, head].item() == pytest.approx(weights[0] / sum(weights), rel=1e-6)
