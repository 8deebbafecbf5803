"""Paths into nested records: `config.optim.lr`, `results.qa_easy.acc,none`, a key with dots in it, a place in a list."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from checker.errors import ConfigurationError

MISSING: Final = object()
MOST_FIELDS = 5_000  # of one record that are listed
LONGEST_PATTERN, LONGEST_TEXT = 200, 400


def lookup(record: Any, path: str) -> Any:
    """The value at a dotted path, or MISSING. A key may itself hold dots: the longest one that fits is taken.

    A part names a key, a position in a list, or the element of a list whose `name` it is.
    """
    if isinstance(record, Mapping):
        if path in record:
            return record[path]
        for place in reversed([place for place, letter in enumerate(path) if letter == "."]):
            if path[:place] in record:
                found = lookup(record[path[:place]], path[place + 1 :])
                if found is not MISSING:
                    return found
        head = path + ","  # lm-eval's metrics are called `acc,none` by their filter
        filters = [key for key in record if isinstance(key, str) and key.startswith(head)]
        return record[filters[0]] if len(filters) == 1 else MISSING
    if isinstance(record, Sequence) and not isinstance(record, str):
        head, _, rest = path.partition(".")
        named = [item for item in record if isinstance(item, Mapping) and item.get("name") == head]
        if head.isdigit() and int(head) < len(record):
            named = [record[int(head)]]
        if len(named) == 1:
            return lookup(named[0], rest) if rest else named[0]
    return MISSING


def flatten(record: Any, prefix: str = "", into: dict[str, Any] | None = None) -> dict[str, Any]:
    """Every value of a nested record by its dotted path, as far as MOST_FIELDS. Lists of records are left whole."""
    found: dict[str, Any] = {} if into is None else into
    for key, value in record.items():
        if len(found) >= MOST_FIELDS:
            break
        if isinstance(value, Mapping) and value:
            flatten(value, f"{prefix}{key}.", found)
        else:
            found[f"{prefix}{key}"] = value
    return found


def by_end(path: str, names: Iterable[str]) -> list[str]:
    """The names that end with a path, after a dot: how a path without its beginning is understood, where one fits."""
    return [name for name in names if name.endswith(f".{path}")]


def near(path: str, names: Iterable[str]) -> str:
    """A clause for a message: the names that a wrong one may have meant."""
    known = list(names)
    ends = [name for name in known if name.rpartition(".")[2] == path.rpartition(".")[2]]
    ends += [name for name in known if name.startswith(f"{path} ")]
    found = list(dict.fromkeys([*ends, *difflib.get_close_matches(path, known, 3, 0.5)]))[:4] or known[:12]
    return f"; there is {', '.join(map(repr, found))}" + (", ..." if len(known) > len(found) else "") if found else ""


def split_pattern(text: str) -> tuple[str, re.Pattern[str] | None]:
    """A field and the pattern after its colon, where it has one.

    Raises ConfigurationError for a pattern that is none, or that could run for ever (a repetition inside a repetition).
    """
    path, colon, pattern = text.partition(":")
    if not colon or not path or not pattern:
        return text, None
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ConfigurationError(f"{text!r}: {pattern!r} is not a regular expression ({error})") from error
    if len(pattern) > LONGEST_PATTERN or _nested(pattern):
        raise ConfigurationError(f"{text!r}: a repetition inside a repetition could run for ever; write a simpler pattern")
    return path, compiled


def _nested(pattern: str) -> bool:
    import re._parser as parser  # type: ignore[import-not-found]

    def repeats(tokens: Any, inside: bool) -> bool:
        for name, argument in tokens:
            again = str(name) in ("MAX_REPEAT", "MIN_REPEAT") and argument[1] > 1
            if again and argument[1] > 9 and inside:
                return True
            below = argument if isinstance(argument, tuple | list) else ()
            for part in below:
                parts = part if isinstance(part, list) else [part]
                if any(isinstance(p, parser.SubPattern) and repeats(p, inside or (again and argument[1] > 9)) for p in parts):
                    return True
        return False

    return repeats(parser.parse(pattern), False)


def extract(text: str, pattern: re.Pattern[str]) -> str | None:
    """The first group of a pattern in a text, or its whole match; None where it does not fit."""
    match = pattern.search(text[:LONGEST_TEXT])
    if match is None:
        return None
    return match[1] if pattern.groups else match[0]
