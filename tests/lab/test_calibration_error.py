"""Known answers: confidences and answers whose calibration follows by hand."""

from __future__ import annotations

import math

import pytest
import torch

from checker.errors import MeasurementError
from checker.lab.metrics.calibration_error import BINS, calibration_error, expected_calibration_error
from checker.lab.subjects import Transformer
from tests.lab.planted import CODED, data_of, noise, patch_pixels, planted


def of_two(confidence: float, count: int) -> torch.Tensor:
    return torch.tensor([[confidence, 1 - confidence]]).repeat(count, 1)


@pytest.mark.parametrize(("right", "error"), [(10, 0.2), (8, 0.0), (5, 0.3), (0, 0.8)])
def test_answers_of_one_confidence(right: int, error: float) -> None:
    labels = torch.tensor([0] * right + [1] * (10 - right))
    assert expected_calibration_error(of_two(0.8, 10), labels) == pytest.approx(error, abs=1e-6)


def test_gaps_of_two_bins_do_not_cancel() -> None:
    shares = torch.cat([of_two(0.9, 30), of_two(0.6, 10)])
    labels = torch.tensor([0] * 24 + [1] * 6 + [0] * 9 + [1])  # 0.8 right at 0.9, 0.9 right at 0.6
    assert expected_calibration_error(shares, labels) == pytest.approx(0.75 * 0.1 + 0.25 * 0.3, abs=1e-6)


def test_gaps_within_a_bin_cancel() -> None:
    shares = torch.cat([of_two(0.94, 5), of_two(0.98, 5)])  # both in the last bin, from 14/15 on
    labels = torch.tensor([0] * 5 + [0] * 4 + [1])
    assert expected_calibration_error(shares, labels) == pytest.approx(abs(0.9 - 0.96), abs=1e-6)


def test_it_agrees_with_a_loop_over_the_definition() -> None:
    shares = (3 * torch.randn(400, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)).softmax(1)
    labels = torch.randint(5, (400,), generator=torch.Generator().manual_seed(1))
    total = 0.0
    for low in range(BINS):
        inside = [
            (float(row.max()), bool(row.argmax() == label))
            for row, label in zip(shares, labels, strict=True)
            if low / BINS < float(row.max()) <= (low + 1) / BINS
        ]
        if inside:
            confidence, right = (sum(values) / len(inside) for values in zip(*inside, strict=True))
            total += len(inside) / 400 * abs(right - confidence)
    assert expected_calibration_error(shares, labels) == pytest.approx(total, abs=1e-12)


def test_probes_that_know_nothing_and_say_so() -> None:
    """Tokens that are all the same: the probe answers with the shares of the levels, which the pictures have but for chance."""
    constant = planted(lambda pictures: torch.ones(len(pictures), 64, 3))
    (value,) = calibration_error(Transformer(constant, CODED, 64))[0].tolist()
    train, test = CODED.split("probe-train", 300).factors, CODED.split("measure", 64).factors
    gaps = []
    for name in ("red", "green"):
        shares = torch.bincount(torch.from_numpy(train[name])).double() / 300
        gaps.append(abs(float(shares.max()) - float((torch.from_numpy(test[name]) == shares.argmax()).double().mean())))
    assert value == pytest.approx(sum(gaps) / 2, abs=2e-3)  # the ridge draws the shares together


def test_probes_that_know_all_are_a_little_less_sure_than_right() -> None:
    values = calibration_error(Transformer(planted(patch_pixels, patch_pixels), CODED, 64))
    assert values.shape == (2, 1)
    assert ((values > 0) & (values < 0.15)).all()
    assert not math.isclose(values[0, 0], 0)


def test_data_of_which_nothing_is_known() -> None:
    data = data_of({}, probe_train=(noise(4), {}), measure=(noise(4), {}))
    with pytest.raises(MeasurementError, match="no factor of the pictures is known"):
        calibration_error(Transformer(planted(patch_pixels), data, 4))
