"""What can be measured of which model: transformers give all, convolutional networks features and numbers."""

from __future__ import annotations

import pytest
import timm
import torch

from checker.errors import MeasurementError
from checker.lab.measure import measure
from checker.lab.metrics import METRICS
from checker.lab.subjects import Staged, Subject, describe_stages, subject_of
from tests.lab.planted import CODED

STAGES = {"resnet18": [64, 64, 128, 256, 512], "convnext_atto": [40, 80, 160, 320]}  # widths
PICTURES = 16
MEAN = (0.5, 0.5, 0.5)


def convnet(name: str) -> Subject:
    """A network that is not trained: it shows what can be computed, and no verdict is about it."""
    torch.manual_seed(0)
    module = timm.create_model(name, pretrained=False, num_classes=0)
    return subject_of(describe_stages(name, module, 32, MEAN, MEAN, name), CODED, PICTURES)


@pytest.mark.parametrize("name", STAGES)
def test_a_convnet_has_features_after_each_stage(name: str) -> None:
    subject = convnet(name)
    assert isinstance(subject, Staged)
    assert [tuple(layer.shape) for layer in subject.features] == [(PICTURES, width) for width in STAGES[name]]
    assert not torch.allclose(subject.features[-1][0], subject.features[-1][1])


@pytest.mark.parametrize("name", STAGES)
def test_what_needs_no_attention_is_measured_on_a_convnet(name: str) -> None:
    subject = convnet(name)
    found = measure(
        ["knn_accuracy", "linear_probe_accuracy", "layer_similarity", "parameter_count", "occlusion_accuracy"], subject
    )
    depth = len(STAGES[name])
    for accuracy in ("knn_accuracy", "linear_probe_accuracy"):
        assert found[accuracy].values.shape == (depth, PICTURES)
    assert found["linear_probe_accuracy"].values[0].mean() > 0.6  # the colours of the pictures can be read off a random stem
    similarity = found["layer_similarity"].values
    assert similarity.shape == (depth, 1)
    assert similarity[-1, 0] == pytest.approx(1)
    assert found["parameter_count"].values.item() == sum(p.numel() for p in subject.encoder.module.parameters())


def test_a_metric_that_needs_more_refuses_a_convnet_by_name() -> None:
    subject = convnet("resnet18")
    for name, metric in METRICS.items():
        if metric.needs <= subject.gives:
            continue
        with pytest.raises(MeasurementError, match=f"^{metric.word.title} needs .*, and resnet18 has none$"):
            measure([name], subject)
    with pytest.raises(MeasurementError, match=r"^attention distance needs attention maps, and resnet18 has none$"):
        measure(["attention_distance"], subject)


def test_a_picture_smaller_than_one_position_is_refused() -> None:
    with pytest.raises(MeasurementError, match="smaller than the 32"):
        describe_stages("resnet18", timm.create_model("resnet18", pretrained=False), 16, MEAN, MEAN, "")
