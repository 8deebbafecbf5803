"""Where a vault keeps its specs and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from checker.errors import ConfigurationError

HIDDEN = ".claims"  # inside a vault that stands alone: Obsidian does not show it, version control does


@dataclass(frozen=True)
class Project:
    """A vault and the folder of its claim specs."""

    vault: Path
    claims: Path

    @classmethod
    def find(cls, path: Path) -> Project:
        """`path` is a project (a folder with vault/ in it, whose specs are in claims/ beside it) or a vault: the vault/ of a
        project, or one that stands alone and keeps its specs inside.

        Raises ConfigurationError when there is no such folder.
        """
        if not path.is_dir():
            raise ConfigurationError(f"{path}: no such folder; give the folder that holds your notes")
        if (path / "vault").is_dir() and not (path / ".obsidian").is_dir():
            return cls(path / "vault", path / "claims")
        if path.resolve().name == "vault" and (path.resolve().parent / "claims").is_dir():
            return cls(path, path / ".." / "claims")
        return cls(path, path / HIDDEN)

    @property
    def root(self) -> Path:
        """The folder of the project: paths in specs start here and stay inside."""
        return self.claims.parent

    @property
    def plugins(self) -> Path:
        """The folder of the project's own plug-ins, whether or not there is one."""
        return self.claims / "plugins" if self.claims.name == HIDDEN else self.root / "plugins"

    def spec(self, claim: str) -> Path:
        return self.claims / f"{claim}.yaml"

    def evidence(self, claim: str) -> Path:
        return self.claims / f"{claim}.evidence.json"

    def note(self, claim: str) -> Path:
        return self.vault / "Claims" / f"{claim}.md"

    def plot(self, claim: str) -> Path:
        return self.vault / "Claims" / f"{claim}.svg"
