"""`check-claims lsp`: a language server for editors, on standard input and output."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from checker.cli.app import OK, app, exits
from checker.errors import ConfigurationError
from checker.extras import extra


@app.command("lsp")
@exits
def lsp(
    path: Annotated[
        Path | None, typer.Argument(help="A vault, or a project with a vault/ folder; else the folder that the editor has open.")
    ] = None,
    stdio: Annotated[bool, typer.Option("--stdio", help="Talk over standard input and output, as it always does.")] = True,
) -> int:
    """Serve an editor: diagnostics, hovers, completion and actions for notes and claims, by the Language Server Protocol."""
    with extra("editor", "check-claims lsp", ConfigurationError):
        from checker.lsp import serve

    if path is not None and not path.is_dir():
        raise ConfigurationError(f"{path}: no such folder; give the folder that holds your notes")
    reader, writer = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)  # so that no worker reads what the editor says
    os.dup2(2, 1)  # and nothing but the protocol is said to it
    os.close(nothing)
    serve(path, reader, writer)
    sys.stderr.flush()
    os._exit(OK)  # a thread that waits for the editor's next word ends with the process alone
