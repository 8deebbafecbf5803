"""The JSON Schema of evidence files, made from their models and shipped beside them, for programs that are not in Python."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from checker.evidence.ledger import EvidenceFile

FILE = "evidence.schema.json"


def evidence_schema() -> dict[str, Any]:
    """The schema of today's models."""
    schema = EvidenceFile.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def shipped_schema() -> str:
    """The text of the schema that comes with the package."""
    return (files("checker.evidence") / FILE).read_text(encoding="utf-8")
