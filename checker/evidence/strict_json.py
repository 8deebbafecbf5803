"""JSON as it is accepted from files that a person may have edited: no key twice, no NaN, limited depth; and where a value stands.

Texts are read by the standard library. Only when one is refused is it walked again, to find the line and the column.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Generator, Sequence
from typing import Any, NoReturn

MAX_DEPTH = 32
MAX_KEY = 40  # characters of a key in a message
BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)
SPACE = re.compile(r"[ \t\r\n]*")
SURROGATE = re.compile("[\ud800-\udfff]")

Path = tuple[str | int, ...]
"""The keys and the positions (from 0) that lead to a value."""


class JsonError(ValueError):
    """Not acceptable JSON. `line` and `column` are 1-based."""

    def __init__(self, problem: str, line: int, column: int) -> None:
        super().__init__(problem)
        self.problem, self.line, self.column = problem, line, column


def load(text: str) -> Any:
    """Parse a JSON text. Raises JsonError with the place of a syntax error, a repeated key, NaN, a number with too
    many digits, or a value nested deeper than MAX_DEPTH."""
    try:
        values = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise JsonError(error.msg[:1].lower() + error.msg[1:], error.lineno, error.colno) from error
    except (ValueError, RecursionError) as error:
        refuse(text)
        raise JsonError(str(error), 1, 1) from error
    if _depth(text) > MAX_DEPTH:
        refuse(text)
    return values


def refuse(text: str) -> None:
    """Raise JsonError for the first value of a text that is not acceptable, if there is one: also for what `load` lets through, a
    number beyond the range of floats and half of a surrogate pair."""
    for _ in _values(text, 0, ()):
        pass


def place(text: str, path: Sequence[str | int]) -> tuple[int, int]:
    """Line and column, from 1, of the value at a path in a text that `load` accepts: of its key, where it has one. For a missing
    value, the place of what should hold it."""
    best, found = -1, 0
    for at, start in _values(text, 0, ()):
        if len(at) > best and at == tuple(path[: len(at)]):
            best, found = len(at), start
            if best == len(path):
                break
    return _line_and_column(text, found)


def places(text: str, key: str) -> list[tuple[int, int]]:
    """The characters [start, end) of each value of the list that a key of the outermost object has, in a text that `load`
    accepts."""
    decode, name, at = json.JSONDecoder().raw_decode, None, _skip(text, 0)
    while name != key:
        name, at = decode(text, _skip(text, at + 1))  # after the brace, or the comma
        value = _skip(text, _skip(text, at) + 1)
        at = value if name == key else _skip(text, decode(text, value)[1])
    found, at = [], _skip(text, at + 1)
    while text[at] != "]":
        found.append((at, decode(text, at)[1]))
        at = _skip(text, found[-1][1])
        at = _skip(text, at + 1) if text[at] == "," else at
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a key stands twice")
    return values


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number in JSON")


def _depth(text: str) -> int:
    deepest = depth = 0
    for match in BRACKETS.finditer(text):
        if match[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif match[0] in "]}":
            depth -= 1
    return deepest


def _line_and_column(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _error(text: str, at: int, problem: str) -> JsonError:
    return JsonError(problem, *_line_and_column(text, at))


def _skip(text: str, at: int) -> int:
    match = SPACE.match(text, at)
    return match.end() if match else at


def _values(text: str, at: int, path: Path, start: int | None = None) -> Generator[tuple[Path, int], None, int]:
    """Every value from here on with its path and its place; returns where it ends."""
    at = _skip(text, at)
    yield path, at if start is None else start
    if text[at : at + 1] not in ("{", "["):
        return _scalar(text, at)[1]
    if len(path) >= MAX_DEPTH:
        raise _error(text, at, f"nested deeper than {MAX_DEPTH}")
    keys: set[str] = set()
    is_object, count = text[at] == "{", 0
    at = _skip(text, at + 1)
    while text[at : at + 1] not in ("}", "]"):
        key_at, key = at, count
        if is_object:
            name, at = _scalar(text, at)
            if name in keys:
                raise _error(text, key_at, f"the key {_short(name)} stands twice")
            keys.add(name)
            at = _skip(text, at) + 1  # the colon
            at = yield from _values(text, at, (*path, name), key_at)
        else:
            at = yield from _values(text, at, (*path, key))
        count += 1
        at = _skip(text, at)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] not in ("}", "]"):
            raise _error(text, at, "not JSON")
    return at + 1


def _scalar(text: str, at: int) -> tuple[Any, int]:
    """A value that holds no others, and where it ends."""
    try:
        value, end = json.JSONDecoder().raw_decode(text, at)
    except ValueError as error:
        raise _error(text, at, getattr(error, "msg", "a number with too many digits")) from error
    if isinstance(value, float) and not math.isfinite(value):
        raise _error(text, at, f"{text[at:end][:MAX_KEY]} is not a finite number")
    if isinstance(value, str) and SURROGATE.search(value):
        raise _error(text, at, "a string with half of a surrogate pair")
    return value, end


def _short(key: str) -> str:
    return repr(key if len(key) <= MAX_KEY else f"{key[:MAX_KEY]}…")
