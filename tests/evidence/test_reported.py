"""How a number of a paper stands to a measured one."""

from __future__ import annotations

import pytest

from checker.claims.reported import Reported
from checker.evidence import Run
from checker.evidence.reported import comparison
from checker.scope import Scope
from tests.evidence.runs import run, with_verdict

MEASURED = with_verdict(run(), effect=0.7, low=0.66, high=0.74).model_copy(
    update={"scope": Scope.PRETRAINED, "effect_unit": "share"}
)


@pytest.mark.parametrize(
    ("number", "run", "said"),
    [
        (Reported("a", "", "68 %", 0.68, None, "share"), MEASURED, "agrees"),
        (Reported("a", "", "65 %", 0.65, None, "share"), MEASURED, "differs"),
        (Reported("a", "", "65 ± 2 %", 0.65, 0.02, "share"), MEASURED, "agrees"),
        (Reported("a", "", "75 %", 0.75, None, "share"), MEASURED, "differs"),
        (Reported("a", "", "75 %", 0.75, None, "share"), with_verdict(MEASURED, high=None), "agrees"),
        (Reported("a", "", "70 points", 70, None, "points"), MEASURED, "agrees"),
        (Reported("a", "", "0.7", 0.7, None, ""), MEASURED, "other unit"),
        (Reported("a", "", "7 px", 7, None, "px"), MEASURED, "other unit"),
        (Reported("a", "", "0.7 px", 0.7, None, "px"), MEASURED.model_copy(update={"effect_unit": "px"}), "agrees"),
        (Reported("a", "", "68 %", 0.68, None, "share"), MEASURED.model_copy(update={"scope": Scope.TOY}), "other scope"),
        (Reported("a", "", "68 %", 0.68, None, "share"), None, "not measured"),
    ],
)
def test_beside_a_measurement(number: Reported, run: Run | None, said: str) -> None:
    assert comparison(number, run) == said
