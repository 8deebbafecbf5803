"""The commands on notes, driven as a person and as a program drives them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.test_cli import COMMAND, tree

FILES: dict[str, str | bytes] = {
    "A note.md": '---\ntags: [x]\nup: "[[B]]"\n---\n# Head\n\n[[B#Part|shown]] and [[nowhere]] ![[p.png]]\n\n- [ ] task #y ^id\n',
    "B.md": "# Part\n\nSee a note. [t](A%20note.md)\n",
    "sub/C.md": "[[B]]\n",
    "lonely.md": "Nothing here.\n",
    "p.png": b"\x89PNG",
}


@pytest.fixture
def vault(make_vault: Callable[..., Path]) -> Path:
    return make_vault(FILES) / "vault"


def run(*arguments: str, cwd: Path, code: int = 0) -> str:
    environment = os.environ | {"CHECK_CLAIMS_CACHE": str(cwd.parent / "cache"), "PYTHONWARNINGS": "error"}
    result = subprocess.run(
        [COMMAND, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == code, result.stdout + result.stderr
    return result.stdout + (result.stderr if code else "")


def test_notes(vault: Path) -> None:
    assert json.loads(run("notes", "--json", cwd=vault)) == {
        "schema": 1, "vault": ".", "notes": 4, "attachments": 1, "canvases": 0, "files": 5, "links": 6, "resolved": 5, "unresolved": 1,
        "unresolved_targets": 1, "ambiguous": 0, "broken_anchors": 0, "orphans": 1, "no_backlinks": 2, "dead_ends": 1, "tags": 2,
        "tag_uses": 2, "claims": 0, "problems": 0,
    }  # fmt: skip
    assert run("notes", cwd=vault).splitlines()[:2] == ["4  notes", "1  attachments"]


def test_inspect_gives_what_obsidian_gives(vault: Path) -> None:
    by_name, by_path = (run("inspect", name, "--json", cwd=vault) for name in ("a NOTE", "A note.md"))
    assert by_name == by_path == run("inspect", "vault/A note.md", "--json", cwd=vault.parent)
    found = json.loads(by_name)
    assert list(found) == [
        "links", "embeds", "tags", "headings", "sections", "listItems", "frontmatter", "frontmatterPosition", "frontmatterLinks", "blocks",
    ]  # fmt: skip
    assert found["links"][0] == {
        "link": "B#Part",
        "original": "[[B#Part|shown]]",
        "displayText": "shown",
        "position": {"start": {"line": 6, "col": 0, "offset": 38}, "end": {"line": 6, "col": 16, "offset": 54}},
    }
    assert "7:1" in run("inspect", "A note", cwd=vault)


def test_links(vault: Path) -> None:
    whole = json.loads(run("links", "--json", cwd=vault))
    assert whole["resolved"] == {
        "A note.md": {"B.md": 2, "p.png": 1},
        "B.md": {"A note.md": 1},
        "lonely.md": {},
        "sub/C.md": {"B.md": 1},
    }
    assert whole["unresolved"] == {"A note.md": {"nowhere": 1}, "B.md": {}, "lonely.md": {}, "sub/C.md": {}}
    one = json.loads(run("links", "A note", "--depth", "2", "--json", cwd=vault))
    assert [(link["link"], link["target"], link["line"]) for link in one["links"]] == [
        ("B", "B.md", 3),
        ("B#Part", "B.md", 7),
        ("nowhere", None, 7),
        ("p.png", "p.png", 7),
    ]
    assert [link["source"] for link in one["backlinks"]] == ["B.md"]
    assert [(each["source"], each["line"], each["text"]) for each in one["mentions"]] == [
        ("B.md", 3, "See a note. [t](A%20note.md)")
    ]
    assert one["near"] == {"B.md": 1, "p.png": 1, "sub/C.md": 2}
    assert "nowhere (no such file)" in run("links", "A note", cwd=vault)


def test_path(vault: Path) -> None:
    assert run("path", "C", "A note", cwd=vault) == "sub/C.md\n  → B.md\n  → A note.md\n"
    assert json.loads(run("path", "p.png", "C", "--json", cwd=vault))["path"] == ["p.png", "A note.md", "B.md", "sub/C.md"]
    assert run("path", "C", "lonely", cwd=vault, code=1) == "no links lead from sub/C.md to lonely.md\n"


def test_orphans_and_unresolved(vault: Path) -> None:
    assert run("orphans", cwd=vault) == "lonely.md\n"
    assert run("orphans", "--no-backlinks", cwd=vault) == "lonely.md\nsub/C.md\n"
    assert run("orphans", "--dead-ends", cwd=vault) == "lonely.md\n"
    (target,) = json.loads(run("unresolved", "--json", cwd=vault))["unresolved"]
    assert (target["target"], target["links"][0]["source"], target["links"][0]["line"]) == ("nowhere", "A note.md", 7)


def test_lint(vault: Path) -> None:
    assert run("lint", cwd=vault, code=1) == "A note.md:7:22: there is no file 'nowhere'\n"
    assert run("lint", "--only", "duplicate-id", cwd=vault) == ""
    assert "it takes broken-link" in run("lint", "--only", "typo", cwd=vault, code=2)
    assert json.loads(run("lint", "--json", cwd=vault, code=1))["faults"][0]["kind"] == "broken-link"


def test_graph(vault: Path) -> None:
    assert json.loads(run("graph", cwd=vault))["directed"]
    assert run("graph", "--format", "dot", "--out", "../g.dot", cwd=vault) == ""
    assert (vault.parent / "g.dot").read_text().startswith("digraph vault {")
    assert "there are node-link, graphml" in run("graph", "--format", "png", cwd=vault, code=2)


def test_rename(vault: Path) -> None:
    before = tree(vault)
    shown = run("rename", "B", "sub/B new", "--dry-run", cwd=vault)
    assert "+[[B new#Part|shown]] and [[nowhere]] ![[p.png]]" in shown
    assert "B.md would become sub/B new.md; 3 links in 2 files" in shown
    assert tree(vault) == before
    assert run("rename", "B", "sub/B new", cwd=vault) == "B.md is now sub/B new.md; 3 links in 2 files\n"
    after = tree(vault)
    assert after["sub/B new.md"] == before["B.md"]
    assert after["A note.md"] == before["A note.md"].replace(b"[[B", b"[[B new")
    assert after["sub/C.md"] == b"[[B new]]\n"
    assert {name: data for name, data in after.items() if name in ("lonely.md", "p.png")} == {
        name: data for name, data in before.items() if name in ("lonely.md", "p.png")
    }
    assert "no such note" in run("rename", "B", "x", cwd=vault, code=2)
    assert "near to it: lonely" in run("inspect", "lonly", cwd=vault, code=2)


def test_a_note_that_cannot_be_written_leaves_all_as_it_was(vault: Path) -> None:
    os.link(vault / "sub/C.md", vault.parent / "other.md")
    before = tree(vault)
    assert "has hard links; left as it is" in run("rename", "B", "New", cwd=vault, code=4)
    assert (vault / "B.md").exists()
    (vault.parent / "other.md").unlink()
    assert "B.md is now New.md" in run("rename", "B", "New", cwd=vault)  # what was begun is carried on
    assert tree(vault)["A note.md"] == before["A note.md"].replace(b"[[B", b"[[New")


def test_a_note_outside_of_this_vault_is_looked_at_in_its_own(vault: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere"
    (other / ".obsidian").mkdir(parents=True)
    (other / "deep").mkdir()
    (other / "deep/X.md").write_text("[[Y]]")
    (other / "Y.md").write_text("")
    found = json.loads(run("links", str(other / "deep/X.md"), "--json", cwd=vault))
    assert found["links"][0]["target"] == "Y.md"
