"""The evidence of a claim: an append-only JSON file that is versioned with the notes.

A run is appended when its inputs are new, or when the same inputs gave other numbers; a run that repeats what is there
changes nothing. Runs that are in the file stay as they are, each in the schema in which it was written.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, TypeAdapter, ValidationError

from checker.claims.kind import KINDS
from checker.errors import EvidenceError, MeasurementError
from checker.evidence import strict_json
from checker.evidence.again import ROOM, as_decided, decide_again, decided
from checker.evidence.decision import effect_of
from checker.evidence.first import FirstRun
from checker.evidence.key import foreign
from checker.evidence.record import Record
from checker.evidence.run import Run
from checker.evidence.values import agree
from checker.evidence.verdict import RecordedVerdict
from checker.kept import keep, look_up
from checker.lab.metrics import METRICS
from checker.scope import Scope

SCHEMA: Literal[2] = 2
RESTORE = "restore it from version control, or move it away"
LONGEST = 60  # characters of a name from a file in a message
NUMBERS = re.compile(r"\[\s+(-?[\d.eE+-]+(?:,\s+-?[\d.eE+-]+)*)\s+\]")


def _schema(run: Any) -> str:
    return "2" if isinstance(run, Run) or (isinstance(run, dict) and "schema" in run) else "1"


AnyRun = Annotated[Annotated[FirstRun, Tag("1")] | Annotated[Run, Tag("2")], Discriminator(_schema)]


class EvidenceFile(BaseModel):
    """The evidence of one claim: all of its runs, oldest first."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    schema_: int = Field(alias="schema", ge=1, le=SCHEMA)
    """The newest schema of its runs. A run without a number of its own is of schema 1."""
    claim: str
    """The id of the claim."""
    runs: Annotated[tuple[AnyRun, ...], Field(fail_fast=True)]
    """The runs."""


class Head(Record):
    """What a list of runs shows of one, and the characters [start, end) of its file that hold it."""

    start: int
    end: int
    scope: Annotated[Scope, Field(strict=False)]
    key: str
    verdict: RecordedVerdict


@dataclass(frozen=True)
class Entry:
    """A run, and the JSON text that the file holds of it. A text that was found sound is read when its run is asked for."""

    text: str
    scope: Scope
    key: str
    verdict: RecordedVerdict
    known: Run | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of(cls, run: Run, text: str = "") -> Entry:
        return cls(text or json.dumps(run.as_json(), ensure_ascii=False), run.scope, run.key, run.verdict, run)

    @cached_property
    def run(self) -> Run:
        return self.known or _derived(_any_run().validate_json(self.text))

    @property
    def kept(self) -> Mapping[str, Any]:
        """The JSON object."""
        values: Mapping[str, Any] = json.loads(self.text)
        return values


