"""Planted truth: features that are the category, features that belong to another category, and votes counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from checker.errors import MeasurementError
from checker.lab.metrics.knn_accuracy import knn_accuracy
from checker.lab.subjects import Transformer
from tests.lab.planted import CODED, coded, data_of, everywhere, noise, patch_pixels, planted


def red(pictures: Tensor) -> Tensor:
    """Which level of red a coded picture has, as one of three directions."""
    return everywhere(F.one_hot((pictures[:, 0].mean((1, 2)) * 255 / 100).long(), 3).float())


@pytest.mark.parametrize(("turn", "accuracy"), [(0, 1.0), (1, 0.0)])
def test_neighbours_of_the_same_and_of_another_category(turn: int, accuracy: float) -> None:
    (seen, train), (unseen, test) = coded(120, 1), coded(40, 2)
    labels = {"red": (test["red"] + turn) % 3}
    data = data_of({"red": 3}, probe_train=(seen, train), measure=(unseen, labels))
    values = knn_accuracy(Transformer(planted(red, red), data, 40))
    assert values.tolist() == [[accuracy] * 40] * 2


def test_agrees_with_votes_counted_one_by_one() -> None:
    def colours(pictures: Tensor) -> Tensor:
        return patch_pixels(pictures).unflatten(2, (3, 16)).mean(3)

    mixing = torch.tensor([[1.0, 0, 9], [0, 30, 0], [0, 5, 1]])
    encoder = planted(colours, lambda pictures: colours(pictures) @ mixing + 7, prefix=0)
    rng = np.random.default_rng(0)
    seen, unseen = ((rng.random((count, 3, 1, 1)) * np.full((1, 1, 32, 32), 255)).astype(np.uint8) for count in (50, 30))
    labels, answers = (rng.integers(4, size=count) for count in (50, 30))
    data = data_of({"a": 4}, probe_train=(seen, {"a": labels}), measure=(unseen, {"a": answers}))
    values = knn_accuracy(Transformer(encoder, data, 30))

    for block in range(2):
        train, test = (
            Transformer(encoder, data, 30).pooled(torch.from_numpy(images))[block].double().numpy() for images in (seen, unseen)
        )
        mean, spread = train.mean(0), train.std(0, ddof=1)
        train, test = (train - mean) / spread, (test - mean) / spread
        for image in range(30):
            cosines = [float(test[image] @ other) / math.sqrt(test[image] @ test[image] * (other @ other)) for other in train]
            votes = [0.0] * 4
            for other in sorted(range(50), key=lambda other: -cosines[other])[:20]:
                votes[labels[other]] += math.exp(cosines[other] / 0.07)
            assert values[block, image].item() == float(votes.index(max(votes)) == answers[image])
    assert 0 < values.mean() < 1
    assert not torch.equal(*values)


def test_a_split_with_fewer_pictures_than_asked_for() -> None:
    assert knn_accuracy(Transformer(planted(patch_pixels), CODED, 1000)).shape == (1, 64)


def test_data_of_which_nothing_is_known() -> None:
    data = data_of({}, probe_train=(noise(4), {}), measure=(noise(4), {}))
    with pytest.raises(MeasurementError, match="no factor of the pictures is known"):
        knn_accuracy(Transformer(planted(patch_pixels), data, 4))
