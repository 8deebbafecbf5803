"""Text in, text out; and for any note at all: the user's bytes stay, and twice is once."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.claims import find_claims
from checker.errors import NoteError
from checker.notes import parse
from checker.writing import NoteEdit, Status, clear_statuses, write_statuses
from tests.writing.documents import check_formatted, check_writing, document, edited, odd_document, with_claims

YES = Status("a-b", "A is B", "supported", "toy")
LINK = "[[a-b|✅ supported · toy]]"
CELL = LINK.replace("|", "\\|")  # in a table


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- A is B #claim\n", f"- A is B #claim {LINK} ^a-b\n"),
        ("- A is B #claim", f"- A is B #claim {LINK} ^a-b"),
        ("- A is B #claim\r\n- C\r\n", f"- A is B #claim {LINK} ^a-b\r\n- C\r\n"),
        ("\ufeff- A is B #claim\n", f"\ufeff- A is B #claim {LINK} ^a-b\n"),
        ("- A is B #claim  \n", f"- A is B #claim {LINK}   ^a-b\n"),
        ("- A is B #claim ^a-b\n", f"- A is B #claim {LINK} ^a-b\n"),
        ("- A is B #claim [[a-b|❌ refuted · toy]] ^a-b\n", f"- A is B #claim {LINK} ^a-b\n"),
        ("- A is B #claim [[other]] ^a-b\n", f"- A is B #claim {LINK} [[other]] ^a-b\n"),
        ("- X\n  - [ ] A is B #claim\n    more\n", f"- X\n  - [ ] A is B #claim {LINK}\n    more ^a-b\n"),
        ("Well. A is B #claim, is it?\n", f"Well. A is B #claim {LINK}, is it? ^a-b\n"),
        ("> A is B #claim\n", f"> A is B #claim {LINK} ^a-b\n"),
        ("> A is B #claim\n\n^a-b\n", f"> A is B #claim {LINK}\n\n^a-b\n"),
        ("- C is D #claim\n", "- C is D #claim\n"),
        ("- A is B #claim ^other\n", "- A is B #claim ^other\n"),
        ("`A is B #claim`\n", "`A is B #claim`\n"),
        ("- A is B #claim\n\n```\nopen", "- A is B #claim\n\n```\nopen"),
        ("- A is B #claim\n- A is B #claim\n", f"- A is B #claim {LINK} ^a-b\n- A is B #claim\n"),
        ("- 日本 A is B\x0b\x85 #claim\n", None),
        ("| x |\n|---|\n| A is B #claim |\n", f"| x |\n|---|\n| A is B #claim {CELL} |\n"),
        (
            f"| x | y |\n|---|---|\n| A is B #claim {CELL} | C #claim |\n",
            f"| x | y |\n|---|---|\n| A is B #claim {CELL} | C #claim |\n",
        ),
        ("x | y\n---|---\nA is B #claim | C\n", f"x | y\n---|---\nA is B #claim {CELL} | C\n"),
        ("> [!claim] A is B\n> because\n", f"> [!claim] A is B {LINK}\n> because\n"),
        ("> [!Claim]-  \r\n> A is B\r\n", f"> [!Claim]- {LINK}  \r\n> A is B\r\n"),
        ("> [!claim] A is B [[a-b|❌ refuted · toy]]\n", f"> [!claim] A is B {LINK}\n"),
        ("> [!note] T\n> A is B #claim\n", f"> [!note] T\n> A is B #claim {LINK}\n"),
        ("- A is B #claim\n  ```claim\n  x: 1\n  ```\n", f"- A is B #claim {LINK} ^a-b\n  ```claim\n  x: 1\n  ```\n"),
        ("`> [!claim] A is B`\n", "`> [!claim] A is B`\n"),
    ],
)
def test_text_in_text_out(before: str, after: str | None) -> None:
    written = write_statuses(before.encode(), {"a-b": YES})
    if after is not None:
        assert written.decode() == after
    assert write_statuses(written, {"a-b": YES}) == written


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (Status("x", "", "refuted", "toy", stale=True), "❌ refuted · toy · stale"),
        (Status("x", "", "needs spec"), "🖉 needs spec"),
        (Status("x", "", "supported", "[[evil]]|\n<b>"), "✅ supported · evil\nb"),
    ],
)
def test_the_words_of_a_status(status: Status, text: str) -> None:
    assert status.text == text


def test_what_is_no_text_is_an_error() -> None:
    with pytest.raises(NoteError):
        write_statuses(b"\xff", {})


PIECES = st.sampled_from(
    ["- A is B #claim", "A is B #claim", "> A is B #claim ^own", "#claim", "text", "# H", "`#claim`", "```", "| a |", "|---|", "%%", "$$", "",
     "  ", "\t- C #claim", "---", "- [x] D. E #claim [[e|✅ supported · toy]] ^e", "日本 #claim é", "[[A]] #claim [[B]]", "x \\", "<div>", "\x0b\x85",
     "| A is B #claim | C #claim |", "> [!claim] A is B", "> [!CLAIM]-", "> [!note] A #claim", "| A #claim [[q\\|✅ supported]] |"]
)  # fmt: skip
ENDINGS = st.sampled_from(["\n", "\r\n", "\n\n", "\r"])
OWNED = re.compile(rb" \[\[id-\d+\\?\|\xe2\x9c\x85 supported \xc2\xb7 toy\]\]| ?\^id-\d+")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(PIECES, ENDINGS), max_size=12), st.booleans(), st.booleans())
def test_only_the_two_owned_spans_change(lines: list[tuple[str, str]], bom: bool, final: bool) -> None:
    data = (b"\xef\xbb\xbf" if bom else b"") + "".join(text + end for text, end in lines).encode()
    data = data if final else data.rstrip(b"\r\n")
    note = parse(PurePosixPath("n.md"), data)
    claims, _ = find_claims(note)
    fresh = [claim for claim in claims if claim.name is None and claim.status is None]
    statuses = {f"id-{n}": Status(f"id-{n}", claim.statement, "supported", "toy") for n, claim in enumerate(fresh)}
    written = write_statuses(data, statuses)
    if not note.writable:
        assert written == data
        return
    assert len(OWNED.findall(written)) == sum(2 if claim.takes_id else 1 for claim in fresh)
    assert OWNED.sub(b"", written) == data
    assert write_statuses(written, statuses) == written
    again, _ = find_claims(parse(PurePosixPath("n.md"), written))
    assert {claim.name for claim in again} >= set(statuses)


@pytest.mark.parametrize("seed", range(300))
def test_documents_in_every_form(seed: int) -> None:
    random = Random(seed)
    check_writing(document(random), random)


@pytest.mark.parametrize("seed", range(300))
def test_documents_of_odd_forms(seed: int) -> None:
    random = Random(seed)
    check_writing(odd_document(random), random)


@pytest.mark.parametrize("seed", range(300))
def test_statuses_that_editors_left_otherwise(seed: int) -> None:
    random = Random(seed)
    check_formatted(random.choice((document, odd_document))(random), random, lambda data: edited(data, random))


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[2] / "vault").rglob("*.md")), ids=lambda path: path.stem)
def test_claims_put_into_the_notes_of_the_vault(path: Path) -> None:
    random = Random(path.stem)
    check_writing(with_claims(path.read_bytes(), random), random)


OTHER = "see [[a-b|✅ supported · toy]]\n"


@pytest.mark.parametrize(
    ("before", "own", "after"),
    [
        (f"- A is B #claim {LINK} ^a-b\n", True, "- A is B #claim\n"),
        (f"- A is B #claim {LINK} ^a-b\n", False, "- A is B #claim ^a-b\n"),
        (f"- A is B {LINK} ^a-b\n", True, "- A is B\n"),  # the tag is gone
        (f"- A is B {LINK} ^a-b\n\n{OTHER}", True, f"- A is B\n\n{OTHER}"),  # somebody copied the link
        (f"{OTHER}", True, OTHER),
        (f"- A is B {LINK}\n", True, f"- A is B {LINK}\n"),  # with the id went the way to know it
        (f"> A is B #claim {LINK}\n\n^a-b\n", True, "> A is B #claim\n\n^a-b\n"),  # an id on a line of its own is a person's
        (f"| x |\n|---|\n| A is B {CELL} |\n", False, "| x |\n|---|\n| A is B |\n"),
        (f"| x |\n|---|\n| A is B {CELL} |\n| {CELL} |\n", False, f"| x |\n|---|\n| A is B {CELL} |\n| {CELL} |\n"),
        (f"> [!quote] A is B {LINK}\n", False, "> [!quote] A is B\n"),
        (f"`- A is B {LINK} ^a-b`\n", True, f"`- A is B {LINK} ^a-b`\n"),
        (f"- C #claim [[c|✅ supported]] ^c\n- A is B {LINK} ^a-b\n", True, "- C #claim [[c|✅ supported]] ^c\n- A is B\n"),
        (f"- A is B #claim {LINK} ^a-b\n\n```\nopen", True, f"- A is B #claim {LINK} ^a-b\n\n```\nopen"),
    ],
)
def test_clearing(before: str, own: bool, after: str) -> None:
    assert clear_statuses(before.encode(), {"a-b": own}).decode() == after


@pytest.mark.parametrize(
    "note",
    [
        "- A is C by now #claim ^a-b\n",  # says something else
        "- A is B #claim ^other\n",
        "- X ^a-b\n- A is B #claim\n",  # something else has the id
        "- X ^A-B\n- A is B #claim\n",
        "A is B\n",
    ],
)
def test_a_status_that_fits_nothing_is_left_for_the_next_run(note: str) -> None:
    edit = NoteEdit({"a-b": YES})
    assert edit.apply(note.encode()).decode() == note
    assert edit.left(note.encode()) == ["a-b"]


def test_an_edit_leaves_out_claims_that_failed() -> None:
    edit = NoteEdit({"a-b": YES}, {"c": True})
    note = "- C [[c|❌ refuted]] ^c\n- A is B #claim\n".encode()
    assert edit.apply(note).decode() == f"- C\n- A is B #claim {LINK} ^a-b\n"
    assert edit.left(edit.apply(note)) == []
    assert edit.apply(note, ["a-b"]).decode() == "- C\n- A is B #claim\n"
    assert edit.apply(note, ["a-b", "c"]) == note
