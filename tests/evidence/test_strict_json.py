from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.evidence import strict_json
from checker.evidence.strict_json import JsonError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=4), inside, max_size=4),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "column", "problem"),
    [
        ("[" * 100_000, 1, 33, "nested deeper than 32"),
        ('{"a":' * 2_000, 1, 161, "nested deeper than 32"),
        ("[" * 40 + "]" * 40, 1, 33, "nested deeper than 32"),
        ('{"a": 1,\n  "a": 2}', 2, 3, "the key 'a' stands twice"),
        ('{"b": [{"a": 1, "a": 2}]}', 1, 17, "the key 'a' stands twice"),
        ('{"a": [1, NaN]}', 1, 11, "NaN is not a finite number"),
        ('{"a": -Infinity}', 1, 7, "-Infinity is not a finite number"),
        ('{"a": ' + "9" * 5000 + "}", 1, 7, "too many digits"),
        ('{"a" 1}', 1, 6, "expecting ':' delimiter"),
        ("[1 2]", 1, 4, "expecting ',' delimiter"),
        ('{"a": 1} x', 1, 10, "extra data"),
        ("", 1, 1, "expecting value"),
        ("\ufeff[]", 1, 1, "BOM"),
        ('"a\tb"', 1, 3, "invalid control character"),
    ],
)
def test_what_is_refused_and_where(text: str, line: int, column: int, problem: str) -> None:
    with pytest.raises(JsonError) as refused:
        strict_json.load(text)
    assert (refused.value.line, refused.value.column) == (line, column)
    assert problem in refused.value.problem


@pytest.mark.parametrize(("text", "column"), [('[1, "\\ud800"]', 5), ("[1, 1e999]", 5), ('{"\\udc00": 1}', 2)])
def test_what_is_let_through_is_refused_on_demand(text: str, column: int) -> None:
    strict_json.load(text)
    with pytest.raises(JsonError) as refused:
        strict_json.refuse(text)
    assert (refused.value.line, refused.value.column) == (1, column)


def test_brackets_in_texts_do_not_count() -> None:
    assert strict_json.load(json.dumps(["[" * 100, '"]' * 100, "\\" * 9 + "["])) == ["[" * 100, '"]' * 100, "\\" * 9 + "["]


@given(VALUES, st.sampled_from([None, 1]))
def test_every_value_is_read_as_the_standard_library_does_and_has_a_place(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    assert strict_json.load(text) == value
    strict_json.refuse(text)

    def look(inside: Any, path: strict_json.Path, key: str | None) -> None:
        line, column = strict_json.place(text, path)
        start = sum(len(row) + 1 for row in text.split("\n")[: line - 1]) + column - 1
        found, end = json.JSONDecoder().raw_decode(text, start)
        if key is not None:
            assert (found, text[end]) == (key, ":")
        else:
            assert found == inside
        for name, each in inside.items() if isinstance(inside, dict) else ():
            look(each, (*path, name), name)
        for index, each in enumerate(inside if isinstance(inside, list) else ()):
            look(each, (*path, index), None)

    look(value, (), None)


def test_what_is_missing_is_looked_for_where_it_should_be() -> None:
    text = '{"a": {\n "b": [1,\n  {}]}}'
    assert strict_json.place(text, ("a", "b", 1)) == (3, 3)
    assert strict_json.place(text, ("a", "b", 1, "c")) == (3, 3)
    assert strict_json.place(text, ("a", "c")) == (1, 2)
    assert strict_json.place(text, ("c",)) == (1, 1)


@given(st.lists(VALUES, max_size=5), st.dictionaries(st.text(max_size=4), VALUES, max_size=3), st.sampled_from([None, 0, 1]))
def test_places_are_those_of_the_values_of_a_list(values: list[Any], others: dict[str, Any], indent: int | None) -> None:
    before = {f"before {name}": value for name, value in others.items()}
    text = json.dumps({**before, "runs": values, "after": 1}, indent=indent, ensure_ascii=False)
    assert [json.loads(text[start:end]) for start, end in strict_json.places(text, "runs")] == values
