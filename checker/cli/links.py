"""`check-claims links`, `path`, `orphans`, `unresolved`: what links to what."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from checker.cli.answers import print_json, print_table
from checker.cli.app import FAILED, JSON, OK, app, exits
from checker.cli.vaults import PATH, VAULT, open_vault, vault_around

if TYPE_CHECKING:
    from checker.notes import Vault

MENTIONS = 30  # rows of them that a person is shown


@app.command("links")
@exits
def links(
    note: Annotated[str | None, typer.Argument(help="A note; without one, all links of the vault.")] = None,
    depth: Annotated[int, typer.Option(min=1, help="Also what is up to this many links away.")] = 1,
    vault: VAULT = Path(),
    as_json: JSON = False,
) -> int:
    """Show the links in a note, those to it, and where its name stands without a link."""
    if note is None:
        return _all_links(open_vault(vault), as_json)
    from checker.notes.mentions import mentions

    opened, path = vault_around(note, vault)
    out, back = opened.links(source=path), opened.links(file=path)
    unlinked = mentions(opened, path)
    near = opened.neighbours(path, depth) if depth > 1 else {}
    if as_json:
        print_json(
            {
                "note": str(path),
                "links": [_as_dict(link) for link in out],
                "backlinks": [_as_dict(link) for link in back],
                "mentions": [
                    {"source": str(each.source), "line": each.line, "column": each.column, "name": each.name, "text": each.text}
                    for each in unlinked
                ],
                "near": {str(other): steps for other, steps in near.items()},
            }
        )
        return OK
    rows: list[tuple[object, ...]] = []
    rows += [("→", link.file or f"{link.target} (no such file)", f"{link.line}:{link.column}", _how(link)) for link in out]
    rows += [("←", link.source, f"{link.line}:{link.column}", _how(link)) for link in back]
    rows += [("~", each.source, f"{each.line}:{each.column}", each.text) for each in unlinked[:MENTIONS]]
    if len(unlinked) > MENTIONS:
        rows.append(("~", f"and {len(unlinked) - MENTIONS} more; --json lists all", "", ""))
    rows += [(f"{steps} away", other, "", "") for other, steps in near.items() if steps > 1]
    print_table(("", "file", "line:column", "how"), rows)
    return OK


def _how(link: Any) -> str:
    parts = ["embed" if link.embed else link.kind, link.key or "", link.subpath]
    if link.found is False:
        parts.append("(not there)")
    if link.ambiguous:
        parts.append("(ambiguous)")
    return " ".join(part for part in parts if part)


def _as_dict(link: Any) -> dict[str, Any]:
    return {
        "source": str(link.source),
        "target": None if link.file is None else str(link.file),
        "link": link.destination,
        "kind": link.kind,
        "embed": link.embed,
        "key": link.key,
        "line": link.line,
        "column": link.column,
        "how": link.how,
        "ambiguous": link.ambiguous,
        "subpath_found": link.found,
    }


def _all_links(vault: Vault, as_json: bool) -> int:
    found = vault.links()
    if not as_json:
        print_table(
            ("source", "line:column", "link", "leads to"),
            [(link.source, f"{link.line}:{link.column}", link.destination, link.file or "(no such file)") for link in found],
        )
        return OK
    resolved: dict[str, dict[str, int]] = {str(path): {} for path in vault.note_paths}
    unresolved: dict[str, dict[str, int]] = {str(path): {} for path in vault.note_paths}
    for link in found:
        table, name = (unresolved, link.target) if link.file is None else (resolved, str(link.file))
        entry = table.setdefault(str(link.source), {})
        entry[name] = entry.get(name, 0) + 1
    print_json({"resolved": resolved, "unresolved": unresolved})
    return OK


@app.command("path")
@exits
def path(
    start: Annotated[str, typer.Argument(help="A note.")],
    end: Annotated[str, typer.Argument(help="Another one.")],
    vault: VAULT = Path(),
    as_json: JSON = False,
) -> int:
    """Show the fewest links that lead from one note to another, followed in either direction."""
    from checker.reports.text import clean

    opened = open_vault(vault)
    first, last = opened.find(start), opened.find(end)
    steps = opened.path(first, last)
    if as_json:
        print_json({"from": str(first), "to": str(last), "path": steps and [str(step) for step in steps]})
    elif steps is None:
        typer.echo(f"no links lead from {first} to {last}")
    else:
        linked = {(link.source, link.file) for step in steps for link in opened.links(source=step)}
        typer.echo(clean(str(steps[0])))
        for before, after in pairwise(steps):
            typer.echo(clean(f"  {'→' if (before, after) in linked else '←'} {after}"))
    return OK if steps is not None else FAILED


@app.command("orphans")
@exits
def orphans(
    path: PATH = Path(),
    no_backlinks: Annotated[bool, typer.Option("--no-backlinks", help="Notes to which no other file links.")] = False,
    dead_ends: Annotated[bool, typer.Option("--dead-ends", help="Notes that hold no link but embeds.")] = False,
    as_json: JSON = False,
) -> int:
    """List the notes that stand alone: nothing links to them, and they link to nothing."""
    from checker.notes.counts import DEAD_END, NO_BACKLINKS, ORPHAN

    condition = " AND ".join(part for part, wanted in ((NO_BACKLINKS, no_backlinks), (DEAD_END, dead_ends)) if wanted) or ORPHAN
    from checker.reports.text import clean

    found = [row[0] for row in open_vault(path).index.rows(f"SELECT path FROM file WHERE {condition} ORDER BY path")]
    if as_json:
        print_json({"notes": found})
    else:
        typer.echo("\n".join(map(clean, found)), nl=bool(found))
    return OK


@app.command("unresolved")
@exits
def unresolved(path: PATH = Path(), as_json: JSON = False) -> int:
    """List what is linked to and does not exist, the most wanted first, with where it is linked from."""
    targets: dict[str, list[Any]] = {}
    for link in open_vault(path).links():
        if link.file is None:
            targets.setdefault(link.target, []).append(link)
    ordered = sorted(targets.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    if as_json:
        print_json({"unresolved": [{"target": target, "links": [_as_dict(link) for link in found]} for target, found in ordered]})
    else:
        rows = [(target, len(found), f"{found[0].source}:{found[0].line}") for target, found in ordered]
        print_table(("target", "links", "first in"), rows, right=("links",))
    return OK
