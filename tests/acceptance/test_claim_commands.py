"""words, read, specs, explain and propose, driven as a person drives them. Nothing is trained or measured here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.acceptance.test_cli import run, tree

CLAIM = "MAE has shorter attention distance than DINO"


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "vault").mkdir(parents=True)
    (folder / "vault" / "N.md").write_text(f"# N\n\n- {CLAIM} #claim ^near\n- MAE has shorter attention distance #claim ^open\n")
    return folder


def test_words_lists_what_claims_can_speak_of(tmp_path: Path) -> None:
    shown = run("words", cwd=tmp_path, cache=tmp_path).stdout
    assert [line for line in shown.splitlines() if line and line[0] != " "] == [
        "Metrics",
        "Models",
        "Released in sizes",
        "Families",
        "Data",
    ]
    found = json.loads(run("words", "attention distance", "--json", cwd=tmp_path, cache=tmp_path).stdout)
    assert [metric["name"] for metric in found["metrics"]] == ["attention_distance"]
    nothing = run("words", "loveliness", cwd=tmp_path, cache=tmp_path)
    assert nothing.returncode == 2
    assert "no word of the claim language matches 'loveliness'" in nothing.stderr


def test_specs_tells_whose_a_file_is_and_shows_both_readings_of_a_stale_one(vault: Path, tmp_path: Path) -> None:
    def state() -> dict[str, str]:
        result = run("specs", ".", "--json", cwd=vault, cache=tmp_path)
        return {row["id"]: row["file"] for row in json.loads(result.stdout)["specs"]}

    assert state() == {"near": "new", "open": "none"}
    before = tree(vault)
    new = run("specs", ".", "--diff", cwd=vault, cache=tmp_path).stdout
    assert "+subject: MAE" in new
    assert tree(vault) == before

    spec = "\n".join(line[1:] for line in new.splitlines() if line.startswith("+") and not line.startswith("+++")) + "\n"
    (vault / "claims").mkdir(exist_ok=True)
    (vault / "claims" / "near.yaml").write_text(spec)
    assert state()["near"] == "as written"
    (vault / "claims" / "near.yaml").write_text(spec.replace("value: 0.05", "value: 0.1"))
    assert state()["near"] == "edited"
    (vault / "claims" / "near.yaml").write_text(spec.replace("reviewed: false", "reviewed: true"))
    assert state()["near"] == "edited, reviewed"

    note = vault / "vault" / "N.md"
    note.write_text(note.read_text().replace("shorter attention distance than DINO", "longer attention distance than DINO"))
    assert state()["near"] == "edited, stale"
    stale = run("specs", ".", "--diff", "-k", "near", cwd=vault, cache=tmp_path).stdout
    assert "the spec says: the mean attention distance of MAE" in stale
    assert "is smaller than that of DINO" in stale.split("the note says")[0]
    assert "is larger than that of DINO" in stale.split("the note says")[1].splitlines()[0]
    assert "-relation: less" in stale
    assert "+relation: greater" in stale

    (vault / "claims" / "near.yaml").write_text("kind: [compare\n")
    broken = run("specs", ".", cwd=vault, cache=tmp_path)
    assert broken.returncode == 3
    assert "claims/near.yaml:" in broken.stdout.replace("\n", "")


def test_explain_says_what_was_understood_what_is_missing_and_what_would_change_it(vault: Path, tmp_path: Path) -> None:
    told = run("explain", "near", "--vault", ".", cwd=vault, cache=tmp_path).stdout
    assert told.startswith(f"{CLAIM}\n  N.md:3, ^near\n\nRead as: the mean attention distance of MAE")
    assert "check it: check-claims -k near" in told
    asked = json.loads(run("explain", "^open", "--vault", ".", "--json", cwd=vault, cache=tmp_path).stdout)
    assert asked["word"] == "needs spec"
    assert asked["missing"] == ["baseline"]
    assert asked["choices"] == ["MAE has shorter attention distance than DINO"]  # of all models those that this vault speaks of
    wrong = run("explain", "neer", "--vault", ".", cwd=vault, cache=tmp_path)
    assert wrong.returncode == 2
    assert "did you mean near" in wrong.stderr


def test_claims_that_cannot_both_hold_are_told(vault: Path, tmp_path: Path) -> None:
    note = vault / "vault" / "N.md"
    note.write_text(note.read_text() + "- DINO has shorter attention distance than MAE #claim ^far\n")
    told = json.loads(run("explain", "far", "--vault", ".", "--json", cwd=vault, cache=tmp_path).stdout)
    assert told["against"] == ["near"]
    assert "cannot hold together with far" in run("explain", "near", "--vault", ".", cwd=vault, cache=tmp_path).stdout


def test_propose_finds_sentences_and_tags_those_that_get_a_yes(vault: Path, tmp_path: Path) -> None:
    note = vault / "vault" / "P.md"
    text = f"Some prose. {CLAIM}. More prose.\r\n\r\n- DINO has higher k-NN accuracy than MAE\r\n- MAE is lovely\r\n\r\n`{CLAIM}`\r\n"
    note.write_bytes(text.encode())
    before = tree(vault)
    found = json.loads(run("propose", "--vault", ".", "--json", cwd=vault, cache=tmp_path).stdout)["proposals"]
    assert [(one["note"], one["line"], one["sentence"]) for one in found] == [
        ("P.md", 1, CLAIM),
        ("P.md", 3, "DINO has higher k-NN accuracy than MAE"),
    ]
    assert tree(vault) == before
    assert run("propose", "--vault", ".", "--write", "--yes", cwd=vault, cache=tmp_path).returncode == 0
    tagged = text.replace("DINO. More", "DINO. #claim More").replace("than MAE\r", "than MAE #claim\r")
    assert note.read_bytes().decode() in (tagged, tagged.replace("DINO. #claim", "DINO #claim."))
    again = json.loads(run("propose", "--vault", ".", "--json", cwd=vault, cache=tmp_path).stdout)
    assert again["proposals"] == []


def test_propose_shows_near_misses_and_says_why_there_is_nothing(vault: Path, tmp_path: Path) -> None:
    note = vault / "vault" / "P.md"
    note.write_text("- MAE attends more locally than DINO\n- CL is more shape-oriented and MIM more texture-oriented\n")
    found = json.loads(run("propose", "P", "--vault", ".", "--json", cwd=vault, cache=tmp_path).stdout)
    assert found["proposals"] == []
    assert [(one["line"], one["together"]) for one in found["near"]] == [(1, False), (2, True)]
    assert "MAE has shorter attention distance than DINO" in found["near"][0]["choices"]
    told = run("propose", "P", "--vault", ".", cwd=vault, cache=tmp_path).stdout
    assert "0 sentences in 0 notes could be claims; 2 nearly (--fix asks which sentence is meant)" in told
    assert run("propose", "P", "--vault", ".", "--fix", cwd=vault, cache=tmp_path).returncode == 2  # nobody to ask
    note.write_text("Nothing here.\n")
    assert "nothing in 1 notes: no untagged sentence" in run("propose", "P", "--vault", ".", cwd=vault, cache=tmp_path).stdout


def test_a_key_takes_what_is_meant_and_every_byte_stays(vault: Path, tmp_path: Path) -> None:
    import pty

    note = vault / "vault" / "P.md"
    note.write_bytes(b"Before. MAE attends more *locally* than DINO (Park et al., 2023)\r\n\r\nAfter\r\n")
    ours, theirs = pty.openpty()
    environment = os.environ | {"CHECK_CLAIMS_CACHE": str(tmp_path)}
    command = [sys.executable, "-m", "checker.cli", "propose", "P", "--vault", ".", "--fix"]
    running = subprocess.Popen(command, cwd=vault, stdin=theirs, env=environment)
    while running.poll() is None:  # what is typed before it asks is not heard
        os.write(ours, b"1")
        time.sleep(0.2)
    assert running.returncode == 0
    os.close(ours)
    os.close(theirs)
    assert note.read_bytes() == (
        b"Before. MAE attends more *locally* than DINO (Park et al., 2023). MAE has shorter attention distance than DINO #claim"
        b"\r\n\r\nAfter\r\n"
    )
