"""Pictures whose damage is known, and models that read exactly what the damage takes away or leaves."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from checker.errors import MeasurementError
from checker.lab.metric import ModelMetric
from checker.lab.metrics.perturbed_accuracy import high_pass_accuracy, low_pass_accuracy, occlusion_accuracy, shuffling_accuracy
from checker.lab.perturbations import high_pass, low_pass, occlude, shuffle_tiles
from checker.lab.probing import LinearProbe
from checker.lab.subjects import Transformer
from tests.lab.planted import CODED, data_of, everywhere, noise, patch_pixels, planted

METRICS = [shuffling_accuracy, occlusion_accuracy, low_pass_accuracy, high_pass_accuracy]


def tiled(count: int, tiles: int, seed: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Pictures of flat tiles, each of one of three greys; the factor is the grey of the first tile."""
    greys = np.random.default_rng(seed).integers(3, size=(count, tiles, tiles))
    images = np.kron(greys, np.ones((32 // tiles, 32 // tiles), np.int64))[:, None].repeat(3, 1) * 100 + 20
    return images.astype(np.uint8), {"grey": greys[:, 0, 0]}


def first_pixel(pictures: Tensor) -> Tensor:
    level = torch.bucketize(pictures[:, 0, 0, 0].contiguous(), torch.tensor([70 / 255, 170 / 255]))
    return everywhere(F.one_hot(level, 3).float())


def waves(count: int, seed: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Grey pictures with or without a wave of 2 cycles across and one of 9 cycles down."""
    rng = np.random.default_rng(seed)
    low, high = rng.integers(2, size=(2, count))
    turn = 2 * np.pi * np.arange(32) / 32
    images = 128 + 50 * low[:, None, None] * np.cos(2 * turn) + 50 * high[:, None, None] * np.cos(9 * turn)[:, None]
    return images.round().astype(np.uint8)[:, None].repeat(3, 1), {"low": low, "high": high}


def both_waves(pictures: Tensor) -> Tensor:
    spectrum = torch.fft.fft2(pictures[:, 0]).abs()
    return everywhere(torch.stack([spectrum[:, 0, 2], spectrum[:, 9, 0]], 1))


def test_shuffled_tiles_are_the_same_tiles_in_another_order() -> None:
    images = torch.from_numpy(noise(20))
    shuffled = (shuffle_tiles(images) * 255).round().long()
    orders = []
    for before, after in zip(images.long(), shuffled, strict=True):
        tiles = [before[:, y : y + 8, x : x + 8] for y in range(0, 32, 8) for x in range(0, 32, 8)]
        order = []
        for y in range(0, 32, 8):
            for x in range(0, 32, 8):
                order += [index for index, tile in enumerate(tiles) if torch.equal(tile, after[:, y : y + 8, x : x + 8])]
        assert sorted(order) == list(range(16))
        orders.append(tuple(order))
    assert len(set(orders)) == 20
    assert torch.equal(shuffle_tiles(images), shuffle_tiles(images.float() / 255))
    assert torch.equal(shuffle_tiles(images)[:5], shuffle_tiles(images[:5]))


def test_a_picture_that_does_not_divide_into_tiles() -> None:
    with pytest.raises(MeasurementError, match="30 x 30 pixels cannot be cut into 4 x 4 equal tiles"):
        shuffle_tiles(torch.zeros(1, 3, 30, 30))


def test_half_of_the_tiles_are_hidden() -> None:
    images = torch.from_numpy(noise(20)).clamp(max=100)
    pixels, occluded = images.float() / 255, occlude(images)
    hidden = (occluded == 0.5).all(1)
    cells = hidden.unflatten(1, (8, 4)).unflatten(3, (8, 4)).float().mean((2, 4))
    assert set(cells.flatten().tolist()) == {0.0, 1.0}  # whole tiles
    assert cells.sum((1, 2)).tolist() == [32.0] * 20
    assert len(set(map(tuple, cells.flatten(1).tolist()))) == 20
    assert torch.equal(occluded.where(~hidden[:, None], pixels), pixels)


@pytest.mark.parametrize("edge", [32, 45])
def test_about_half_is_hidden_at_any_size(edge: int) -> None:
    assert (occlude(torch.zeros(50, 3, edge, edge)) == 0.5).float().mean() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(("cycles", "is_low"), [((3, 0), True), ((0, 3), True), ((2, 3), True), ((4, 0), False), ((3, 3), False)])
def test_waves_below_and_from_the_cut_on(cycles: tuple[int, int], is_low: bool) -> None:
    turn = 2 * math.pi * torch.arange(32) / 32
    wave = 0.2 * torch.cos(cycles[0] * turn[:, None] + cycles[1] * turn + 0.3)
    picture = (0.4 + wave).expand(1, 3, 32, 32)
    passed, stopped = (low_pass, high_pass) if is_low else (high_pass, low_pass)
    assert torch.allclose(passed(picture), picture, atol=1e-5)
    assert torch.allclose(stopped(picture), torch.tensor(0.4), atol=1e-5)


def test_the_two_filters_share_only_the_mean() -> None:
    images = torch.from_numpy(noise(4)).float() / 255 * 0.1 + 0.45  # too weak for the filters to clip
    assert torch.allclose(low_pass(images) + high_pass(images), images + images.mean((2, 3), keepdim=True), atol=1e-5)


def test_filters_stay_in_range() -> None:
    images = torch.from_numpy((noise(4) > 127).astype(np.uint8) * 255)
    for filtered in (low_pass(images), high_pass(images)):
        assert filtered.min() >= 0
        assert filtered.max() <= 1
    assert high_pass(images).max() == 1


def test_the_filter_agrees_with_a_fourier_sum() -> None:
    size = 8
    picture = torch.from_numpy(noise(1, size, 3)[:, :1]).double() / 255 * 0.2 + 0.4
    frequencies = [index - size if index > size // 2 else index for index in range(size)]
    expected = torch.zeros(size, size)
    for v in frequencies:
        for u in frequencies:
            if math.hypot(v, u) / (size / 2) >= 0.25:
                continue
            total = sum(
                picture[0, 0, y, x].item() * cmath.exp(-2j * math.pi * (v * y + u * x) / size)
                for y in range(size)
                for x in range(size)
            )
            for y in range(size):
                for x in range(size):
                    expected[y, x] += (total * cmath.exp(2j * math.pi * (v * y + u * x) / size)).real / size**2
    assert torch.allclose(low_pass(picture)[0, 0], expected, atol=1e-5)


def test_what_does_not_depend_on_order_survives_shuffling() -> None:
    subject = Transformer(
        planted(patch_pixels, lambda pictures: patch_pixels(pictures).unflatten(2, (3, 16)).mean(3).repeat(1, 1, 16)), CODED, 64
    )
    assert shuffling_accuracy(subject).tolist() == [[1.0] * 64]


def test_what_stands_at_one_place_survives_shuffling_by_luck() -> None:
    (images, answers) = tiled(60, 4, 2)
    data = data_of({"grey": 3}, probe_train=tiled(90, 4, 1), measure=(images, answers))
    values = shuffling_accuracy(Transformer(planted(first_pixel), data, 60))
    landed = (shuffle_tiles(torch.from_numpy(images))[:, 0, 0, 0] * 255 - 20).round() / 100
    assert values[0].tolist() == [float(a == b) for a, b in zip(landed.tolist(), answers["grey"].tolist(), strict=True)]
    assert 0 < values.mean() < 1


def test_what_is_hidden_is_read_as_grey() -> None:
    (images, answers) = tiled(60, 8, 2)
    data = data_of({"grey": 3}, probe_train=tiled(90, 8, 1), measure=(images, answers))
    values = occlusion_accuracy(Transformer(planted(first_pixel), data, 60))
    hidden = (occlude(torch.from_numpy(images))[:, 0, 0, 0] == 0.5).tolist()  # 127 of 255 is nearest to the middle grey
    assert values[0].tolist() == [float(not a or b == 1) for a, b in zip(hidden, answers["grey"].tolist(), strict=True)]
    assert 20 < sum(hidden) < 40


@pytest.mark.parametrize(("metric", "lost"), [(low_pass_accuracy, "high"), (high_pass_accuracy, "low")])
def test_a_filter_takes_one_wave_and_leaves_the_other(metric: ModelMetric, lost: str) -> None:
    images, answers = waves(60, 2)
    data = data_of({"low": 2, "high": 2}, probe_train=waves(90, 1), measure=(images, answers))
    values = metric(Transformer(planted(both_waves), data, 60))
    assert values[0].tolist() == [0.5 if there else 1.0 for there in answers[lost]]  # the lost wave is read as absent


def test_all_four_share_the_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    fits = []
    fit = LinearProbe.fit
    monkeypatch.setattr(LinearProbe, "fit", lambda *given: (fits.append(given), fit(*given))[1])
    subject = Transformer(planted(patch_pixels, patch_pixels), CODED, 16)
    for metric in METRICS:
        assert metric(subject).shape == (1, 16)
    assert len(fits) == 2  # the last block, two factors


@pytest.mark.parametrize("metric", METRICS)
def test_data_of_which_nothing_is_known(metric: ModelMetric) -> None:
    data = data_of({}, probe_train=(noise(4), {}), measure=(noise(4), {}))
    with pytest.raises(MeasurementError, match="no factor of the pictures is known"):
        metric(Transformer(planted(patch_pixels), data, 4))
