"""`check-claims mcp`: a server that an assistant asks about a vault."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from checker.cli.app import OK, app, exits, open_workspace
from checker.cli.vaults import PATH


@app.command("mcp")
@exits
def mcp(
    path: PATH = Path(),
    write: Annotated[
        bool, typer.Option("--write", help="The assistant may also check claims that it names, after a dry run.")
    ] = False,
) -> int:
    """Serve a vault to an assistant, over standard input and output (Model Context Protocol). It reads; it writes no notes."""
    from checker.mcp import serve

    open_workspace(path)  # what is wrong with it is reported before anything is served
    serve(path, write)
    return OK
