"""Which links after a claim say what it rests on."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from checker.claims import find_claims
from checker.claims.rests_on import name_in, rests_on
from checker.notes import parse

CLAIM = "MAE has shorter attention distance than DINO"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"- {CLAIM} #claim\n", ()),
        (f"- {CLAIM} #claim rests on [[a]]\n", ("a",)),
        (f"- {CLAIM} #claim [[x|✅ supported · toy]] rests on [[a]] ^x\n", ("a",)),
        (f"- {CLAIM} #claim, which rests on [[a]], [[Notes/B#^b|this]] and [c](Claims/c.md); see [[d]]\n", ("a", "b", "c")),
        (f"- {CLAIM} #claim rests on the words of [[a]]\n", ()),
        (f"- {CLAIM} #claim `rests on [[a]]` %%rests on [[b]]%%\n", ()),
        (f"- {CLAIM} #claim, see [[z]], rests on [[a]]\n", ("a",)),
        (f"- {CLAIM} #claim [rests on:: [[a]], [[b]]]\n", ("a", "b")),
        (f"- {CLAIM} #claim\n  - why\n  - rests on [[a]]\n  - **Rests on** [[b]]\n    - rests on [[c]]\n- rests on [[d]]\n", ("a", "b")),
        (f"1. {CLAIM} #claim\n   1. rests on [[a]]\n", ("a",)),
        (f"{CLAIM} #claim\n\nRests on [[a]]\n\nrests on [[b]]\n", ("a",)),
        (f"{CLAIM} #claim\nrests on:: [[a]]\n", ("a",)),
        (f"{CLAIM} #claim\n\nIt is known. It rests on [[a]]\n", ()),
        (f"> [!claim] {CLAIM}\n> rests on [[a]]\n", ("a",)),
        (f"> {CLAIM} #claim\n> rests on [[a]]\n", ("a",)),
        (f"| a | b |\n|---|---|\n| {CLAIM} #claim rests on [[a]] | rests on [[b]] |\n", ("a",)),
    ],
)  # fmt: skip
def test_links_after_the_words(text: str, names: tuple[str, ...]) -> None:
    (claim,), problems = find_claims(parse(PurePosixPath("n.md"), text.encode()))
    assert (tuple(map(name_in, rests_on(claim))), problems) == (names, [])
    assert claim.statement == CLAIM
