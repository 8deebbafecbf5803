"""The JSON Schema of evidence files, made from their models and shipped beside them, for programs that are not in Python."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from checker.evidence.ledger import EvidenceFile
from checker.evidence.question import ASKED

FILE = "evidence.schema.json"


def evidence_schema() -> dict[str, Any]:
    """The schema of today's models. A recorded spec has fewer fields than a claim's: not its id, sentence and place."""
    schema = EvidenceFile.model_json_schema()
    spec = schema["$defs"]["ClaimSpec"]
    spec["properties"] = {name: field for name, field in spec["properties"].items() if name in ASKED}
    spec["required"] = [name for name in spec["required"] if name in ASKED]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def shipped_schema() -> str:
    """The text of the schema that comes with the package."""
    return (files("checker.evidence") / FILE).read_text(encoding="utf-8")
