"""Which file each command stands in, so that only the one that is called is imported."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import typer

from checker.cli.app import DEFAULT_COMMAND, app

FILES = {  # in `checker.cli`, each with its commands
    "browse": ("browse", "export"),
    "check": ("check",),
    "controls": ("lab",),
    "diff": ("diff",),
    "doctor": ("doctor",),
    "draft": ("draft",),
    "experiments": ("experiments",),
    "lab": ("lab",),
    "lsp": ("lsp",),
    "mcp": ("mcp",),
    "models": ("models",),
    "notes": ("notes", "inspect"),
    "links": ("links", "path", "orphans", "unresolved"),
    "lint": ("lint",),
    "graph": ("graph",),
    "rename": ("rename",),
    "read": ("read", "words", "propose"),
    "results": ("results",),
    "runs": ("reproduce", "decide", "cache"),
    "specs": ("specs", "explain"),
    "trust": ("trust",),
    "watch": ("watch",),
    "writing": ("init", "undo"),
}


def application(arguments: Sequence[str] | None = None) -> typer.Typer:
    """The application with the command that these arguments call, those of the process where there are none given; with all of
    them where its help is wanted."""
    first = next(iter(sys.argv[1:] if arguments is None else arguments), DEFAULT_COMMAND)
    files = [file for file, names in FILES.items() if first == "--help" or first in names]
    for file in files or [DEFAULT_COMMAND]:
        import_module(f"checker.cli.{file}")
    return app
