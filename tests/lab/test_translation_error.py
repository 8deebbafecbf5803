"""Known answers: tokens that move along, tokens that stay, tokens of noise, and a look at the neighbour."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from checker.errors import MeasurementError
from checker.lab.checkpoints import load
from checker.lab.metrics.translation_error import translation_error
from checker.lab.models import MODELS
from checker.lab.subjects import Transformer, token_maps
from tests.conftest import write_model
from tests.lab.planted import Tokens, data_of, noise, patch_pixels, planted

DATA = data_of({}, measure=(noise(12), {}))


def error(*blocks: Tokens, count: int = 12, **shape: int) -> Tensor:
    return translation_error(Transformer(planted(*blocks, **shape), DATA, count))


@pytest.mark.parametrize("prefix", [0, 1, 5])
def test_tokens_that_move_along_have_no_error(prefix: int) -> None:
    values = error(patch_pixels, lambda pictures: patch_pixels(pictures).sin(), prefix=prefix)
    assert values.tolist() == [[0.0] * 12] * 2


def test_tokens_that_say_only_where_they_are() -> None:
    """Columns 0..7 have variance 63/12 and differ by 1 after a step to the right, by 0 after one down: 1/2 / (63/6) = 1/21."""
    columns = torch.arange(8.0).repeat(8)[None, :, None]
    values = error(lambda pictures: columns.expand(len(pictures), -1, -1), prefix=2)
    assert values.flatten().tolist() == pytest.approx([1 / 21] * 12)


def test_content_beside_position() -> None:
    """A channel that moves along, of the same variance as one of position, halves the error."""
    columns = torch.arange(8.0).repeat(8)[None, :, None]
    scale = (63 / 12) ** 0.5

    def tokens(pictures: Tensor) -> Tensor:
        content = patch_pixels(pictures).mean(2, keepdim=True)
        content = (content > content.median()).float() * 2 * scale
        return torch.cat([content, columns.expand(len(pictures), -1, -1)], 2)

    assert error(tokens).flatten().tolist() == pytest.approx([1 / 42] * 12, rel=0.02)


def test_unrelated_tokens_have_an_error_of_about_one() -> None:
    torch.manual_seed(0)
    values = error(lambda pictures: 5 + torch.randn(len(pictures), 64, 32))
    assert values.flatten().tolist() == pytest.approx([1] * 12, abs=0.15)
    assert float(values.mean()) == pytest.approx(1, abs=0.03)


def test_the_neighbour_of_what_wrapped_around_is_left_out() -> None:
    """Tokens that look at the patch before them see the wrapped strip only from the two tokens that are left out."""
    kernel = torch.tensor([[[[0.0, 1, 0], [1, 1, 0], [0, 0, 0]]]])

    def tokens(pictures: Tensor) -> Tensor:
        means = F.avg_pool2d(pictures.mean(1, keepdim=True), 4)
        return F.conv2d(means, kernel, padding=1).flatten(2).mT

    assert error(tokens).max() < 1e-12


def test_tokens_that_are_all_the_same_have_no_value() -> None:
    assert error(lambda pictures: torch.full((len(pictures), 64, 3), 0.1)).isnan().all()


def test_a_grid_that_is_too_small() -> None:
    with pytest.raises(MeasurementError, match="no tokens are left to compare on a grid of 2 x 2 patches"):
        error(lambda pictures: patch_pixels(pictures, 16), patch=16)


def test_agrees_with_a_loop_over_its_definition(tmp_path: Path) -> None:
    write_model(tmp_path, "MAE", 0, 0.3)
    encoder, _ = load(tmp_path / f"{MODELS['MAE'].recipe.key(0)}.safetensors")
    values = translation_error(Transformer(encoder, DATA, 3))
    assert values.shape == (6, 3)
    images = torch.from_numpy(noise(12))[:3]

    def maps(pictures: Tensor) -> Tensor:
        return next(token_maps(encoder, pictures))[1][:, :, 1:].double().unflatten(2, (8, 8))

    rest, down, right = maps(images), maps(images.roll(4, 2)), maps(images.roll(4, 3))
    for block in (0, 5):
        tokens = rest[block].flatten(0, 2)
        variance = float((tokens - tokens.mean(0)).square().mean())
        for image in range(3):
            a = [
                float((rest[block, image, y, x] - down[block, image, y + 1, x]).square().mean())
                for y in range(1, 7)
                for x in range(8)
            ]
            b = [
                float((rest[block, image, y, x] - right[block, image, y, x + 1]).square().mean())
                for y in range(8)
                for x in range(1, 7)
            ]
            expected = (sum(a) / len(a) + sum(b) / len(b)) / 2 / (2 * variance)
            assert values[block, image].item() == pytest.approx(expected, rel=1e-4)
