from __future__ import annotations

import pytest
from checker.writing.ledger import NEEDED, Ledger, parse_ledger, print_ledger

from checker.errors import SpecError


def run(key: str, value: float, scope: str = "toy") -> dict[str, object]:
    rest = dict.fromkeys(NEEDED, "")
    return rest | {"key": key, "scope": scope, "values": {"MAE": {"images": [[value, 2.0], [3.0, 4.0]]}}}


def test_the_file_is_stable_and_a_row_is_a_line() -> None:
    ledger = Ledger("a").with_run(run("k", 1.0))
    text = print_ledger(ledger)
    assert "[1.0, 2.0]" in text
    assert print_ledger(parse_ledger(text, "x")) == text


def test_a_run_that_repeats_the_last_one_changes_nothing() -> None:
    ledger = Ledger("a").with_run(run("k", 1.0))
    assert ledger.with_run(run("k", 1.0005)) is ledger  # another processor's rounding
    assert len(ledger.with_run(run("k", 1.1)).runs) == 2  # the same inputs gave other numbers
    assert len(ledger.with_run(run("other", 1.0)).runs) == 2


def test_a_run_repeats_the_last_one_of_its_own_scope() -> None:
    ledger = Ledger("a").with_run(run("k", 1.0)).with_run(run("p", 5.0, "pretrained"))
    assert ledger.with_run(run("k", 1.0)) is ledger
    assert {scope: entry["key"] for scope, entry in ledger.newest.items()} == {"toy": "k", "pretrained": "p"}
    newer = ledger.with_run(run("k2", 1.0))
    assert newer.newest["toy"]["key"] == "k2"
    assert newer.newest["pretrained"]["key"] == "p"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "x:1:1: not an evidence"),
        ("[]", "not an evidence"),
        ('{"schema": 9, "claim": "a", "runs": []}', "newer version"),
        ('{"schema": 1, "claim": "a", "runs": [{"key": "k"}]}', "x:1:1: run 1 lacks about, claimed"),
        ('{"schema": 1, "claim": "a", "runs": [3]}', "run 1 lacks everything"),
    ],
)
def test_what_cannot_be_read_is_never_overwritten(text: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        parse_ledger(text, "x")
