"""Where a vault keeps its specs and evidence."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checker.errors import ConfigurationError
from checker.lab.trust import HIDDEN

ARCHIVE = "archive"
SETTINGS = ("models.yaml", "results.yaml")  # of a person's, in the folder of the specs
OWN_NOTE = re.compile(rb"---\n(?:(?!---\n)[^\n]*\n)*tags: \[check-claims\]\n---\n")  # how a claim note begins


@dataclass(frozen=True)
class Project:
    """A vault and the folder of its claim specs."""

    vault: Path
    claims: Path

    @classmethod
    def find(cls, path: Path) -> Project:
        """`path` is a project (a folder with vault/ in it, whose specs are in claims/ beside it) or a vault: the vault/ of a
        project, or one that stands alone and keeps its specs inside.

        One that was checked alone before keeps its specs inside, wherever it is opened from.

        Raises ConfigurationError when there is no such folder, or claims are kept both inside a vault and beside it.
        """
        if not path.is_dir():
            raise ConfigurationError(f"{path}: no such folder; give the folder that holds your notes")
        if (path / "vault").is_dir() and not (path / ".obsidian").is_dir():
            return cls(path / "vault", _ledger(path / "vault", path / "claims", new=path / "claims"))
        if path.resolve().name == "vault":
            return cls(path, _ledger(path, path / ".." / "claims", new=path / HIDDEN))
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

    def knows(self, claim: str) -> bool:
        """Whether the program has written a note of a claim of this name, here or in the archive."""
        paths = (self.note(claim), self.archived(self.note(claim)))
        return any(OWN_NOTE.match(path.read_bytes()) for path in paths if path.is_file())

    def tidy(self) -> None:
        """Take away folders for claims that have become empty; never one beside the vault, which makes it a project."""
        own = (self.claims,) if self.claims.name == HIDDEN else ()
        for folder in (self.notes / ARCHIVE, self.claims / ARCHIVE, self.notes, *own):
            with contextlib.suppress(OSError):
                folder.rmdir()


def _ledger(vault: Path, beside: Path, new: Path) -> Path:
    """The folder of claims of a vault called vault/: the one that holds some, or else `new` or the one that is there."""
    inside = vault / HIDDEN
    held = [folder for folder in (inside, beside) if folder.is_dir() and any(_kept(folder))]
    if len(held) > 1:
        raise ConfigurationError(f"claims are kept in {inside} and in {beside}; move the files of one into the other")
    return held[0] if held else beside if beside.is_dir() else new


def _kept(folder: Path) -> Iterator[Path]:
    """What is kept of claims in a folder."""
    found = (path for pattern in ("*.yaml", "*.evidence.json", f"{ARCHIVE}/*") for path in folder.glob(pattern))
    return (path for path in found if path.name not in SETTINGS)
