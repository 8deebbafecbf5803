"""Known answers: tokens whose angles are planted."""

from __future__ import annotations

import math

import pytest
import torch

from checker.lab.metrics.token_similarity import token_similarity


@pytest.mark.parametrize("prefix", [0, 1, 5])
def test_identical_tokens(prefix: int) -> None:
    tokens = torch.randn(2, prefix + 16, 8, generator=torch.Generator().manual_seed(0))
    tokens[:, prefix:] = tokens[:, prefix : prefix + 1]
    assert token_similarity(tokens, (4, 4), prefix).tolist() == pytest.approx([1, 1], abs=1e-9)


def test_norms_do_not_matter() -> None:
    tokens = torch.ones(1, 16, 8) * torch.linspace(0.1, 100, 16)[:, None]
    assert token_similarity(tokens, (4, 4), 0).item() == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("prefix", [0, 1, 5])
def test_orthogonal_tokens(prefix: int) -> None:
    tokens = torch.cat([torch.ones(1, prefix, 16), 3 * torch.eye(16)[None]], 1)
    assert token_similarity(tokens, (4, 4), prefix).item() == pytest.approx(0, abs=1e-12)


def test_a_simplex_is_as_unlike_as_can_be() -> None:
    tokens = (torch.eye(9, dtype=torch.float64) - 1 / 9)[None]
    assert token_similarity(tokens, (3, 3), 0).item() == pytest.approx(-1 / 8, abs=1e-12)


@pytest.mark.parametrize("times", [1.0, 100.0])
def test_one_planted_orthogonal_outlier(times: float) -> None:
    tokens = torch.zeros(1, 16, 2)
    tokens[0, :, 0] = 1
    tokens[0, 5] = torch.tensor([0.0, times])
    # 15 * 14 of 16 * 15 ordered pairs are alike, whatever the norm of the odd one
    assert token_similarity(tokens, (4, 4), 0).item() == pytest.approx(14 / 16, abs=1e-12)


def test_random_directions_are_unlike() -> None:
    tokens = torch.randn(1, 64, 512, generator=torch.Generator().manual_seed(1))
    # 64 * 63 / 2 cosines, uncorrelated, of mean 0 and variance 1 / 512
    assert abs(token_similarity(tokens, (8, 8), 0).item()) < 4 / math.sqrt(512 * 64 * 63 / 2)


def test_tokens_are_not_centred() -> None:
    tokens = 10 + torch.randn(1, 64, 512, generator=torch.Generator().manual_seed(2))
    assert token_similarity(tokens, (8, 8), 0).item() == pytest.approx(100 / 101, abs=1e-3)


def test_a_token_without_direction_is_no_measurement() -> None:
    tokens = torch.ones(3, 9, 4)
    tokens[1, 2] = 0
    tokens[2, 2, 0] = math.nan
    assert token_similarity(tokens, (3, 3), 0).isnan().tolist() == [False, True, True]


def test_agrees_with_a_loop_over_its_definition() -> None:
    tokens = 0.3 + torch.randn(2, 1 + 6, 4, generator=torch.Generator().manual_seed(3))
    for image, value in zip(tokens, token_similarity(tokens, (2, 3), 1).tolist(), strict=True):
        patches = [[float(x) for x in token] for token in image[1:]]
        cosines = []
        for i, a in enumerate(patches):
            for j, b in enumerate(patches):
                if i != j:
                    dot = sum(x * y for x, y in zip(a, b, strict=True))
                    cosines.append(dot / math.hypot(*a) / math.hypot(*b))
        assert value == pytest.approx(sum(cosines) / len(cosines), abs=1e-12)


def test_a_shape_that_does_not_fit_the_grid() -> None:
    with pytest.raises(ValueError, match=r"wanted \(batch, 65, width\)"):
        token_similarity(torch.rand(1, 64, 3), (8, 8), 1)
