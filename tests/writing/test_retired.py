"""Rules 9, 11, 12 and 14 of the failure model: claims that go, come back, move, or are written by somebody else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.claims import parse_spec, print_spec
from tests.writing.conftest import Run, tree

ROOT = Path(__file__).parents[2]
CLAIM = "mae-attention-distance-dino"
Make = Callable[..., Path]


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new).encode())


@pytest.mark.parametrize(
    ("note", "rest"),
    [
        ("- MAE is nice #claim\n- Other.\n", "- MAE is nice\n- Other.\n"),
        ("- MAE is nice #claim ^mine\n", "- MAE is nice ^mine\n"),
        ("| a |\n|---|\n| MAE is nice #claim |\n", "| a |\n|---|\n| MAE is nice |\n"),
    ],
)
def test_without_its_tag_a_claim_loses_its_traces_and_comes_back_with_it(
    make_vault: Make, command: Run, note: str, rest: str
) -> None:  # 11
    project = make_vault({"N.md": note})
    command(project)
    path = project / "vault/N.md"
    first = tree(project)
    (name,) = (each.stem for each in (project / "vault/Claims").glob("*.md"))
    own = project / f"vault/Claims/{name}.md"
    own.write_text(own.read_text() + "Mine.\n")
    rewrite(path, " #claim", "")
    result = command(project)
    assert f"{name}: no sentence has this id any longer; its evidence is archived" in result.output
    assert path.read_bytes().decode() == rest
    assert not own.exists()
    assert (project / f"vault/Claims/archive/{name}.md").read_text().endswith("Mine.\n")
    assert "0 files written" in command(project).output
    path.write_bytes(note.encode())
    command(project)
    assert own.read_text().endswith("Mine.\n")
    own.write_text(own.read_text().removesuffix("Mine.\n"))
    assert tree(project) == first


def test_the_evidence_of_a_claim_that_went_is_archived_and_found_again(make_vault: Make, command: Run) -> None:  # 11
    sentence = f"- MAE has shorter attention distance than DINO #claim [[{CLAIM}|✅ supported · toy]] ^{CLAIM}\n"
    project = make_vault({"Masked Image Modelling.md": sentence.replace(" #claim", "")})
    (project / "vault/Claims").mkdir()
    for folder, name in (
        ("claims", f"{CLAIM}.yaml"),
        ("claims", f"{CLAIM}.evidence.json"),
        ("vault/Claims", f"{CLAIM}.md"),
        ("vault/Claims", f"{CLAIM}.svg"),
    ):
        shutil.copy(ROOT / folder / name, project / folder / name)
    spec = project / f"claims/{CLAIM}.yaml"
    spec.write_text(print_spec(parse_spec(spec.read_text(), "spec")))
    before = tree(project)
    assert "would be written" in command("--dry-run", project).output
    assert tree(project) == before
    command(project)
    assert sorted(tree(project)) == [
        f"claims/archive/{CLAIM}.evidence.json",
        f"claims/archive/{CLAIM}.yaml",
        f"vault/Claims/archive/{CLAIM}.md",
        f"vault/Claims/archive/{CLAIM}.svg",
        "vault/Masked Image Modelling.md",
    ]
    assert tree(project)[f"claims/archive/{CLAIM}.evidence.json"] == before[f"claims/{CLAIM}.evidence.json"]
    (project / "vault/Masked Image Modelling.md").write_text(sentence)
    planned = command("--dry-run", "--json", project)  # what was measured is known again, before anything is measured
    (claim,) = json.loads(planned.stdout)["claims"]
    assert (claim["id"], claim["status"], claim["effect"]) == (CLAIM, "supported", pytest.approx(-3.4, abs=0.2))
    (project / "vault/Masked Image Modelling.md").write_text(sentence.replace(" #claim", "").partition(" [[")[0] + f" ^{CLAIM}\n")
    command("undo", project)
    assert tree(project) == before


def test_a_block_id_that_others_link_to_stays(make_vault: Make, command: Run) -> None:
    project = make_vault({"N.md": "- MAE is nice #claim\n", "M.md": "See [[N#^mae-is-nice]].\n"})
    command(project)
    rewrite(project / "vault/N.md", " #claim", "")
    command(project)
    assert (project / "vault/N.md").read_text() == "- MAE is nice ^mae-is-nice\n"


def test_a_spec_that_a_person_edited_is_not_moved(make_vault: Make, command: Run) -> None:
    project = make_vault({"N.md": "- MAE is nice #claim\n"})
    command(project)
    (project / "claims/mae-is-nice.yaml").write_text("statement: mine\n")
    (project / "vault/N.md").unlink()
    command(project)
    assert (project / "claims/mae-is-nice.yaml").exists()
    assert (project / "vault/Claims/archive/mae-is-nice.md").exists()


@pytest.mark.parametrize("fault", ["\n\n```\nopen", "\n<<<<<<< ours\n", " #claim"])
def test_a_note_that_cannot_be_read_for_certain_keeps_its_claims(make_vault: Make, command: Run, fault: str) -> None:
    project = make_vault({"N.md": "- MAE is nice #claim"})
    command(project)
    path = project / "vault/N.md"
    path.write_text(path.read_text() + fault)
    before = tree(project)
    command(project, code=3)
    assert tree(project) == before


def test_only_a_run_over_all_claims_retires_any(make_vault: Make, command: Run) -> None:
    project = make_vault({"N.md": "- MAE is nice #claim\n- DINO is nice #claim\n"})
    command(project)
    rewrite(project / "vault/N.md", "MAE is nice #claim", "MAE is nice")
    assert "0 files written" in command(project, "-k", "DINO").output


def test_an_id_that_moved_is_followed(make_vault: Make, command: Run) -> None:  # 9
    project = make_vault({"N.md": "- MAE is nice #claim\n", "M.md": "M\n"})
    command(project)
    line = (project / "vault/N.md").read_bytes()
    (project / "vault/N.md").write_bytes(b"")
    (project / "vault/M.md").write_bytes(line)
    command(project)
    assert (project / "vault/M.md").read_bytes() == line
    assert "source: '[[M#^mae-is-nice]]'" in (project / "vault/Claims/mae-is-nice.md").read_text()


def test_a_status_that_was_edited_by_hand_is_told_and_written_again(make_vault: Make, command: Run) -> None:  # 12
    project = make_vault({"N.md": "- MAE is nice #claim\n"})
    command("--check", project, code=1)
    command(project)
    command("--check", project)
    good = tree(project)
    rewrite(project / "vault/N.md", "∅ untestable", "✅ supported · pretrained")
    bad = tree(project)
    result = command("--check", project, code=1)
    assert (
        "N.md:1: its status was edited: it reads '✅ supported · pretrained' where the evidence gives '∅ untestable'"
        in result.output
    )
    assert "its status was edited" in command("--ci", project, code=1).output
    command("--dry-run", project)
    assert tree(project) == bad
    assert "its status was edited" in json.loads(command("--check", "--json", project, code=1).stdout)["problems"][0]
    command(project)
    assert tree(project) == good


@pytest.mark.parametrize(
    "name",
    [
        "N (conflicted copy)",
        "N (Ann's conflicted copy 2024-01-31)",
        "N (Konfliktkopie von Ann 2024-01-31)",
        "N (SFConflict ann 2024-01-31)",
        "N.sync-conflict-20240131-120000-ABCDEFG",
        "N_conflict-20240131-120000",
        "N 2",
        "N (1)",
    ],
)
def test_a_conflicts_copy_is_told_and_the_original_goes_on(make_vault: Make, command: Run, name: str) -> None:  # 14
    project = make_vault({"N.md": "- MAE is nice #claim\n"})
    command(project)
    copy = project / f"vault/{name}.md"
    copy.write_text((project / "vault/N.md").read_text() + "- DINO is fun #claim\n")
    rewrite(project / "vault/N.md", "[[mae-is-nice|∅ untestable]]", "[[mae-is-nice|✅ supported]]")
    before = copy.read_bytes()
    result = command(project)
    assert f"{name}.md:1: a copy that a sync program made of N.md; not checked and not written" in result.output
    assert "1 untestable; 1 files written" in result.output
    assert "[[mae-is-nice|∅ untestable]]" in (project / "vault/N.md").read_text()
    assert copy.read_bytes() == before
    shutil.copy(project / "vault/Claims/mae-is-nice.md", project / "vault/Claims/mae-is-nice (conflicted copy).md")
    assert "archived" not in command(project).output
    assert copy.read_bytes() == before


def test_a_number_in_a_name_makes_no_copy(make_vault: Make, command: Run) -> None:
    project = make_vault(
        {"N.md": "- MAE is nice #claim\n", "N 2.md": "- DINO is fun #claim\n", "M (conflicted copy).md": "- LUT is fun #claim\n"}
    )
    assert "3 untestable" in command(project).output


def test_ids_that_differ_in_case_only_are_an_error_and_neither_is_written(make_vault: Make, command: Run) -> None:  # 26, 8
    project = make_vault({"N.md": "- MAE is nice #claim ^mine\n", "M.md": "- DINO is nice #claim ^Mine\n"})
    before = tree(project)
    assert "occurs 2 times in the vault (M.md, N.md)" in command(project, code=3).output
    assert tree(project) == before


def test_the_claim_note_says_whose_the_id_is(make_vault: Make, command: Run) -> None:
    project = make_vault({"N.md": "- MAE is nice #claim\n- DINO is nice #claim ^mine\n"})
    command(project)
    command(project)
    assert "id_added: true\n" in (project / "vault/Claims/mae-is-nice.md").read_text()
    assert "id_added" not in (project / "vault/Claims/mine.md").read_text()
