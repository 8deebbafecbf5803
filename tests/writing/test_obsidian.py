"""What init puts into a vault, and that it leaves no trace."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import yaml

from checker.writing.claim_note import properties_of
from tests.writing.conftest import Run, tree
from tests.writing.documents import document

ROOT = Path(__file__).parents[2]
Make = Callable[..., Path]
FILES = [".obsidian/snippets/check-claims.css", "Claims/Claims.base", "Claims/Claims.canvas", "Templates/New claim.md"]


def test_init_adds_its_files_and_nothing_else_and_takes_them_out(make_vault: Make, command: Run) -> None:
    project = make_vault({"N.md": "- MAE is nice #claim\n", ".obsidian/app.json": "{}"})
    before = tree(project)
    result = command("init", "--map", project)
    assert sorted(set(tree(project)) - set(before)) == sorted(f"vault/{name}" for name in FILES)
    assert all(name in result.output for name in FILES)
    after = tree(project)
    command("init", "--map", project)
    assert tree(project) == after
    assert json.loads(command(project, "--dry-run", "--json").stdout)["claims"][1:] == []  # an empty claim callout is none
    command(project)
    command("init", "--remove", project)
    assert tree(project) == before
    assert not (project / "vault/Templates").exists()
    assert (project / "vault/.obsidian/app.json").exists()


@pytest.mark.parametrize("seed", range(5))
def test_after_removal_every_byte_is_as_it_was(make_vault: Make, command: Run, seed: int) -> None:
    random = Random(seed)
    files: dict[str, str | bytes] = {f"{number}.md": document(random).replace(b" than DINO", b"") for number in range(6)}
    files["Own.md"] = "- A person's own id #claim ^mine-1\r\n"
    project = make_vault(files)
    before = tree(project)
    assert command("init", "--map", project)
    result = command(project, code=3) if _has_faults(command, project) else command(project)
    assert tree(project) != before, result.output
    checked = tree(project)
    command("init", "--remove", "--dry-run", project)
    assert tree(project) == checked
    command("init", "--remove", project)
    assert tree(project) == before
    assert command("undo", project)
    assert tree(project) == checked


def _has_faults(command: Run, project: Path) -> bool:
    try:
        command("--dry-run", project)
    except AssertionError:
        return True
    return False


def test_removal_leaves_what_a_person_wrote_or_changed(make_vault: Make, command: Run) -> None:
    project = make_vault({"N.md": "- MAE is nice #claim\n- DINO is nice #claim\n"})
    command("init", project)
    command(project)
    note, base = project / "vault/Claims/mae-is-nice.md", project / "vault/Claims/Claims.base"
    note.write_text(note.read_text() + "My thoughts.\n")
    base.write_text(base.read_text() + "# mine\n")
    (project / "claims/dino-is-nice.yaml").write_text("id: dino-is-nice\n")
    result = command("init", "--remove", project)
    assert sorted(tree(project)) == [
        "claims/dino-is-nice.yaml",
        "vault/Claims/Claims.base",
        "vault/Claims/mae-is-nice.md",
        "vault/N.md",
    ]
    assert (project / "vault/N.md").read_text() == "- MAE is nice #claim\n- DINO is nice #claim\n"
    for told in (
        "mae-is-nice.md: you wrote under its last heading",
        "dino-is-nice.yaml: edited by hand",
        "Claims.base: changed since",
    ):
        assert told in result.output
    assert "Claims.base: exists already" in command("init", project).output


def test_the_template_goes_where_the_vault_keeps_them(make_vault: Make, command: Run) -> None:
    project = make_vault({".obsidian/templates.json": json.dumps({"folder": "Meta/Forms/"}), "Meta/Forms/x.md": "x"})
    command("init", project)
    assert (project / "vault/Meta/Forms/New claim.md").read_text() == "> [!claim] \n"
    (project / "vault/.obsidian/templates.json").write_text(json.dumps({"folder": "../outside"}))
    command("init", project)
    assert (project / "vault/Templates/New claim.md").exists()


def test_the_snippet_knows_each_claim_by_its_verdict(make_vault: Make, command: Run) -> None:
    project = make_vault({"N.md": "- MAE is nice #claim\n- DINO is nice #claim\n"})
    command(project)
    snippet = project / "vault/.obsidian/snippets/check-claims.css"
    assert not snippet.exists()
    command("init", project)
    lines = re.findall(r'data-href="(.*?)"\] \{ --claim-status: var\(--claim-(\w+)\)', snippet.read_text())
    assert lines == [("dino-is-nice", "open"), ("mae-is-nice", "open")]
    (project / "vault/N.md").write_text("- DINO is good #claim\n")
    command(project)
    lines = re.findall(r'data-href="(.*?)"', snippet.read_text())
    assert lines == ["dino-is-good"]
    snippet.write_text(snippet.read_text().replace("1em", "2em"))
    (project / "vault/N.md").write_text("")
    command(project)
    assert "2em" in snippet.read_text()
    assert "data-href=" not in snippet.read_text().partition("each check. */")[2]


def test_the_base_asks_for_properties_that_claim_notes_have() -> None:
    base = yaml.safe_load((ROOT / "checker/writing/obsidian/Claims.base").read_text())
    named = {
        key.removeprefix("note.")
        for view in base["views"]
        for key in (*view["order"], view.get("image", ""))
        if key.startswith("note.")
    }
    there = set()
    for path in (ROOT / "vault/Claims").glob("*.md"):
        there |= set(properties_of(path.read_bytes()) or {})
    assert named - {"checked", "plot"} <= there
    assert {view["type"] for view in base["views"]} == {"table", "cards"}
    assert all(key.startswith(("note.", "file.", "formula.")) for view in base["views"] for key in view["order"])
    assert {key.removeprefix("formula.") for view in base["views"] for key in view["order"] if key.startswith("formula.")} == set(
        base["formulas"]
    )


def test_the_map_shows_every_claim_and_where_it_stands(make_vault: Make, command: Run) -> None:
    project = make_vault(
        {"N.md": "- MAE is nice #claim\n- MAE has shorter attention distance #claim\n", "M.md": "- DINO is nice #claim\n"}
    )
    command(project)
    command("init", "--map", project)
    canvas = json.loads((project / "vault/Claims/Claims.canvas").read_text())
    files = [node["file"] for node in canvas["nodes"] if node["type"] == "file"]
    assert sorted(files) == [
        "Claims/dino-is-nice.md",
        "Claims/mae-has-shorter-attention-distance.md",
        "Claims/mae-is-nice.md",
        "M.md",
        "N.md",
    ]
    assert all((project / "vault" / file).exists() for file in files)
    assert [node["label"] for node in canvas["nodes"] if node["type"] == "group"] == ["🖉 needs spec", "∅ untestable"]
    ids = {node["id"] for node in canvas["nodes"]}
    assert len(ids) == len(canvas["nodes"])
    assert {edge[end] for edge in canvas["edges"] for end in ("fromNode", "toNode")} <= ids
    canvas["nodes"].append({"id": "mine", "type": "text", "text": "x", "x": 0, "y": 0, "width": 1, "height": 1})
    (project / "vault/Claims/Claims.canvas").write_text(json.dumps(canvas))
    assert "Claims.canvas: exists already" in command("init", "--map", project).output
