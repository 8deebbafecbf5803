"""What a run was asked: the fields of a claim's spec that decide its verdict."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

from checker.claims import ClaimSpec

ASKED = {
    *("kind", "metric", "other", "subject", "baseline", "relation", "order", "models", "members", "bound", "factor", "margin"),
    *("quantifier", "where", "scope", "decide"),
}
"""The fields of a spec that decide its verdict."""


def asked(spec: ClaimSpec) -> dict[str, Any]:
    """The fields of a spec that decide its verdict, as plain values."""
    return spec.model_dump(mode="json", include=ASKED, exclude_none=True)


def _without_identity(spec: Any) -> Any:
    """A spec that is the same for the same question, wherever and in whatever words it was asked."""
    fields = asked(spec) if isinstance(spec, ClaimSpec) else spec
    if not isinstance(fields, dict):
        return fields
    for name in ("id", "statement", "source", "reviewed"):
        if name in fields:
            raise ValueError(f"a recorded spec has no `{name}`")
    return {**fields, "id": "recorded", "statement": "", "source": ""}


Question = Annotated[ClaimSpec, BeforeValidator(_without_identity), PlainSerializer(asked)]
"""The spec of a run: what decides its verdict, without the claim's id, sentence and place."""
