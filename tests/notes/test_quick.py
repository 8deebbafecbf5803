"""What is found in a plain note without a parser is what the parser finds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.errors import NoteError
from checker.notes import parse
from checker.notes.entry import Entry, entry_of
from checker.notes.quick import quick_entry
from tests.notes.test_random import NOTES, PIECES

ROOT = Path(__file__).parents[2]
VAULTS = (ROOT / "vault", ROOT.parent / "shared" / "vaults")
PATH = PurePosixPath("a.md")
BLOCKS = [
    "# Head\n\n", "## `Code` in a head\n\n", "words [[Note|shown]] and $x_i$ more\n\n", "- one [a](b.md)\n- two #tag\n\t- three\n\n",
    "```py\n# no head [[no]]\n    deep\n```\n\n", "> [!note] t\n> [[b#H]] ![[p.png|100]]\n\n", "1. a\n2. b `[[c]]`\n\n", "| a | b |\n|---|---|\n",
    "text ^id\n\n", "- item ^item\n- next\n\n", "a < b & c\n\n", "\\[\\[#Esc\\]\\]\n\n", "[t](<a b.md>) [u](https://x.y)\n\n", "***\n\n",
    "    code [[no]]\n\n", "line\n===\n", "[^1] and ^[in]\n", "$$a$$ [[d]]\n\n", "- [x] done [[e]]\n", "*a* ==b== ~~c~~ #t/u\n", "[r]: a.md\n",
]  # fmt: skip
PROPERTIES = [
    "k: v\n", "f: [a, '[[b]]', \"c, d\"]\n", "tags: [a,b c, true]\n", "g: [ ]\n", "tags:\n- a\n- b c\n", "tags:\n  - '#x'\n  - 12\n", "tags: one\n", "aliases: [a, b]\n", "aliases:\n- A name\n", "up: '[[b]]'\n",
    'u: "[[Herv\\xE9]]"\n', "up: [[b]]\n", "l:\n- '[[a]]'\n- \"[[b|c]]\"\n", "m: [t](T.md)\n", 'n: "[t](T.md)"\n', "d: 2024-01-17\n", "e:\n", "k: w\n",
    "true: 1\n", "a: b: c\n", "x: 'it''s'\n", "y: # c\n", "z: |\n  [[a]]\n", "...\n", " ---\n", "q: [[]]\n", "w: ' [[s]] '\n", "v: \"#t\"\n",
]  # fmt: skip


def agree(data: bytes) -> bool:
    """Whether the note was plain; what was found must be what the parser finds."""
    found = quick_entry(data)
    if found is None:
        return False
    known = entry_of(parse(PATH, data))
    assert {name: tuple(getattr(found, name)) for name in Entry.__slots__} == {
        name: tuple(getattr(known, name)) for name in Entry.__slots__
    }
    return True


def real_notes() -> Iterator[bytes]:
    for vault in VAULTS:
        for path in sorted(vault.rglob("*.md")):
            yield path.read_bytes()


def test_every_note_of_our_vaults_and_most_are_plain() -> None:
    plain = [agree(data) for data in real_notes()]
    assert sum(plain) > 0.8 * len(plain)


@pytest.mark.parametrize("text", NOTES)
def test_notes_of_obsidian(text: str) -> None:
    agree(text.encode())


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PROPERTIES), max_size=5), st.lists(st.sampled_from(BLOCKS), max_size=8))
def test_notes_made_of_blocks(properties: list[str], blocks: list[str]) -> None:
    front = f"---\n{''.join(properties)}---\n" if properties else ""
    agree((front + "".join(blocks)).encode())


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES + BLOCKS), max_size=25).map("".join))
def test_any_text(text: str) -> None:
    agree(text.encode())


@pytest.mark.slow
def test_ten_thousand_notes_with_changed_bytes() -> None:
    """Cut, patched and garbled: never a crash, and never another answer."""
    rng = random.Random(4)
    notes = list(real_notes())
    pieces = [piece.encode() for piece in PIECES + BLOCKS + PROPERTIES]
    plain = 0
    for _ in range(10_000):
        data = bytearray(rng.choice(notes)[:4000])
        for _ in range(rng.randint(1, 4)):
            start = rng.randrange(len(data) + 1)
            patch = rng.choice(pieces) if rng.random() < 0.8 else bytes([rng.randrange(256)])
            data[start : start + rng.choice([0, 0, 1, 5, 20])] = patch
        try:
            plain += agree(bytes(data))
        except NoteError:
            assert quick_entry(bytes(data)) is None
    assert plain > 2000
