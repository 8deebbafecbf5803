"""A megabyte of one mark, however it could nest, costs little more than a megabyte of words: nothing is quadratic."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath

import pytest

from checker.notes import cached_metadata, parse

MEGABYTE = 1_000_000
ALLOWED = 40  # times the plain note; the worst here takes about 5, a quadratic scan takes hundreds
MARKS = [
    "[[", "[[a ", "`", "` `` ``` ", "\\`", ">", "- ", "1. ", "%%", "%%a%% ", "$$", "$a ", "<!-- ", "<a ", "](", "[a](", "[](", "^[",
    "[^1]: ", "[a::", "(a:: ", " ^a", "|", "#a ", "\\", "é[[b]] ",
]  # fmt: skip


def nested() -> Iterator[tuple[str, str]]:
    """Notes that repeat in depth or along the lines, a megabyte or what nests in one."""
    yield "lists in lists", "".join("  " * depth + "- a\n" for depth in range(1000))
    yield "quotes in quotes", (">" * 40 + "a\n") * (MEGABYTE // 42)
    yield "brackets in brackets", "[" * (MEGABYTE // 2) + "]" * (MEGABYTE // 2)
    yield "labels in labels", "[r]: T.md\n\n" + "[" * 300_000 + "]" * 300_000
    yield "code of every length", "".join(" " + "`" * length for length in range(1400))
    yield "comments", "%% a\n" * (MEGABYTE // 5)
    yield "formulas", "$$a\n" * (MEGABYTE // 4)


@cache
def seconds_of_words() -> float:
    return min(seconds("word " * 12 + "\n"), seconds("word " * 12 + "\n"))


def seconds(piece: str) -> float:
    data = (piece * max(1, MEGABYTE // len(piece.encode()))).encode()
    start = time.process_time()
    cached_metadata(parse(PurePosixPath("a.md"), data))
    return time.process_time() - start


@pytest.mark.parametrize("mark", MARKS)
def test_a_megabyte_of_one_mark(mark: str) -> None:
    assert seconds(mark) < ALLOWED * seconds_of_words()


@pytest.mark.parametrize("text", [text for _, text in nested()], ids=[name for name, _ in nested()])
def test_a_megabyte_of_nesting(text: str) -> None:
    assert seconds(text) < ALLOWED * seconds_of_words()
