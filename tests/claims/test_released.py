"""Sizes and tags of released weights in sentences: never a toy, never a guess."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.claims import ClaimSpec, read_sentence
from checker.lab import vocabulary
from checker.scope import Scope
from checker.vocabulary import ModelWord

WORDS = vocabulary()
OWN = replace(
    WORDS, models=(*WORDS.models, *(ModelWord(name, scopes=(Scope.OWN,)) for name in ("MAE-L", "LUT-B", "ResNet-50 of ours")))
)


def test_a_size_asks_for_released_weights_and_the_reading_says_so() -> None:
    reading = read_sentence("MAE ViT-L has shorter attention distance than DINO ViT-B/16", WORDS)
    assert reading.spec is not None
    assert (reading.spec.subject, reading.spec.baseline, reading.spec.scope) == ("MAE ViT-L/16", "DINO ViT-B/16", "pretrained")
    assert "with released weights" in reading.reading
    assert reading.spec.as_dict()["subject"] == {"model": "MAE", "size": "L/16"}


def test_what_is_not_released_is_asked_of_its_own_models() -> None:
    """A model of the user's that is called like a size is that model, and one of a size may stand beside it."""
    reading = read_sentence("MAE-L has shorter attention distance than DINO", OWN)
    assert reading.spec is not None
    assert (reading.spec.subject, reading.spec.scope) == ("MAE-L", "any")
    reading = read_sentence("LUT-B has shorter attention distance than MAE ViT-B/16", OWN)
    assert reading.spec is not None
    assert (reading.spec.subject, reading.spec.baseline, reading.spec.scope) == ("LUT-B", "MAE ViT-B/16", "any")


@pytest.mark.parametrize("model", ["DINO ViT-S", "CLIP ViT-B", "DeiT III ViT-B/16", "SigLIP ViT-L/16", "a ViT-B/16", "EVA-02"])
def test_what_can_be_several_weights_is_offered_one_by_one(model: str) -> None:
    sentence = f"{model} has longer attention distance than MAE ViT-B/16"
    reading = read_sentence(sentence, WORDS)
    assert reading.status == "needs-spec"
    assert len(reading.choices) > 1
    specs = [read_sentence(choice, WORDS).spec for choice in reading.choices]
    assert all(spec is not None and spec.baseline == "MAE ViT-B/16" for spec in specs)
    assert len({spec.subject for spec in specs if spec}) == len(specs)


@pytest.mark.parametrize("toy", ["SimMIM", "LUT", "SimCLR", "MoCo-v3", "random initialisation", "CL", "MIM", "joint-embedding"])
@pytest.mark.parametrize("frame", ["MAE ViT-B/16 has shorter attention distance than {}", "{} has longer attention distance than `vit_base_patch16_224.mae`"])  # fmt: skip
def test_a_toy_never_stands_beside_a_size(toy: str, frame: str) -> None:
    reading = read_sentence(frame.format(toy), WORDS)
    assert (reading.status, reading.choices) == ("needs-spec", ())


def test_a_block_names_a_size_in_a_field_of_its_own() -> None:
    fields = {"kind": "compare", "metric": "attention_distance", "relation": "less", "where": {"layers": "all"}}
    spec = ClaimSpec.model_validate(
        {**fields, "subject": {"model": "DINOv2 with registers", "size": "L/14"}, "baseline": "DINOv2", "margin": {"value": 0.05}}
    )
    assert spec.subject == "DINOv2 ViT-L/14 with registers"
    with pytest.raises(ValueError, match="is no size"):
        ClaimSpec.model_validate({**fields, "subject": {"model": "MAE", "size": "big one"}, "baseline": "DINO", "factor": 2})
