"""Which verdicts changed between two states of a vault, and why: from claim notes and evidence, nothing is measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from checker.evidence import Ledger, Run
from checker.writing.claim_note import shown_in

SCHEMA = 1


@dataclass(frozen=True)
class State:
    """A claim at one time: its sentence and status as its note has them, and the run that leads its evidence."""

    statement: str
    status: str
    run: Run | None

    @classmethod
    def of(cls, properties: Mapping[str, Any], ledger: Ledger | None) -> State:
        """The state that the properties of a claim note and a ledger hold."""
        leading = [run for run in ledger.runs if run.scope == properties.get("scope")] if ledger is not None else []
        return cls(str(properties.get("claim", "")), shown_in(properties), leading[-1] if leading else None)


@dataclass(frozen=True)
class Changed:
    """A claim whose status differs between two states; a status is "" where the claim is not there. `why` is empty where nothing
    that is recorded shows."""

    id: str
    statement: str
    before: str
    after: str
    why: tuple[str, ...]


def changes_between(before: Mapping[str, State], after: Mapping[str, State]) -> list[Changed]:
    """The claims whose status is not what it was, those that are new and those that are gone, in order of their ids."""
    found = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old is not None and new is not None and old.status == new.status:
            continue
        why = tuple(reasons(old, new)) if old and new else ("new",) if new else ("no claim any more",)
        found.append(Changed(name, _statement(old, new), old.status if old else "", new.status if new else "", why))
    return found


def reasons(old: State, new: State) -> Iterator[str]:
    """What of all that a verdict follows from is not what it was."""
    if old.statement != new.statement:
        yield f"sentence: it was {old.statement!r}"
    if old.run is None or new.run is None:
        if new.run is not None:
            yield "evidence: there was none before"
        elif old.run is not None:
            yield "evidence: removed"
        return
    one, other = old.run, new.run
    if one.scope != other.scope:
        yield f"scope: {one.scope} before, {other.scope} now"
    specs = one.spec.as_dict(), other.spec.as_dict()
    fields = [name for name in dict.fromkeys((*specs[0], *specs[1])) if specs[0].get(name) != specs[1].get(name)]
    if fields:
        yield f"spec: {', '.join(fields)}"
    codes = {"metric": "metric", "other": "metric", "data": "data", "decision": "decision rule"}
    changed = [words for name, words in codes.items() if getattr(one.code, name) != getattr(other.code, name)]
    if changed:
        yield f"code: {', '.join(dict.fromkeys(changed))}"
    if one.data != other.data:
        yield f"data: {_data(one)} before, {_data(other)} now"
    if one.verdict.seeds != other.verdict.seeds:
        yield f"seeds: {one.verdict.seeds} before, {other.verdict.seeds} now"
    for name in one.models.keys() & other.models.keys():
        pairs = zip(one.models[name].weights, other.models[name].weights, strict=False)
        if any(a != b for a, b in pairs):
            yield f"weights: those of {name}"
    if one.controls != other.controls:
        yield f"the lab on other published findings: {_controls(one)} before, {_controls(other)} now"
    if one.key == other.key and "stale" in new.status and "stale" not in old.status:
        yield "stale: its spec, code, data or weights have changed since it was checked"
    if "at risk" in new.status and "at risk" not in old.status:
        yield "at risk: what it rests on is refuted or stale"


def _statement(old: State | None, new: State | None) -> str:
    return next(state.statement for state in (new, old) if state is not None)


def _controls(run: Run) -> str:
    return run.controls.counts if run.controls is not None else "not asked"


def _data(run: Run) -> str:
    return f"{run.data.images} images of {run.data.name}"


def as_json(found: list[Changed], before: str, after: str) -> dict[str, Any]:
    """The promised object: `changed` lists every claim whose status differs."""
    return {"schema": SCHEMA, "from": before, "to": after, "changed": [asdict(each) for each in found]}
