"""The JSON Schema that comes with the package."""

from __future__ import annotations

import json

import jsonschema
import pytest

from checker.evidence import Ledger, print_ledger
from checker.evidence.schema import evidence_schema, shipped_schema
from tests.evidence.runs import NAMES, THROUGHPUT, kept, run


def test_it_is_that_of_the_models() -> None:
    assert json.loads(shipped_schema()) == evidence_schema(), "run python docs/evidence_schema.py"


@pytest.mark.parametrize("name", NAMES)
def test_files_of_both_schemas_are_valid_by_it(name: str) -> None:
    validator = jsonschema.Draft202012Validator(evidence_schema())
    validator.validate(json.loads(kept(name)))
    validator.validate(json.loads(print_ledger(Ledger(name).with_run(run(name)))))


def test_what_the_program_refuses_is_invalid_by_it() -> None:
    validator = jsonschema.Draft202012Validator(evidence_schema())
    for key in ("look", "verdict", "values"):
        file = json.loads(kept(THROUGHPUT))
        del file["runs"][0][key]
        assert not validator.is_valid(file)
    file = json.loads(kept(THROUGHPUT))
    file["runs"][0]["spec"]["id"] = "a"
    assert not validator.is_valid(file)


def test_every_field_has_a_docstring() -> None:
    definitions = evidence_schema()["$defs"]
    own = set(definitions) - {"ClaimSpec", "Margin", "Bound", "Where", "Decide", "Recipe", "Architecture"}
    assert {"Run", "Values", "RecordedVerdict"} <= own
    for name in own:
        assert definitions[name]["description"]
        for field, schema in definitions[name].get("properties", {}).items():
            assert schema.get("description"), f"{name}.{field}"
