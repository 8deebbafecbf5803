"""Known answers: tokens whose singular values are planted."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from checker.lab.metrics.effective_rank import effective_rank, singular_spectrum


def with_singular_values(values: list[float], length: int, width: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """One image of patch tokens: a common token plus a centred matrix with exactly these singular values."""
    generator = torch.Generator().manual_seed(0)
    rank = len(values)
    left = torch.randn(length, rank, generator=generator, dtype=torch.float64)
    left = torch.linalg.qr(left - left.mean(0)).Q  # columns orthonormal, each of sum 0
    right = torch.linalg.qr(torch.randn(width, rank, generator=generator, dtype=torch.float64)).Q
    common = torch.randn(width, generator=generator, dtype=torch.float64)
    return (common + left * torch.tensor(values) @ right.T)[None].to(dtype)


@pytest.mark.parametrize(("length", "width"), [(64, 20), (16, 48)])
@pytest.mark.parametrize("rank", [1, 2, 7, 15])
def test_equal_singular_values_give_their_number(rank: int, length: int, width: int) -> None:
    edge = math.isqrt(length)
    tokens = with_singular_values([2.5] * rank, length, width)
    assert effective_rank(tokens, (edge, edge), 0).item() == pytest.approx(rank, rel=1e-9)
    single = with_singular_values([2.5] * rank, length, width, torch.float32)
    assert effective_rank(single, (edge, edge), 0).item() == pytest.approx(rank, rel=1e-4)


def test_unequal_singular_values() -> None:
    tokens = with_singular_values([3.0, 1.0], 16, 5)
    assert singular_spectrum(tokens, (4, 4), 0)[0].tolist() == pytest.approx([0.75, 0.25, 0, 0, 0], abs=1e-12)
    expected = 0.75**-0.75 * 0.25**-0.25
    assert effective_rank(tokens, (4, 4), 0).item() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("times", [1.5, 100.0])
def test_one_planted_outlier_is_one_dimension(times: float) -> None:
    tokens = torch.ones(1, 16, 6, dtype=torch.float64)
    tokens[0, 3] *= times
    assert effective_rank(tokens, (4, 4), 0).item() == pytest.approx(1, rel=1e-9)


def test_white_noise_fills_the_width() -> None:
    tokens = torch.randn(2, 1024, 8, generator=torch.Generator().manual_seed(1))
    assert effective_rank(tokens, (32, 32), 0).tolist() == pytest.approx([8, 8], rel=0.01)


def test_the_spectrum_falls_and_sums_to_one() -> None:
    tokens = torch.randn(3, 1 + 9, 20, generator=torch.Generator().manual_seed(2))
    spectrum = singular_spectrum(tokens, (3, 3), 1)
    assert spectrum.shape == (3, 9)
    assert spectrum.sum(1).tolist() == pytest.approx([1] * 3)
    assert (spectrum.diff(dim=1) <= 0).all()
    assert spectrum[:, -1].tolist() == pytest.approx([0] * 3, abs=1e-12)  # centring takes one dimension of 9


def test_offset_scale_rotation_and_prefix_do_not_matter() -> None:
    generator = torch.Generator().manual_seed(3)
    patches = torch.randn(2, 16, 6, generator=generator, dtype=torch.float64)
    values = effective_rank(patches, (4, 4), 0)
    rotation = torch.linalg.qr(torch.randn(6, 6, generator=generator, dtype=torch.float64)).Q
    changed = torch.cat([torch.full((2, 3, 6), 1e3, dtype=torch.float64), 40 * patches @ rotation + 5], 1)
    assert torch.allclose(effective_rank(changed, (4, 4), 3), values)


@pytest.mark.parametrize("value", [0.0, 0.1, math.nan, math.inf])
def test_an_image_without_spread_is_no_measurement(value: float) -> None:
    tokens = torch.randn(2, 14 * 14, 6, generator=torch.Generator().manual_seed(4))
    tokens[1] = value
    assert effective_rank(tokens, (14, 14), 0).isnan().tolist() == [False, True]
    assert singular_spectrum(tokens, (14, 14), 0)[1].isnan().all()


def test_agrees_with_a_loop_over_its_definition() -> None:
    """Two channels: the squared singular values solve a quadratic equation."""
    tokens = torch.randn(1, 1 + 6, 2, generator=torch.Generator().manual_seed(5))
    points = [(float(a), float(b)) for a, b in tokens[0, 1:]]
    means = [sum(point[axis] for point in points) / 6 for axis in range(2)]
    aa = sum((a - means[0]) ** 2 for a, _ in points)
    bb = sum((b - means[1]) ** 2 for _, b in points)
    ab = sum((a - means[0]) * (b - means[1]) for a, b in points)
    root = math.sqrt(((aa - bb) / 2) ** 2 + ab**2)
    values = [math.sqrt((aa + bb) / 2 + sign * root) for sign in (1, -1)]
    shares = [value / sum(values) for value in values]
    assert singular_spectrum(tokens, (2, 3), 1)[0].tolist() == pytest.approx(shares, rel=1e-9)
    entropy = -sum(share * math.log(share) for share in shares)
    assert effective_rank(tokens, (2, 3), 1).item() == pytest.approx(math.exp(entropy), rel=1e-9)


def test_a_shape_that_does_not_fit_the_grid() -> None:
    with pytest.raises(ValueError, match=r"wanted \(batch, 65, width\)"):
        effective_rank(torch.rand(1, 64, 3), (8, 8), 1)
