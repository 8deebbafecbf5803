"""What is offered for a sentence that does not read: whole sentences that do, and nothing where a word would be lost."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from checker.claims import read_sentence
from checker.claims.language.foreign import is_foreign
from checker.lab import vocabulary
from checker.workspace.idle import idle_sentences

WORDS = vocabulary()
CASES = Path(__file__).with_name("cases")
RIGHT = {  # traps that are no traps: what they say is measured as they say it
    "MAE never attends to closer patches than DINO",
    "DINO is not more linearly separable than MAE",
    "DINO is no more equivariant to translation than MAE",
    "DINO is less equivariant to translation than MAE",
    "MAE is never outperformed by DINO in linear probing",
    "DINO wins over MAE in k-NN accuracy in most layers",
    "DINO does not win over MAE in k-NN accuracy",
    "MAE matches DINO in k-NN accuracy within 2 points",
    "The difference in attention distance between DINO and MAE is less than 5 px in early layers",
    "MAE does not lead to shorter attention distance than DINO",
    "DINO provides no longer attention distance than MAE",
    "MAE does not fall short of 60 % k-NN accuracy",
    "In MAE, later layers have no longer attention distance",
    "The attention distance of MAE does not increase by 20 % with depth",
    "ViTs other than DINOv2 have no high-norm tokens",
    "ViTs (MAE and DINO) have high-norm tokens",
    "Self-supervised models except MAE have longer attention distance than the supervised ViT",
    "MAE is larger than DINO in attention distance",
}


def sentences(name: str) -> list[str]:
    pairs = (CASES / f"{name}.txt").read_text(encoding="utf-8").strip().split("\n\n")
    return [pair.partition("\n")[0].strip() for pair in pairs if not pair.startswith("#")]


@pytest.mark.parametrize("sentence", sentences("traps-of-words"))
def test_no_trap_becomes_a_spec(sentence: str) -> None:
    reading = read_sentence(sentence, WORDS)
    assert (reading.spec is not None) == (sentence in RIGHT), reading.reading
    assert reading.spec is None or read_sentence(reading.reading, WORDS).spec == reading.spec


@pytest.mark.parametrize("sentence", sentences("reach") + sentences("traps-of-words"))
def test_what_is_offered_reads_as_it_stands(sentence: str) -> None:
    reading = read_sentence(sentence, WORDS)
    assert all(read_sentence(choice, WORDS).spec is not None for choice in reading.choices[:5])
    assert reading.status != "ok" or not reading.choices


@pytest.mark.parametrize(
    "sentence",
    [
        "MAE attends more locally than DINO only in layer 3",
        "MAE attends more locally than DINO when fine-tuned",
        "On ImageNet, MAE attends more locally than DINO",
        "MAE rarely attends more locally than DINO",
        "MAE does not attend locally",
        "DINO has high-norm tokens but MAE does not in the last layer",
        "In the last layer, DINO has high-norm tokens but MAE does not",
        "By 5 px, MAE has shorter attention distance than DINO and SimMIM has shorter attention distance than CLIP",
        "MAE has shorter attention distance than DINO and longer than SimCLR by 5 px",
        "CL is not more shape-oriented and MIM more texture-oriented",
        "MAE has shorter attention distance than DINO because it was fine-tuned",
        "MAE has shorter attention distance than DINO since epoch 100",
        "MAE has shorter attention distance than DINO, such as in the first layer",
        "MAE has shorter attention distance than DINO, such as CLIP",
        "MAE is not superior to DINO in k-NN accuracy",
        "DINO is more nonlinearly separable than MAE",
        "DINOv4 has longer attention distance than MAE",
        "MAE and DINO attend more globally than the supervised ViT in the last layer or in none",
        "MAE has at least 1,000 high-norm tokens",
    ],
)
def test_nothing_is_offered_where_a_word_would_be_lost(sentence: str) -> None:
    assert read_sentence(sentence, WORDS).choices == ()


@pytest.mark.parametrize(
    ("sentence", "offered"),
    [
        ("MAE attends more locally than DINO on CIFAR-10", "MAE has shorter attention distance than DINO on CIFAR-10"),
        ("In layer 3, MAE attends more locally than DINO", "In layer 3, MAE has shorter attention distance than DINO"),
        ("Pretrained MAE has more diverse heads than DINO", "Pretrained MAE has higher attention head deviation than DINO"),
        ("MAE is faster than SimMIM by 20 %", "MAE has higher training throughput than SimMIM by 20 %"),
        ("DINO outperforms MAE on CIFAR-10", "DINO outperforms MAE in k-NN accuracy on CIFAR-10"),
        ("MAE has shorter atention distance than DINO in layer 3", "MAE has shorter attention distance than DINO in layer 3"),
        ("LUT broadens the attention span of MAE in the last layer", "LUT has longer attention span than MAE in the last layer"),
    ],
)
def test_what_restricts_a_sentence_stays_in_what_is_offered(sentence: str, offered: str) -> None:
    assert offered in read_sentence(sentence, WORDS).choices


def test_two_claims_are_offered_together() -> None:
    reading = read_sentence("CL is more shape-oriented and MIM more texture-oriented", WORDS)
    assert reading.together
    assert reading.choices == ("CL is more shape-oriented than MIM", "MIM is more texture-oriented than CL")


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("MAE hat eine kürzere attention distance als DINO", True),
        ("MAE a une distance d'attention plus courte que DINO", True),
        ("MAE tiene una distancia de atención más corta que DINO", True),
        ("MAE heeft een kortere attention distance dan DINO", True),
        ("У MAE attention distance меньше, чем у DINO", True),
        ("MAE の attention distance は DINO より短い", True),
        ("MAE has shorter attention distance than DINO", False),
        ("MAE has α = 2 and β = 3", False),
        ("MAE die DINO", False),
        ("as in le Cun et al., MAE has no artifacts in the last layer", False),
    ],
)
def test_other_languages_are_known(text: str, foreign: bool) -> None:
    assert is_foreign(text) is foreign


@pytest.mark.parametrize(
    "text",
    ["MAE attends more locally and " * 9, "MAE has longer attention distance than DINO and " * 8, "1,000 " * 19, "MAE is faster " * 12,
     ", such as a" * 20, "x " * 5000, "and while but " * 15],
)  # fmt: skip
def test_a_tangled_sentence_takes_no_longer_than_a_moment(text: str) -> None:
    began = time.process_time()
    assert read_sentence(text, WORDS).spec is None
    assert time.process_time() - began < 5


def test_sentences_of_which_nothing_was_made_are_kept_for_these_words(tmp_path: Path) -> None:
    with idle_sentences(tmp_path, WORDS) as idle:
        assert "A plain sentence." not in idle
        idle.add("A plain sentence.")
    with idle_sentences(tmp_path, WORDS) as again:
        assert "A plain sentence." in again
        assert "Another one." not in again
    assert [file.suffix for file in tmp_path.iterdir()] == [".txt"]
