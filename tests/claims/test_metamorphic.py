"""A word that restricts or turns a claim, put at any place of a sentence, never leaves its spec as it was. benchmarks/metamorphic.py
tries all of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.claims import read_sentence
from checker.lab import vocabulary

WORDS = vocabulary()
CASES = Path(__file__).with_name("cases")


def lines(name: str) -> list[str]:
    text = (CASES / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


SENTENCES = lines("read-well.txt")


@pytest.mark.parametrize("sentence", SENTENCES)
def test_it_reads_well(sentence: str) -> None:
    reading = read_sentence(sentence, WORDS)
    assert reading.spec is not None, reading.reason
    assert read_sentence(reading.reading, WORDS).spec == reading.spec


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SENTENCES), st.sampled_from(lines("insertions.txt")), st.integers(0, 30))
def test_what_restricts_a_claim_is_never_dropped(sentence: str, insertion: str, place: int) -> None:
    words = sentence.split()
    words.insert(place % (len(words) + 1), insertion)
    text = " ".join(words).replace(" ,", ",")
    said = insertion.partition(" ")[2] or insertion  # "for the class token" adds nothing to "of the class token"
    if said.casefold() not in sentence.casefold():
        assert read_sentence(text, WORDS).spec != read_sentence(sentence, WORDS).spec, text


@pytest.mark.parametrize(
    "idle",
    [
        "However, {}",
        "We find that {}",
        "Park et al. (2023) show that {}",
        "It has been shown that {}",
        "{} (Caron et al., 2021)",
        "{} [12]",
    ],
)
@pytest.mark.parametrize("sentence", SENTENCES[2:6])
def test_what_only_says_who_says_it_changes_nothing(sentence: str, idle: str) -> None:
    assert read_sentence(idle.format(sentence), WORDS).spec == read_sentence(sentence, WORDS).spec
