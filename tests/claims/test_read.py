from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checker.claims import Reading, is_untouched, parse_spec, print_spec, read_sentence, slugify
from checker.claims.language.english import number
from checker.lab import vocabulary

WORDS = vocabulary()
FILES = ("misread", "refused", "read-right", "traps", "traps-of-words", "reach", "sizes")
HERE = Path(__file__).parent
CASES = {path.stem: path for path in (HERE / "sentences.txt", *(HERE / "cases" / f"{name}.txt" for name in FILES))}
FOUND = Path(__file__).parents[3] / "shared" / "claims-found-in-a-real-vault.json"
MARKS = {"ok": "=", "needs-spec": "?", "untestable": "∅"}
FEW = 4  # choices beyond these are all models, which are not listed in the file
NEGATIONS = re.compile(r"\b(not|no|never|without|cannot|neither|nor|nothing|none)\b|n['’]t\b", re.IGNORECASE)


def told(reading: Reading) -> str:
    choices = " | ".join(f"[{choice}]" for choice in reading.choices) if len(reading.choices) <= FEW else ""
    return f"{MARKS[reading.status]} {' '.join(part for part in (reading.reading or reading.reason, choices) if part)}"


def cases(name: str) -> list[list[str]]:
    pairs = CASES[name].read_text(encoding="utf-8").strip().split("\n\n")
    return [pair.split("\n    ") for pair in pairs if not pair.startswith("#")]


@pytest.mark.parametrize(("sentence", "answer"), [case for name in CASES for case in cases(name)])
def test_sentences(sentence: str, answer: str) -> None:
    reading = read_sentence(sentence, WORDS)
    assert told(reading) == answer
    for choice in reading.choices[:1]:  # what is offered reads
        assert read_sentence(choice, WORDS).spec is not None


