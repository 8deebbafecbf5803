from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from checker.claims import find_claims, select_layers
from checker.claims.language.sentence import last_sentence, plain
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
        ("| x |\n|---|\n| A is B #claim |", ["A is B"]),
        ("A #claim | B\n---|---\nC | D is E #claim", ["A", "D is E"]),
        ("> [!claim] A is B", ["A is B"]),
        ("- > [!CLAIM]- **A** is [[B]]\n  > more", ["A is B"]),
        ("> [!note] T\n> A is B #claim", ["A is B"]),
        ("%%\n> [!claim] A\n%%\n\n    > [!claim] B", []),
    ],
)
def test_where_claims_stand(text: str, statements: list[str]) -> None:
    assert find(text) == (statements, [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- A #claim and B #claim", "N.md:1: two #claim tags"),
        ("x\n\n# A #claim", "N.md:3: a claim in a heading"),
        ("| a |\n|---|\n| A #claim, B #claim |", "N.md:3: two #claim tags"),
        ("> [!claim] A #claim", "N.md:1: a claim callout needs no #claim tag"),
        ("- [-] A #claim", "N.md:1: a cancelled task asserts nothing"),
        ("> 1. [-] A #claim", "N.md:1: a cancelled task asserts nothing"),
        ("> [!failure] T\n> A #claim", "N.md:2: text in a failure callout is not asserted"),
        ("> [!fail] A #claim", "N.md:1: text in a failure callout is not asserted"),
        ("- A\n\n```claim\nx: 1\n```", "N.md:3: a claim block, but no claim stands right above it"),
    ],
)
def test_places_that_are_told(text: str, problem: str) -> None:
    statements, problems = find(text)
    assert statements == []
    assert len(problems) == 1
    assert problems[0].startswith(problem)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("| x | y |\n|---|---|\n| A #claim [[a\\|✅ supported]] | B #claim |\n\n^t", [("A", "a", "N#^t"), ("B", None, "N#^t")]),
        ("| x |\n|---|\n| A is \\| #claim |", [("A is |", None, "N")]),
        ("> [!claim] A [[a|✅ supported]]\n> B", [("A", "a", "N")]),
        ("> [!claim]+\n> Well. A is B.", [("A is B", None, "N")]),
        ("> [!quote] Who\n> A is B #claim [[a|✅ supported]]", [("A is B", "a", "N")]),
        ("- A #claim ^x", [("A", "x", "N#^new")]),
    ],
)
def test_who_a_claim_is_and_where_a_link_to_it_goes(text: str, names: list[tuple[str, str | None, str]]) -> None:
    claims, problems = find_claims(parse(PurePosixPath("N.md"), text.encode()))
    assert problems == []
    assert [(claim.statement, claim.name, claim.source("new")) for claim in claims] == names


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
        ("layers 2-4", 6, [1, 2, 3]),
        ("layers 2 and 4", 6, [1, 3]),
        ("layers 1 and 3 and 6", 6, [0, 2, 5]),
    ],
)
def test_layers(layers: str, depth: int, blocks: list[int]) -> None:
    assert select_layers(layers, depth) == blocks


def test_a_layer_that_is_not_there() -> None:
    with pytest.raises(SpecError, match="6 layers"):
        select_layers("layer 7", 6)
    with pytest.raises(SpecError, match="6 layers"):
        select_layers("layers 2 and 7", 6)
