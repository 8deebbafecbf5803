"""`check-claims read`: what a sentence is understood to mean."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from checker.cli.app import JSON, OK, app, exits


@app.command()
@exits
def read(
    sentence: Annotated[str, typer.Argument(help="The sentence, as it would stand in a note.")],
    as_json: JSON = False,
) -> int:
    """Say what a sentence is understood to mean, or what is missing."""
    from checker.claims import read_sentence
    from checker.lab import vocabulary

    words = vocabulary()
    reading = read_sentence(sentence, words)
    spec: dict[str, Any] | None = None
    if reading.meaning is not None:
        spec = reading.meaning.spec(reading.meaning.slug(words), "", reading.sentence).as_dict()
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
        for title, entries in (("missing", reading.missing), ("choices", reading.choices), ("near", reading.suggestions)):
            if entries:
                typer.echo(f"{title}: {', '.join(entries)}")
    return OK
