"""Pairs of sentences that cannot both hold are found, and no others."""

from __future__ import annotations

from itertools import product

import pytest

from checker.claims import contradictions, read_sentence
from checker.claims.spec import ClaimSpec
from checker.lab import vocabulary

WORDS = vocabulary()


def spec(sentence: str, name: str) -> tuple[str, ClaimSpec]:
    read = read_sentence(sentence, WORDS).spec
    assert read is not None, sentence
    return name, read


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MAE has shorter attention distance than DINO", "DINO has shorter attention distance than MAE"),
        ("MAE has shorter attention distance than DINO", "MAE has longer attention distance than DINO"),
        ("MAE has shorter attention distance than DINO", "MAE does not have shorter attention distance than DINO"),
        ("MAE has shorter attention distance than DINO by more than 2 px", "DINO has 1 px shorter attention distance than MAE"),
        (
            "MAE has shorter attention distance than DINO by more than 2 px",
            "MAE and DINO have similar attention distance within 1 px",
        ),
        ("MAE trains 3x faster than SimMIM", "SimMIM trains 2x faster than MAE"),
        ("DINO > MAE > SimMIM in attention distance", "SimMIM has longer attention distance than DINO"),
        ("DINO > MAE > SimMIM in attention distance", "SimMIM > DINO > MAE in attention distance"),
        ("DINOv2 has high-norm artifact tokens", "DINOv2 has no high-norm artifact tokens"),
        ("the attention distance of MAE increases with depth", "the attention distance of MAE decreases with depth"),
        ("the attention distance of MAE increases with depth", "attention distance of MAE does not increase with layers"),
        ("DINO reaches 60 % k-NN accuracy", "The k-NN accuracy of DINO is below 50 %"),
        ("CL has longer attention distance than MIM", "MIM has longer attention distance than CL"),
        (
            "attention distance correlates negatively with k-NN accuracy across models",
            "attention distance correlates positively with k-NN accuracy across models",
        ),
    ],
)
def test_what_cannot_both_hold_is_a_pair(one: str, other: str) -> None:
    assert list(contradictions([spec(one, "a"), spec(other, "b")])) == [("a", "b")]
    assert list(contradictions([spec(other, "b"), spec(one, "a")])) == [("b", "a")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MAE has shorter attention distance than DINO", "MAE has shorter attention distance than DINO by more than 10 %"),
        ("MAE has shorter attention distance than DINO", "DINO has shorter attention distance than SimCLR"),
        ("MAE has shorter attention distance than DINO", "DINO has lower attention entropy than MAE"),
        ("MAE has shorter attention distance than DINO", "DINO has shorter attention distance than MAE on dead-leaves images"),
        ("MAE has shorter attention distance than DINO", "DINO has shorter attention distance than MAE in the last 2 layers"),
        (
            "MAE has shorter attention distance than DINO in at least one layer",
            "MAE has longer attention distance than DINO in at least one layer",
        ),
        ("MAE has shorter attention distance than DINO", "MAE does not have longer attention distance than DINO"),
        ("MAE does not have shorter attention distance than DINO", "MAE does not have longer attention distance than DINO"),
        (
            "MAE does not have shorter attention distance than DINO by more than 2 px",
            "MAE and DINO have similar attention distance within 1 px",
        ),
        ("DINO reaches 60 % k-NN accuracy", "The k-NN accuracy of DINO is below 80 %"),
        ("Pretrained MAE has shorter attention distance than DINO", "At toy scale MAE has longer attention distance than DINO"),
    ],
)
def test_what_can_both_hold_is_none(one: str, other: str) -> None:
    assert list(contradictions([spec(one, "a"), spec(other, "b")])) == []


def test_no_claim_contradicts_itself() -> None:
    sentences = ("MAE has shorter attention distance than DINO", "MAE does not have shorter attention distance than DINO")
    for one, name in product(sentences, "ab"):
        assert list(contradictions([spec(one, name), spec(one, "c")])) == []
