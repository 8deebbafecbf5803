"""`doctor` tells what works, what does not, and what to do about it; it names nobody."""

from __future__ import annotations

from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from checker.runs.store import Store
from checker.workspace import doctor
from checker.workspace.doctor import Finding, examine


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHECK_CLAIMS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CHECK_CLAIMS_SETTINGS", str(tmp_path / "settings"))
    return tmp_path


def found(path: Path) -> dict[str, Finding]:
    return {finding.name: finding for finding in examine(path)}


def test_what_works(here: Path, make_vault: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: here)
    findings = found(make_vault({"N.md": "- MAE has shorter attention distance than DINO #claim\n"}))
    assert not [finding for finding in findings.values() if finding.fault]
    assert findings["check-claims"].value == metadata.version("check-claims")
    assert findings["project"].value.endswith(": 1 notes, 1 claims")
    assert findings["cache"].value.startswith("~/cache, ")
    assert "timm " in findings["packages"].value


def test_what_does_not_work_says_what_to_do(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "settings").write_text("a file")
    known = doctor._version
    monkeypatch.setattr(doctor, "_version", lambda name: {"timm": "0.9", "submitit": None}.get(name, known(name)))
    monkeypatch.setattr(Store, "default", lambda: Store(here, here))
    (here / "x.safetensors").write_bytes(b"no tensors")
    findings = found(here / "nowhere")
    assert "needs timm>=1" in findings["packages"].fault
    assert findings["extra cluster"] == Finding("extra cluster", "not installed; pip install 'check-claims[cluster]' brings it")
    assert "cannot be written to" in findings["settings"].fault
    assert "1 of 1 are damaged: x.safetensors" in findings["toy models"].fault
    assert "no such folder" in findings["project"].fault
