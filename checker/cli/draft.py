"""`check-claims draft`: a claim block for a sentence, as far as the sentence settles it."""

from __future__ import annotations

from typing import Annotated

import typer

from checker.cli.answers import print_json
from checker.cli.app import JSON, OK, app, exits, open_workspace


@app.command("draft")
@exits
def draft(
    sentence: Annotated[str, typer.Argument(help="The sentence, as it would stand in a note.")],
    as_json: JSON = False,
) -> int:
    """Write a claim block for a sentence: what it settles is filled in, and what it leaves open is asked."""
    from checker.claims.draft import draft as draft_of

    found = draft_of(sentence, open_workspace().words)
    reading = found.reading
    if as_json:
        answer = {
            "status": reading.status,
            "whole": found.whole,
            "block": found.block,
            "reading": reading.reading,
            "reason": reading.reason,
            "asked": [{"field": each.field, "question": each.question, "options": list(each.options)} for each in found.asked],
            "sentences": list(found.sentences),
            "choices": list(reading.choices),
        }
        print_json(answer)
        return OK
    typer.echo(found.block)
    if found.whole:
        typer.echo(f"I read: {reading.reading}.")
    elif found.sentences:
        typer.echo("It makes several claims; draft each by itself.")
    else:
        fields = ", ".join(each.field for each in found.asked)
        typer.echo(f"Still open: {fields}. Answer each behind its key; until then no claim is made of it.")
    return OK
