from __future__ import annotations

import pytest

from checker.verdicts import Trust, held_to, trust
from checker.words import VerdictWord


@pytest.mark.parametrize(
    ("agree", "contradict", "found"),
    [
        (0, 0, "no control"),
        (1, 0, "passes"),
        (9, 0, "passes"),
        (0, 1, "contradicted"),
        (9, 1, "contradicted"),
    ],
)
def test_one_contradiction_is_enough_to_doubt_and_one_agreement_to_trust(agree: int, contradict: int, found: Trust) -> None:
    assert trust(agree, contradict) == found


@pytest.mark.parametrize("word", ["supported", "refuted", "inconclusive"])
def test_a_word_is_given_unless_known_findings_are_contradicted(word: VerdictWord) -> None:
    assert held_to(word, "passes") == held_to(word, "no control") == word
    assert held_to(word, "contradicted") == "inconclusive"
