"""`check-claims rename`: another name for a file, and every link to it rewritten."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from checker.cli.answers import print_json
from checker.cli.app import JSON, OK, app, exits
from checker.cli.vaults import VAULT, vault_around


@app.command("rename")
@exits
def rename(
    old: Annotated[str, typer.Argument(help="A file of the vault.")],
    new: Annotated[str, typer.Argument(help="Its new name, or a path in the vault.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the diff; write nothing.")] = False,
    vault: VAULT = Path(),
    as_json: JSON = False,
) -> int:
    """Give a file another name or place, and rewrite every link to it; no other byte changes."""
    from checker.notes.rename import new_path
    from checker.notes.rename import rename as plan
    from checker.writing import Change, move, replace

    opened, path = vault_around(old, vault)
    planned = plan(opened, path, new_path(opened, path, new))
    changes = [Change(opened.root / edit.path, edit.old, edit.new) for edit in planned.edits]
    if not dry_run:
        for change in changes:
            replace(change.path, change.new, change.old, theirs=True)
        move(opened.root / planned.old, opened.root / planned.new)
    if as_json:
        files = [str(edit.path) for edit in planned.edits]
        print_json(
            {"old": str(planned.old), "new": str(planned.new), "links": planned.links, "files": files, "written": not dry_run}
        )
        return OK
    if dry_run:
        for change in changes:
            typer.echo(change.diff(), nl=False)
    would = "would become" if dry_run else "is now"
    typer.echo(f"{planned.old} {would} {planned.new}; {planned.links} links in {len(changes)} files")
    return OK
