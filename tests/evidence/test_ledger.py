from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checker.errors import EvidenceError
from checker.evidence import Ledger, Run, Values, parse_ledger, print_ledger, read_ledger, repeats
from checker.lab.metrics import METRICS
from checker.scope import Scope
from tests.evidence.runs import COMPARE, NAMES, THROUGHPUT, kept, run, with_verdict


def with_values(factor: float = 1.0, like: Run | None = None, **changes: Any) -> Run:
    """A run whose values are those of another one times a factor."""
    like = like or run(THROUGHPUT)
    values = {
        name: Values(
            layers=tuple(tuple(value * factor for value in row) for row in table.layers),
            images=tuple(tuple(value * factor for value in row) for row in table.tables[0]),
        )
        for name, table in like.values.items()
    }
    return like.model_copy(update={"values": values, **changes})


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_schema_1_is_read_and_its_runs_stay_as_they_are(name: str) -> None:
    ledger = parse_ledger(kept(name), name)
    assert print_ledger(ledger).encode() == kept(name).replace(b'"schema": 1', b'"schema": 2', 1)
    (old,) = ledger.runs
    assert old.schema_ == 2
    written = old.as_json()
    assert (written.pop("schema"), written.pop("exact")) == (2, False)
    recorded = json.loads(kept(name))["runs"][0]
    recorded["data"]["images"] = old.values[old.about[0]].count
    added = {"answers", "effect_of"}  # the first is new, the second follows from the verdict
    assert {key: value for key, value in written.items() if key not in added} == {
        key: value for key, value in recorded.items() if key not in added
    }


def test_a_new_run_is_appended_and_the_old_bytes_stay() -> None:
    old = parse_ledger(kept(COMPARE), "x")
    new = old.with_run(run())
    before, after = kept(COMPARE).decode().splitlines(), print_ledger(new).splitlines()
    assert after[1] == ' "schema": 2,'
    assert after[2 : len(before) - 3] == before[2:-3]  # up to the brackets that close the first run and the file
    again = parse_ledger(print_ledger(new).encode(), "x")
    assert again.runs == new.runs
    assert again.runs == (*old.runs, run())
    assert print_ledger(again) == print_ledger(new)
    assert f'"schema": 2,\n   "key": "{run().key}"' in print_ledger(new)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"relation": "greater"', '"relation": "less"', "`key` is not that of its spec, code, weights and controls"),
        (f'"key": "{run().key}"', '"key": "000000000000000000000000"', "`key` is not that"),
        ('"spec_hash": "', '"spec_hash": "0', "`spec_hash` is not that of its spec"),
        ('"look": 1,\n   "unit": "preference"', '"look": 1,\n   "unit": "bananas"', "`unit` is not that of shape_preference"),
        ('"reading": "the', '"reading": "<script>the', "`reading` is no plain sentence"),
    ],
)
def test_a_run_that_says_what_does_not_follow_from_it_is_refused(old: str, new: str, problem: str) -> None:
    text = print_ledger(Ledger("a").with_run(run()))
    assert old in text
    with pytest.raises(EvidenceError, match=re.escape(f"run 1: {problem}")):
        parse_ledger(text.replace(old, new, 1).encode(), "x")


def test_words_in_the_place_of_what_follows_are_not_taken() -> None:
    text = print_ledger(Ledger("a").with_run(run()))
    forged = text.replace(f'"claimed": "{run().claimed}"', '"claimed": "between"').replace('"effect_of": "', '"effect_of": "<b>')
    assert parse_ledger(forged.encode(), "x").runs == (run(),)


def test_a_row_is_a_line() -> None:
    text = print_ledger(Ledger("a").with_run(run(THROUGHPUT)))
    assert re.search(r'"seeds": \[0, 1, 2\]', text)
    assert print_ledger(parse_ledger(text.encode(), "x")) == text


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"factor": 1.0005}, True),  # another processor's rounding
        ({"factor": 0.9995}, True),
        ({"factor": 1.002}, False),
        ({"factor": 0.998}, False),
        ({"factor": -1.0}, False),
        ({"key": "other"}, False),
    ],
)
def test_a_run_that_repeats_the_last_one_changes_nothing(changes: dict[str, Any], same: bool) -> None:
    ledger = Ledger("a").with_run(run(THROUGHPUT))
    assert repeats(run(THROUGHPUT), with_values(**changes)) is same
    assert (ledger.with_run(with_values(**changes)) is ledger) is same


