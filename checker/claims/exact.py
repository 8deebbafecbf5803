"""The YAML of a ```claim block over what its sentence says: the spec of both, the block first."""

from __future__ import annotations

import difflib
from typing import Any

from checker.claims.claim import Claim, Exact
from checker.claims.kind import KINDS, Kind
from checker.claims.named import Identity, load_fields, make_spec
from checker.claims.slug import metric_layers
from checker.claims.spec import ClaimSpec
from checker.errors import SpecError
from checker.vocabulary import Vocabulary


def exact_spec(claim: Claim, base: ClaimSpec | None, vocabulary: Vocabulary) -> ClaimSpec:
    """The spec of a claim with a claim block. Fields of the block stand; what it leaves out is what the sentence says, if that is
    a claim of the same kind, and else the default of the metric.

    Raises SpecError with the place in the note for what is no YAML, an unknown key, or a spec that is not whole.
    """
    assert claim.exact is not None
    return block_spec(claim.exact, str(claim.note.path), base, vocabulary)


def block_spec(block: Exact, place: str, base: ClaimSpec | None, vocabulary: Vocabulary) -> ClaimSpec:
    """The spec of a claim block in the note `place`, over that of its sentence. Raises SpecError as `exact_spec` does."""
    if not block.text.strip():
        raise SpecError(f"{place}:{block.line}:1: the claim block is empty; write the fields of a spec, or delete it")
    given = load_fields(block.text, place)
    for key in Identity.model_fields:
        if key in given:
            raise SpecError(f"{place}:{block.line}:1: `{key}` does not belong in a claim block; the note says it")
    fields: dict[str, Any] = {}
    if base is not None and given.get("kind", base.kind) == base.kind:
        fields = base.as_dict()
        if given.get("metric", base.metric) != base.metric:  # its layers and margin are those of the other one
            fields.pop("margin", None)
            fields["where"].pop("layers")
    kind = KINDS.get(str(given.get("kind", base.kind if base else None)))
    if kind is not None and given.keys() & set(kind.either):
        fields = {key: value for key, value in fields.items() if key not in kind.either}
    if {"subject", "baseline"} & given.keys() and "members" not in given:
        fields.pop("members", None)
    for key, value in given.items():
        both = isinstance(value, dict) and isinstance(fields.get(key), dict) and key in ("where", "decide")
        fields[key] = {**fields[key], **value} if both else value
    _fill(fields, kind, vocabulary)
    if vocabulary.metric(str(fields.get("metric"))) is None and isinstance(fields.get("metric"), str):
        _check_whole(fields, kind, f"{place}:{block.line}:1", vocabulary)
    return make_spec(fields, block.text, place)


def _check_whole(fields: dict[str, Any], kind: Kind | None, where: str, vocabulary: Vocabulary) -> None:
    """Raise SpecError for an unknown metric where it would have had to say what the block leaves out."""
    if "where" not in fields or (kind is not None and not fields.keys() & {"margin", "bound", *kind.either}):
        names = [metric.name for metric in vocabulary.metrics]
        near = ", ".join(difflib.get_close_matches(fields["metric"], names, 3)) or "check-claims words lists those there are"
        raise SpecError(f"{where}: no metric is called {fields['metric']!r} here; near to it: {near}")


def _fill(fields: dict[str, Any], kind: Kind | None, vocabulary: Vocabulary) -> None:
    """Put the metric's own layers and margin where nothing else is said."""
    metric = vocabulary.metric(str(fields.get("metric")))
    if metric is None:
        return
    where = fields.setdefault("where", {})
    if isinstance(where, dict):
        where.setdefault("layers", metric_layers(metric, None if "over" in fields else kind, fields.get("quantifier")))
    margin = kind.margin(metric) if kind is not None and not fields.keys() & {"margin", *kind.either} else None
    if margin is not None:
        fields["margin"] = margin.model_dump()
