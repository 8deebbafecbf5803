"""Decisions are kept under everything that they follow from: what is the same is decided once, what is not anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker import kept
from checker.evidence import Ledger, Run, decide_again, parse_ledger, print_ledger, read_ledger
from checker.evidence import again as module
from tests.evidence.runs import run
from tests.evidence.test_ledger import with_values

RUN = run()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHECK_CLAIMS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def decided(cache: Path, monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """What was decided, and not looked up."""
    made: list[Run] = []
    decide = module._decide
    monkeypatch.setattr(module, "_decide", lambda run: made.append(run) or decide(run))
    return made


def test_the_same_is_decided_once(decided: list[Run]) -> None:
    first = decide_again(RUN)
    assert decide_again(RUN) == first
    assert len(decided) == 1


def test_other_values_controls_models_and_code_are_decided_anew(decided: list[Run], monkeypatch: pytest.MonkeyPatch) -> None:
    one = RUN
    others = [
        with_values(2.0, one),
        one.model_copy(update={"given_away": "raw pixels tell it"}),
        one.model_copy(update={"look": 2}),
        one.model_copy(update={"spec": one.spec.model_copy(update={"scope": "toy"})}),
        one.model_copy(update={"python": "3.0"}),
    ]
    for each in (one, *others):
        decide_again(each)
    assert decided == [one, *others]
    monkeypatch.setattr(kept, "program", lambda: "other")
    decide_again(one)
    monkeypatch.setattr(module, "METRICS", {})
    decide_again(one)
    assert decided[-2:] == [one, one]


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:-9], lambda data: data.replace(b'\\"word', b'\\"wird'), lambda data: b"\xff"]
)
def test_a_damaged_one_is_made_again(cache: Path, decided: list[Run], spoil: object) -> None:
    wanted = decide_again(RUN)
    (path,) = cache.glob("decisions/*/*.json")
    whole = path.read_bytes()
    path.write_bytes(spoil(whole))  # type: ignore[operator]
    assert decide_again(RUN) == wanted
    assert (len(decided), path.read_bytes()) == (2, whole)


def test_an_edited_file_is_decided_anew(cache: Path, decided: list[Run], tmp_path: Path) -> None:
    path = tmp_path / "a.evidence.json"
    path.write_text(print_ledger(Ledger("a").with_run(RUN)))
    ledger = read_ledger(path, "a")
    before, words = ledger.newest, ledger.words_again
    count = len(decided)
    assert (read_ledger(path, "a").newest, read_ledger(path, "a").words_again) == (before, words)
    assert len(decided) == count
    (word,) = words
    other = "refuted" if word != "refuted" else "supported"
    text = path.read_text()
    edited = text.replace(f'"word": "{word}"', f'"word": "{other}"', 1)
    assert edited != text
    path.write_text(edited)
    (found,) = read_ledger(path, "a").newest.values()
    assert found.verdict.word == word
    assert f"the record says {other}; its values give {word}" in found.verdict.reason


def test_a_ledger_with_another_run_is_not_that_of_its_bytes(cache: Path) -> None:
    ledger = parse_ledger(print_ledger(Ledger("a").with_run(RUN)).encode(), "a")
    _ = ledger.newest
    other = with_values(3.0, RUN)
    grown = ledger.with_run(other)
    assert (ledger.digest != "", grown.digest) == (True, "")
    (newest,) = grown.newest.values()
    assert newest.values == other.values
    assert newest.verdict.effect != next(iter(ledger.newest.values())).verdict.effect


def test_a_folder_that_cannot_be_written_only_makes_it_slower(cache: Path, decided: list[Run]) -> None:
    cache.write_text("a file where a folder should be")
    assert decide_again(RUN) == decide_again(RUN)
    assert len(decided) == 2
