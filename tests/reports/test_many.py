"""What the number of claims does to each of them, on p-values whose corrections are known by hand."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from checker.claims import find_claims, read_sentence
from checker.lab import vocabulary
from checker.notes import parse
from checker.reports.many import among_many, corrected
from checker.runs.case import Case
from checker.runs.outcome import Outcome
from checker.words import StatusWord
from tests.evidence.runs import with_verdict


def outcome(name: str, word: StatusWord, p: float | None, note: str = "N.md") -> Outcome:
    (claim,), _ = find_claims(parse(PurePosixPath(note), b"- MAE has shorter attention distance than DINO #claim\n"))
    values = {"p": 1.0, "p_against": p} if word == "refuted" else {"p": p, "p_against": None if p is None else 1.0}
    return Outcome(Case(name, claim, read_sentence(claim.statement, vocabulary())), word, "", run=with_verdict(**values))


def test_q_values_and_families() -> None:
    found = corrected(
        [
            outcome("a", "supported", 0.01),
            outcome("b", "refuted", 0.04),
            outcome("c", "inconclusive", 0.9),
            outcome("d", "supported", 0.03, "Other.md"),
            outcome("e", "supported", None),
            outcome("f", "untestable", 0.001),
        ]
    )
    assert found.keys() == {"a", "b", "c", "d"}
    assert [found[name].q for name in "abcd"] == pytest.approx([0.04, 0.16 / 3, 0.9, 0.16 / 3])
    assert [found[name].family_p for name in "abcd"] == pytest.approx([0.03, 0.08, 0.9, 0.03])


def test_the_line_names_the_words_that_would_not_stand() -> None:
    many = [
        outcome("a", "supported", 0.001),
        outcome("b", "refuted", 0.02),
        *(outcome(f"c{n}", "inconclusive", 0.9) for n in range(2)),
    ]
    assert among_many(many) == (
        "of 2 verdicts among 4 claims tested, 2 hold by their q-value, and 1 by Holm's correction within their note (not b)"
    )
    more = [*many, *(outcome(f"d{n}", "inconclusive", 0.9) for n in range(4))]
    assert "1 hold by their q-value (not b), and 1 by" in among_many(more)
    assert among_many([outcome("a", "inconclusive", 0.5)]) == ""
    five = [outcome(name, "refuted", 0.2) for name in "abcde"]
    assert "0 hold by their q-value (not a, b, c and 2 more, see --json)" in among_many(five)
