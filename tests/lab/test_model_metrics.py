"""What holds for every metric that reads a whole model: its words, and a real model measured through the one door."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from checker.claims import read_sentence
from checker.lab import vocabulary
from checker.lab.checkpoints import load
from checker.lab.data import DATA
from checker.lab.measure import measure
from checker.lab.metrics import METRICS
from checker.lab.metrics.knn_accuracy import knn_accuracy
from checker.lab.metrics.linear_probe_accuracy import linear_probe_accuracy
from checker.lab.metrics.parameter_count import parameter_count
from checker.lab.metrics.perturbed_accuracy import high_pass_accuracy, low_pass_accuracy, occlusion_accuracy, shuffling_accuracy
from checker.lab.metrics.reconstruction_error import reconstruction_error
from checker.lab.metrics.rotation_error import rotation_error
from checker.lab.metrics.shape_preference import shape_preference
from checker.lab.metrics.training_throughput import training_throughput
from checker.lab.metrics.translation_error import translation_error
from checker.lab.models import MODELS
from checker.lab.subjects import Transformer
from tests.conftest import write_model

BY_BLOCK = [linear_probe_accuracy, knn_accuracy, translation_error, rotation_error, reconstruction_error]
BY_PICTURE = [shape_preference, shuffling_accuracy, occlusion_accuracy, high_pass_accuracy, low_pass_accuracy]
BY_MODEL = [training_throughput, parameter_count]
NAMES = [metric.__name__ for metric in (*BY_BLOCK, *BY_PICTURE, *BY_MODEL)]


@pytest.mark.parametrize("name", NAMES)
def test_a_metric_is_registered_under_its_own_name(name: str) -> None:
    metric = METRICS[name]
    assert metric.word.name == metric.measure.__name__ == name
    assert metric.measure.__module__ in (f"checker.lab.metrics.{name}", "checker.lab.metrics.perturbed_accuracy")
    assert metric.reads == "model"
    assert (metric.word.layers != "") == (metric.measure in BY_BLOCK)
    assert metric.word.margin.unit in ("relative", metric.word.unit)


@pytest.mark.parametrize(
    ("sentence", "metric", "relation"),
    [
        ("MAE has lower linear probe accuracy than DINO", "linear_probe_accuracy", "less"),
        ("DINO has better k-NN accuracy than MAE", "knn_accuracy", "greater"),
        ("DINO has a higher nearest-neighbour accuracy than MAE", "knn_accuracy", "greater"),
        ("DINO has a stronger shape bias than supervised ViT", "shape_preference", "greater"),
        ("MAE has better robustness to patch shuffling than DINO", "shuffling_accuracy", "greater"),
        ("MAE has worse accuracy under occlusion than DINO", "occlusion_accuracy", "less"),
        ("MAE has higher high-pass accuracy than DINO by more than 5 points", "high_pass_accuracy", "greater"),
        ("MAE has lower low-pass accuracy than DINO by more than 0.1 share", "low_pass_accuracy", "less"),
        ("MAE has a smaller translation equivariance error than DINO", "translation_error", "less"),
        ("The rotation error of MAE is larger than that of DINO", "rotation_error", "greater"),
        ("MAE has lower reconstruction error than DINO in layer 3", "reconstruction_error", "less"),
        ("MAE has a faster training speed than DINO", "training_throughput", "greater"),
        ("MAE has fewer parameters than DINO", "parameter_count", "less"),
        ("MAE has fewer FLOPs than DINO", "forward_flops", "less"),
        ("MAE needs fewer FLOPs than DINO", "forward_flops", "less"),
        ("MAE uses less memory than DINO", "peak_memory", "less"),
        ("MAE has lower peak memory than DINO", "peak_memory", "less"),
        ("DINO is better calibrated than MAE", "calibration_error", "less"),
        ("MAE has a higher expected calibration error than DINO", "calibration_error", "greater"),
        ("DINO is more robust to common corruptions than MAE", "corruption_accuracy", "greater"),
        ("MAE has lower accuracy under Gaussian noise than DINO", "noise_accuracy", "less"),
        ("DINO is more robust to Gaussian noise at severity 3 than MAE", "noise_accuracy_3", "greater"),
        ("MAE is less robust to blur than SimCLR", "blur_accuracy", "less"),
        ("MAE is less robust to low contrast than SimCLR", "contrast_accuracy", "less"),
        ("DINO is more robust to JPEG compression than MAE", "compression_accuracy", "greater"),
        ("DINO reduces high frequencies more at attention than MAE", "attention_amplitude_change", "less"),
        ("MAE amplifies high frequencies more at MLPs than DINO", "mlp_amplitude_change", "greater"),
        ("MAE has a larger attention offset than DINO", "attention_offset", "greater"),
        ("DINO attends more to the object than MAE on figures", "object_attention", "greater"),
        ("DINO segments objects better than MAE on figures", "object_overlap", "greater"),
        ("DINO has more high-norm tokens in the background than MAE on figures", "background_norm_share", "greater"),
        ("DINO has more high-norm tokens than MAE on figures", "high_norm_share", "greater"),
        ("The number of parameters of MAE is larger than that of DINO", "parameter_count", "greater"),
    ],
)
def test_sentences_can_speak_of_it(sentence: str, metric: str, relation: str) -> None:
    words = dataclasses.replace(vocabulary(), metrics=tuple(entry.word for entry in METRICS.values()))
    reading = read_sentence(sentence, words)
    assert reading.spec is not None, reading.reason
    assert (reading.spec.metric, reading.spec.relation) == (metric, relation)


def test_a_real_model_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("subjects.base", "readout"):
        monkeypatch.setattr(f"checker.lab.{module}.PROBE_PICTURES", 120)
    monkeypatch.setitem(shape_preference.__globals__, "AGREEING", 100)
    monkeypatch.setitem(reconstruction_error.__globals__, "FITTED", 40)
    write_model(tmp_path, "MAE", 0, 0.3)
    encoder, card = load(tmp_path / f"{MODELS['MAE'].recipe.key(0)}.safetensors")
    found = measure(NAMES, Transformer(encoder, DATA["shapes"], 9, card))
    shapes = [(6, 9)] * len(BY_BLOCK) + [(1, 9)] * len(BY_PICTURE) + [(1, 1)] * len(BY_MODEL)
    assert [found[name].values.shape for name in NAMES] == shapes
    assert {found[name].uniform for name in NAMES} == {None}
