"""Known answers: blocks whose attention and MLP do something known to the frequencies of the tokens."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from timm.models.vision_transformer import ParallelScalingBlock, ResPostBlock
from torch import Tensor, nn

from checker.errors import MeasurementError
from checker.lab.encoder import Encoder
from checker.lab.metrics.log_amplitude_change import amplitudes, attention_amplitude_change, mlp_amplitude_change
from checker.lab.metrics.relative_log_amplitude import relative_log_amplitude
from checker.lab.subjects import Transformer
from tests.lab.planted import data_of, noise

NOISE = data_of({}, measure=(noise(8), {}))


class Branches(nn.Module):
    """A block of two branches on a residual path, each behind a norm that changes nothing."""

    def __init__(self, attention: Callable[[Tensor], Tensor], mlp: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.norm1, self.norm2, self.attention, self.mlp = nn.Identity(), nn.Identity(), attention, mlp

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens + self.attention(self.norm1(tokens))
        return tokens + self.mlp(self.norm2(tokens))


class Network(nn.Module):
    def __init__(self, *blocks: nn.Module) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)

    def forward_features(self, pictures: Tensor) -> Tensor:
        tokens = pictures.unfold(2, 4, 4).unfold(3, 4, 4).flatten(4).permute(0, 2, 3, 1, 4).flatten(1, 2).flatten(2) + 1
        for block in self.blocks:
            tokens = block(tokens)
        return tokens


def subject(*blocks: nn.Module) -> Transformer:
    return Transformer(Encoder("planted", Network(*blocks), 32, 4, 0, len(blocks), (0.0,) * 3, (1.0,) * 3, ""), NOISE, 8)


def mean(tokens: Tensor) -> Tensor:
    return tokens.mean(1, keepdim=True).expand_as(tokens)


def test_adding_the_mean_doubles_frequency_zero_alone() -> None:
    """Attention that looks everywhere alike is a low-pass filter: -ln 2; an MLP that acts on each token alike changes nothing."""
    found = subject(Branches(mean, lambda tokens: tokens), Branches(lambda tokens: -mean(tokens) / 2, torch.zeros_like))
    assert torch.allclose(attention_amplitude_change(found)[0], torch.tensor(-math.log(2), dtype=torch.float64), atol=1e-3)
    assert torch.allclose(attention_amplitude_change(found)[1], torch.tensor(math.log(2), dtype=torch.float64), atol=1e-3)
    assert mlp_amplitude_change(found).abs().max() < 1e-3


def test_taking_half_of_the_mean_away_at_an_mlp() -> None:
    found = mlp_amplitude_change(subject(Branches(torch.zeros_like, lambda tokens: -mean(tokens) / 2)))
    assert found.shape == (1, 8)
    assert torch.allclose(found, torch.tensor(math.log(2), dtype=torch.float64), atol=1e-3)


def test_the_changes_add_up_to_that_of_the_blocks() -> None:
    found = subject(Branches(mean, torch.tanh), Branches(torch.sin, mean))
    before, _, after = amplitudes(found)
    total = attention_amplitude_change(found) + mlp_amplitude_change(found)
    assert torch.allclose(total, after - before)
    assert torch.allclose(before[1], after[0])
    seen = found.encoder.module.forward_features(found.encoder.prepare(found.images))
    assert torch.allclose(after[1], relative_log_amplitude(seen, (8, 8), 0))


@pytest.mark.parametrize("block", [ResPostBlock(48, 4), ParallelScalingBlock(48, 4)])
def test_blocks_of_another_order_are_refused(block: nn.Module) -> None:
    with pytest.raises(MeasurementError, match=f"a {type(block).__name__} is not an attention and then an MLP"):
        attention_amplitude_change(subject(block.eval()))


def test_a_block_of_timm() -> None:
    from timm.models.vision_transformer import Block

    torch.manual_seed(0)
    block = Block(48, 4).eval()
    found = subject(block)
    tokens = Network().forward_features(found.encoder.prepare(found.images))
    with torch.no_grad():
        between = tokens + block.attn(block.norm1(tokens))
    expected = relative_log_amplitude(between, (8, 8), 0) - relative_log_amplitude(tokens, (8, 8), 0)
    assert torch.allclose(attention_amplitude_change(found)[0], expected, atol=1e-5)
