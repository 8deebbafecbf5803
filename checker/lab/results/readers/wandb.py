"""Exports of Weights & Biases: runs or a history as CSV, JSON or parquet, and the summaries that lie in run folders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checker.lab.results.entry import Entry
from checker.lab.results.files import Source, load_json, load_yaml
from checker.lab.results.readers import csv, jsonl, parquet
from checker.lab.results.readers.base import Reader, place_fields
from checker.lab.results.rows import Record, Rows, tabulate

SUMMARY = "wandb-summary.json"


def sees(source: Source) -> bool:
    return csv.sees_wandb(source) or (bool(source.named(SUMMARY)) and not source.named("*.wandb"))


def read(source: Source, entry: Entry | None) -> Rows:
    if source.named(SUMMARY):
        return tabulate(_records(source), entry)
    return next((reader for reader in (csv.CSV, parquet.PARQUET) if reader.sees(source)), jsonl.JSONL).read(source, entry)


def _records(source: Source) -> Iterator[Record]:
    for file in source.named(SUMMARY):
        config = file.with_name("config.yaml")
        held: Any = load_yaml(config) if config in source.files else {}
        values = {
            key: item.get("value") if isinstance(item, dict) and "value" in item else item for key, item in (held or {}).items()
        }
        yield Record(
            source.label(file),
            "",
            source.label(file),
            "",
            {**place_fields(source, file), "config": values, "summary": load_json(file)},
        )


WANDB = Reader("wandb", sees, read)
