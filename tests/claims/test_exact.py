"""The claim block under a sentence: what it says stands, and its faults are told with their place in the note."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from checker.claims import ClaimSpec, exact_spec, find_claims, read_sentence
from checker.errors import SpecError
from checker.lab import vocabulary
from checker.notes import parse

WORDS = vocabulary()
SENTENCE = "MAE has shorter attention distance than DINO"


def spec_of(text: str, sentence: str = SENTENCE) -> ClaimSpec:
    (claim,), problems = find_claims(parse(PurePosixPath("N.md"), f"# T\n\n- {sentence} #claim\n{text}".encode()))
    assert problems == []
    return exact_spec(claim, read_sentence(claim.statement, WORDS).spec, WORDS)


def said(sentence: str) -> ClaimSpec:
    spec = read_sentence(sentence, WORDS).spec
    assert spec is not None
    return spec


@pytest.mark.parametrize(
    ("block", "same_as"),
    [
        ("where: {layers: last 2}", f"{SENTENCE} in the last 2 layers"),
        ("where: {data: leaves}\nscope: toy", f"{SENTENCE} on dead leaves at toy scale"),
        ("margin: {value: 2.0, unit: px}", f"{SENTENCE} by more than 2 px"),
        ("factor: 2.0", "MAE has half the attention distance of DINO"),
        ("baseline: SimCLR", "MAE has shorter attention distance than SimCLR"),
        ("relation: not less", "MAE does not have shorter attention distance than DINO"),
        ("kind: trend\nmetric: attention_distance\nsubject: MAE\nrelation: greater", "the attention distance of MAE increases with depth"),
        (
            "kind: compare\nmetric: knn_accuracy\nsubject: DINO\nbaseline: MAE\nrelation: greater",
            "DINO has higher k-NN accuracy than MAE",
        ),
    ],
)  # fmt: skip
def test_the_block_stands_over_the_sentence(block: str, same_as: str) -> None:
    inner = "".join(f"  {line}\n" for line in block.split("\n"))
    spec = spec_of(f"  ```claim\n{inner}  ```\n")
    assert spec == said(same_as)


def test_a_sentence_that_says_nothing_checkable_can_have_an_exact_spec() -> None:
    block = "kind: ranking\nmetric: knn_accuracy\norder: [DINO, MAE]\n"
    spec = spec_of(f"\n~~~claim\n{block}~~~\n", "Some methods are better than others")
    assert spec == said("DINO > MAE in k-NN accuracy")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("  ```claim\n  layer: all\n  ```\n", r"^N.md:5:3: there is no key `layer`"),
        ("  ```claim\n  where:\n    layers: some\n  ```\n", r"^N.md:6:5: where.layers: layers 'some'"),
        ("  ```claim\n  metric: [a\n  ```\n", r"^N.md:6:1: |^N.md:5:"),
        ("  ```claim\n  ```\n", r"^N.md:4:1: the claim block is empty"),
        ("  ```claim\n  id: other\n  ```\n", r"^N.md:4:1: `id` does not belong"),
        ("  ```claim\n  kind: trend\n  ```\n", r"^N.md:5:3: the key `metric` is missing"),
        ("  > ```claim\n  > metric: 3\n  > ```\n", r"^N.md:5:5: metric: "),
    ],
)
def test_faults_are_told_with_their_place_in_the_note(text: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        spec_of(text)
