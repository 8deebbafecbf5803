"""A claim block before it stands in a note: what it would mean there, under its sentence."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from checker.claims import Identity, NamedSpec, exact_spec, find_claims, read_sentence, slug
from checker.claims.language.english import say
from checker.claims.language.sentence import plain, unquoted
from checker.errors import SpecError
from checker.notes import parse
from checker.runs.case import Case
from checker.runs.decidable import decidable
from checker.vocabulary import Vocabulary

PLACE = PurePosixPath("draft.md")
FENCE = "```"
BEFORE = 3  # lines of that note before the block
IN_NOTE = re.compile(rf"{re.escape(str(PLACE))}:(\d+):(\d+): ")


def judge(sentence: str, block: str, vocabulary: Vocabulary) -> Case:
    """The case of a sentence with a claim block under it, as of a note that holds nothing else. `block` is the YAML, with or
    without the fence around it.

    Raises SpecError for what would not be one sentence with one block there, and for a block that is no spec.
    """
    lines = block.strip().splitlines()
    if lines and lines[0].replace(" ", "") == f"{FENCE}claim" and lines[-1].strip() == FENCE:
        lines = lines[1:-1]
    said = " ".join(sentence.split())
    text = "\n".join((f"- {said} #claim", "", f"{FENCE}claim", *lines, FENCE, ""))
    note = parse(PLACE, text.encode())
    claims, problems = find_claims(note)
    if problems:
        raise SpecError(problems[0].message)
    alone = len(claims) == 1 and claims[0].exact is not None and claims[0].exact.text.split() == "\n".join(lines).split()
    if not alone or claims[0].statement != unquoted(plain(said)):
        raise SpecError("this is not one sentence with one claim block; give one sentence, and the fields of a spec")
    (claim,) = claims
    reading = read_sentence(claim.statement, vocabulary)
    try:
        spec = exact_spec(claim, reading.spec, vocabulary)
    except SpecError as error:
        raise SpecError(IN_NOTE.sub(_in_block, str(error))) from error
    name = slug(spec, vocabulary)
    named = NamedSpec(Identity(id=name, statement=claim.statement, source=""), spec)
    return decidable(Case(name, claim, reading, named, named, say(spec, vocabulary), say(spec, vocabulary)), vocabulary)


def _in_block(place: re.Match[str]) -> str:
    return f"line {max(1, int(place[1]) - BEFORE)}, column {place[2]}: "
