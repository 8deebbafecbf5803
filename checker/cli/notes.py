"""`check-claims notes` and `check-claims inspect`: what a vault holds, and what is read in one note."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

import typer

from checker.cli.answers import print_json, print_table
from checker.cli.app import JSON, OK, app, exits
from checker.cli.vaults import PATH, VAULT, open_vault, vault_around
from checker.errors import ConfigurationError


@app.command("notes")
@exits
def notes(path: PATH = Path(), as_json: JSON = False) -> int:
    """Count what stands in a vault: notes, links, tags, claims, and what is amiss."""
    from checker.notes.counts import counts

    vault = open_vault(path)
    found = counts(vault)
    if as_json:
        print_json({"vault": str(vault.root), **found})
        return OK
    width = max(len(f"{number:,}") for number in found.values())
    for name, number in found.items():
        typer.echo(f"{number:>{width},}  {name.replace('_', ' ')}")
    return OK


@app.command("inspect")
@exits
def inspect(
    note: Annotated[str, typer.Argument(help="A file, a path in the vault, or a name as a link gives it.")],
    vault: VAULT = Path(),
    as_json: JSON = False,
) -> int:
    """Show all that is read in a note, with places; as JSON under Obsidian's own names (`cachedMetadata`)."""
    from checker.notes import cached_metadata, parse

    file = Path(note)
    if file.is_file():
        place, data = PurePosixPath(file.name), file.read_bytes()
    else:
        opened, place = vault_around(note, vault)
        data = (opened.root / place).read_bytes()
    if place.suffix.lower() != ".md":
        raise ConfigurationError(f"{place}: not a note; inspect reads files that end in .md")
    read = parse(place, data)
    found = cached_metadata(read)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return OK
    rows = []
    for kind, entries in found.items():
        for entry in entries if isinstance(entries, list) else []:
            start = entry["position"]["start"] if "position" in entry else None
            place_of = f"{start['line'] + 1}:{start['col'] + 1}" if start else str(entry.get("key", ""))
            rows.append((kind, place_of, _summary(entry)))
        if isinstance(entries, dict) and kind != "frontmatterPosition":
            rows += [(kind, "", f"{key}: {_summary(value)}") for key, value in entries.items()]
    rows += [("callouts", f"{read.line_of(each.span.start)}", f"{each.kind}: {each.title}") for each in read.callouts]
    rows += [("fields", f"{read.line_of(each.span.start)}", f"{each.key}:: {each.value or ''}") for each in read.fields]
    rows += [("comments", f"{read.line_of(each.span.start)}", "html" if each.html else "%%") for each in read.comments]
    rows += [("problems", f"{each.line}:{each.column}", each.message) for each in read.problems]
    print_table(("kind", "line:column", "what"), rows)
    return OK


def _summary(value: Any) -> str:
    """An entry of `cachedMetadata` in one line, without its place."""
    if not isinstance(value, dict):
        return str(value)
    return ", ".join(f"{key} {entry}" for key, entry in value.items() if key not in ("position", "key"))
