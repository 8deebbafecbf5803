"""Rules 15, 16, 18, 22 and 23 of the failure model, and who waits for whom: changes onto disk, in order."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.notes.parse import MAX_BYTES
from checker.writing import Change, Journal, NoteEdit, Status, files, write, write_changes
from checker.writing.claim_note import Rewrite
from checker.writing.journal import last, undo
from tests.writing.conftest import Run

Make = Callable[..., Path]
YES = Status("a-b", "A is B", "supported", "toy")
LINK = "[[a-b|✅ supported · toy]]"
BEFORE = b"- A is B #claim\n"
AFTER = f"- A is B #claim {LINK} ^a-b\n"


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SETTLED", 0.0)
    monkeypatch.setattr(write, "GONE", 0.05)


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    folder = tmp_path / "vault"
    folder.mkdir()
    (folder / "n.md").write_bytes(BEFORE)
    return folder


@pytest.fixture
def keeper(vault: Path, tmp_path: Path) -> Journal:
    return Journal(vault, tmp_path / "cache")


def the_note(vault: Path) -> Change:
    edit = NoteEdit({"a-b": YES})
    return Change(vault / "n.md", BEFORE, edit.apply(BEFORE), frozenset(["a-b"]), edit)


def claim_file(vault: Path, name: str = "a-b.md") -> Change:
    return Change(vault / "Claims" / name, None, b"x", frozenset(["a-b"]))


def test_all_is_written_and_undone(vault: Path, keeper: Journal, tmp_path: Path) -> None:
    done = write_changes([claim_file(vault), the_note(vault)], keeper, [vault])
    assert (done.paths, done.faults) == ([vault / "Claims/a-b.md", vault / "n.md"], [])
    assert (vault / "n.md").read_bytes().decode() == AFTER
    assert undo(last(vault, tmp_path / "cache"))[1] == []
    assert (vault / "n.md").read_bytes() == BEFORE
    assert not (vault / "Claims/a-b.md").exists()


@pytest.mark.parametrize(
    ("newer", "result"),
    [
        ("New text.\n\n- A is B #claim\n", "New text.\n\n- A is B #claim {} ^a-b\n"),  # found again by its sentence
        ("- C\n- A is B #claim ^a-b\n", "- C\n- A is B #claim {} ^a-b\n"),  # and by its id
        ("- A is C #claim\n", None),  # another sentence: left for the next run
        ("- A is B #claim\n\n```\nopen", None),
    ],
)
def test_a_note_edited_meanwhile(vault: Path, keeper: Journal, newer: str, result: str | None) -> None:  # 22
    change = the_note(vault)
    (vault / "n.md").write_text(newer)
    done = write_changes([change], keeper, [vault])
    assert (vault / "n.md").read_text() == (newer if result is None else result.format(LINK))
    assert done.paths == ([] if result is None else [vault / "n.md"])
    if result is None:
        assert done.faults == [f"{vault / 'n.md'}: changed while the experiment ran; a-b waits for the next run"]


def test_a_note_that_is_gone_or_no_text_by_now(vault: Path, keeper: Journal) -> None:  # 23
    change = the_note(vault)
    (vault / "n.md").write_bytes(b"\xff")
    assert "not UTF-8" in write_changes([change], keeper, [vault]).faults[0]
    (vault / "n.md").rename(vault / "moved.md")
    done = write_changes([claim_file(vault), change], keeper, [vault])
    assert done.paths == [vault / "Claims/a-b.md"]
    assert "deleted or renamed while the experiment ran; the evidence is kept" in done.faults[0]
    assert (vault / "moved.md").read_bytes() == b"\xff"
    assert not (vault / "n.md").exists()


def test_a_note_that_an_editor_moved_away_for_a_moment_is_waited_for(
    vault: Path, keeper: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = the_note(vault)
    (vault / "n.md").rename(vault / "n.md~")

    def sleep(seconds: float) -> None:
        (vault / "n.md").write_bytes(b"More.\n\n" + BEFORE)

    monkeypatch.setattr(write.time, "sleep", sleep)
    assert write_changes([change], keeper, [vault]).faults == []
    assert (vault / "n.md").read_text() == f"More.\n\n{AFTER}"


def test_a_claim_whose_file_fails_gets_no_status(vault: Path, keeper: Journal) -> None:
    (vault / "Claims").write_bytes(b"a file where a folder should be")
    done = write_changes([claim_file(vault), claim_file(vault, "a-b.svg"), the_note(vault)], keeper, [vault])
    assert done.paths == []
    (fault,) = done.faults
    assert "a-b.md: cannot be written" in fault
    assert (vault / "n.md").read_bytes() == BEFORE


def test_a_claim_that_fails_takes_no_other_claims_status_along(vault: Path, keeper: Journal) -> None:
    before = b"- A is B #claim\n- C is D #claim\n"
    (vault / "n.md").write_bytes(before)
    edit = NoteEdit({"a-b": YES, "c-d": Status("c-d", "C is D", "refuted", "toy")})
    note = Change(vault / "n.md", before, edit.apply(before), frozenset(edit.statuses), edit)
    outside = Change(vault.parent / "a-b.md", None, b"x", frozenset(["a-b"]))
    done = write_changes([outside, note], keeper, [vault])
    assert len(done.faults) == 1
    assert (vault / "n.md").read_text() == "- A is B #claim\n- C is D #claim [[c-d|❌ refuted · toy]] ^c-d\n"


def test_nothing_is_written_outside(vault: Path, keeper: Journal, tmp_path: Path) -> None:  # 18
    (tmp_path / "outside").mkdir()
    (vault / "Claims").symlink_to(tmp_path / "outside")
    done = write_changes([claim_file(vault), the_note(vault)], keeper, [vault])
    assert done.faults == [f"{vault / 'Claims/a-b.md'}: leads out of the vault; left as it is"]
    assert list((tmp_path / "outside").iterdir()) == []
    assert (vault / "n.md").read_bytes() == BEFORE


def test_a_note_that_is_saved_all_the_time_keeps_its_bytes(vault: Path, keeper: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    original: Callable[..., bool] = files.exchange
    count = 0

    def save_first(one: Path, other: Path) -> bool:
        nonlocal count
        if one.read_bytes() != b"" and other.name == "n.md" and b"[[" in one.read_bytes():
            count += 1
            other.write_bytes(BEFORE + b"%d\n" % count)
        return original(one, other)

    monkeypatch.setattr(files, "exchange", save_first)
    (fault,) = write_changes([the_note(vault)], keeper, [vault]).faults
    assert "is being saved all the time" in fault
    assert (vault / "n.md").read_bytes() == BEFORE + b"%d\n" % count


def test_what_a_person_writes_into_a_claim_note_meanwhile_is_kept(vault: Path, keeper: Journal) -> None:
    path = vault / "c.md"
    rest = "\n## Notes\n\nWhat you write below this heading is yours and is kept.\n"
    path.write_text("old" + rest)
    change = Change(path, path.read_bytes(), ("new" + rest).encode(), frozenset(["c"]), Rewrite("new" + rest), theirs=True)
    path.write_text("old\n## Notes\nMine.\n")
    assert write_changes([change], keeper, [vault]).faults == []
    assert path.read_text() == "new\n## Notes\nMine.\n"
    path.write_bytes(b"\xff")
    assert "the evidence is kept" in write_changes([change], keeper, [vault]).faults[0]


@pytest.mark.parametrize(
    "data",
    [
        b"- A #claim \xff\n",  # 1
        "- A #claim\n".encode("utf-16"),
        b"- A #claim\x00\n",  # 3
        b"- A #claim\n" + b"x" * MAX_BYTES,  # 4
        b"- A #claim\n\n```\nopen",  # 5
        b"---\ntags: [a]\n- A #claim\n",
        b"- A #claim\n\n%% open\n",
        b"`- A #claim`\n\n$$ - A #claim $$\n\n%% - A #claim %%\n",  # 6
        b"- A #claim and B #claim\n",  # 7
        b"- A #claim ^x\n- B #claim ^x\n",  # 8
        b"<<<<<<< ours\n- A #claim\n=======\n- B #claim\n>>>>>>> theirs\n",  # 13
    ],
    ids=range(11),
)
def test_what_must_not_be_written_stays_and_other_notes_go_on(make_vault: Make, command: Run, data: bytes) -> None:
    project = make_vault({"Bad.md": data, "Good.md": "- MAE is nice #claim\r\n"})
    answer = json.loads(command("--dry-run", "--json", project, code=None).stdout)
    assert [claim["id"] for claim in answer["claims"]] == ["mae-is-nice"]
    command(project, code=None)
    assert (project / "vault/Bad.md").read_bytes() == data
    assert (
        project / "vault/Good.md"
    ).read_bytes().decode() == "- MAE is nice #claim [[mae-is-nice|∅ untestable]] ^mae-is-nice\r\n"


@pytest.mark.parametrize(
    "data", ["\ufeff- {}\n", "- {}\r\n- x\n- y\r", "- {}\r- x\r", "- {}", "- a\x0bb\x85c\u2028d {}\n", "- {}\t \n"]
)
def test_odd_bytes_stay(make_vault: Make, command: Run, data: str) -> None:  # 2
    project = make_vault({"N.md": data.format("MAE is nice #claim")})
    command(project)
    assert b"[[" in (project / "vault/N.md").read_bytes()
    command("init", "--remove", project)
    assert (project / "vault/N.md").read_bytes().decode() == data.format("MAE is nice #claim")
