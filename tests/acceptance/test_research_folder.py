"""The research folder of the manual: ten verdicts about checkpoints, a table and scripts, and what a change of each does."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from typer.testing import CliRunner

from checker.cli.commands import app

PAGE = Path(__file__).parents[2] / "vault/Manual/A research folder.md"
FILE = re.compile(r"^`(?P<name>[\w/.-]+)`[^\n]*:\n\n```\w*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OWN = ("Features", "Probes", "Locality", "Objects")
TABLE = ("CIFAR", "Loss", "Rival", "Reported")
SCRIPTS = ("Rings", "Packing")
EDGE, PICTURES = 32, 240


def paint(folder: Path) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures of a reddish or greenish square on noise, with masks and labels; and the same as tensors."""
    rng = np.random.default_rng(0)
    for name in ("images", "masks"):
        (folder / name).mkdir(parents=True)
    pictures, labels = rng.integers(0, 120, (PICTURES, EDGE, EDGE, 3)).astype(np.uint8), rng.integers(0, 2, PICTURES)
    for number, (picture, label) in enumerate(zip(pictures, labels, strict=True)):
        top, left = rng.integers(0, EDGE - 12, 2)
        picture[top : top + 12, left : left + 12, label] += 100
        mask = np.zeros((EDGE, EDGE), np.uint8)
        mask[top : top + 12, left : left + 12] = 255
        Image.fromarray(picture).save(folder / f"images/{number:03}.png")
        Image.fromarray(mask).save(folder / f"masks/{number:03}.png")
    with (folder / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [("image", "label"), *((f"images/{n:03}.png", ("red", "green")[label]) for n, label in enumerate(labels))]
        )
    return torch.from_numpy(pictures).permute(0, 3, 1, 2) / 127.5 - 1, torch.from_numpy(labels)


def train(file: Path, seed: int, steps: int, pictures: torch.Tensor, labels: torch.Tensor) -> None:
    """A small vision transformer of timm, trained for a few steps, as people save one."""
    torch.manual_seed(seed)
    model = timm.create_model("vit_tiny_patch16_224", img_size=EDGE, patch_size=8, depth=3, num_classes=2)
    optimiser = torch.optim.AdamW(model.parameters(), 1e-3)
    for step in range(steps):
        rows = torch.randint(0, PICTURES, (16,), generator=torch.Generator().manual_seed(1000 * seed + step))
        loss = torch.nn.functional.cross_entropy(model(pictures[rows]), labels[rows])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    file.parent.mkdir(exist_ok=True)
    torch.save({"model": model.state_dict(), "epoch": steps}, file)


def run(line: str) -> str:
    """One command of the page, in the folder that this process is in."""
    program, *arguments = line.partition("#")[0].split()
    assert program == "check-claims"
    result = CliRunner().invoke(app, arguments or ["check"])
    assert result.exit_code in (0, 1) and not isinstance(result.exception, Exception), f"{line}: {result.stdout}{result.stderr}"
    return result.stdout


def claims() -> dict[str, dict[str, object]]:
    """The claims as a check without writing says them, by the names of their notes."""
    answer = json.loads(CliRunner().invoke(app, ["check", ".", "--dry-run", "--json"]).stdout)
    return {claim["source"].partition(":")[0].removesuffix(".md"): claim for claim in answer["claims"]}


def stale() -> set[str]:
    return {name for name, claim in claims().items() if not claim["fresh"]}


def kept(folder: Path) -> set[str]:
    """The measurements and runs in the cache."""
    return {
        str(file.relative_to(folder))
        for kind in ("measurements", "experiments")
        for file in (folder / kind).rglob("*")
        if file.is_file()
    }


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Training uses one thread, as workers do."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
def test_the_research_folder_of_the_manual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache, folder = tmp_path / "cache", tmp_path / "project"
    for name, value in {"CHECK_CLAIMS_CACHE": cache, "CHECK_CLAIMS_SETTINGS": tmp_path / "settings"}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    pictures, labels = paint(folder / "data/blobs")
    for seed in range(4):
        train(folder / f"runs/ours-{seed}.pth", seed, 8, pictures, labels)
        if seed < 3:
            train(folder / f"runs/base-{seed}.pth", 10 + seed, 1, pictures, labels)
    page = PAGE.read_text(encoding="utf-8")
    files = {match["name"]: match["text"] for match in FILE.finditer(page)}
    assert len([name for name in files if name.startswith("vault/") and name.endswith(".md")]) == 10
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    look, decide, again = (block.split("\n")[:-1] for block in SHELL.findall(page))

    told = "\n".join(map(run, look))
    assert "all weights are there" in told and "cifar_top1 | val_loss" in told
    for line in decide:
        run(line)
    first = claims()
    assert set(first) == {*OWN, *TABLE, *SCRIPTS}
    assert {name: claim["status"] for name, claim in first.items() if name not in OWN} == dict.fromkeys(
        (*TABLE, *SCRIPTS), "supported"
    )
    assert {str(first[name]["status"]) for name in OWN} <= {"supported", "refuted", "inconclusive"}
    assert {name: claim["scope"] for name, claim in first.items()} == dict.fromkeys((*OWN, *SCRIPTS), "own") | dict.fromkeys(
        TABLE, "recorded"
    )
    assert {name: claim["seeds"] for name, claim in first.items()} == dict.fromkeys(first, 3) | {"Rings": 5}
    assert "taken as fixed" in str(first["Rival"]["reason"])
    assert stale() == set()
    for claim in first.values():
        for file in (f"claims/{claim['id']}.yaml", f"claims/{claim['id']}.evidence.json", f"vault/Claims/{claim['id']}.md"):
            assert (folder / file).is_file()
    assert "agrees" in (folder / f"vault/Claims/{first['Reported']['id']}.md").read_text()
    assert "better-than-base" in (folder / f"vault/Claims/{first['Rival']['id']}.md").read_text()

    before, written = kept(cache), {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    run("check-claims")
    assert kept(cache) == before and {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == written

    edit(folder / "claims/models.yaml", "runs/ours-2.pth]", "runs/ours-2.pth, runs/ours-3.pth]")
    assert stale() == set(OWN)
    run("check-claims")
    new = kept(cache) - before
    assert stale() == set() and {file.partition("/")[0] for file in new} == {"measurements"}
    assert len(new) == len(OWN)  # four metrics of one checkpoint
    ledger = json.loads((folder / f"claims/{first['Features']['id']}.evidence.json").read_text())
    assert {name: len(model["weights"]) for name, model in ledger["runs"][-1]["models"].items()} == {"Ours-T": 4, "Base-T": 3}

    before = kept(cache)
    edit(folder / "results/sweep.csv", "ours,0.001,1,0.7147", "ours,0.001,1,0.7132")
    run("check-claims")
    assert stale() == set() and kept(cache) == before  # a table is read at each check; nothing is measured
    assert claims()["CIFAR"]["effect"] != first["CIFAR"]["effect"] and claims()["Loss"]["effect"] == first["Loss"]["effect"]

    edit(folder / "rings.py", "rings(500)", "rings(1000)")
    waiting = claims()["Rings"]
    assert stale() == {"Rings"} and "rings.py has changed since" in str(waiting["reason"]), waiting["reason"]
    for line in again:
        run(line)
    new = kept(cache) - before
    assert stale() == set()
    assert {file.partition("/")[0] for file in new} == {"experiments"}
