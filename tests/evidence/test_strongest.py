"""The strongest claim that the evidence of a refuted or open one supports: by its own rule, and readable."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.claims import ClaimSpec, read_sentence
from checker.claims.language.english import say
from checker.evidence import Run, Values, decide_again
from checker.evidence.strongest import _floor, strongest
from checker.lab import vocabulary
from tests.evidence.runs import COMPARE, run

WORDS = vocabulary()


def compared(gap: float, relation: str, seed: int = 0) -> Run:
    """A run that compares two models whose means are `gap` apart, at five seeds."""
    like, rng = run(COMPARE), np.random.default_rng(seed)
    spec = ClaimSpec.model_validate(
        {
            "kind": "compare",
            "metric": "attention_distance",
            "subject": "MAE",
            "baseline": "DINO",
            "relation": relation,
            "margin": {"value": 1.0, "unit": "px"},
            "where": {"layers": "all"},
        }
    )
    shared = rng.normal(0, 0.1, 30)
    tables = {
        name: rng.normal(mean, 0.2, (5, 1)) + shared + rng.normal(0, 0.1, (5, 30))
        for name, mean in (("MAE", 10 + gap), ("DINO", 10.0))
    }
    model = next(iter(like.models.values()))
    values = {
        name: Values(layers=tuple((float(row.mean()),) for row in table), images=tuple(map(tuple, table.round(6).tolist())))
        for name, table in tables.items()
    }
    changes = {
        "spec": spec, "spec_hash": spec.hash(), "about": ("MAE", "DINO"), "unit": "px", "effect_unit": "px", "values": values,
        "models": {"MAE": model, "DINO": model}, "look": 2, "claimed": "above", "answers": None,
    }  # fmt: skip
    made = like.model_copy(update=changes)
    return made.model_copy(update={"verdict": decide_again(made)})


@pytest.mark.parametrize(
    ("gap", "relation", "word", "kind", "other"),
    [
        (-4.0, "greater", "refuted", "compare", "less"),
        (4.0, "less", "refuted", "compare", "greater"),
        (0.0, "greater", "refuted", "equivalence", None),
        (1.0, "greater", "inconclusive", "compare", "greater"),
    ],
)
def test_the_other_way_or_how_close(gap: float, relation: str, word: str, kind: str, other: str | None) -> None:
    made = compared(gap, relation)
    assert made.verdict.word == word
    spec = strongest(made)
    assert spec is not None and spec.margin is not None
    assert (spec.kind, spec.relation) == (kind, other)
    nearest = max(abs(made.verdict.low or 0), abs(made.verdict.high or 0))
    assert spec.margin.value <= nearest + 0.1
    sentence = say(spec, WORDS)
    assert read_sentence(sentence, WORDS).spec == spec


def test_nothing_is_offered_for_what_is_supported() -> None:
    assert strongest(compared(4.0, "greater")) is None


@settings(max_examples=25, deadline=None)
@given(st.floats(-5, 5), st.sampled_from(["less", "greater"]), st.integers(0, 1000))
def test_what_is_offered_is_supported_by_the_same_values(gap: float, relation: str, seed: int) -> None:
    made = compared(gap, relation, seed)
    spec = strongest(made)
    assert (spec is None) == (made.verdict.word == "supported")
    if spec is not None:
        assert decide_again(made.model_copy(update={"spec": spec})).word == "supported"


@pytest.mark.parametrize(
    ("value", "rounded"), [(0.0, 0.0), (1.234, 1.2), (-1.234, -1.3), (0.0789, 0.078), (99.9, 99.0), (1234.0, 1200.0), (0.3, 0.3)]
)
def test_two_digits_towards_less(value: float, rounded: float) -> None:
    assert _floor(value) == pytest.approx(rounded)
