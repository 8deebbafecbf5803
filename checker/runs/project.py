"""Where a vault keeps its specs and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from checker.errors import ConfigurationError

HIDDEN = ".claims"  # inside a vault that stands alone: Obsidian does not show it, version control does


@dataclass(frozen=True)
class Project:
    """A vault and the folder of its claim specs. `where` is what a person types to mean this vault again."""

    vault: Path
    claims: Path
    where: str

    @classmethod
    def find(cls, path: Path) -> Project:
        """`path` is a project (a folder with vault/ in it) or a vault. A vault with a claims/ folder beside it uses that one.

        Raises ConfigurationError when there is no such folder.
        """
        if not path.is_dir():
            raise ConfigurationError(f"{path}: no such folder; give the folder that holds your notes")
        vault = path / "vault" if (path / "vault").is_dir() and not (path / ".obsidian").is_dir() else path
        beside = vault.absolute().parent / "claims"
        claims = vault.parent / "claims" if beside.is_dir() and vault.name == "vault" else vault / HIDDEN
        return cls(vault, claims, str(vault))

    def spec(self, claim: str) -> Path:
        return self.claims / f"{claim}.yaml"

    def evidence(self, claim: str) -> Path:
        return self.claims / f"{claim}.evidence.json"

    def note(self, claim: str) -> Path:
        return self.vault / "Claims" / f"{claim}.md"

    def plot(self, claim: str) -> Path:
        return self.vault / "Claims" / f"{claim}.svg"
