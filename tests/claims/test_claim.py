from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from checker.claims import find_claims, select_layers
from checker.claims.sentence import last_sentence, plain
from checker.errors import SpecError
from checker.notes import parse


def find(text: str) -> tuple[list[str], list[str]]:
    claims, problems = find_claims(parse(PurePosixPath("N.md"), text.encode()))
    return [claim.statement for claim in claims], [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("- A is B #claim", ["A is B"]),
        ("1. A is B #claim", ["A is B"]),
        ("- [x] A is B #Claim", ["A is B"]),
        ("- outer\n  - A is B #claim", ["A is B"]),
        ("A is B. #claim", ["A is B"]),
        ("First. Then A is\nB #claim and more.", ["Then A is B"]),
        ("> A is B #claim", ["A is B"]),
        ("- **A** is [[x|B]] `c` #claim [[id|✅ supported · toy]] ^id", ["A is B `c`"]),
        ("- A #claim\n- B #claim", ["A", "B"]),
        ("- A #claims #claim/x", []),
    ],
)
def test_where_claims_stand(text: str, statements: list[str]) -> None:
    assert find(text) == (statements, [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- A #claim and B #claim", "N.md:1: two #claim tags"),
        ("x\n\n# A #claim", "N.md:3: a claim in a heading"),
        ("| a |\n|---|\n| A #claim |", "N.md:3: a claim in a table"),
        ("> [!claim] A #claim", "N.md:1: a claim in a callout"),
    ],
)
def test_places_that_are_told(text: str, problem: str) -> None:
    statements, problems = find(text)
    assert statements == []
    assert problems[0].startswith(problem)


def test_the_tools_own_link_is_known_by_its_mark() -> None:
    (mine, theirs), _ = find_claims(parse(PurePosixPath("N.md"), "- A #claim [[a|❌ refuted]]\n- B #claim [[b|see]]\n".encode()))
    assert (mine.shown, theirs.status) == ("❌ refuted", None)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("- “A is B” (Kim et al., 2024, p. 6)", "A is B"),
        ("A [36](http://x) is [B](http://y)", "A is B"),
        ("See above [12]. A is B.", "A is B"),
        ("A_b is *c*", "A_b is c"),
    ],
)
def test_reading_through_markdown(source: str, text: str) -> None:
    assert last_sentence(plain(source)) == text


@pytest.mark.parametrize(
    ("layers", "depth", "blocks"),
    [
        ("all", 3, [0, 1, 2]),
        ("upper half", 6, [3, 4, 5]),
        ("upper half", 5, [3, 4]),
        ("lower half", 5, [0, 1]),
        ("first 2", 6, [0, 1]),
        ("last 2", 6, [4, 5]),
        ("layer 6", 6, [5]),
    ],
)
def test_layers(layers: str, depth: int, blocks: list[int]) -> None:
    assert select_layers(layers, depth) == blocks


def test_a_layer_that_is_not_there() -> None:
    with pytest.raises(SpecError, match="6 layers"):
        select_layers("layer 7", 6)
