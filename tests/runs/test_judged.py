"""A claim block before it stands in a note."""

from __future__ import annotations

import pytest

from checker.errors import SpecError
from checker.lab import vocabulary
from checker.runs.judged import judge

WORDS = vocabulary()
BLOCK = "kind: compare\nmetric: attention_distance\nsubject: MAE\nbaseline: DINO\nrelation: less\n"


@pytest.mark.parametrize("block", [BLOCK, f"```claim\n{BLOCK}```", f"\n\n{BLOCK}\n"])
def test_a_block_is_read_as_in_a_note(block: str) -> None:
    case = judge("MAE looks closer", block, WORDS)
    assert case.word is None and case.spec is not None
    assert case.read_as.startswith("the mean attention distance of MAE") and case.claim.statement == "MAE looks closer"


@pytest.mark.parametrize(
    ("block", "word", "reason"),
    [
        (BLOCK.replace("DINO", "DINOO"), "untestable", "no model is called 'DINOO' here; the nearest is 'DINO'"),
        (BLOCK + "where: {data: 'folder:../..'}\n", "untestable", "the folder must lie inside the project"),
        (BLOCK + "where: {data: 'folder:/etc'}\n", "untestable", "the folder must lie inside the project"),
        (BLOCK + "margin: {value: 2, unit: nats}\n", "error", "the margin is in 'nats'"),
        (BLOCK + "where: {heads: head 2, layers: all}\n", None, ""),
    ],
)
def test_what_cannot_be_decided_is_told(block: str, word: str | None, reason: str) -> None:
    case = judge("MAE looks closer", block, WORDS)
    assert case.word == word and reason in case.reason


@pytest.mark.parametrize(
    ("sentence", "block", "message"),
    [
        ("MAE", "kind: [1", r"line 1, column|line 2, column"),
        ("MAE", BLOCK + "ask: me\n", "line 6, column 1: there is no key `ask`"),
        ("MAE", BLOCK + "id: mine\n", "`id` does not belong in a claim block"),
        ("MAE", BLOCK.replace("DINO", "MAE"), "MAE is compared with itself"),
        ("MAE", BLOCK + "decide: {looks: [2, 300000000]}\n", "each from 2 to 1000"),
        ("MAE", BLOCK + "margin:\n", "needs either a `margin` or a `factor`"),
        ("MAE", "# only a comment", "not a claim spec"),
        ("MAE", "a: &a [x,x]\nb: *c", "line 2"),
        ("MAE", f"{BLOCK}```\n\n- MAE is good #claim\n\n```claim\n{BLOCK}", "not one sentence with one claim block"),
        ("MAE looks. DINO too", BLOCK, "not one sentence with one claim block"),
        ("~~MAE looks~~", BLOCK, "not one sentence"),
        ("MAE #claim looks", BLOCK, "two #claim tags"),
        ("%% MAE", BLOCK, "no claim stands right above it"),
        ("# MAE", BLOCK, "a claim in a heading is not read"),
    ],
)
def test_what_would_be_no_claim_is_refused(sentence: str, block: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        judge(sentence, block, WORDS)
