"""Known answers: maps whose spectrum has a closed form."""

from __future__ import annotations

import cmath
import math

import pytest
import torch
from torch import Tensor

from checker.lab.metrics.relative_log_amplitude import FLOOR, half_diagonal, relative_log_amplitude


def diagonal_cosine(edge: int, cycles: int, offset: float, size: float) -> Tensor:
    """Two images of three equal channels: offset + size cos(2 pi cycles (y + x) / edge), after two prefix tokens."""
    y, x = torch.meshgrid(torch.arange(edge), torch.arange(edge), indexing="ij")
    wave = offset + size * torch.cos(2 * math.pi * cycles * (y + x).double() / edge)
    patches = wave.flatten()[None, :, None].expand(2, -1, 3)
    return torch.cat([torch.full((2, 2, 3), 100.0), patches], 1)


@pytest.mark.parametrize(("edge", "cycles"), [(8, 1), (8, 3), (8, 4), (7, 1), (7, 3), (14, 7)])
def test_a_cosine_peaks_at_its_frequency(edge: int, cycles: int) -> None:
    curve = half_diagonal(diagonal_cosine(edge, cycles, 2.0, 0.5), (edge, edge), 2)
    assert curve.shape == (2, edge // 2 + 1)
    at_zero = math.log(2.0 * edge**2 + FLOOR)
    peak = 0.5 * edge**2 * (1 if 2 * cycles == edge else 0.5)  # a wave at pi is its own mirror image
    expected = [math.log(FLOOR) - at_zero] * (edge // 2 + 1)
    expected[0], expected[cycles] = 0.0, math.log(peak + FLOOR) - at_zero
    for row in curve.tolist():
        assert row == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("edge", [2, 8, 14])
def test_a_checkerboard_as_strong_as_the_mean(edge: int) -> None:
    y, x = torch.meshgrid(torch.arange(edge), torch.arange(edge), indexing="ij")
    board = 1 - 2 * ((y + x) % 2)
    tokens = (3.0 + torch.tensor([3.0, 3 * math.e]) * board.flatten()[:, None])[None]
    # amplitudes 3 and 3 e over a mean of 3: log ratios 0 and 1
    assert relative_log_amplitude(tokens, (edge, edge), 0).item() == pytest.approx(0.5, abs=1e-5)


def test_constant_tokens_have_only_the_floor() -> None:
    values = relative_log_amplitude(torch.full((2, 64, 5), 0.5), (8, 8), 0)
    assert values.tolist() == pytest.approx([math.log(FLOOR) - math.log(32 + FLOOR)] * 2, abs=1e-6)
    assert relative_log_amplitude(torch.zeros(1, 64, 5), (8, 8), 0).item() == 0


@pytest.mark.parametrize(("edge", "end"), [(8, 0.0), (7, math.log(2) / 2)])
def test_white_noise_is_flat(edge: int, end: float) -> None:
    """The log of a real Gaussian amplitude is ln(2) / 2 below that of a complex one of the same power, on average."""
    generator = torch.Generator().manual_seed(0)
    tokens = torch.randn(32, edge**2, 256, generator=generator)
    expected = [0.0] + [math.log(2) / 2] * (edge // 2 - 1) + [end]
    # 32 * 256 amplitudes of standard deviation pi / sqrt(8) at most, two of them in a difference
    error = math.pi / math.sqrt(8) * math.sqrt(2 / (32 * 256))
    assert half_diagonal(tokens, (edge, edge), 0).mean(0).tolist() == pytest.approx(expected, abs=4 * error)


def test_smoothing_lowers_it() -> None:
    generator = torch.Generator().manual_seed(1)
    maps = 1 + torch.randn(4, 8, 8, 16, generator=generator)
    smooth = maps + 0.5 * maps.roll(1, 1) + 0.5 * maps.roll(-1, 1)  # gain 1 + cos: 2 at zero, 0 at pi
    rough, smoothed = (relative_log_amplitude(part.flatten(1, 2), (8, 8), 0) for part in (maps, smooth))
    assert (smoothed < rough - 5).all()


def test_scale_and_prefix_do_not_matter() -> None:
    generator = torch.Generator().manual_seed(2)
    tokens = 1 + torch.randn(3, 64 + 4, 6, generator=generator)
    values = relative_log_amplitude(tokens, (8, 8), 4)
    assert torch.allclose(relative_log_amplitude(50 * tokens, (8, 8), 4), values, atol=1e-4)
    tokens[:, :4] = 1e4
    assert relative_log_amplitude(tokens, (8, 8), 4).tolist() == values.tolist()


@pytest.mark.parametrize("edge", [4, 5])
def test_agrees_with_a_loop_over_its_definition(edge: int) -> None:
    generator = torch.Generator().manual_seed(3)
    tokens = torch.randn(1, 1 + edge**2, 3, generator=generator)

    def mean_log(k: int) -> float:
        logs = []
        for channel in range(3):
            total = 0j
            for y in range(edge):
                for x in range(edge):
                    value = float(tokens[0, 1 + y * edge + x, channel])
                    total += value * cmath.exp(-2j * math.pi * k * (y + x) / edge)
            logs.append(math.log(abs(total) + FLOOR))
        return sum(logs) / 3

    expected = [mean_log(k) - mean_log(0) for k in range(edge // 2 + 1)]
    assert half_diagonal(tokens, (edge, edge), 1)[0].tolist() == pytest.approx(expected, abs=1e-9)
    assert relative_log_amplitude(tokens, (edge, edge), 1).item() == pytest.approx(expected[-1], abs=1e-9)


def test_a_grid_that_is_not_square() -> None:
    with pytest.raises(ValueError, match="4 x 6 patches; the half diagonal needs a square one"):
        relative_log_amplitude(torch.rand(1, 24, 3), (4, 6), 0)


def test_a_shape_that_does_not_fit_the_grid() -> None:
    with pytest.raises(ValueError, match=r"wanted \(batch, 65, width\)"):
        relative_log_amplitude(torch.rand(1, 64, 3), (8, 8), 1)
