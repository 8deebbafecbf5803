"""The evidence of a claim: an append-only JSON file that is versioned with the notes.

A run is appended when its inputs are new, or when the same inputs gave other numbers; a run that repeats what is there
changes nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from checker.errors import SpecError

SCHEMA = 1
TOLERANCE = 1e-3  # of a value: the same measurement on another processor differs by less
SAME_INPUTS = "key"
NEEDED = {
    *("key", "scope", "about", "spec", "reading", "unit", "effect_unit", "effect_of", "effect_from", "claimed"),
    *("models", "values", "verdict"),
}  # of a run, to show it


@dataclass(frozen=True)
class Ledger:
    """All runs of one claim, oldest first; each is the plain JSON object that is kept."""

    claim: str
    runs: tuple[Mapping[str, Any], ...] = ()

    @property
    def newest(self) -> dict[str, Mapping[str, Any]]:
        """The last run of each scope."""
        return {run["scope"]: run for run in self.runs}

    def with_run(self, run: Mapping[str, Any]) -> Ledger:
        """The ledger with `run` at its end, or this one when the last run of its scope says the same of the same inputs."""
        last = self.newest.get(run["scope"])
        if last is not None and last[SAME_INPUTS] == run[SAME_INPUTS] and _agree(last["values"], run["values"]):
            return self
        return Ledger(self.claim, (*self.runs, run))


def _agree(old: Any, new: Any) -> bool:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return old.keys() == new.keys() and all(_agree(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(_agree(a, b) for a, b in zip(old, new, strict=True))
    if isinstance(old, (int, float)) and isinstance(new, (int, float)):
        return bool(abs(old - new) <= TOLERANCE * max(abs(old), abs(new)))
    return bool(old == new)


def parse_ledger(text: str, name: str) -> Ledger:
    """Read a ledger. Raises SpecError for a damaged file, or one that a newer version wrote: it is never overwritten."""
    try:
        values = json.loads(text)
        schema, claim, runs = values["schema"], values["claim"], values["runs"]
    except (ValueError, KeyError, TypeError) as error:
        line = getattr(error, "lineno", 1)
        raise SpecError(f"{name}:{line}:1: not an evidence file ({error}); restore it from version control") from error
    if schema > SCHEMA:
        raise SpecError(f"{name}:1:1: written by a newer version (schema {schema}); update check-claims")
    for number, run in enumerate(runs, 1):
        lacking = sorted(NEEDED - run.keys()) if isinstance(run, Mapping) else ["everything"]
        if lacking:
            raise SpecError(f"{name}:1:1: run {number} lacks {', '.join(lacking)}; restore the file from version control")
    return Ledger(claim, tuple(runs))


def print_ledger(ledger: Ledger) -> str:
    """The file's text: one row of numbers a line, so that version control shows what changed."""
    text = json.dumps({"schema": SCHEMA, "claim": ledger.claim, "runs": list(ledger.runs)}, indent=1, ensure_ascii=False)
    rows = re.compile(r"\[\s+(-?[\d.eE+-]+(?:,\s+-?[\d.eE+-]+)*)\s+\]")
    return rows.sub(lambda match: "[" + re.sub(r"\s+", " ", match[1]) + "]", text) + "\n"
