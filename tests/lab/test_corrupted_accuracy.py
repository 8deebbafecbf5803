"""Pictures whose corruption is known, against the formulas of the paper's code."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.ndimage import gaussian_filter
from torch import Tensor
from torch.nn import functional as F

from checker.errors import MeasurementError
from checker.lab.corruptions import Corruption, gaussian_blur, gaussian_noise, jpeg_compression, lost_contrast
from checker.lab.metrics import METRICS
from checker.lab.metrics.corrupted_accuracy import (
    blur_accuracy,
    compression_accuracy,
    contrast_accuracy,
    corruption_accuracy,
    noise_accuracy,
)
from checker.lab.subjects import Transformer
from tests.lab.planted import CODED, data_of, everywhere, noise, patch_pixels, planted

CORRUPTIONS = [gaussian_noise, gaussian_blur, lost_contrast, jpeg_compression]
PICTURES = torch.from_numpy(noise(6))


@pytest.mark.parametrize("corrupt", CORRUPTIONS)
@pytest.mark.parametrize("severity", [1, 5])
def test_a_corruption_is_the_same_each_time_and_stays_in_range(corrupt: Corruption, severity: int) -> None:
    found = corrupt(PICTURES, severity)
    assert found.shape == PICTURES.shape
    assert found.min() >= 0
    assert found.max() <= 1
    assert torch.equal(found, corrupt(PICTURES, severity))
    assert torch.equal(found[:2], corrupt(PICTURES[:2], severity))
    assert torch.allclose(found, corrupt(PICTURES.float() / 255, severity), atol=1e-6)


@pytest.mark.parametrize(("edge", "spread"), [(32, 0.06), (96, 0.12)])
def test_noise_has_the_spread_of_its_severity(edge: int, spread: float) -> None:
    grey = torch.full((4, 3, edge, edge), 0.5)
    assert (gaussian_noise(grey, 2) - grey).std().item() == pytest.approx(spread, rel=0.03)


@pytest.mark.parametrize(("edge", "sigma"), [(32, 0.7), (80, 3)])
def test_blur_is_that_of_scipy(edge: int, sigma: float) -> None:
    """The paper's code blurs by skimage, whose filter is this one with these defaults."""
    pictures = torch.from_numpy(noise(2, edge)).double() / 255
    expected = gaussian_filter(pictures.numpy(), (0, 0, sigma, sigma), mode="nearest", truncate=4.0)
    assert np.allclose(gaussian_blur(pictures, 3).numpy(), expected, atol=1e-5)


def test_contrast_is_lost_about_the_mean_of_each_channel() -> None:
    pixels = PICTURES[:1].double().numpy()[0].transpose(1, 2, 0) / 255
    means = pixels.mean(axis=(0, 1), keepdims=True)
    assert np.allclose(lost_contrast(PICTURES[:1], 4)[0].numpy().transpose(1, 2, 0), (pixels - means) * 0.3 + means, atol=1e-6)


def test_compression_is_that_of_a_file_of_the_same_quality() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8).repeat(4, 0).repeat(4, 1)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=58)
    found = jpeg_compression(torch.from_numpy(picture.transpose(2, 0, 1))[None], 3)[0]
    assert (found * 255).round().byte().numpy().transpose(1, 2, 0).tolist() == np.asarray(Image.open(file)).tolist()


def test_a_flat_picture_survives_all_but_noise() -> None:
    grey = torch.full((1, 3, 32, 32), 128, dtype=torch.uint8)
    for corrupt in (gaussian_blur, lost_contrast, jpeg_compression):
        assert torch.allclose(corrupt(grey, 5), grey / 255, atol=1e-5)


def checkers(count: int, seed: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Grey pictures with or without a checkerboard of single pixels, of amplitude 100."""
    there = np.random.default_rng(seed).integers(2, size=count)
    board = 100 * (-1) ** np.add.outer(np.arange(32), np.arange(32))
    images = (128 + there[:, None, None] * board)[:, None].repeat(3, 1)
    return images.astype(np.uint8), {"board": there}


def amplitude(pictures: Tensor) -> Tensor:
    """Two features: whether the spread over pixels, 0.39 where the board is as it was, is above 0.11, and whether not."""
    there = pictures[:, 0].flatten(1).std(1) > 0.11
    return everywhere(F.one_hot(there.long(), 2).float())


def test_what_a_corruption_takes_away_is_lost_from_the_severity_on_that_takes_it() -> None:
    """The board has an amplitude of 0.39; of it 0.118 are left by the fourth loss of contrast, and 0.059 by the fifth."""
    data = data_of({"board": 2}, probe_train=checkers(90, 1), measure=checkers(60, 2))
    subject, there = Transformer(planted(amplitude), data, 60), checkers(60, 2)[1]["board"]
    by_severity = [METRICS[f"contrast_accuracy_{severity}"].measure(subject)[0] for severity in (1, 2, 3, 4, 5)]
    for severity, values in enumerate(by_severity, start=1):
        assert values.tolist() == [float(severity < 5 or not board) for board in there]
    assert contrast_accuracy(subject)[0].tolist() == pytest.approx([0.8 if board else 1.0 for board in there])
    assert noise_accuracy(subject).tolist() == [[1.0] * 60]  # of a spread of 0.1 at most


def test_all_corruptions_together_are_their_mean() -> None:
    subject = Transformer(planted(patch_pixels, patch_pixels), CODED, 16)
    each = [metric(subject) for metric in (noise_accuracy, blur_accuracy, contrast_accuracy, compression_accuracy)]
    assert torch.allclose(corruption_accuracy(subject), torch.stack(each).mean(0))
    assert corruption_accuracy(subject).shape == (1, 16)


def test_data_of_which_nothing_is_known() -> None:
    data = data_of({}, probe_train=(noise(4), {}), measure=(noise(4), {}))
    with pytest.raises(MeasurementError, match="no factor of the pictures is known"):
        corruption_accuracy(Transformer(planted(patch_pixels), data, 4))
