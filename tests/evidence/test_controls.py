"""What a claim is held to, and what that does to its verdict, now and when its record is decided again."""

from __future__ import annotations

import json
import re

import pytest

from checker.claims import ClaimSpec, read_sentence
from checker.errors import EvidenceError
from checker.evidence import (
    Controls,
    Ledger,
    Run,
    controls_of,
    decide_again,
    goes_deeper,
    is_control,
    key_of,
    measured_word,
    parse_ledger,
    print_ledger,
    repeats,
)
from checker.evidence.again import as_decided
from checker.lab import vocabulary
from checker.words import VerdictWord
from tests.evidence.runs import run

WORDS = vocabulary()
CLAIM = "MAE has shorter attention distance than DINO"


def spec(sentence: str) -> ClaimSpec:
    found = read_sentence(sentence, WORDS).spec
    assert found is not None, sentence
    return found


def answers(**words: tuple[str, VerdictWord]) -> dict[str, tuple[ClaimSpec, VerdictWord]]:
    return {name: (spec(sentence), word) for name, (sentence, word) in words.items()}


@pytest.mark.parametrize(
    ("finding", "counts"),
    [
        ("MAE has shorter attention distance than MoCo-v3", True),
        ("A supervised ViT has longer attention distance than SimMIM", True),
        ("MoCo-v3 has longer attention distance than SimMIM in the lower half of the layers", True),
        (CLAIM, False),  # the claim itself
        ("DINO has longer attention distance than MAE", False),  # with swapped sides
        ("DINO has shorter attention distance than MAE", False),  # and the other way round
        ("MAE has 20 % shorter attention distance than DINO", False),  # by another margin
        ("MAE has shorter attention distance than DINO in layer 1", True),  # another place
        ("MAE has shorter attention distance than DINO on dead leaves", True),  # other pictures
        ("MAE has lower attention entropy than MoCo-v3", False),  # another metric
        ("The attention distance of a supervised ViT increases with depth", False),  # another kind
    ],
)
def test_findings_of_the_same_metric_and_kind_count_but_for_the_claim_itself(finding: str, counts: bool) -> None:
    assert is_control(spec(finding), spec(CLAIM)) is counts


def test_a_family_is_itself_and_not_each_of_its_pairs() -> None:
    claim = spec("MIM has shorter attention distance than CL")
    assert is_control(spec("MAE has shorter attention distance than MoCo-v3"), claim)
    assert not is_control(spec("CL has longer attention distance than MIM"), claim)


@pytest.mark.parametrize(
    ("claim", "finding", "counts"),
    [
        ("The attention distance of DINO increases with depth", "The attention distance of MoCo-v3 increases with depth", True),
        ("The attention distance of DINO increases with depth", "The attention distance of DINO decreases with depth", False),
        ("MAE has no high-norm artifact tokens", "DINO has no high-norm artifact tokens", True),
        ("DINO has high-norm artifact tokens", "DINO has no high-norm artifact tokens", False),
    ],
)
def test_a_claim_about_one_model_is_itself_whatever_it_claims_of_it(claim: str, finding: str, counts: bool) -> None:
    assert is_control(spec(finding), spec(claim)) is counts


FOUND = answers(
    one=("MAE has shorter attention distance than MoCo-v3", "supported"),
    two=("SimMIM has shorter attention distance than MoCo-v3", "refuted"),
    three=("SimMIM has shorter attention distance than DINO", "inconclusive"),
    itself=(CLAIM, "refuted"),
)


def test_answers_are_counted_by_word_and_the_claim_itself_is_left_out() -> None:
    found = controls_of(spec(CLAIM), FOUND)
    assert found is not None
    assert (found.agree, found.contradict, found.open) == (("one",), ("two",), ("three",))
    assert found.counts == "1 agree, 1 contradict, 1 open"


def test_a_claim_that_asks_at_toy_scale_is_held_to_nothing() -> None:
    assert controls_of(spec(f"{CLAIM} at toy scale"), FOUND) is None


def test_what_is_recorded_changes_with_what_the_controls_ask_and_answer() -> None:
    def asked(**changes: tuple[str, VerdictWord]) -> str:
        found = controls_of(spec(CLAIM), {**FOUND, **answers(**changes)})
        assert found is not None
        return found.asked

    assert asked() == asked()
    assert asked(one=("MAE has shorter attention distance than SimCLR", "supported")) != asked()  # the same id
    assert asked(one=("MAE has shorter attention distance than MoCo-v3", "refuted")) != asked()
    assert asked(itself=(CLAIM, "supported")) == asked()


def held(trust: str) -> Run:
    """A run whose values decide, in a lab that stands so."""
    names = {"passes": {"agree": ("a",)}, "contradicted": {"agree": ("a",), "contradict": ("b", "c")}, "no control": {}}[trust]
    return with_controls(run(), Controls(asked="0" * 16, **names))


def with_controls(like: Run, controls: Controls) -> Run:
    weights = {name: model.weights for name, model in like.models.items()}
    made = like.model_copy(update={"controls": controls, "key": key_of(like.spec, like.code, weights, controls)})
    return made.model_copy(update={"verdict": decide_again(made)})


def test_a_lab_that_passes_gives_its_word_as_it_is() -> None:
    assert held("passes").verdict == run().verdict
    assert run().verdict.word == "refuted"


def test_without_a_decided_control_the_word_is_kept_and_marked() -> None:
    verdict = held("no control").verdict
    assert verdict.word == run().verdict.word
    assert verdict.reason.startswith(run().verdict.reason)
    assert "no control" in verdict.reason


def test_a_lab_that_contradicts_what_is_known_gives_no_word_but_its_effect() -> None:
    made = held("contradicted")
    verdict = made.verdict
    assert verdict.word == "inconclusive"
    assert verdict.reason.startswith("the lab contradicts 2 published findings on this metric (b, c)")
    assert "by itself the measurement would say refuted" in verdict.reason
    assert (verdict.effect, verdict.low, verdict.high) == (run().verdict.effect, run().verdict.low, run().verdict.high)
    assert verdict.seeds_needed is None
    assert made.barred
    assert measured_word(made) == "refuted"


def test_a_record_decided_again_keeps_to_its_controls() -> None:
    made = held("contradicted")
    assert as_decided(made) is made
    (again,) = parse_ledger(print_ledger(Ledger("a").with_run(made)).encode(), "a").runs
    assert again.controls == made.controls
    assert decide_again(again).word == "inconclusive"


def test_a_word_that_a_person_wrote_over_the_controls_is_noticed() -> None:
    made = held("contradicted")
    forged = made.model_copy(update={"verdict": made.verdict.model_copy(update={"word": "refuted"})})
    again = as_decided(forged)
    assert again.verdict.word == "inconclusive"
    assert "the record says refuted" in again.verdict.reason


def test_controls_that_a_person_changed_are_refused() -> None:
    file = json.loads(print_ledger(Ledger("a").with_run(held("contradicted"))))
    del file["runs"][0]["controls"]["contradict"]
    with pytest.raises(EvidenceError, match=re.escape("`key` is not that of its spec, code, weights and controls")):
        parse_ledger(json.dumps(file).encode(), "a")


def test_a_run_repeats_or_goes_deeper_than_another_only_in_a_lab_that_stands_the_same() -> None:
    one, other = held("passes"), held("contradicted")
    assert repeats(one, one)
    assert not repeats(one, other)
    deep = one.model_copy(update={"look": one.look + 1})
    assert goes_deeper(deep, one)
    assert not goes_deeper(deep, other)