@pytest.mark.parametrize("path", sorted((HERE.parents[1] / "claims").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_claims_of_the_vault_are_read_as_their_specs(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if "statement:" not in text or not is_untouched(text):
        pytest.skip("no spec that the tool has written")
    named = parse_spec(text, path.name)
    reading = read_sentence(named.identity.statement, WORDS)
    assert reading.spec == named.spec, reading.reason
    assert print_spec(named) == text


def test_a_baseline_that_is_missing_is_asked_for_with_the_models_there_are() -> None:
    reading = read_sentence("MAE has shorter attention distance", WORDS)
    assert reading.missing == ("baseline",)
    assert "MAE has shorter attention distance than DINO" in reading.choices
    assert "DINO" in reading.added
    assert "MAE" not in reading.added


@pytest.mark.parametrize("name", ["DINOv4", "DINO3", "MEA"])
def test_a_name_is_never_taken_for_one_that_is_like_it(name: str) -> None:
    reading = read_sentence(f"{name} has shorter attention distance than SimCLR", WORDS)
    assert reading.status == "untestable"
    assert name in reading.reason
    assert reading.suggestions


def test_a_note_may_say_what_it_calls_a_model() -> None:
    names = {"our method": "MAE", "Caron 2021": "DINO"}
    reading = read_sentence("Our method has shorter attention distance than [[caron2021|Caron 2021]]", WORDS, names)
    assert reading.spec is not None
    assert (reading.spec.subject, reading.spec.baseline) == ("MAE", "DINO")


@settings(deadline=None)
@given(
    st.sampled_from(["MAE", "SimMIM", "DINO"]),
    st.sampled_from(["has", "shows", "seems to have"]),
    st.sampled_from(["", "12 % ", "3 px "]),
    st.sampled_from(["supervised ViTs", "a randomly initialised ViT"]),
    st.sampled_from(["", " in the last 2 layers", " over the lower half of the layers", " in layer 1"]),
    st.lists(st.sampled_from(["very", "also", "and", "DINOv9", "7", "%", "fewer", "without", "sometimes"]), max_size=2),
    st.integers(0, 20),
)
def test_nothing_in_a_sentence_is_dropped(
    subject: str, verb: str, amount: str, baseline: str, clause: str, noise: list[str], place: int
) -> None:
    words = f"{subject} {verb} {amount}shorter attention distance than {baseline}{clause}".split(" ")
    for word in noise:
        words.insert(place % (len(words) + 1), word)
    reading = read_sentence(" ".join(words), WORDS)
    if noise:
        _says_everything(reading)
        assert reading.spec is None or not {"without", "DINOv9", "sometimes"} & set(noise)
    else:
        assert reading.spec is not None
        assert reading.spec.subject == subject
        assert reading.spec.margin is not None
        assert reading.spec.margin.value == {"": 0.05, "12 % ": 0.12, "3 px ": 3.0}[amount]


def _says_everything(reading: Reading) -> None:
    """Every number of a sentence that has a spec stands in its reading, and a negation makes it speak of what is not."""
    if reading.spec is None:
        assert reading.reason
        return
    in_reading = set(re.findall(r"\d+(?:\.\d+)?", reading.reading))
    for text in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", reading.sentence):
        value = float(text)
        assert {number(value), number(value, 100)} & in_reading, (text, reading.reading)
    if NEGATIONS.search(reading.sentence):
        assert reading.spec.kind in ("presence", "equivalence") or "not" in str(reading.spec.relation), reading.reading


PIECES = (
    *("MAE", "DINO", "SimCLR", "MIM", "CL", "MAE's", "supervised ViTs", "it", "both", "models", "DINOv4"),
    *("attention distance", "k-NN accuracy", "high-norm tokens", "training throughput", "shape bias", "attention entropy"),
    *("has", "have", "is", "are", "does", "shows", "not", "no", "never", "without", "does not have", "is not", "there are"),
    *("shorter", "longer", "higher", "lower", "more", "fewer", "similar", "equal", "twice", "half", "3x", "faster", "shortest"),
    *(
        "than",
        "than that of",
        "of",
        "in",
        "on",
        "and",
        "or",
        "but",
        "by",
        "by more than",
        "at least",
        "at most",
        "within",
        "up to",
    ),
    *(
        "5 %",
        "10 percentage points",
        "2 px",
        "0.3",
        "7",
        "1,5",
        "60%",
        "three",
        "%",
        "px",
        "a",
        "the",
        "all",
        "any",
        "most",
        "every",
    ),
    *(
        "all layers",
        "the last 4 layers",
        "layer 3",
        "head 2",
        "the upper half of the layers",
        "layers",
        "with depth",
        "increases",
    ),
    *("correlates", "negatively", "with", "across models", ">", "<", ",", ";", ":", ".", "?", "(", ")", "“", "”", "CIFAR-10"),
    *("dead leaves", "released weights", "at toy scale", "seems to", "tends to", "significantly", "much", "only", "[[MAE|ours]]"),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=2, max_size=14))
@example(
    ["MAE", "does not have", "shorter", "attention distance", "than", "DINO", "by more than", "2 px", "in", "the last 4 layers"]
)
def test_words_of_the_language_in_any_order_lose_no_number_and_no_negation(pieces: list[str]) -> None:
    _says_everything(read_sentence(" ".join(pieces), WORDS))


@settings(deadline=None)
@given(st.text(max_size=200))
@example("(" * 200)
@example("MAE " * 300)
@example("MAE > " * 200 + "DINO in k-NN accuracy")
def test_any_text_gets_an_answer(text: str) -> None:
    reading = read_sentence(text, WORDS)
    assert reading.status in ("ok", "needs-spec", "untestable")
    assert bool(reading.spec) == (reading.status == "ok") == (not reading.reason)


@pytest.mark.skipif(not FOUND.is_file(), reason="needs the shared sentences")
def test_sentences_as_researchers_write_them_get_no_wrong_spec() -> None:
    """None of them can be decided as it stands: a model, a baseline or a metric is missing in each."""
    for entry in json.loads(FOUND.read_text()):
        for text in (entry["quote"], entry["sentence"]):
            reading = read_sentence(text, WORDS)
            assert reading.spec is None, text
            assert reading.reason


def test_a_name_made_of_a_sentence_is_never_digits_alone() -> None:
    assert slugify("2024") == "claim-2024"
    assert slugify("  3 × 4 ") == "claim-3-4"
    assert slugify("MAE has 2") == "mae-has-2"
