"""`check-claims`: the only room that talks to the terminal and chooses exit codes. One file a group of commands."""

from __future__ import annotations

from collections.abc import Sequence

from checker.cli import browse, check, lab, notes, read, runs, specs, trust, watch, writing
from checker.cli.app import app

__all__ = ["app", "browse", "check", "lab", "main", "notes", "read", "runs", "specs", "trust", "watch", "writing"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the installed command."""
    app(args=list(arguments) if arguments is not None else None, prog_name="check-claims")
