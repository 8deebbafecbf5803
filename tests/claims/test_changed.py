"""Sentences on changes: what they mean, and which of them stay questions."""

from __future__ import annotations

import pytest

from checker.claims import ClaimSpec, read_sentence
from checker.lab import vocabulary

WORDS = vocabulary()

MEANT = {
    "MAE with a mask ratio of 50 % has higher k-NN accuracy than MAE with a mask ratio of 75 %": (
        "MAE (mask ratio: 50 %)",
        "MAE (mask ratio: 75 %)",
    ),
    "MAE with a mask ratio of 50 % has higher k-NN accuracy than with 75 %": ("MAE (mask ratio: 50 %)", "MAE (mask ratio: 75 %)"),
    "MAE with a mask ratio of 50 % has higher k-NN accuracy than MAE with 75 %": (
        "MAE (mask ratio: 50 %)",
        "MAE (mask ratio: 75 %)",
    ),
    "MAE with decoder depth 8 has higher k-NN accuracy than MAE with decoder depth 1": (
        "MAE (decoder depth: 8)",
        "MAE (decoder depth: 1)",
    ),
    "MAE with a 4-layer decoder has higher k-NN accuracy than MAE": ("MAE (decoder depth: 4)", "MAE"),
    "MAE pruned to 50 % sparsity has lower linear probe accuracy than MAE": ("MAE (pruned to: 50 %)", "MAE"),
    "DINOv2 quantized to 4-bit has lower k-NN accuracy than DINOv2": ("DINOv2 (quantised to: 4 bit)", "DINOv2"),
    "DINO with its last layer removed has higher k-NN accuracy than DINO": ("DINO (last layers removed: 1)", "DINO"),
    "MAE with its position embeddings set to zero has shorter attention distance than MAE": (
        "MAE (position embeddings: zero)",
        "MAE",
    ),
    "MAE has higher k-NN accuracy with a mask ratio of 50 % than with 75 %": ("MAE (mask ratio: 50 %)", "MAE (mask ratio: 75 %)"),
    "At a mask ratio of 50 %, MAE has higher k-NN accuracy than at 75 %": ("MAE (mask ratio: 50 %)", "MAE (mask ratio: 75 %)"),
    "MAE with 6 layers has higher k-NN accuracy than with 4 layers": (
        "MAE (encoder depth: 6 layer)",
        "MAE (encoder depth: 4 layer)",
    ),
    "MAE with one head has higher k-NN accuracy than MAE": ("MAE (heads: 1)", "MAE"),
    "MAE trained with a mask ratio of 50 percent has higher k-NN accuracy than MAE": ("MAE (mask ratio: 50 %)", "MAE"),
    "MAE, quantised to int8, has lower k-NN accuracy than MAE": ("MAE (quantised to: 8 bit)", "MAE"),
    "Supervised ViTs with 20 % label noise have lower k-NN accuracy than supervised ViTs": (
        "supervised ViT (label noise: 20 %)",
        "supervised ViT",
    ),
    "Removing the last layer improves the k-NN accuracy of MAE by at least 3 points": ("MAE (last layers removed: 1)", "MAE"),
    "The k-NN accuracy of MAE drops when quantised to 4 bits": ("MAE (quantised to: 4 bit)", "MAE"),
    "MAE at a resolution of 64 pixels has longer attention distance than MAE": ("MAE (resolution: 64 pixel)", "MAE"),
    "MAE with a mask ratio of 50 % and quantised to 4 bits has lower k-NN accuracy than MAE": (
        "MAE (mask ratio: 50 %, quantised to: 4 bit)",
        "MAE",
    ),
}


@pytest.mark.parametrize("sentence", MEANT)
def test_a_changed_model_is_a_model(sentence: str) -> None:
    spec = read_sentence(sentence, WORDS).spec
    assert spec is not None
    assert (spec.kind, spec.subject, spec.baseline) == ("compare", *MEANT[sentence])


@pytest.mark.parametrize(
    "sentence",
    [
        "Quantised to 4 bits, DINOv2 loses at most one point of k-NN accuracy",
        "4-bit weight quantisation reduces the k-NN accuracy of DINOv2 by less than one point",
        "DINOv2 loses at most 1 point of k-NN accuracy when quantised to 4 bits",
        "The k-NN accuracy of DINOv2 drops by at most one point when quantised to 4 bits",
        "Quantisation to 4 bits costs DINOv2 at most one point of k-NN accuracy",
    ],
)
def test_a_bound_on_what_is_lost(sentence: str) -> None:
    spec = read_sentence(sentence, WORDS).spec
    assert spec is not None and spec.bound is not None
    assert (spec.kind, spec.subject, spec.relation, spec.bound.value) == ("threshold", "DINOv2", "less", 0.01)
    assert spec.loss == {"quantised to": "4 bit"}
    assert spec.names == ("DINOv2", "DINOv2 (quantised to: 4 bit)")


@pytest.mark.parametrize(
    "sentence",
    [
        "MAE loses more k-NN accuracy than DINO when pruned to 75 % sparsity",
        "Pruned to 75 % sparsity, MAE loses more k-NN accuracy than DINO",
        "MAE loses more k-NN accuracy when pruned to 75 % sparsity than DINO",
        "The k-NN accuracy of MAE drops more than that of DINO when pruned to 75 % sparsity",
        "Pruning to 75 % sparsity lowers the k-NN accuracy of MAE more than that of DINO",
        "Pruning to 75 % sparsity costs MAE more k-NN accuracy than DINO",
    ],
)
def test_losses_compared(sentence: str) -> None:
    spec = read_sentence(sentence, WORDS).spec
    assert spec is not None
    assert (spec.kind, spec.subject, spec.baseline, spec.relation) == ("compare", "MAE", "DINO", "greater")
    assert spec.loss == {"pruned to": "75 %"}


