from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker import strict_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: no", {"a": "no"}),
        ("a: on", {"a": "on"}),
        ("a: 012", {"a": 12}),
        ("a: 0o12", {"a": 10}),
        ("a: 1:30", {"a": "1:30"}),
        ("a: 1e3", {"a": 1000.0}),
        ("a: 2026-11-23", {"a": "2026-11-23"}),
        ("a: true", {"a": True}),
        ("a: ~", {"a": None}),
        ("a:", {"a": None}),
        ('a: "1"', {"a": "1"}),
        ("a: .5", {"a": 0.5}),
        ("a: 1_000", {"a": "1_000"}),
        ("a: 0x1F", {"a": 31}),
        ("a: [[X]]", {"a": [["X"]]}),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: Any) -> None:
    assert strict_yaml.load(text) == value


@pytest.mark.parametrize(
    ("text", "line", "column", "problem"),
    [
        ("a: 1\nb: 2\na: 3", 3, 1, "stands twice"),
        ("a: !!python/object/apply:os.system [ls]", 1, 4, "constructor"),
        ("a: [1, 2", 1, 9, "expected"),
        ("x: &a [*a]", 1, 1, "alias"),
        ("? [a]\n: 1", 1, 3, "key"),
        ("[" * 60 + "]" * 60, 1, 41, "nested"),
        ("a: &a 1\nb: [" + "*a, " * 200 + "]", 2, 405, "aliases"),
    ],
)
def test_what_is_refused_says_where(text: str, line: int, column: int, problem: str) -> None:
    with pytest.raises(strict_yaml.YamlError, match=problem) as caught:
        strict_yaml.load(text)
    assert (caught.value.line, caught.value.column) == (line, column)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()


@given(st.dictionaries(st.text(min_size=1), SCALARS | st.lists(SCALARS) | st.dictionaries(st.text(), SCALARS)))
def test_what_is_dumped_is_loaded(values: dict[str, Any]) -> None:
    try:
        text = strict_yaml.dump(values)
        text.encode("utf-8")
    except (UnicodeEncodeError, ValueError):
        return
    assert strict_yaml.load(text) == values or not values


WORDS = st.sampled_from(
    [
        "no",
        "y",
        "on",
        "Null",
        "e1",
        "1e3",
        "1_0",
        "-",
        "a-b",
        "MAE",
        "k-NN",
        "a b",
        "a  b",
        " a",
        "a:",
        "a #b",
        "x" * 130,
        "=",
        "<<",
        ".inf",
        "é",
    ]
)
PLAIN = SCALARS | WORDS


@given(st.dictionaries(WORDS, PLAIN | st.lists(PLAIN | st.lists(PLAIN)) | st.dictionaries(WORDS, PLAIN)))
def test_simple_values_are_written_as_pyyaml_writes_them(values: dict[str, Any]) -> None:
    with patch.object(strict_yaml, "_simple", lambda value: None):
        slow = strict_yaml.dump(values)
    assert strict_yaml.dump(values) == slow


@given(st.sampled_from(["no", "1e3", "012", "1:30", "null", "~", "2026-01-01", "0x1f", "", ".5", "[[X]]", "true", "0o7"]))
def test_strings_that_look_like_something_else_stay_strings(word: str) -> None:
    assert strict_yaml.load(strict_yaml.dump({"a": word})) == {"a": word}


@given(st.text())
def test_no_text_crashes_the_loader(text: str) -> None:
    try:
        strict_yaml.load(text)
    except strict_yaml.YamlError as error:
        assert error.line >= 1


PIECES = [
    "a: ", "b:", "k: v\n", "- ", "-", "\n", "  ", "    ", "'", '"', "[", "]", ",", "#", " #", "&a ", "*a", "!!str ", "!x ", "%", "@",
    "é", "😀", "\x07", "?", ":", "---\n", "...\n", "1", "1e3", "~", "null", "true", "\\", "\\n", "<<: ", "=", "[[X]]", "\r\n", "\r", ">", "|",
    "{", "}", "\t",
]  # fmt: skip


@pytest.mark.skipif(strict_yaml._QUICK is None, reason="PyYAML was built without libyaml")
@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_both_parsers_agree(text: str) -> None:
    def read(quick: Any) -> Any:
        try:
            with patch.object(strict_yaml, "_QUICK", quick):
                return strict_yaml.load_with_places(text)
        except strict_yaml.YamlError as error:
            return str(error), error.line, error.column

    assert repr(read(strict_yaml._QUICK)) == repr(read(None))
