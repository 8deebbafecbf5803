from __future__ import annotations

import numpy as np
import pytest

from checker.claims import ClaimSpec
from checker.claims.spec import Margin, Where
from checker.evidence.decision import decide, keep
from checker.verdicts import Looks, layers

STACK = np.random.default_rng(0).normal(0, 0.1, (3, 6, 8)) + np.arange(6)[:, None]  # (seeds, layers, images)


def spec(these: str, than: str) -> ClaimSpec:
    about = {"metric": "attention_distance", "subject": "MAE", "relation": "greater", "margin": Margin(value=0.5, unit="px")}
    return ClaimSpec(kind="layers", where=Where(layers=these), than=than, **about)


@pytest.mark.parametrize(
    ("these", "than", "kept", "effect"),
    [
        ("last 1", "layer 1", ["layer 1", "layer 6"], 5),
        ("upper half", "lower half", [f"layer {number}" for number in range(1, 7)], 3),
        ("middle third", "last 1", ["layer 3", "layer 4", "layer 6"], -2.5),
        ("upper half", "last 2", ["layer 4", "layer 5", "layer 6"], -0.5),
    ],
)
def test_what_is_kept_is_what_is_decided(these: str, than: str, kept: list[str], effect: float) -> None:
    claimed = spec(these, than)
    values = keep(claimed, STACK, these)
    assert isinstance(values.images, dict)
    assert list(values.images) == kept
    verdict = decide(claimed, {"MAE": values}, {}, Looks((3,)), exact=False)
    assert verdict.effect == pytest.approx(effect, abs=0.2)
    numbers = [int(name.split()[1]) - 1 for name in kept]
    sides = ({"last 1": [5], "layer 1": [0], "last 2": [4, 5], "upper half": [3, 4, 5], "lower half": [0, 1, 2]}.get(side, [2, 3])
             for side in (these, than))  # fmt: skip
    those, others = ([number in side for number in numbers] for side in sides)
    direct = layers(STACK[:, numbers].round(4), those, others, "greater", 0.5, looks=Looks((3,)))
    assert (verdict.word, verdict.low, verdict.high) == (direct.word, pytest.approx(direct.low), pytest.approx(direct.high))


def test_layers_are_not_compared_with_themselves() -> None:
    with pytest.raises(ValueError, match="compared with itself"):
        spec("last 1", "last 1")
