"""Inspect's logs: `.json`, or `.eval`, which is a zip of JSON documents; both with their status and their scores."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from checker.errors import MeasurementError
from checker.lab.results.entry import Entry
from checker.lab.results.files import MOST_DOCUMENT, Source, load_json, parse_json, take_at_most
from checker.lab.results.readers.base import Reader, needs, place_fields
from checker.lab.results.rows import Record, Rows, tabulate

NAMES = ("*.eval", "*.json")
GRADES = {"C": 1.0, "I": 0.0, "P": 0.5, "N": 0.0}  # correct, incorrect, partial, no answer
ZSTD, HEAD = 93, 30


def sees(source: Source) -> bool:
    if source.named("*.eval"):
        return True
    for file in source.named("*.json")[:3]:
        try:
            document = load_json(file)
        except MeasurementError:
            continue
        if isinstance(document, dict) and {"status", "eval"} <= set(document):
            return True
    return False


def read(source: Source, entry: Entry | None) -> Rows:
    by_sample = entry is not None and (entry.columns.value or "").startswith("sample.")
    return tabulate(_records(source, by_sample), entry)


def _records(source: Source, by_sample: bool) -> Iterator[Record]:
    for file in source.named(*NAMES):
        document, samples = _document(file, by_sample)
        if not {"status", "eval"} <= set(document):
            continue
        status = str(document["status"])
        state = "" if status == "success" else f"the run did not finish: {status}"
        limit = (document["eval"].get("config") or {}).get("limit")
        fields = {**place_fields(source, file), **document, "limit": limit, "results": _results(document.get("results") or {})}
        if not by_sample:
            yield Record(source.label(file), "", "", state, fields)
        for number, sample in enumerate(samples, 1):
            graded = {**sample, "scores": {name: _grade(score) for name, score in (sample.get("scores") or {}).items()}}
            yield Record(source.label(file), f"sample {number}", "", state, {**fields, "sample": graded})


def _results(results: Mapping[str, Any]) -> dict[str, Any]:
    """`results.scores.SCORER.METRIC` instead of lists of records. Scorers of one name have their reducer after it."""
    scores: dict[str, Any] = {}
    for score in results.get("scores") or ():
        metrics = {
            name: metric.get("value") if isinstance(metric, Mapping) else metric
            for name, metric in (score.get("metrics") or {}).items()
        }
        name = str(score.get("name"))
        scores[f"{name} ({score.get('reducer')})" if name in scores else name] = metrics
    return {**results, "scores": scores}


def _grade(score: Any) -> Any:
    value = score.get("value") if isinstance(score, Mapping) else score
    return GRADES.get(value, value) if isinstance(value, str) else value


def _document(file: Path, with_samples: bool) -> tuple[dict[str, Any], list[Any]]:
    """A log without its samples, and the samples where they are asked for. A log that was never closed has status `started`."""
    if file.suffix == ".json":
        document = load_json(file)
        document = document if isinstance(document, dict) else {}
        return document, (document.get("samples") or []) if with_samples else []
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            header = "header.json" if "header.json" in names else "_journal/start.json"
            document = parse_json(_member(archive, file, header), f"{file.name}/{header}")
            inside = [name for name in names if name.startswith("samples/") and with_samples]
            samples = [parse_json(_member(archive, file, name), f"{file.name}/{name}") for name in inside]
            return {"status": "started", **document}, samples
    except (zipfile.BadZipFile, KeyError, OSError, zlib.error, struct.error) as error:
        raise MeasurementError(f"{file.name}: cannot be read as a log ({error})") from error


def _member(archive: zipfile.ZipFile, file: Path, name: str) -> bytes:
    """A document of the archive. Python before 3.14 does not know the packing that Inspect uses, so pyarrow unpacks it."""
    info = archive.getinfo(name)
    if info.file_size > MOST_DOCUMENT:
        raise MeasurementError(f"{file.name}/{name}: more than {MOST_DOCUMENT / 2**20:.0f} MiB unpacked; too large to be read")
    if info.compress_type != ZSTD:
        with archive.open(name) as stream:
            return take_at_most(stream, MOST_DOCUMENT, f"{file.name}/{name}")
    try:
        import pyarrow as pa
    except ImportError:
        raise needs("pyarrow", "inspect") from None
    with file.open("rb") as packed:
        packed.seek(info.header_offset)
        head = packed.read(HEAD)
        packed.seek(sum(struct.unpack("<HH", head[26:30])), 1)  # the name and the extra field
        data = packed.read(info.compress_size)
    try:
        with pa.CompressedInputStream(pa.BufferReader(data), "zstd") as stream:
            return take_at_most(stream, MOST_DOCUMENT, f"{file.name}/{name}")
    except (OSError, pa.ArrowException) as error:
        raise MeasurementError(f"{file.name}/{name}: damaged ({error})") from error


INSPECT = Reader("inspect", sees, read)
