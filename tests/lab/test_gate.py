"""The gate of the second edition: what a model must read at the readout of its paper."""

from __future__ import annotations

import pytest

from checker.lab.competence import Competence, why_nothing_learned
from checker.lab.learners import LEARNERS, Learner

PIXELS = {"shape": 0.2, "texture": 0.3}  # 0.25 on average
STILL, MOVING = Learner("mae", "class", "a paper"), Learner("dino", "class", "a paper", moving_target=True)
BY_PATCHES = Learner("simmim", "patches", "a paper")


def found(loss: float, by_class: float, by_patches: float) -> Competence:
    """Accuracies of the last block; those of the first one are out of reach."""

    def probe(accuracy: float) -> dict[str, tuple[float, ...]]:
        return {"shape": (1.0, accuracy - 0.1), "texture": (1.0, accuracy + 0.1)}

    return Competence(loss, probe(by_patches), (1.0, by_patches), 1000, probe(by_class), (1.0, by_class))


@pytest.mark.parametrize(
    ("learner", "after", "fault"),
    [
        (STILL, found(0.5, 0.6, 0.2), None),
        (STILL, found(0.99, 0.6, 0.2), "its own held-out loss did not go down clearly (1.000 to 0.990)"),
        (MOVING, found(1.5, 0.6, 0.2), None),  # its loss against a teacher says nothing
        (
            MOVING,
            found(0.5, 0.42, 0.9),
            "probes of the class token read the data's factors with 42% accuracy, at initialisation with 40%",
        ),
        (BY_PATCHES, found(0.5, 0.9, 0.42), "probes of the mean patch token read the data's factors with 42% accuracy"),
        (BY_PATCHES, found(0.5, 0.2, 0.6), None),
    ],
)
def test_a_model_is_judged_at_its_own_readout(learner: Learner, after: Competence, fault: str | None) -> None:
    reason = why_nothing_learned(learner, found(1.0, 0.4, 0.4), after, PIXELS)
    assert reason is None if fault is None else fault in (reason or "")


def test_a_model_must_beat_the_raw_pixels() -> None:
    reason = why_nothing_learned(MOVING, found(1.0, 0.4, 0.4), found(1.0, 0.6, 0.6), {"shape": 0.9, "texture": 0.3})
    assert reason == "probes of the class token read the data's factors with 60% accuracy, in the raw pixels with 60%"


def test_both_readouts_stand_in_the_card() -> None:
    competence = found(1.0, 0.6, 0.3)
    assert competence.read_at("class") == pytest.approx((0.6, 0.6))
    assert competence.read_at("patches") == pytest.approx((0.3, 0.3))
    assert Competence.from_dict(competence.as_dict()) == competence


def test_every_objective_names_its_source() -> None:
    assert all(learner.source for learner in LEARNERS.values())
    assert {name for name, learner in LEARNERS.items() if learner.moving_target} == {"lut", "ijepa", "moco-v3", "dino", "dinov2"}
