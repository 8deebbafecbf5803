"""`check-claims graph`: the graph of a vault, in a format that other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.app import JSON, OK, app, exits
from checker.cli.vaults import PATH, open_vault
from checker.errors import ConfigurationError

if TYPE_CHECKING:
    from checker.notes import Vault
    from checker.notes.graph import ClaimNode


@app.command("graph")
@exits
def graph(
    path: PATH = Path(),
    form: Annotated[
        str, typer.Option("--format", help="node-link, graphml, gexf, dot, canvas (for Obsidian) or html-data.")
    ] = "node-link",
    out: Annotated[Path | None, typer.Option(help="The file to write; standard output when it is not given.")] = None,
    as_json: JSON = False,
) -> int:
    """Write the graph of a vault: notes, attachments, unresolved targets, tags and claims."""
    from checker.notes.graph_formats import FORMATS

    if form not in FORMATS:
        raise ConfigurationError(f"--format {form}: there are {', '.join(FORMATS)}")
    opened = open_vault(path)
    text = FORMATS["node-link" if as_json else form](opened.graph(_claims(opened)))
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
    return OK


def _claims(vault: Vault) -> list[ClaimNode]:
    from checker.claims import vault_claims
    from checker.notes.graph import ClaimNode

    return [
        ClaimNode(claim.note.path, claim.name or f"line-{claim.line}", claim.line, claim.statement, claim.shown)
        for claim in vault_claims(vault)[0]
    ]