def test_a_course_over_a_setting() -> None:
    deeper = read_sentence("The deeper the decoder, the higher the linear probe accuracy of MAE", WORDS).spec
    higher = read_sentence("The linear probe accuracy of MAE increases with the mask ratio (25 %, 50 % and 75 %)", WORDS).spec
    assert deeper is not None and higher is not None
    assert (deeper.kind, deeper.relation, deeper.over) == ("trend", "greater", {"decoder depth": ("1", "2", "4", "8")})
    assert (higher.relation, higher.over) == ("greater", {"mask ratio": ("25 %", "50 %", "75 %")})


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        (
            "MAE without position embeddings has higher shape bias than MAE",
            "'without position embeddings' can mean several changes",
        ),
        ("The k-NN accuracy of MAE quantised to 64 bits is lower than that of MAE", "'64 bits' is out of range"),
        ("MAE with a mask ratio of 50 has higher k-NN accuracy than MAE", "'mask ratio' (a change to a model"),
        ("MAE and DINO pruned to 50 % sparsity have similar k-NN accuracy within 2 points", "of DINO alone, or of MAE as well"),
        ("MAE has higher k-NN accuracy than DINO with a batch size of 64", "of DINO alone, or of MAE as well"),
        ("MAE with a mask ratio of about 50 % has higher k-NN accuracy than MAE", "'about'"),
        ("MAE with a mask ratio of 50 % to 75 % has higher k-NN accuracy than DINO", "not understood"),
        ("MAE with a mask ratio of 50 % has higher k-NN accuracy than DINO with 75 %", "not understood"),
        ("Quantised to 4 bits, DINOv2 has lower k-NN accuracy than DINOv2", "'Quantised to 4 bits' (a change to a model"),
        ("MAE loses more k-NN accuracy under patch shuffling than DINO", ""),
        ("DINOv2 quantised to 4 bits loses at most 2 points of k-NN accuracy", "by which change something is lost"),
        ("The linear probe accuracy of MAE increases with the mask ratio up to 75 %", "'up'"),
        ("Removing the last layer improves the k-NN accuracy of MAE by 3 points", "at least, or at most?"),
    ],
)
def test_what_stays_a_question(sentence: str, reason: str) -> None:
    reading = read_sentence(sentence, WORDS)
    assert reading.spec is None
    assert reason in reading.reason


@pytest.mark.parametrize(
    ("sentence", "choices"),
    [
        (
            "Quantised to 4 bits, MAE has higher k-NN accuracy than DINO",
            (
                "MAE (quantised to: 4 bit) has higher k-NN accuracy than DINO",
                "MAE (quantised to: 4 bit) has higher k-NN accuracy than DINO (quantised to: 4 bit)",
            ),
        ),
        (
            "MAE without position embeddings has higher shape bias than MAE",
            ("MAE with its position embeddings set to zero has higher shape bias than MAE",),
        ),
        ("A deeper decoder improves the k-NN accuracy of MAE", ("The deeper the decoder, the better the k-NN accuracy of MAE",)),
        (
            "Increasing the mask ratio from 50 % to 75 % improves the k-NN accuracy of MAE",
            ("MAE with mask ratio 75 % has better k-NN accuracy than with mask ratio 50 %",),
        ),
        (
            "Dropping the last layer of MAE improves its k-NN accuracy",
            ("Removing the last layer improves the k-NN accuracy of MAE",),
        ),
    ],
)
def test_what_a_sentence_may_mean_is_offered_whole(sentence: str, choices: tuple[str, ...]) -> None:
    reading = read_sentence(sentence, WORDS)
    assert reading.spec is None
    assert reading.choices == choices
    assert all(read_sentence(choice, WORDS).spec is not None for choice in choices)


def test_a_change_of_a_model_that_the_note_names_is_read_and_asked_like_any_other() -> None:
    names = {"our method": "LUT"}
    spec = read_sentence("Our method quantised to 4 bits has lower k-NN accuracy than MAE", WORDS, names).spec
    assert spec is not None and spec.subject == "LUT (quantised to: 4 bit)"
    asked = read_sentence("Our method has higher k-NN accuracy than MAE with a batch size of 64", WORDS, names)
    assert asked.spec is None and len(asked.choices) == 2


@pytest.mark.parametrize("asked", [{"loss": {"pruned to": "75 %"}}, {"over": {"pruned to": ["25 %", "50 %", "75 %"]}}])
def test_a_spec_asks_nothing_of_a_change_that_its_model_has(asked: dict[str, object]) -> None:
    fields = {"metric": "knn_accuracy", "subject": "MAE (pruned to: 50 %)", "relation": "less", "where": {"layers": "last 1"}}
    kind = {"kind": "threshold", "bound": {"value": 0.1, "unit": "share"}} if "loss" in asked else {"kind": "trend"}
    margin = {} if "loss" in asked else {"margin": {"value": 0.1, "unit": "share"}}
    with pytest.raises(ValueError, match="has one pruned to"):
        ClaimSpec.model_validate({**fields, **kind, **margin, **asked})
