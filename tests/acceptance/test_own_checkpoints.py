"""Checkpoints of one's own, from the files to a verdict with the installed command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.lab.checkpoints import saved, under, vit

ARGUMENTS = "arguments: {img_size: 32, patch_size: 8, embed_dim: 24, depth: 3, num_heads: 2}, normalise: imagenet"
MODELS = f"""\
Sharp: {{families: [MIM], {ARGUMENTS}, key: teacher, seeds: [runs/sharp0.pth, runs/sharp1.pth, runs/sharp2.pth]}}
Blunt: {{{ARGUMENTS}, key: teacher, seeds: [runs/blunt0.pth, runs/blunt1.pth, runs/blunt2.pth]}}
Single: {{{ARGUMENTS}, key: student, seeds: [runs/blunt0.pth]}}
Unsaid: {{{ARGUMENTS}, seeds: [runs/blunt0.pth]}}
"""
NOTE = """\
- Sharp has lower attention entropy than Blunt #claim
- Sharp has lower attention entropy than Single #claim
- Sharp has lower attention entropy than Unsaid #claim
"""


def command(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("check-claims")), *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("vault", "claims", "runs"):
        (tmp_path / name).mkdir()
    for name, offset, factor in (("sharp", 0, 4.0), ("blunt", 10, 1.0)):
        for seed in range(3):
            module = vit(offset + seed)
            with torch.no_grad():
                for block in module.blocks:
                    block.attn.qkv.weight.mul_(factor)
            state = module.state_dict()
            torch.save(
                {"teacher": under("backbone.", state), "student": under("module.backbone.", state)},
                tmp_path / f"runs/{name}{seed}.pth",
            )
    (tmp_path / "claims/models.yaml").write_text(MODELS)
    (tmp_path / "vault/Ours.md").write_text(NOTE)
    return tmp_path


@pytest.mark.slow
def test_claims_about_own_checkpoints_are_decided(project: Path) -> None:
    answer = command(".", "--json", folder=project)
    claims = {claim["statement"].rpartition(" ")[2]: claim for claim in json.loads(answer.stdout)["claims"]}
    for name in ("Blunt", "Single"):  # which word it is depends on what the networks were initialised with
        assert claims[name]["status"] in ("supported", "refuted", "inconclusive")
        assert claims[name]["seeds"] == 3
    assert {claims[name]["scope"] for name in ("Blunt", "Single")} == {"own"}
    assert "the single checkpoint on one side is taken as fixed" in claims["Single"]["reason"]
    assert claims["Unsaid"]["status"] == "error"
    assert "which one is meant is not said: write one of `key: teacher" in claims["Unsaid"]["reason"]
    ledger = json.loads((project / f"claims/{claims['Blunt']['id']}.evidence.json").read_text())
    origin = ledger["runs"][-1]["models"]["Sharp"]["origin"]
    assert (origin["key"], origin["prefix"], origin["layout"]) == ("teacher", "backbone.", "timm")
    assert origin["file"] == "runs/sharp0.pth, runs/sharp1.pth, runs/sharp2.pth"
    (project / "runs/sharp1.pth").write_bytes((project / "runs/blunt1.pth").read_bytes())
    again = command(".", "--json", folder=project)
    changed = {claim["id"]: claim for claim in json.loads(again.stdout)["claims"]}[claims["Blunt"]["id"]]
    assert changed["effect"] != claims["Blunt"]["effect"]


def test_inspect_answers_programs(tmp_path: Path) -> None:
    saved(tmp_path, {"model": vit().state_dict()})
    torch.save({"teacher": vit().state_dict(), "student": vit().state_dict()}, tmp_path / "two.pth")
    torch.save({"lstm": torch.ones(1)}, tmp_path / "none.pth")
    (tmp_path / "pointer.pth").write_text("version https://git-lfs.github.com/spec/v1\n")
    found = {
        name: command("models", "inspect", name, "--json", folder=tmp_path)
        for name in ("w.pth", "two.pth", "none.pth", "pointer.pth")
    }
    assert {name: answer.returncode for name, answer in found.items()} == {
        "w.pth": 0,
        "two.pth": 1,
        "none.pth": 1,
        "pointer.pth": 3,
    }
    values = {name: json.loads(answer.stdout) for name, answer in found.items()}
    assert {(value["schema"], *sorted(value)) for value in values.values()} == {
        (1, "encoders", "file", "layout", "refused", "schema")
    }
    (one,) = values["w.pth"]["encoders"]
    assert (one["key"], one["prefix"], one["complete"], values["w.pth"]["layout"]) == ("model", "", True, "timm")
    assert [encoder["key"] for encoder in values["two.pth"]["encoders"]] == ["teacher", "student"]
    assert "git lfs pull" in values["pointer.pth"]["refused"]


def test_models_lists_own_ones_first(project: Path) -> None:
    listed = json.loads(command("models", "--json", folder=project).stdout)["models"]
    assert listed[0] == {
        "name": "Sharp",
        "scopes": ["own"],
        "families": ["MIM"],
        "source": "runs/sharp0.pth, runs/sharp1.pth, runs/sharp2.pth",
        "seeds": 3,
    }
    assert {"MAE", "DINO"} <= {model["name"] for model in listed}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Ours: {seeds: []}", r"claims/models\.yaml:1:\d+: Ours: seeds"),
        ("Ours:\n  seed: [a.pth]\n  seeds: [a.pth]\n", r"models\.yaml:2:\d+: Ours: there is no key `seed`; did you mean `seeds`"),
        ("Ours: {seeds: [a.pth], normalise: imagnet}", "no normalisation is called 'imagnet'; write imagenet"),
        ("Ours: {seeds: [a.pth, a.pth]}", r"a\.pth is listed twice"),
        ("Ours: {seeds: [a.pth], arguments: {pretrained: true}}", "may not set pretrained"),
        ("Ours: {seeds: [a.pth], arguments: {num_heads: '?'}}", "write the number"),
        ("Ours: !!python/object/apply:os.system ['touch ran']", r"models\.yaml:1:\d+"),
        ("[1, 2]", r"models\.yaml:1:1: not a mapping"),
    ],
)
def test_a_list_of_models_that_is_none_is_named(text: str, message: str, tmp_path: Path) -> None:
    from checker.errors import ConfigurationError
    from checker.lab.own.entries import read_models

    (tmp_path / "claims").mkdir()
    (tmp_path / "claims/models.yaml").write_text(text)
    with pytest.raises(ConfigurationError, match=message):
        read_models(tmp_path / "claims", tmp_path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("path", ["../secret.pth", "/etc/passwd", "a\0b"])
def test_a_seed_stays_inside_the_project(path: str, tmp_path: Path) -> None:
    from checker.errors import ConfigurationError
    from checker.lab.own.entries import Entry, OwnModel

    with pytest.raises(ConfigurationError, match=r"does not lie inside|there can be no file"):
        OwnModel("Ours", Entry(seeds=[path]), tmp_path).file(0)
