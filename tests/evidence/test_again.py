"""A verdict from a record alone, and what is said where the record has another one."""

from __future__ import annotations

from typing import Any

import pytest

from checker.evidence import Run, Trained, decide_again, difference, unlearned
from checker.evidence.again import as_decided
from tests.evidence.runs import COMPARE, NAMES, THROUGHPUT, UNLEARNED, run, with_verdict


@pytest.mark.parametrize("name", NAMES)
def test_kept_runs_are_decided_as_they_were(name: str) -> None:
    kept = run(name)
    again = decide_again(kept)
    assert difference(kept, again) == ""
    assert again == kept.verdict.model_copy(update={"curve": None})
    assert as_decided(kept) is kept


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"word": "supported"}, "the record says supported; its values give refuted"),
        ({"word": "inconclusive"}, "the record says inconclusive; its values give refuted"),
        ({"effect": -9.0}, "the record says effect -9; its values give -0.7578"),
        ({"low": None}, "the record says low none; its values give -0.928"),
        ({"high": 0.5}, "the record says high 0.5; its values give"),
        ({"p_against": 0.5}, "the record says p against 0.5; its values give"),
        ({"seeds": 300}, "the record says seeds 300; its values give 3"),
        ({"images": 300}, "the record says images 300; its values give 256"),
        ({"lines": (0.1,)}, "the record has other lines than its values give"),
        ({"parts": ()}, "the record has other parts than its values give"),
        ({"left_out": ("MAE",)}, "the record has other left out than its values give"),
    ],
)
def test_an_edited_verdict_is_told_with_both(changes: dict[str, Any], told: str) -> None:
    edited = with_verdict(run(COMPARE), **changes)
    assert difference(edited, decide_again(edited)).startswith(told)
    shown = as_decided(edited)
    assert shown.verdict.word == "refuted"
    assert shown.verdict.effect == run(COMPARE).verdict.effect
    assert told in shown.verdict.reason


def test_rounding_and_wording_are_no_difference() -> None:
    kept = run(COMPARE)
    assert kept.verdict.effect is not None
    for edited in (with_verdict(kept, effect=kept.verdict.effect + 0.0001), with_verdict(kept, reason="so it is", rule="a rule")):
        assert difference(edited, decide_again(edited)) == ""


def test_a_part_that_was_edited_is_told() -> None:
    first, *rest = run(COMPARE).verdict.parts
    edited = with_verdict(run(COMPARE), parts=(first.model_copy(update={"word": "supported"}), *rest))
    assert difference(edited, decide_again(edited)) == "the record has other parts than its values give"


def test_a_model_that_learned_nothing_gives_no_verdict_whatever_the_record_says() -> None:
    kept = run(UNLEARNED)
    (fault,) = unlearned(kept).values()
    assert kept.verdict.curve is not None
    assert kept.verdict.curve.model == f"{fault.model}, seed {fault.seed}"
    assert not decide_again(kept).reached
    for curve in (kept.verdict.curve, None):
        edited = with_verdict(kept, word="supported", effect=0.5, low=0.4, high=0.6, curve=curve)
        shown = as_decided(edited)
        assert (shown.verdict.word, shown.verdict.effect, shown.verdict.curve) == ("inconclusive", None, curve)
        assert "the record says supported; its values give inconclusive" in shown.verdict.reason


def test_an_untrained_model_has_nothing_to_show() -> None:
    kept = run(UNLEARNED)
    (fault,) = unlearned(kept).values()
    model = kept.models[fault.model]
    assert isinstance(model, Trained)
    untrained = model.model_copy(update={"recipe": type(model.recipe)(objective="none", data="shapes", steps=0)})
    assert unlearned(kept.model_copy(update={"models": {**kept.models, fault.model: untrained}})) == {}


def test_the_values_decide_and_not_what_is_recorded_of_them() -> None:
    kept = run(THROUGHPUT)
    names = list(kept.about)
    swapped = {names[0]: kept.values[names[1]], names[1]: kept.values[names[0]]}
    other: Run = kept.model_copy(update={"values": swapped})
    assert decide_again(other).effect != decide_again(kept).effect
    assert difference(other, decide_again(other)).startswith("the record says")
