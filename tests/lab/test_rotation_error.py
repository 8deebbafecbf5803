"""Known answers: tokens that turn along, tokens that stay, tokens of noise."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from checker.lab.checkpoints import load
from checker.lab.metrics.rotation_error import rotation_error
from checker.lab.models import MODELS
from checker.lab.subjects import Transformer, token_maps
from tests.conftest import write_model
from tests.lab.planted import Tokens, data_of, noise, patch_pixels, planted

DATA = data_of({}, measure=(noise(12), {}))


def error(*blocks: Tokens, **shape: int) -> Tensor:
    return rotation_error(Transformer(planted(*blocks, **shape), DATA, 12))


def brightness(pictures: Tensor) -> Tensor:
    return (patch_pixels(pictures).double().mean(2, keepdim=True) * 1000).round().float()


@pytest.mark.parametrize("prefix", [0, 1, 5])
def test_tokens_that_turn_along_have_no_error(prefix: int) -> None:
    assert error(brightness, prefix=prefix).tolist() == [[0.0] * 12]


def test_tokens_that_say_only_where_they_are() -> None:
    """A column turned back is a row: mean (x - y)^2 is twice the variance of a column, whichever way it is counted."""
    columns = torch.arange(8.0).repeat(8)[None, :, None]
    assert error(lambda pictures: columns.expand(len(pictures), -1, -1)).flatten().tolist() == pytest.approx([1] * 12)


def test_the_picture_turned_by_hand() -> None:
    """Turned anticlockwise, the token at (row y, column x) shows what was at (x, 7 - y)."""
    codes = torch.randn(64, 2, generator=torch.Generator().manual_seed(0))

    def tokens(pictures: Tensor) -> Tensor:
        return codes[None] + brightness(pictures) * 0

    variance = float((codes - codes.mean(0)).square().mean())
    total = 0.0
    for y in range(8):
        for x in range(8):
            total += float((codes[y * 8 + x] - codes[(7 - x) * 8 + y]).square().mean())
    assert error(tokens).flatten().tolist() == pytest.approx([total / 64 / (2 * variance)] * 12, rel=1e-5)


def test_unrelated_tokens_have_an_error_of_about_one() -> None:
    torch.manual_seed(0)
    assert float(error(lambda pictures: 5 + torch.randn(len(pictures), 64, 32)).mean()) == pytest.approx(1, abs=0.03)


def test_tokens_that_are_all_the_same_have_no_value() -> None:
    assert error(lambda pictures: torch.full((len(pictures), 64, 3), 0.1)).isnan().all()


def test_agrees_with_a_loop_over_its_definition(tmp_path: Path) -> None:
    write_model(tmp_path, "MAE", 0, 0.3)
    encoder, _ = load(tmp_path / f"{MODELS['MAE'].recipe.key(0)}.safetensors")
    values = rotation_error(Transformer(encoder, DATA, 3))
    assert values.shape == (6, 3)
    images = torch.from_numpy(noise(12))[:3]
    turned = torch.empty_like(images)
    for y in range(32):
        for x in range(32):
            turned[:, :, y, x] = images[:, :, x, 31 - y]
    rest, after = (next(token_maps(encoder, pictures))[1][:, :, 1:].double() for pictures in (images, turned))
    for block in (0, 5):
        tokens = rest[block].flatten(0, 1)
        variance = float((tokens - tokens.mean(0)).square().mean())
        for image in range(3):
            pairs = [(rest[block, image, x * 8 + 7 - y], after[block, image, y * 8 + x]) for y in range(8) for x in range(8)]
            expected = sum(float((a - b).square().mean()) for a, b in pairs) / 64 / (2 * variance)
            assert values[block, image].item() == pytest.approx(expected, rel=1e-4)
