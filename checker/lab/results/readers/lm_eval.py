"""The LM Evaluation Harness: `results_DATE.json`, one file a run."""

from __future__ import annotations

from collections.abc import Iterator

from checker.errors import MeasurementError
from checker.lab.results.entry import Entry
from checker.lab.results.files import Source, load_json
from checker.lab.results.readers import jsonl
from checker.lab.results.readers.base import Reader, place_fields
from checker.lab.results.rows import Record, Rows, tabulate

NAMES = ("results*.json", "results*.json.gz")


def sees(source: Source) -> bool:
    files = source.named(*NAMES)
    if not files:
        return False
    try:
        document = load_json(files[0])
    except MeasurementError:
        return False
    return (
        isinstance(document, dict) and "results" in document and bool({"n-shot", "versions", "lm_eval_version"} & set(document))
    )


def read(source: Source, entry: Entry | None) -> Rows:
    if not source.named("*.json", "*.json.gz"):
        return jsonl.read(source, entry)  # samples_*.jsonl: a row for each example
    return tabulate(_records(source), entry)


def _records(source: Source) -> Iterator[Record]:
    for file in source.named("*.json", "*.json.gz"):
        document = load_json(file)
        if isinstance(document, dict) and "results" in document:
            yield Record(source.label(file), "", "", "", {**place_fields(source, file), **document})


LM_EVAL = Reader("lm-eval", sees, read)