def test_other_tables_are_other_values() -> None:
    one = run(THROUGHPUT)
    first, *_ = one.values
    table = one.values[first]
    layer = {"layer 1": table.tables[0]}
    for changed in (
        {name: values for name, values in one.values.items() if name != first},
        {**one.values, first: table.model_copy(update={"layers": table.layers[:-1]})},
        {**one.values, first: table.model_copy(update={"images": tuple((*row, 1.0) for row in table.tables[0])})},
        {**one.values, first: table.model_copy(update={"images": layer})},
    ):
        other = one.model_copy(update={"values": changed})
        assert not repeats(one, other)
        assert not repeats(other, one)
    assert not repeats(one, one.model_copy(update={"other_values": one.values}))


def test_a_run_repeats_the_last_one_of_its_own_scope() -> None:
    released = run(THROUGHPUT, scope=Scope.PRETRAINED, key="p")
    ledger = Ledger("a").with_run(run(THROUGHPUT)).with_run(released)
    assert ledger.with_run(run(THROUGHPUT)) is ledger
    newer = ledger.with_run(run(THROUGHPUT, key="k2"))
    assert {last.scope: last.key for last, _ in newer.pairs()} == {"toy": "k2", "pretrained": "p"}


def test_the_newest_run_has_the_verdict_that_its_values_give_and_the_file_keeps_its_own() -> None:
    true = run()
    edited = with_verdict(true, word="refuted" if true.verdict.word == "supported" else "supported")
    ledger = Ledger("a").with_run(edited)
    newest = ledger.newest["toy"]
    assert newest.verdict.word == true.verdict.word
    assert f"the record says {edited.verdict.word}; its values give {true.verdict.word}" in newest.verdict.reason
    assert ledger.runs == (edited,)
    assert f'"word": "{edited.verdict.word}"' in print_ledger(ledger)
    assert ledger.words_again == (true.verdict.word,)
    assert Ledger("a").with_run(true).newest["toy"] is true


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: "{", r"x:1:2: not an evidence file \(expecting property name"),
        (lambda text: "[]", r"x:1:1: not an evidence file; it should be an object"),
        (lambda text: "[" * 100_000, r"x:1:33: not an evidence file \(nested deeper than 32\)"),
        (lambda text: '{"schema": 9, "claim": "a", "runs": []}', r"x:1:1: written by a newer version \(schema 9\); update"),
        (lambda text: '{"schema": 2, "claim": "a"}', r"x:1:1: the key `runs` is missing"),
        (lambda text: '{"schema": "1", "claim": "a", "runs": []}', r"x:1:2: `schema`: should be a valid integer"),
        (lambda text: '{"schema": 1, "claim": "a", "runs": [3]}', r"x:1:38: `runs\[0\]`: should be an object"),
        (lambda text: text.replace('"look": 1,', ""), r"x:5:3: the key `runs\[0\].look` is missing"),
        (lambda text: text.replace('"look": 1,', '"look": 1, "look": 1,'), r"x:\d+:15: not an evidence file \(the key 'look' stands"),
        (lambda text: text.replace('"look": 1,', '"look": "1",'), r"x:\d+:4: `runs\[0\].look`: should be a valid integer"),
        (lambda text: text.replace('"look": 1,', '"look": 1, "more": 1,'), r"x:\d+:15: there is no key `runs\[0\].more`"),
        (lambda text: text.replace('"look": 1,', '"look": NaN,'), r"x:\d+:12: not an evidence file \(NaN is not a finite number\)"),
        (lambda text: text.replace('"look": 1,', '"look": 1e999,'), r"x:\d+:4: `runs\[0\].look`: should be"),
        (lambda text: text.replace('"unit": "', '"unit": "\\ud800', 1), r"x:\d+:\d+: not an evidence file \(a string with half of a"),
        (lambda text: text.replace('"steps": ', '"steps": "9", "step": ', 1), r"x:\d+:\d+: `runs\[0\].models.\S+.recipe.steps`: should be"),
        (lambda text: text.replace('"steps": ', '"step": ', 1), r"recipe.steps` is missing"),
        (lambda text: text.replace('"word": "', '"word": "quite ', 1), r"`runs\[0\].verdict.word`: should be 'supported', 'refuted' or"),
        (lambda text: text.replace('"layers": [\n', '"layers": [\n[1, "2"],', 1), r"values.[^:]*layers\[0\]\[1\]`: not a number"),
        (lambda text: text.replace('"layers": [\n', '"layers": [\n[1.0],', 1), r"runs\[0\].values.\w+`: `layers` has 4 seeds and `images` 3"),
        (lambda text: text.replace('"relation": "', '"relation": "much ', 1), r"runs\[0\].spec.relation`: should be"),
        (lambda text: text.replace('"kind": "', '"id": "a",\n    "kind": "', 1), r"there is no key `runs\[0\].spec.id`"),
        (lambda text: text[: len(text) // 2], r"x:\d+:\d+: not an evidence file"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_its_place(change: Callable[[str], str], message: str) -> None:
    text = kept(THROUGHPUT).decode()
    assert change(text) != text
    with pytest.raises(EvidenceError, match=message):
        parse_ledger(change(text).encode(), "x")


def test_the_message_is_short_and_comes_soon_however_long_the_file_is() -> None:
    many = ", ".join(["true"] * 1_000_000)
    for text in (
        kept(THROUGHPUT).decode().replace('"seeds": [0, 1, 2]', f'"seeds": [{many}]', 1),
        f'{{"schema": 1, "claim": "a", "runs": [{many}]}}',
        json.dumps({"schema": 1, "claim": "a", "runs": [], "k" * 10_000: 1}),
        f"[{many}]",
    ):
        with pytest.raises(EvidenceError) as refused:
            parse_ledger(text.encode(), "x")
        assert len(str(refused.value)) < 300


@pytest.mark.parametrize("bad", [b"\xff", b'{"schema": 1,\n "claim": "\xe4"}'])
def test_other_encodings_are_told_with_their_place(bad: bytes) -> None:
    place = "x:2:12" if b"\n" in bad else "x:1:1"
    with pytest.raises(EvidenceError, match=f"{place}: not UTF-8; restore it"):
        parse_ledger(bad, "x")


def test_what_is_no_file_of_this_claim_is_refused(tmp_path: Path) -> None:
    path = tmp_path / f"{COMPARE}.evidence.json"
    assert read_ledger(path, COMPARE) == Ledger(COMPARE)
    path.write_bytes(kept(COMPARE))
    assert read_ledger(path, COMPARE).data == kept(COMPARE)
    with pytest.raises(EvidenceError, match=f"the evidence of the claim '{COMPARE}', not of 'other'"):
        read_ledger(path, "other")
    path.unlink()
    for make in (path.mkdir, lambda: path.symlink_to(tmp_path / "nowhere"), lambda: os.mkfifo(path)):
        make()
        with pytest.raises(EvidenceError, match="not a file; move it away"):
            read_ledger(path, COMPARE)
        path.rmdir() if path.is_dir() else path.unlink()


def test_values_that_the_rule_refuses_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / f"{THROUGHPUT}.evidence.json"
    like = run(THROUGHPUT)
    flat = {
        name: Values(layers=((1.0,),) * 3, images=((0.0,),) * 3) for name in like.values
    }  # no spread, and nothing to divide by
    path.write_text(print_ledger(Ledger(THROUGHPUT).with_run(like.model_copy(update={"values": flat}))))
    with pytest.raises(EvidenceError, match="no verdict follows from its values"):
        read_ledger(path, THROUGHPUT)


def test_a_file_that_was_read_before_is_read_by_what_was_kept_of_it() -> None:
    data = print_ledger(parse_ledger(kept(COMPARE), "x").with_run(run())).encode()
    first = parse_ledger(data, "x")
    again = parse_ledger(data, "x")
    assert [entry.known is None for entry in again.entries] == [True] * len(first.entries)
    assert again.runs == first.runs
    assert again.newest == first.newest
    assert again.words_again == first.words_again
    assert print_ledger(again) == print_ledger(first) == data.decode()


def test_what_was_kept_of_a_file_counts_for_its_bytes_and_its_metrics_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    data = kept(COMPARE)
    parse_ledger(data, "x")
    with pytest.raises(EvidenceError):
        parse_ledger(data.replace(b'"subject": "', b'"subject": "x', 1), "x")
    metric = METRICS[run().spec.metric]
    monkeypatch.setitem(METRICS._entries, metric.word.name, replace(metric, word=replace(metric.word, unit="ells")))
    with pytest.raises(EvidenceError, match="`unit` is not that of"):
        parse_ledger(data, "x")