@dataclass(frozen=True)
class Ledger:
    """All runs of one claim, oldest first. `data` are the bytes of the file that it was read from, and `digest` a hash of them
    where these are its runs."""

    claim: str
    entries: tuple[Entry, ...] = ()
    data: bytes | None = field(default=None, compare=False, repr=False)
    digest: str = field(default="", compare=False, repr=False)

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs as they are recorded."""
        return tuple(entry.run for entry in self.entries)

    @cached_property
    def newest(self) -> dict[Scope, Run]:
        """The last run of each scope, with the verdict that its values give. Raises MeasurementError where they give none."""
        numbers = {entry.scope: number for number, entry in enumerate(self.entries)}
        return {scope: as_decided(run, self._name(numbers[scope])) for scope, run in self._last.items()}

    def pairs(self) -> list[tuple[Run, Run]]:
        """The last run of each scope as it is recorded, and as its values decide it: the same one where the two agree."""
        return [(run, self.newest[scope]) for scope, run in self._last.items()]

    @cached_property
    def words_again(self) -> tuple[str, ...]:
        """The word that the values of each run give now; "none" where the rule refuses them."""
        return tuple(_word(entry, self._name(number)) for number, entry in enumerate(self.entries))

    def _name(self, number: int) -> str:
        return f"{self.digest} {number}" if self.digest else ""

    @property
    def _last(self) -> dict[Scope, Run]:
        return {scope: entry.run for scope, entry in {entry.scope: entry for entry in self.entries}.items()}

    def with_run(self, run: Run) -> Ledger:
        """The ledger with `run` at its end, or this one when the last run of its scope says the same of the same inputs."""
        last = self._last.get(run.scope)
        if last is not None and repeats(last, run):
            return self
        return replace(self, entries=(*self.entries, Entry.of(run)), digest="")


def _word(entry: Entry, name: str) -> str:
    try:
        return (decided(name) or decide_again(entry.run, name)).word
    except MeasurementError:
        return "none"


def repeats(last: Run, run: Run) -> bool:
    """Whether a run has the inputs of another one, and values that are the same but for rounding."""
    return last.key == run.key and agree(last.values, run.values) and agree(last.other_values, run.other_values)


def read_ledger(path: Path, claim: str) -> Ledger:
    """The ledger of a claim from its file; an empty one where there is none.

    Raises EvidenceError for a file that is damaged, not that of the claim, or written by a newer version, for values that the
    rule refuses, and for what is no file.
    """
    if not path.is_file():
        if path.exists() or path.is_symlink():
            raise EvidenceError(f"{path}:1:1: not a file; move it away")
        return Ledger(claim)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise EvidenceError(f"{path}:1:1: cannot be read ({error.strerror or error})") from error
    ledger = parse_ledger(data, str(path))
    if ledger.claim != claim:
        raise EvidenceError(f"{path}:1:1: the evidence of the claim {_short(ledger.claim)}, not of {claim!r}; {RESTORE}")
    try:
        _ = ledger.newest
    except MeasurementError as error:
        raise EvidenceError(f"{path}:1:1: no verdict follows from its values: {error}; {RESTORE}") from error
    return ledger


def parse_ledger(data: bytes, name: str) -> Ledger:
    """Read the bytes of an evidence file, whose name is for messages: `name:line:column: what is wrong, and what to do`.

    Raises EvidenceError for a damaged file, or one that a newer version wrote.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = data.count(b"\n", 0, error.start) + 1, error.start - data.rfind(b"\n", 0, error.start)
        raise EvidenceError(f"{name}:{line}:{column}: not UTF-8; {RESTORE}") from error
    digest = hashlib.sha256(data).hexdigest()
    sound = f"sound {digest} {_metrics()}"
    known = _known(sound)
    if known is not None:
        return Ledger(known[0], tuple(_entry(head, text) for head in known[1]), data, digest)
    try:
        values = strict_json.load(text)
    except strict_json.JsonError as error:
        raise EvidenceError(f"{name}:{error.line}:{error.column}: not an evidence file ({error.problem}); {RESTORE}") from error
    schema = values.get("schema") if isinstance(values, dict) else None
    if isinstance(schema, int) and schema > SCHEMA:
        raise EvidenceError(f"{name}:1:1: written by a newer version (schema {_short(schema)}); update check-claims")
    try:
        file = EvidenceFile.model_validate_json(text)
    except ValidationError as error:
        line, column, problem = _fault(error, text, values)
        raise EvidenceError(f"{name}:{line}:{column}: {problem}; {RESTORE}") from error
    runs = list(map(_derived, file.runs))
    for number, run in enumerate(runs):
        wrong = foreign(run)
        if wrong is not None:
            line, column = strict_json.place(text, ("runs", number))
            raise EvidenceError(f"{name}:{line}:{column}: run {number + 1}: {wrong}; {RESTORE}")
    places = strict_json.places(text, "runs")
    entries = tuple(Entry.of(run, text[start:end]) for run, (start, end) in zip(runs, places, strict=True))
    heads = tuple(
        Head(start=start, end=end, scope=each.scope, key=each.key, verdict=each.verdict)
        for each, (start, end) in zip(entries, places, strict=True)
    )
    keep(ROOM, sound, [file.claim, _heads().dump_json(heads).decode()])
    return Ledger(file.claim, entries, data, digest)


