from __future__ import annotations

from pathlib import Path

import pytest

from checker.errors import ConfigurationError
from checker.runs.project import Project


def test_a_project_keeps_its_claims_beside_the_vault(tmp_path: Path) -> None:
    (tmp_path / "vault").mkdir()
    project = Project.find(tmp_path)
    assert (project.vault, project.claims) == (tmp_path / "vault", tmp_path / "claims")
    assert Project.find(tmp_path / "vault").claims == tmp_path / "vault" / ".claims"  # not known to be a project
    (tmp_path / "claims").mkdir()
    assert Project.find(tmp_path / "vault").claims.resolve() == tmp_path / "claims"


def test_a_vault_that_stands_alone(tmp_path: Path) -> None:
    (tmp_path / ".obsidian").mkdir()
    (tmp_path / "vault").mkdir()  # a folder of notes that happens to have that name
    assert Project.find(tmp_path).vault == tmp_path
    assert Project.find(tmp_path).evidence("a") == tmp_path / ".claims" / "a.evidence.json"


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such folder"):
        Project.find(tmp_path / "none")
