"""`check-claims notes` and its neighbours: what stands in a vault, and what leads where."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any

import typer

from checker.cli.app import FAILED, JSON, OK, app, exits, open_workspace, output
from checker.cli.github import quoted
from checker.errors import ConfigurationError

if TYPE_CHECKING:
    from checker.notes import Vault
    from checker.notes.graph import ClaimNode

MENTIONS = 30  # rows of them that a person is shown

VAULT = Annotated[Path, typer.Option("--vault", help="The vault, or a project with a vault/ folder.")]
PATH = Annotated[Path, typer.Argument(help="A vault, or a project with a vault/ folder.")]


def _open(path: Path) -> Vault:
    from checker.cache import cache_folder
    from checker.notes.vault import Vault
    from checker.runs.project import Project

    return Vault.open(Project.find(path).vault, cache_folder() / "vaults")


def _around(name: str, vault: Path) -> tuple[Vault, PurePosixPath]:
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
    opened = _open(vault)
    return opened, opened.find(name)


def _say(answer: dict[str, Any]) -> None:
    typer.echo(json.dumps({"schema": 1, **answer}, ensure_ascii=False, indent=1))


def print_table(titles: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = ()) -> None:
    from rich.table import Table
    from rich.text import Text

    from checker.reports.text import clean

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for title in titles:
        table.add_column(title, justify="right" if title in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(clean(str(cell))) for cell in row))
    output().print(table)


@app.command("notes")
@exits
def notes(path: PATH = Path(), as_json: JSON = False) -> int:
    """Count what stands in a vault: notes, links, tags, claims, and what is amiss."""
    from checker.notes.counts import counts

    vault = _open(path)
    found = counts(vault)
    if as_json:
        _say({"vault": str(vault.root), **found})
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
        opened, place = _around(note, vault)
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
        return _all_links(_open(vault), as_json)
    from checker.notes.mentions import mentions

    opened, path = _around(note, vault)
    out, back = opened.links(source=path), opened.links(file=path)
    unlinked = mentions(opened, path)
    near = opened.neighbours(path, depth) if depth > 1 else {}
    if as_json:
        _say(
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
    _say({"resolved": resolved, "unresolved": unresolved})
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

    opened = _open(vault)
    first, last = opened.find(start), opened.find(end)
    steps = opened.path(first, last)
    if as_json:
        _say({"from": str(first), "to": str(last), "path": steps and [str(step) for step in steps]})
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

    found = [row[0] for row in _open(path).index.rows(f"SELECT path FROM file WHERE {condition} ORDER BY path")]
    if as_json:
        _say({"notes": found})
    else:
        typer.echo("\n".join(map(clean, found)), nl=bool(found))
    return OK


@app.command("unresolved")
@exits
def unresolved(path: PATH = Path(), as_json: JSON = False) -> int:
    """List what is linked to and does not exist, the most wanted first, with where it is linked from."""
    targets: dict[str, list[Any]] = {}
    for link in _open(path).links():
        if link.file is None:
            targets.setdefault(link.target, []).append(link)
    ordered = sorted(targets.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    if as_json:
        _say({"unresolved": [{"target": target, "links": [_as_dict(link) for link in found]} for target, found in ordered]})
    else:
        rows = [(target, len(found), f"{found[0].source}:{found[0].line}") for target, found in ordered]
        print_table(("target", "links", "first in"), rows, right=("links",))
    return OK


@app.command("lint")
@exits
def lint(
    path: PATH = Path(),
    only: Annotated[str, typer.Option(metavar="KINDS", help="Only these kinds of faults, comma-separated.")] = "",
    as_json: JSON = False,
) -> int:
    """List broken links, headings and blocks, doubled ids, ambiguous names, bad frontmatter and tags that cannot be a claim; exit
    with 1 if there is any."""
    from checker.notes.lint import KINDS
    from checker.notes.lint import lint as faults_of
    from checker.reports.text import clean
    from checker.runs.project import Project
    from checker.workspace.faults import CLAIM, claim_faults, has_claims

    kinds = (*KINDS, CLAIM)
    wanted = {kind.strip() for kind in only.split(",") if kind.strip()} or set(kinds)
    if wanted - set(kinds):
        raise ConfigurationError(f"--only does not know {', '.join(sorted(wanted - set(kinds)))}; it takes {', '.join(kinds)}")
    vault = _open(path)
    claims = claim_faults(open_workspace(path), vault) if CLAIM in wanted and has_claims(vault) else []
    found = [fault for fault in sorted([*faults_of(vault, [Project.find(path).root]), *claims]) if fault.kind in wanted]
    if as_json:
        names = ("line", "column", "kind", "message")
        _say({"faults": [{"path": str(each.path), **{name: getattr(each, name) for name in names}} for each in found]})
    else:
        with quoted(err=False):
            for fault in found:
                typer.echo(clean(str(fault)))
    return FAILED if found else OK


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
    opened = _open(path)
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

    opened, path = _around(old, vault)
    planned = plan(opened, path, new_path(opened, path, new))
    changes = [Change(opened.root / edit.path, edit.old, edit.new) for edit in planned.edits]
    if not dry_run:
        for change in changes:
            replace(change.path, change.new, change.old, theirs=True)
        move(opened.root / planned.old, opened.root / planned.new)
    if as_json:
        files = [str(edit.path) for edit in planned.edits]
        _say({"old": str(planned.old), "new": str(planned.new), "links": planned.links, "files": files, "written": not dry_run})
        return OK
    if dry_run:
        for change in changes:
            typer.echo(change.diff(), nl=False)
    would = "would become" if dry_run else "is now"
    typer.echo(f"{planned.old} {would} {planned.new}; {planned.links} links in {len(changes)} files")
    return OK
