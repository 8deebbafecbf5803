from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.claims import read_sentence
from checker.claims.words import Dictionary
from checker.errors import ConfigurationError
from checker.lab import vocabulary
from checker.vocabulary import ModelWord, Vocabulary

OTHERS = tuple(model.name for model in vocabulary().models if model.name != "MAE")
DEFAULT = ("upper half", "default", 0.05, "relative")


@pytest.mark.parametrize(
    ("sentence", "subject", "relation", "baseline", "rest"),
    [
        ("MAE has shorter attention distance than DINO", "MAE", "less", "DINO", DEFAULT),
        ("MAE exhibits shorter average attention distances than supervised ViTs", "MAE", "less", "supervised ViT", DEFAULT),
        ("DINO has longer attention distance than a supervised ViT.", "DINO", "greater", "supervised ViT", DEFAULT),
        ("The attention distance of MAE is shorter than that of DINO in the last 4 layers", "MAE", "less", "DINO", ("last 4", *DEFAULT[1:])),
        ("The average attention distance of MAE in the lower half of the layers is shorter than that of a randomly initialised ViT",
         "MAE", "less", "random initialisation", ("lower half", *DEFAULT[1:])),
        ("MAE's attention distance is longer than SimMIM's by more than 2 px", "MAE", "greater", "SimMIM", ("upper half", "default", 2.0, "px")),
        ("MAE has 10% shorter attention distance than DINO on shape-by-texture images", "MAE", "less", "DINO", ("upper half", "shapes", 0.1, "relative")),
        ("MAE generally tends to have shorter attention distance than DINO, averaged over all layers", "MAE", "less", "DINO", ("all", *DEFAULT[1:])),
        ("[[MAE]] has *shorter* attention distance than [[Papers/DINO|DINO]]", "MAE", "less", "DINO", DEFAULT),
        ("MAE has shorter attention distance than DINO in layer 6", "MAE", "less", "DINO", ("layer 6", *DEFAULT[1:])),
        ("“MAE has shorter attention distance than DINO” (Kim et al., 2024, p. 6)", "MAE", "less", "DINO", DEFAULT),
        ("MAE has shorter attention distance than DINO [36](https://example.org/x)", "MAE", "less", "DINO", DEFAULT),
    ],
)  # fmt: skip
def test_comparisons(sentence: str, subject: str, relation: str, baseline: str, rest: tuple[object, ...]) -> None:
    reading = read_sentence(sentence, vocabulary())
    comparison = reading.comparison
    assert reading.status == "ok", reading.reason
    assert comparison is not None
    assert (comparison.subject, comparison.relation, comparison.baseline) == (subject, relation, baseline)
    assert (comparison.layers, comparison.data, comparison.margin.value, comparison.margin.unit) == rest


def test_the_reading_is_one_plain_sentence() -> None:
    assert read_sentence("MAE has shorter attention distance than DINO", vocabulary()).reading == (
        "the mean attention distance of MAE, over the upper half of the layers, on shape-by-texture images, "
        "is smaller than that of DINO by more than 5 %"
    )


@pytest.mark.parametrize(
    ("sentence", "status", "reason", "choices"),
    [
        ("MAE has shorter attention distance", "needs-spec", "compared with what", OTHERS),
        ("MAE does not have shorter attention distance than DINO", "needs-spec", "negation", ()),
        ("MAE never has shorter attention distance than DINO", "needs-spec", "negation", ()),
        ("MIM has shorter attention distance than DINO", "needs-spec", "family", ("MAE", "SimMIM", "LUT")),
        ("MAE has shorter attention distance than MAE", "needs-spec", "itself", OTHERS),
        ("MAE and DINO have similar attention distance", "needs-spec", "comparison", ()),
        ("MAE has much shorter attention distance than DINO", "needs-spec", "much", ()),
        ("MAE has shorter attention distance than DINO and SimMIM", "needs-spec", "and", ()),
        ("MAE has shorter attention distance than DINO in all layers", "needs-spec", "each single layer", None),
        ("MAE has shorter attention distance than DINO by 2 px by 5 %", "needs-spec", "two margins", ()),
        ("MAE has shorter attention distance than DINO in layer 2 in layer 3", "needs-spec", "2 different", None),
        ("MAE has shorter attention distance than DINO by more than 1,500 px", "needs-spec", "','", ()),
        ("MAE has 1,5 % shorter attention distance than DINO", "needs-spec", "','", ()),
        ("MAE has shorter attention distance than DINOv4", "untestable", "DINOv4", ()),
        ("DINOv4 has shorter attention distance than MAE", "untestable", "DINOv4", ()),
        ("MAE has higher shape bias than DINO in the last 2 layers", "needs-spec", "one number for a whole model", None),
        ("MAE attends more locally", "untestable", "no metric", ()),
        ("MAE is better", "untestable", "no metric", ()),
        ("CL is more shape-oriented and MIM more texture-oriented", "untestable", "no metric", ()),
        ("", "untestable", "no metric", ()),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(sentence: str, status: str, reason: str, choices: tuple[str, ...] | None) -> None:
    reading = read_sentence(sentence, vocabulary())
    assert (reading.status, reading.comparison) == (status, None)
    assert reason in reading.reason
    assert choices is None or reading.choices == choices


@given(
    st.sampled_from(["MAE", "SimMIM", "DINO"]),
    st.sampled_from(["has", "shows", "seems to have"]),
    st.sampled_from(["", "12 % ", "3 px "]),
    st.sampled_from(["supervised ViTs", "a randomly initialised ViT"]),
    st.sampled_from(["", " in the last 2 layers", " over the lower half of the layers", " in layer 1"]),
    st.lists(st.sampled_from(["not", "very", "also", "twice", "and", "DINOv9", "7", "%", "fewer", "without"]), max_size=2),
    st.integers(0, 20),
)
def test_nothing_in_a_sentence_is_dropped(
    subject: str, verb: str, amount: str, baseline: str, clause: str, noise: list[str], place: int
) -> None:
    words = f"{subject} {verb} {amount}shorter attention distance than {baseline}{clause}".split(" ")
    for word in noise:
        words.insert(place % (len(words) + 1), word)
    reading = read_sentence(" ".join(words), vocabulary())
    if noise:
        assert reading.comparison is None
    else:
        assert reading.comparison is not None
        assert reading.comparison.subject == subject
        assert reading.comparison.margin.value == {"": 0.05, "12 % ": 0.12, "3 px ": 3.0}[amount]


@given(st.text(max_size=200))
def test_any_text_gets_an_answer(text: str) -> None:
    assert read_sentence(text, vocabulary()).status in ("ok", "needs-spec", "untestable")


def test_a_phrase_with_two_meanings_is_refused() -> None:
    words = vocabulary()
    clash = Vocabulary(
        (*words.models, ModelWord("shorter")), words.metrics, words.data, words.default_data, words.pretrained_data
    )
    with pytest.raises(ConfigurationError, match="mean both"):
        Dictionary(clash)


FOUND = Path(__file__).parents[3] / "shared" / "claims-found-in-a-real-vault.json"


@pytest.mark.skipif(not FOUND.is_file(), reason="needs the shared sentences")
def test_sentences_as_researchers_write_them_get_no_wrong_spec() -> None:
    """None of them is a comparison of attention distance that this version could decide, so none may become a spec."""
    for entry in json.loads(FOUND.read_text()):
        for text in (entry["quote"], entry["sentence"]):
            reading = read_sentence(text, vocabulary())
            assert reading.comparison is None, text
            assert reading.reason
