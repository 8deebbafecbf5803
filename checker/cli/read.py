"""`check-claims read`, `words` and `propose`: what a sentence means, what can be spoken of, what could be checked."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any

import typer

from checker.cli.app import JSON, OK, UNWRITTEN, app, command_line, exits, open_workspace, show
from checker.errors import ConfigurationError

if TYPE_CHECKING:
    from checker.claims.propose import Proposal
    from checker.notes import Vault
    from checker.workspace import Workspace


@app.command()
@exits
def read(
    sentence: Annotated[str, typer.Argument(help="The sentence, as it would stand in a note.")],
    as_json: JSON = False,
) -> int:
    """Say what a sentence is understood to mean, or what is missing."""
    from checker.claims import Identity, NamedSpec, slug
    from checker.runs import readings

    words = open_workspace().words
    reading = readings.read(sentence, words)
    spec: dict[str, Any] | None = None
    if reading.spec is not None:
        identity = Identity(id=slug(reading.spec, words), statement=reading.sentence, source="")
        spec = NamedSpec(identity, reading.spec).as_dict()
    if as_json:
        answer = {
            "schema": 1,
            "status": reading.status,
            "specs": [spec] if spec else [],
            "reading": reading.reading,
            "reason": reading.reason,
            "missing": list(reading.missing),
            "choices": list(reading.choices),
            "suggestions": list(reading.suggestions),
        }
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    elif spec:
        from checker import strict_yaml

        typer.echo(f"I read: {reading.reading}.\n\n{strict_yaml.dump(spec)}", nl=False)
    else:
        typer.echo(f"{reading.status}: {reading.reason}")
        for title, entries in (("missing", reading.missing), ("near", reading.suggestions)):
            if entries:
                typer.echo(f"{title}: {', '.join(entries)}")
        if reading.choices:
            typer.echo("\n  ".join(("you could say:", *reading.choices)))
    return OK


@app.command()
@exits
def words(
    term: Annotated[str, typer.Argument(help="Only what fits this: a name, a synonym, or a part of one.")] = "",
    as_json: JSON = False,
) -> int:
    """List what claims can speak of: metrics, models, families and data, with what each is in one line."""
    from checker.reports.words import as_lines, lexicon

    found = lexicon(open_workspace().words, term)
    if as_json:
        typer.echo(json.dumps({"schema": 1, **found}, ensure_ascii=False, indent=1))
        return OK
    if not any(found.values()):
        raise ConfigurationError(f"nothing that can be spoken of fits {term!r}; check-claims words lists everything")
    typer.echo("\n".join(as_lines(found, bool(term))))
    return OK


@app.command()
@exits
def propose(
    notes: Annotated[list[str] | None, typer.Argument(help="Notes by path or name; without any, all of the vault.")] = None,
    vault: Annotated[Path, typer.Option("--vault", help="The vault, or a project with a vault/ folder.")] = Path(),
    write: Annotated[bool, typer.Option("--write", help="Ask for each sentence, and tag those that get a yes.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --write: tag all of them without asking.")] = False,
    as_json: JSON = False,
) -> int:
    """List untagged sentences that could be checked as they stand."""
    workspace = open_workspace(vault)
    opened = workspace.vault()
    places = [opened.find(name) for name in notes] if notes else list(filter(opened.is_content, opened.note_paths))
    found = [proposal for place in places for proposal in _proposals(opened, place, workspace.words)]
    unwritten = _tag(workspace, _accepted(found, yes)) if write else []
    if as_json:
        rows = [
            {"note": str(one.note.path), "line": one.line, "sentence": one.reading.sentence, "reading": one.reading.reading}
            for one in found
        ]
        typer.echo(json.dumps({"schema": 1, "proposals": rows}, ensure_ascii=False, indent=1))
    elif not write:
        for one in found:
            typer.echo(_told(one))
        typer.echo(f"{len(found)} sentences in {len({one.note.path for one in found})} notes could be claims")
    for fault in unwritten:
        typer.secho(fault, fg=typer.colors.RED, err=True)
    return UNWRITTEN if unwritten else OK


def _proposals(vault: Vault, place: PurePosixPath, vocabulary: Any) -> list[Proposal]:
    from checker.claims.propose import proposals
    from checker.errors import NoteError
    from checker.runs.survey import introduced
    from checker.writing.claim_note import is_claim_note

    try:
        note = vault.note(place)
    except NoteError:
        return []  # told by `check-claims lint`
    if is_claim_note(note.data):
        return []
    return proposals(note, vocabulary, lambda links: introduced(vault, note, links))


def _told(proposal: Proposal) -> str:
    from checker.reports.text import clean

    beside = "" if proposal.at is not None else "\n    its block has another claim; give it a line of its own"
    return clean(
        proposal.place
    ) + f"\n    {clean(proposal.reading.sentence)}\n    = {proposal.reading.reading}{beside}\n".replace("\n\n", "\n")


def _accepted(found: Sequence[Proposal], yes: bool) -> list[Proposal]:
    """Those that a person said yes to; without a terminal nobody is asked."""
    if not yes and not sys.stdin.isatty():
        raise ConfigurationError("--write asks about each sentence, and there is no terminal; add --yes to tag all of them")
    accepted = []
    for proposal in found:
        typer.echo(_told(proposal), err=True)
        if proposal.at is not None and (yes or typer.confirm("    tag it?", default=False, err=True)):
            accepted.append(proposal)
    return accepted


def _tag(workspace: Workspace, accepted: Sequence[Proposal]) -> list[str]:
    """Write the tags, note by note; what could not be written."""
    from checker.claims.propose import tagged
    from checker.writing import Change

    changes = []
    for note in dict.fromkeys(proposal.note.path for proposal in accepted):
        group = [proposal for proposal in accepted if proposal.note.path == note]
        data = group[0].note.data
        changes.append(Change(workspace.project.vault / note, data, tagged(data, group), theirs=True))
    return workspace.write(changes, show, command=command_line()).faults
