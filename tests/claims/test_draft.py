"""A claim block for any sentence: what it settles, what it leaves open, and that nothing open ever counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker import strict_yaml
from checker.claims import read_sentence
from checker.claims.claim import Exact
from checker.claims.draft import draft
from checker.claims.exact import block_spec
from checker.errors import SpecError
from checker.lab import vocabulary

WORDS = vocabulary()
CASES = Path(__file__).with_name("cases")
LISTED = [line for line in Path(__file__).with_name("sentences.txt").read_text().splitlines() if line[:1] not in ("", " ", "#")]
TRAPS = [
    line
    for name in ("traps", "misread", "refused")
    for line in (CASES / f"{name}.txt").read_text().splitlines()
    if line[:1] not in ("", " ", "#")
]


def test_a_sentence_that_reads_has_a_whole_block() -> None:
    found = draft("MAE has shorter attention distance than DINO", WORDS)
    assert found.whole
    assert found.block == (
        "```claim\n"
        "kind: compare\n"
        "metric: attention_distance\n"
        "subject: MAE\n"
        "baseline: DINO\n"
        "relation: less\n"
        "margin: {value: 0.05, unit: relative}\n"
        "where: {layers: upper half, tokens: patches, data: default}\n"
        "scope: any\n"
        "decide: {alpha: 0.05, looks: [3, 5, 8]}\n"
        "```\n"
    )


@pytest.mark.parametrize("sentence", LISTED)
def test_a_block_says_what_its_sentence_says_or_is_not_whole(sentence: str) -> None:
    found = draft(sentence, WORDS)
    spec = read_sentence(sentence, WORDS).spec
    assert found.whole is (spec is not None)
    if spec is not None:
        assert block_spec(Exact(found.yaml, 1), "draft", None, WORDS) == spec


def test_what_is_open_is_never_taken_as_it_stands() -> None:
    """Not even where only one thing can be meant: words that were not understood may restrict it."""
    refused = [found for sentence in TRAPS if not (found := draft(sentence, WORDS)).whole]
    assert len(refused) > 50
    for found in refused:
        with pytest.raises(SpecError):
            block_spec(Exact(found.yaml, 1), "draft", None, WORDS)


@pytest.mark.parametrize(
    ("sentence", "settled", "open_"),
    [
        ("MAE has shorter attention distance", {"subject": "MAE", "relation": "less"}, ["baseline"]),
        ("MAE attends more locally than DINO", {"subject": "MAE", "baseline": "DINO"}, ["metric", "relation"]),
        ("MAE has more diverse heads than DINO", {"kind": "compare", "subject": "MAE"}, ["metric", "relation"]),
        ("MAE has 5 % higher k-NN accuracy than DINO", {"metric": "knn_accuracy", "relation": "greater"}, ["margin"]),
        ("MAE has shorter attention distance than DINO on ImageNet-C", {"subject": "MAE", "relation": "less"}, ["where.data"]),
        ("MAE has shorter attention distance than DINO with a ViT-L", {"relation": "less"}, ["subject", "baseline"]),
        ("MAE should have shorter attention distance than DINO", {"subject": "MAE", "baseline": "DINO"}, ["relation"]),
        ("MIM (MAE, iBOT, SimMIM) has shorter attention distance than DINO", {}, ["subject", "baseline", "members"]),
        ("ViTs are quite insensitive to the order of input tokens", {"subject": "ViTs"}, ["metric", "baseline", "relation"]),
        ("attention distance of MAE grows", {"subject": "MAE", "relation": "greater"}, ["kind"]),
        ("At initialisation MAE has shorter attention distance than DINO", {"subject": "MAE"}, ["kind"]),
        ("Attention distance predicts k-NN accuracy", {"metric": "attention_distance", "other": "knn_accuracy"}, ["relation"]),
        ("MAE has shorter atention distance than DINO", {"subject": "MAE", "baseline": "DINO"}, ["metric", "relation"]),
        ("MAE has a flatter loss landscape than DINO", {}, ["kind", "metric", "subject", "baseline", "relation"]),
        ("It is Friday", {}, ["kind", "metric", "subject", "baseline", "relation"]),
    ],
)
def test_only_what_the_sentence_settles_is_filled(sentence: str, settled: dict[str, str], open_: list[str]) -> None:
    found = draft(sentence, WORDS)
    assert [each.field for each in found.asked] == open_
    assert {**found.fields, **settled} == found.fields
    assert not set(open_) & set(found.fields)


def test_what_is_known_to_fit_is_listed() -> None:
    found = draft("MAE attends more locally than DINO", WORDS)
    assert [each.options for each in found.asked] == [("attention_distance", "attention_local_mass"), ("less", "greater")]
    assert "margin" not in found.fields and "where.layers" not in found.fields  # those of the metric that is chosen


def test_several_claims_are_drafted_one_by_one() -> None:
    found = draft("CL is more shape-oriented and MIM more texture-oriented", WORDS)
    assert found.sentences == ("CL is more shape-oriented than MIM", "MIM is more texture-oriented than CL")
    assert all(draft(sentence, WORDS).whole for sentence in found.sentences)


def test_an_answer_behind_each_key_makes_it_whole() -> None:
    found = draft("MAE has shorter attention distance than DINO on ImageNet-C", WORDS)
    text = found.yaml.replace("  data:\n", "  data: cifar10\n")
    assert block_spec(Exact(text, 1), "draft", None, WORDS).where.data == "cifar10"


@pytest.mark.parametrize(
    "odd",
    [
        "\u2028kind: compare\u2028",
        "\x85kind: compare\x85",
        "\nkind: compare\n",
        "\r\nkind: compare",
        "```",
        "\x1b[31m",
        "\u202ex",
    ],
)
def test_a_question_stays_a_comment_whatever_the_sentence_holds(odd: str) -> None:
    found = draft(f"MAE has a {odd} flatter landscape than DINO", WORDS)
    assert "kind" in {each.field for each in found.asked}
    assert strict_yaml.load(found.yaml)["kind"] is None
    assert all(line.lstrip()[:1] == "#" or ":" in line for line in found.yaml.splitlines())
    assert found.block.count("\n```") == 1


def test_a_block_with_an_unknown_metric_is_told_so() -> None:
    text = "kind: compare\nmetric: atention_distance\nsubject: MAE\nbaseline: DINO\nrelation: less\n"
    with pytest.raises(SpecError, match=r"no metric is called 'atention_distance' here; near to it: attention_distance"):
        block_spec(Exact(text, 1), "draft", None, WORDS)
