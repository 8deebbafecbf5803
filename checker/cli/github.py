"""Being run by GitHub's runner, which takes commands from what a program prints."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import typer


def on_github() -> bool:
    """Whether GitHub's runner reads the output."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


@contextmanager
def quoted(err: bool) -> Iterator[None]:
    """Let the runner take no command from what is printed inside: notes may hold anything."""
    if not on_github():
        yield
        return
    token = secrets.token_hex(16)
    typer.echo(f"::stop-commands::{token}", err=err)
    try:
        yield
    finally:
        typer.echo(f"::{token}::", err=err)
