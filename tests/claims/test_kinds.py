"""What every kind of claim has to fit: the grammar, the fields of a spec, and the decision rules."""

from __future__ import annotations

from importlib.resources import files
from inspect import signature

import pytest

from checker import verdicts
from checker.claims import ClaimSpec, read_sentence
from checker.claims.kind import KINDS, Kind, register
from checker.errors import ConfigurationError
from checker.lab import vocabulary
from checker.verdicts.correlation import FEWEST_MODELS

WORDS = vocabulary()
GRAMMAR = (files("checker.claims.language") / "grammar.lark").read_text(encoding="utf-8")
SAID = {
    "compare": ["MAE has shorter attention distance than DINO", "MAE trains 3 times as fast as SimMIM"],
    "correlation": ["Attention distance correlates positively with k-NN accuracy across models"],
    "equivalence": ["MAE and SimMIM have similar attention distance within 2 px"],
    "layers": [
        "MAE has longer attention distance in late layers than in early ones",
        "Early layers of DINO do not have a higher k-NN accuracy than the last layer",
    ],
    "presence": ["DINOv2 has high-norm artifact tokens", "DINOv2 has no high-norm artifact tokens"],
    "ranking": ["DINO > MAE in attention distance"],
    "threshold": ["DINO reaches 60 % k-NN accuracy"],
    "trend": ["the attention distance of MAE increases with depth"],
}


def test_each_kind_has_a_file_a_sentence_and_a_start_in_the_grammar() -> None:
    assert list(KINDS) == list(SAID)
    for name, kind in KINDS.items():
        assert type(kind).__module__ == f"checker.claims.kinds.{name}"
        assert f"\n{name}_claim: " in GRAMMAR


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_it_names_exists(kind: Kind) -> None:
    assert {*kind.needs, *kind.may, *kind.either} <= ClaimSpec.model_fields.keys()
    for word in kind.words:
        assert word in GRAMMAR
    for clause in kind.clauses:
        assert f"\n{clause}: " in GRAMMAR


@pytest.mark.parametrize(("name", "sentence"), [(name, sentence) for name, told in SAID.items() for sentence in told])
def test_its_rule_is_a_function_that_takes_its_options(name: str, sentence: str) -> None:
    spec = read_sentence(sentence, WORDS).spec
    assert spec is not None
    assert spec.kind == name
    rule = KINDS[name].rule(spec)
    function = signature(getattr(verdicts, rule.function))
    options = {
        *rule.options,
        "alpha",
        "looks",
        *(["answers"] if rule.answers else []),
        *(["those", "others"] if spec.than else ["positions"] if rule.keep == "depth" else []),
    }
    assert options <= function.parameters.keys()


def test_two_kinds_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="compare"):
        register(type(KINDS["compare"]))


def test_a_correlation_claims_no_fewer_models_than_its_rule_takes() -> None:
    assert KINDS["correlation"].fewest == FEWEST_MODELS