def _entry(head: Head, text: str) -> Entry:
    return Entry(text[head.start : head.end], head.scope, head.key, head.verdict)


def _known(sound: str) -> tuple[str, tuple[Head, ...]] | None:
    """The claim and the runs of a file that was found sound before; None where it was not."""
    try:
        claim, heads = look_up(ROOM, sound)
        return str(claim), _heads().validate_json(heads)
    except (TypeError, ValueError):
        return None


@cache
def _heads() -> TypeAdapter[tuple[Head, ...]]:
    return TypeAdapter(tuple[Head, ...])


@cache
def _any_run() -> TypeAdapter[FirstRun | Run]:
    return TypeAdapter(AnyRun)


def _metrics() -> str:
    """All of the metrics that the soundness of a run depends on."""
    return " ".join(f"{name}={metric.word.unit},{metric.counts},{metric.answers}" for name, metric in METRICS.items())


def _derived(recorded: FirstRun | Run) -> Run:
    """The run in today's schema, with what follows from its spec and verdict made anew, so that nobody's words stand in the place
    of it."""
    run = recorded if isinstance(recorded, Run) else recorded.upgraded()
    spec, verdict, kind = run.spec, run.verdict, KINDS[run.spec.kind]
    return run.model_copy(
        update={
            "effect_of": effect_of(spec, verdict.parts, (verdict.effect, verdict.low, verdict.high)),
            "effect_unit": kind.unit(spec, run.unit),
            "effect_from": kind.no_effect(spec),
            "claimed": kind.side(spec),
        }
    )


def print_ledger(ledger: Ledger) -> str:
    """The file's text: one row of numbers a line, so that version control shows what changed."""
    file = {"schema": SCHEMA, "claim": ledger.claim, "runs": [entry.kept for entry in ledger.entries]}
    text = json.dumps(file, indent=1, ensure_ascii=False)
    return NUMBERS.sub(lambda match: "[" + re.sub(r"\s+", " ", match[1]) + "]", text) + "\n"


def _fault(error: ValidationError, text: str, values: Any) -> tuple[int, int, str]:
    """Line, column and what is wrong."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        try:
            strict_json.refuse(text)
        except strict_json.JsonError as found:
            return found.line, found.column, f"not an evidence file ({found.problem})"
    path = _path(first["loc"], values)
    place = strict_json.place(text, path)
    shown = _shown(path)
    if first["type"] == "missing":
        return *place, f"the key `{shown}` is missing"
    if first["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return *place, f"there is no key `{shown}`"
    if any(str(part).startswith("constrained-int") for part in first["loc"]):  # of int or float, which is tried first
        problem = "not a number"
    elif first["type"] == "value_error":
        problem = first["msg"].removeprefix("Value error, ")
    else:
        problem = first["msg"].removeprefix("Input ").removeprefix("Value ").replace("Tuple", "a list")
    return *place, f"`{shown}`: {problem}" if shown else f"not an evidence file; it {problem}"


def _path(location: tuple[int | str, ...], values: Any) -> strict_json.Path:
    """The part of pydantic's location that leads through the file: without the names of types, and with a missing key."""
    path: list[str | int] = []
    for place, part in enumerate(location):
        if isinstance(values, dict) and part in values:
            values = values[str(part)]
        elif isinstance(values, list) and isinstance(part, int) and part < len(values):
            values = values[part]
        elif place < len(location) - 1 or not isinstance(values, dict):
            continue
        path.append(part)
    return tuple(path)


def _shown(path: strict_json.Path) -> str:
    shown = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
