"""The JSON Schema of evidence files, made from their models and shipped beside them, for programs that are not in Python."""

from __future__ import annotations

import ast
import inspect
import textwrap
from importlib.resources import files
from itertools import pairwise
from typing import Any

from pydantic import BaseModel

from checker.evidence.ledger import EvidenceFile
from checker.evidence.record import Record

FILE = "evidence.schema.json"


def evidence_schema() -> dict[str, Any]:
    """The schema of today's models."""
    schema = EvidenceFile.model_json_schema()
    found: list[type[BaseModel]] = [EvidenceFile, *_below(Record)]
    models = {model.__name__: model for model in found}
    for name, definition in {**schema["$defs"], EvidenceFile.__name__: schema}.items():
        texts = _descriptions(models[name]) if name in models else {}
        for key, value in definition.get("properties", {}).items():
            if key in texts:
                definition["properties"][key] = dict(sorted({**value, "description": texts[key]}.items()))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _below(model: type[BaseModel]) -> list[type[BaseModel]]:
    return [each for child in model.__subclasses__() for each in (child, *_below(child))]


def _descriptions(model: type[BaseModel]) -> dict[str, str]:
    """The docstring of each field by its key in the file. Pydantic would read the source whenever a model is imported."""
    texts = {}
    for owner in reversed(model.__mro__):
        if issubclass(owner, BaseModel) and owner is not BaseModel:
            body = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
            assert isinstance(body, ast.ClassDef)
            for field, text in pairwise(body.body):
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
                    texts[field.target.id] = inspect.cleandoc(ast.literal_eval(text.value))
    return {model.model_fields[name].alias or name: text for name, text in texts.items()}


def shipped_schema() -> str:
    """The text of the schema that comes with the package."""
    return (files("checker.evidence") / FILE).read_text(encoding="utf-8")
