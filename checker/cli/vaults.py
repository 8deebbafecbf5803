"""The vault that a command means, and the file in it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from checker.notes import Vault

VAULT = Annotated[Path, typer.Option("--vault", help="The vault, or a project with a vault/ folder.")]
PATH = Annotated[Path, typer.Argument(help="A vault, or a project with a vault/ folder.")]


def open_vault(path: Path) -> Vault:
    from checker.cache import cache_folder
    from checker.notes.vault import Vault
    from checker.runs.project import Project

    return Vault.open(Project.find(path).vault, cache_folder() / "vaults")


def vault_around(name: str, vault: Path) -> tuple[Vault, PurePosixPath]:
    """The vault, and the file in it that a person means; a file outside of that vault is looked at in its own."""
    file = Path(name)
    if file.is_file() and vault == Path():
        from checker.runs.project import Project

        root, own = Project.find(vault).vault.resolve(), file.resolve()
        around = next((folder for folder in own.parents if (folder / ".obsidian").is_dir()), None)
        if not own.is_relative_to(root) or root == Path(root.anchor):
            vault = around or own.parent
        elif around is not None and around != root and around.is_relative_to(root):
            vault = around
    opened = open_vault(vault)
    return opened, opened.find(name)
