from __future__ import annotations

import pytest

from checker.claims import NamedSpec, is_untouched, parse_spec, print_spec
from checker.errors import SpecError

TEXT = """\
id: mae-attention-distance-dino
statement: MAE has shorter attention distance than DINO
source: Masked Image Modelling#^mae-attention-distance-dino
kind: compare
metric: attention_distance
subject: MAE
baseline: DINO
relation: less
margin: {value: 0.05, unit: relative}
where: {layers: upper half, tokens: patches, data: default}
scope: any
decide: {alpha: 0.05, looks: [3, 5, 8]}
reviewed: false
"""


def test_the_promised_format_round_trips_byte_for_byte() -> None:
    spec = parse_spec(TEXT, "x.yaml")
    assert isinstance(spec, NamedSpec)
    text = print_spec(spec)
    assert text.startswith(TEXT)
    assert text.removeprefix(TEXT).startswith("# Written by check-claims (")
    assert print_spec(parse_spec(text, "x.yaml")) == text


def test_a_text_is_known_for_the_tools_own_until_a_byte_of_it_changes() -> None:
    text = print_spec(parse_spec(TEXT, "x.yaml"))
    assert is_untouched(text)
    assert not is_untouched(TEXT)
    assert not is_untouched(text.replace("reviewed: false", "reviewed: true"))
    assert not is_untouched(text + "# mine\n")
    assert not is_untouched("# mine\n" + text)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("relation: less", "relations: less", r"x.yaml:8:1: .*`relations`.*did you mean `relation`"),
        ("unit: relative", "units: relative", r"x.yaml:9:23: .*`margin.units`.*did you mean `unit`"),
        ("metric: attention_distance\n", "", r"x.yaml:1:1: the key `metric` is missing"),
        ("kind: compare", "kind: comparison", r"x.yaml:4:1: kind: .*compare"),
        ("kind: compare", "kind: trend", r"x.yaml:1:1: .*trend.*`baseline`"),
        ("value: 0.05", "value: -1.0", r"x.yaml:9:10: margin.value: .*greater than or equal to 0"),
        ("value: 0.05", "value: .nan", r"x.yaml:9:10: margin.value: .*"),
        ("alpha: 0.05", "alpha: 0.0", r"x.yaml:12:10: decide.alpha: "),
        ("[3, 5, 8]", "[5, 3]", "growing"),
        ("[3, 5, 8]", "[1, 3]", "each from 2 to 1000"),
        ("layers: upper half", "layers: some", "upper half, lower half"),
        ("baseline: DINO", "baseline: MAE", "compared with itself"),
        ("baseline: DINO\n", "", "a compare claim needs `baseline`"),
        ("reviewed: false", "reviewed: no", "x.yaml:13:1: reviewed: "),
        ("id: mae-attention-distance-dino", "id: ../x", "letters, digits and hyphens"),
        ("scope: any", "scope: any\nscope: toy", "x.yaml:12:1: the key 'scope' stands twice"),
        ("scope: any", "scope: [any", "x.yaml:1[12]:"),
        (TEXT, "- a\n", "x.yaml:1:1: not a claim spec"),
    ],
)
def test_faults_name_line_and_column(old: str, new: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        parse_spec(TEXT.replace(old, new), "x.yaml")


def test_the_hash_is_of_what_decides() -> None:
    spec = parse_spec(TEXT, "x")
    reworded = parse_spec(TEXT.replace("statement: MAE", "statement: It seems that MAE").replace("false", "true"), "x")
    other = parse_spec(TEXT.replace("0.05, unit", "0.06, unit"), "x")
    assert spec.spec.hash() == reworded.spec.hash() != other.spec.hash()
    assert spec.spec == reworded.spec


@pytest.mark.parametrize(
    ("layers", "kept"), [("[2, 4]", "layers 2 and 4"), ("[3]", "layer 3"), ("layers 1 and 2 and 6", "layers 1 and 2 and 6")]
)
def test_layers_may_be_a_list(layers: str, kept: str) -> None:
    spec = parse_spec(TEXT.replace("layers: upper half", f"layers: {layers}"), "x")
    assert spec.spec.where.layers == kept
    assert parse_spec(print_spec(spec), "x") == spec


@pytest.mark.parametrize("layers", ["[4, 2]", "[2, 2]", "[0, 2]", "[2, a]", "layers 4 and 2", "[]"])
def test_a_list_of_layers_names_each_once_in_order(layers: str) -> None:
    with pytest.raises(SpecError, match="layers"):
        parse_spec(TEXT.replace("layers: upper half", f"layers: {layers}"), "x")
