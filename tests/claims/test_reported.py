"""Numbers of papers that stand with a claim."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from checker.claims import find_claims
from checker.claims.reported import Reported, reported
from checker.notes import parse

CLAIM = "MAE has a k-NN accuracy of at least 60 %"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"- {CLAIM} #claim\n  - [@he2022, Table 3]: 68.0 %\n", [Reported("he2022", "Table 3", "68.0 %", 0.68, None, "share")]),
        (f"- {CLAIM} #claim [@a]: -3.5 ± 0.2 px and [@b, p. 2]: 7 ^x\n", [Reported("a", "", "-3.5 ± 0.2 px", -3.5, 0.2, "px"), Reported("b", "p. 2", "7", 7.0)]),
        (f"- {CLAIM} #claim\n  - [@a]: 2.5 points\n  - see [@b]: 3 %\n  - **[@c]: 3 %**\n", [Reported("a", "", "2.5 points", 2.5, None, "points"), Reported("c", "", "3 %", 0.03, None, "share")]),
        (f"{CLAIM} #claim\n\n[@a]: 68 +/- 1 % on ImageNet\n", [Reported("a", "", "68 +/- 1 %", 0.68, 0.01, "share")]),
        (f"> [!claim] {CLAIM}\n> [@a]: .68\n", [Reported("a", "", ".68", 0.68)]),
        (f"- {CLAIM} [@a] #claim\n", []),
        (f"- {CLAIM} #claim\n  - [@a] says 68 %\n  - [@a; @b]: 68 %\n  - [@a]: 68,0 %\n  - [@a]: 1.2.3\n", []),
        (f"- {CLAIM} #claim\n\n- [@a]: 68 %\n", []),
        (f"- {CLAIM} #claim `[@a]: 68 %`\n", []),
    ],
)  # fmt: skip
def test_what_stands_with_a_claim(text: str, found: list[Reported]) -> None:
    (claim,), _ = find_claims(parse(PurePosixPath("n.md"), text.encode()))
    read = list(reported(claim))
    assert [(each.key, each.where, each.text, each.unit) for each in read] == [
        (each.key, each.where, each.text, each.unit) for each in found
    ]
    for one, other in zip(read, found, strict=True):
        assert (one.value, one.spread) == (pytest.approx(other.value), other.spread and pytest.approx(other.spread))
