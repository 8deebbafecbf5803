from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.errors import MeasurementError
from checker.verdicts import Verdict, combine, compare, threshold
from tests.verdicts.worlds import models


def part(p: float, p_against: float = 1.0) -> Verdict:
    """A part with these p-values; its word is the one at alpha 0.05."""
    word = "supported" if p < 0.05 else "refuted" if p_against < 0.05 else "inconclusive"
    return Verdict(word, 1.0, 0.5, 1.5, 0.95, 0.0, 3, 256, "rule", "reason", None, p, p_against, (0.0,))  # type: ignore[arg-type]


def parts(*values: float) -> dict[str, Verdict]:
    """Parts by their p; 1 - p speaks against."""
    return {f"layer {layer}": part(p, 1 - p) for layer, p in enumerate(values, start=1)}


@pytest.mark.parametrize(
    ("values", "quantifier", "p"),
    [
        ((0.01, 0.02, 0.04), "all", 0.04),
        ((0.01, 0.02, 0.04), "any", 0.03),
        ((0.01, 0.02, 0.04), "most", 2 * 0.02),  # two of three: the second smallest, twice
        ((0.01, 0.02, 0.04, 0.3), "most", 2 * 0.04),  # three of four
        ((0.001, 0.002, 0.003, 0.5, 0.6), "most", 3 * 0.003),  # three of five
        ((0.2,), "all", 0.2),
        ((0.2,), "any", 0.2),
        ((0.2,), "most", 0.2),
        ((0.9, 0.8), "any", 1.0),
    ],
)
def test_the_p_value_by_hand(values: tuple[float, ...], quantifier: str, p: float) -> None:
    verdict = combine(parts(*values), quantifier)  # type: ignore[arg-type]
    assert verdict.p == pytest.approx(p)
    assert (verdict.word == "supported") == (p < 0.05)


@pytest.mark.parametrize(
    ("against", "quantifier", "p"),
    [
        ((0.001, 0.5, 0.6), "all", 0.003),  # one part that fails is enough, whichever it is
        ((0.001, 0.5, 0.6), "any", 0.6),  # all have to fail
        ((0.001, 0.01, 0.6), "most", 2 * 0.01),  # two of three have to fail
        ((0.001, 0.01, 0.6, 0.7), "most", 3 * 0.01),  # two of four have to fail
    ],
)
def test_refuting_by_hand(against: tuple[float, ...], quantifier: str, p: float) -> None:
    verdict = combine({f"layer {n}": part(1.0, q) for n, q in enumerate(against)}, quantifier)  # type: ignore[arg-type]
    assert verdict.p_against == pytest.approx(p)
    assert (verdict.word == "refuted") == (p < 0.05)


def test_the_part_that_decides_gives_the_numbers() -> None:
    table = parts(0.01, 0.03, 0.02)
    table["layer 2"] = dataclasses.replace(table["layer 2"], effect=7.0)
    verdict = combine(table, "all")
    assert verdict.effect == 7.0
    assert "in all 3 parts, decided by layer 2" in verdict.reason
    assert verdict.rule.startswith("all of 3 parts, so at least 3")
    assert [p.name for p in verdict.parts] == list(table)
    table["layer 1"] = dataclasses.replace(table["layer 1"], effect=9.0)
    assert combine(table, "any").effect == 9.0
    assert "in at least 1 of 3 parts, decided by layer 1" in combine(table, "any").reason


def test_open_parts_are_named() -> None:
    verdict = combine(parts(0.01, 0.3, 0.4), "all")
    assert verdict.word == "inconclusive"
    assert verdict.reason == "undecided in layer 2, layer 3; in layer 3, reason"
    alone = combine(parts(0.02, 0.3, 0.4), "any")
    assert alone.word == "inconclusive"
    assert (
        alone.reason == "layer 1 alone is supported, not clearly enough for one of 3 parts; more seeds or images would settle it"
    )


def test_layers_of_a_comparison_and_of_a_threshold() -> None:
    rng = np.random.default_rng(1)
    a, b = (np.stack(models(rng, means, 0.05, 0.3), axis=1) for means in ((1, 2, 5), (4, 4, 4)))
    for decide in (
        lambda layer: compare(a[:, layer], b[:, layer], margin=0.5),
        lambda layer: threshold(a[:, layer], 3.0, "less"),
    ):
        layers = {f"layer {layer + 1}": decide(layer) for layer in range(3)}
        words = {quantifier: combine(layers, quantifier).word for quantifier in ("all", "any", "most")}  # type: ignore[arg-type]
        assert words == {"all": "refuted", "any": "supported", "most": "supported"}


def test_what_cannot_be_combined() -> None:
    with pytest.raises(MeasurementError, match="no parts"):
        combine({})
    with pytest.raises(MeasurementError, match="layer 1 has no p-value"):
        combine({"layer 1": dataclasses.replace(part(0.1), p=None)})
    with pytest.raises(MeasurementError, match="layer 1 has no p-value"):
        combine({"layer 1": part(float("nan"))})
    with pytest.raises(MeasurementError, match="quantifier"):
        combine(parts(0.1), "few")  # type: ignore[arg-type]
    with pytest.raises(MeasurementError, match="alpha"):
        combine(parts(0.1), alpha=0.9)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_properties(values: list[float]) -> None:
    found = {quantifier: combine(parts(*values), quantifier) for quantifier in ("all", "any", "most")}  # type: ignore[arg-type]
    if found["all"].word == "supported":
        assert max(values) < 0.05
    for verdict in found.values():
        assert min(verdict.p or 0, verdict.p_against or 0) >= min(*values, *(1 - v for v in values))
    negated = {f"layer {n}": part(1 - p, p) for n, p in enumerate(values, start=1)}
    none = combine(negated, "all")  # in no layer is the contrary of in any
    assert (none.p, none.p_against) == (found["any"].p_against, found["any"].p)
    assert {none.word, found["any"].word} != {"supported"}
    backwards = combine(dict(reversed(parts(*values).items())), "most")
    assert (backwards.p, backwards.p_against) == (found["most"].p, found["most"].p_against)


def test_in_how_many_parts_it_holds_or_fails() -> None:
    def reason(quantifier: str, *values: tuple[float, float]) -> str:
        return combine({f"layer {n}": part(*p) for n, p in enumerate(values, 1)}, quantifier).reason  # type: ignore[arg-type]

    holds, fails, is_open = (0.001, 1.0), (1.0, 0.001), (0.5, 0.5)
    assert reason("all", holds, holds, holds) == "it holds in all 3 parts, decided by layer 3: reason"
    assert reason("any", is_open, holds, is_open) == "it holds in at least 1 of 3 parts, decided by layer 2: reason"
    assert reason("most", holds, is_open, holds, holds) == "it holds in at least 3 of 4 parts, decided by layer 4: reason"
    assert reason("all", holds, fails, holds) == "it fails in at least 1 of 3 parts, decided by layer 2: reason"
    assert reason("most", fails, is_open, fails, holds) == "it fails in at least 2 of 4 parts, decided by layer 3: reason"
    assert reason("any", fails, fails, fails) == "it fails in all 3 parts, decided by layer 3: reason"
