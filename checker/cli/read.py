"""`check-claims read`, `words` and `propose`: what a sentence means, what can be spoken of, what could be checked."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from checker.cli.answers import print_json
from checker.cli.app import JSON, OK, UNWRITTEN, app, command_line, exits, open_workspace, show
from checker.errors import ConfigurationError
from checker.workspace import proposing

if TYPE_CHECKING:
    from checker.claims.propose import Proposal
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
            "status": reading.status,
            "specs": [spec] if spec else [],
            "reading": reading.reading,
            "reason": reading.reason,
            "missing": list(reading.missing),
            "choices": list(reading.choices),
            "together": reading.together,
            "suggestions": list(reading.suggestions),
        }
        print_json(answer)
    elif spec:
        from checker import strict_yaml

        typer.echo(f"I read: {reading.reading}.\n\n{strict_yaml.dump(spec)}", nl=False)
    else:
        typer.echo(f"{reading.status}: {reading.reason}")
        for title, entries in (("missing", reading.missing), ("near", reading.suggestions)):
            if entries:
                typer.echo(f"{title}: {', '.join(entries)}")
        if reading.choices:
            title = "it says each of these:" if reading.together else "you could say:"
            typer.echo("\n  ".join((title, *reading.choices)))
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
        print_json(found)
        return OK
    if not any(found.values()):
        raise ConfigurationError(f"no word of the claim language matches {term!r}; check-claims words lists everything")
    typer.echo("\n".join(as_lines(found, bool(term))))
    return OK


@app.command()
@exits
def propose(
    notes: Annotated[list[str] | None, typer.Argument(help="Notes by path or name; without any, all of the vault.")] = None,
    vault: Annotated[Path, typer.Option("--vault", help="The vault, or a project with a vault/ folder.")] = Path(),
    write: Annotated[bool, typer.Option("--write", help="Ask for each sentence, and tag those that get a yes.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --write: tag all of them without asking.")] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Ask of each near miss which sentence is meant, and add it, tagged.")
    ] = False,
    as_json: JSON = False,
) -> int:
    """List untagged sentences that could be checked as they stand, and those that nearly could."""

    workspace = open_workspace(vault)
    opened = workspace.vault()
    places = [opened.find(name) for name in notes] if notes else list(filter(opened.is_content, opened.note_paths))
    found = [proposal for _, of_note in proposing.propose(opened, places, workspace.words) for proposal in of_note]
    accepted = (_accepted(found, yes) if write else []) + (_fixed(found) if fix else [])
    unwritten = _tag(workspace, accepted) if accepted else []
    if as_json:
        print_json(_as_rows(found))
    elif not write and not fix:
        for one in found:
            typer.echo(_told(one))
        typer.echo(_summary(found, len(places)))
    for fault in unwritten:
        typer.secho(fault, fg=typer.colors.RED, err=True)
    return UNWRITTEN if unwritten else OK


def _as_rows(found: Sequence[Proposal]) -> dict[str, list[dict[str, Any]]]:
    at = [{"note": str(one.note.path), "line": one.line, "sentence": one.reading.sentence} for one in found]
    return {
        "proposals": [{**row, "reading": one.reading.reading} for row, one in zip(at, found, strict=True) if one.reads],
        "near": [
            {**row, "reason": one.reading.reason, "choices": list(one.choices), "together": one.reading.together}
            for row, one in zip(at, found, strict=True)
            if not one.reads
        ],
    }


def _summary(found: Sequence[Proposal], notes: int) -> str:
    reads = [one for one in found if one.reads]
    near = len(found) - len(reads)
    if not found:
        return (
            f"nothing in {notes} notes: no untagged sentence says of a model that is known here what a metric measures; "
            "check-claims words lists both, and check-claims read shows what one sentence lacks"
        )
    line = f"{len(reads)} sentences in {len({one.note.path for one in reads})} notes could be claims"
    return f"{line}; {near} nearly (--fix asks which sentence is meant)" if near else line


def _told(proposal: Proposal) -> str:
    from checker.reports.text import clean

    reading = proposal.reading
    lines = [clean(proposal.place), f"    {clean(reading.sentence)}"]
    if proposal.reads:
        lines.append(f"    = {reading.reading}")
    else:
        lines += [f"    ? {clean(reading.reason)}", *(f"      {clean(choice)}" for choice in proposal.choices)]
    if proposal.at is None:
        lines.append("    its block has another claim; give it a line of its own")
    return "\n".join(lines) + ("" if proposal.at is None else "\n")


def _accepted(found: Sequence[Proposal], yes: bool) -> list[tuple[Proposal, str]]:
    """Those that a person accepts; without a terminal nobody is asked."""
    if not yes and not sys.stdin.isatty():
        raise ConfigurationError("--write asks about each sentence, and there is no terminal; add --yes to tag all of them")
    accepted = []
    for proposal in (one for one in found if one.reads):
        typer.echo(_told(proposal), err=True)
        if proposal.at is not None and (yes or typer.confirm("    tag it?", default=False, err=True)):
            accepted.append((proposal, ""))
    return accepted


def _fixed(found: Sequence[Proposal]) -> list[tuple[Proposal, str]]:
    """The near misses for which a person chose a sentence, and that sentence: one key each, and q to end. Several claims in one
    are shown, and each needs a line of its own."""
    if not sys.stdin.isatty():
        raise ConfigurationError("--fix asks which sentence is meant, and there is no terminal; --json lists what there is")
    fixed: list[tuple[Proposal, str]] = []
    for proposal in (one for one in found if not one.reads):
        typer.echo(_told(proposal), err=True)
        taken = any(one.note is proposal.note and one.at == proposal.at for one, _ in fixed)
        if proposal.at is None or proposal.reading.together or taken:
            continue
        typer.echo(f"    which is meant? 1-{len(proposal.choices)}, any other key for none, q to end ", nl=False, err=True)
        key = typer.getchar(echo=True)
        typer.echo("", err=True)
        if key == "q":
            break
        if key.isdecimal() and 1 <= int(key) <= len(proposal.choices):
            fixed.append((proposal, proposal.choices[int(key) - 1]))
    return fixed


def _tag(workspace: Workspace, accepted: Sequence[tuple[Proposal, str]]) -> list[str]:
    """Write the tags, note by note; what could not be written."""
    from checker.claims.propose import tagged
    from checker.writing import Change

    changes = []
    for note in dict.fromkeys(proposal.note.path for proposal, _ in accepted):
        group = [pair for pair in accepted if pair[0].note.path == note]
        data = group[0][0].note.data
        changes.append(Change(workspace.project.vault / note, data, tagged(data, group), theirs=True))
    return workspace.write(changes, show, command=command_line()).faults
