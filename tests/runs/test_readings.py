"""Readings are kept by content; one that is damaged is made again."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from checker.claims import Reading, read_sentence
from checker.claims.reader_key import reader_key
from checker.lab import vocabulary
from checker.lab.changes import CHANGES
from checker.lab.words import _Values
from checker.runs import readings

WORDS = vocabulary()
SENTENCES = (
    "MAE has shorter attention distance than DINO",
    "MAE has shorter attention distance",
    "MAE is nicer than DINO",
    "The attention distance of MAE is below 12 px",
)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHECK_CLAIMS_CACHE", str(tmp_path))
    return tmp_path / "readings"


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_kept_reading_is_that_of_the_sentence(cache: Path, monkeypatch: pytest.MonkeyPatch, sentence: str) -> None:
    wanted = read_sentence(sentence, WORDS)
    assert readings.read(sentence, WORDS) == wanted
    monkeypatch.setattr(readings, "read_sentence", lambda *_: pytest.fail("it was read already"))
    assert readings.read(sentence, WORDS) == wanted


def test_other_words_names_and_code_are_other_readings(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = "our method has shorter attention distance than DINO"
    assert readings.read(sentence, WORDS).spec is None
    named = readings.read(sentence, WORDS, {"our method": "MAE"}).spec
    assert named is not None
    assert named.subject == "MAE"
    fewer = replace(WORDS, models=tuple(model for model in WORDS.models if model.name != "MAE"))
    assert readings.read(SENTENCES[0], WORDS).status == "ok"
    assert readings.read(SENTENCES[0], fewer).status != "ok"
    made: list[str] = []

    def note(sentence: str, *_: object) -> Reading:
        made.append(sentence)
        return Reading("untestable", sentence)

    monkeypatch.setattr(readings, "read_sentence", note)
    monkeypatch.setattr(readings, "reader_key", lambda _: "other")
    assert readings.read(SENTENCES[0], WORDS).status == "untestable"
    assert made == [SENTENCES[0]]


@pytest.mark.parametrize("spoil", [lambda data: data[:-9], lambda data: data.replace(b"MAE", b"DINO"), lambda data: b"\xff"])
def test_a_damaged_one_is_made_again(cache: Path, spoil: object) -> None:
    wanted = readings.read(SENTENCES[0], WORDS)
    (path,) = cache.glob("*/*.json")
    whole = path.read_bytes()
    path.write_bytes(spoil(whole))  # type: ignore[operator]
    assert readings.read(SENTENCES[0], WORDS) == wanted
    assert path.read_bytes() == whole


ASK = """
from checker.claims.reader_key import reader_key
from checker.lab import vocabulary
print(reader_key(vocabulary()))
"""


def test_the_same_words_have_the_same_key_in_every_process() -> None:
    keys = {
        subprocess.run(
            [sys.executable, "-c", ASK], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert keys == {f"{reader_key(WORDS)}\n"}


@pytest.mark.parametrize("field", ["least", "most", "unit", "whole", "words"])
def test_a_change_that_takes_other_values_makes_other_words(field: str) -> None:
    ratio = CHANGES["mask ratio"]
    other = {"least": 2, "most": 98, "unit": "shares", "whole": True, "words": (("all", 100),)}[field]
    assert repr(_Values.of(ratio)) == repr(_Values.of(ratio))
    assert repr(_Values.of(ratio)) != repr(_Values.of(replace(ratio, **{field: other})))
