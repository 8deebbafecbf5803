"""Where a vault keeps its specs and evidence."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from checker.errors import ConfigurationError
from checker.lab.trust import HIDDEN

ARCHIVE = "archive"


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

    @property
    def notes(self) -> Path:
        """The folder of claim notes."""
        return self.vault / "Claims"

    def files(self, claim: str) -> tuple[Path, ...]:
        """Every file that a claim may have, what points at others last."""
        return self.spec(claim), self.evidence(claim), self.plot(claim), self.note(claim)

    def archived(self, path: Path) -> Path:
        """Where a file of a claim goes when its sentence is no claim any more."""
        return path.parent / ARCHIVE / path.name

    def tidy(self) -> None:
        """Take away folders for claims that have become empty; never one beside the vault, which makes it a project."""
        own = (self.claims,) if self.claims.name == HIDDEN else ()
        for folder in (self.notes / ARCHIVE, self.claims / ARCHIVE, self.notes, *own):
            with contextlib.suppress(OSError):
                folder.rmdir()
