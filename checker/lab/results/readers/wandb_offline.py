"""Weights & Biases' own files of a run, `run-ID.wandb`: a LevelDB log of messages. wandb's protocol reads the messages.

A run is finished where it ended with exit code 0. Files with the same run id are one run that was resumed.
Source: LevelDB's log format; wandb/proto/wandb_internal.proto.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checker.errors import MeasurementError
from checker.lab.results.entry import Entry
from checker.lab.results.files import MOST_BYTES, Source, read_bytes
from checker.lab.results.readers.base import Reader, needs, place_fields
from checker.lab.results.rows import Record, Rows, tabulate

NAMES = ("*.wandb",)
MAGIC, FILE_HEAD = b":W&B", 7
BLOCK, HEAD = 32768, 7  # bytes of a block and of the head of a part: checksum (4), length (2), kind (1)
FULL, FIRST, MIDDLE, LAST = 1, 2, 3, 4


@dataclass
class _Run:
    """What the files of one run say, the later ones over the earlier ones."""

    id: str
    file: Path
    known: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    history: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)
    exit: int | None = None


def sees(source: Source) -> bool:
    return bool(source.named(*NAMES))


def read(source: Source, entry: Entry | None) -> Rows:
    return tabulate(_records(source), entry)


def _records(source: Source) -> Iterator[Record]:
    runs: dict[str, _Run] = {}
    for file in source.named(*NAMES):
        _read_run(file, runs)
    for run in runs.values():
        label = source.label(run.file)
        state = (
            ""
            if run.exit == 0
            else f"exit code {run.exit}"
            if run.exit is not None
            else "it has no end, as of a crashed or running one"
        )
        fields = {**place_fields(source, run.file), **run.known, "config": run.config, "summary": run.summary, "id": run.id}
        yield Record(label, f"run {run.id}", run.id, f"the run did not finish: {state}" if state else "", fields, run.history)


def _read_run(file: Path, runs: dict[str, _Run]) -> None:
    try:
        from google.protobuf.message import DecodeError
        from wandb.proto import wandb_internal_pb2 as messages
    except ImportError:
        raise needs("wandb", "wandb-offline") from None
    run = _Run(file.stem.removeprefix("run-"), file)
    for data in parts(read_bytes(file, MOST_BYTES), file.name):
        record = messages.Record()
        try:
            record.ParseFromString(data)
        except DecodeError as error:
            raise MeasurementError(f"{file.name}: damaged ({error})") from error
        kind = record.WhichOneof("record_type")
        if kind == "run":
            run = runs.setdefault(record.run.run_id or run.id, run)
            run.file, run.exit = file, None
            _update(run.config, record.run.config)
            run.known = {
                "name": record.run.display_name,
                "group": record.run.run_group,
                "tags": ",".join(record.run.tags),
                "project": record.run.project,
            }
        elif kind == "config":
            _update(run.config, record.config)
        elif kind == "summary":
            _update(run.summary, record.summary)
        elif kind == "history":
            row = {_key(item): _value(item) for item in record.history.item}
            run.history.append((row.get("_step", record.history.step.num), row))
        elif kind == "exit":
            run.exit = int(record.exit.exit_code)
    runs.setdefault(run.id, run)


def _key(item: Any) -> str:
    return str(item.key or ".".join(item.nested_key))


def _value(item: Any) -> Any:
    try:
        return json.loads(item.value_json)
    except (ValueError, RecursionError):
        return None


def _update(into: dict[str, Any], message: Any) -> None:
    for item in message.update:
        into[_key(item)] = _value(item)
    for item in message.remove:
        into.pop(_key(item), None)


def parts(data: bytes, name: str) -> Iterator[bytes]:
    """The messages of a log. A last one that was cut off, as by a crash, is left out.

    Raises MeasurementError for a file of another kind.
    """
    if not data.startswith(MAGIC):
        raise MeasurementError(f"{name}: not a file of W&B")
    at, whole = FILE_HEAD, b""
    while at + HEAD <= len(data):
        room = BLOCK - at % BLOCK
        if room < HEAD:
            at += room
            continue
        length, kind = int.from_bytes(data[at + 4 : at + 6], "little"), data[at + 6]
        if kind == 0 and length == 0:
            at += room
            continue
        part = data[at + HEAD : at + HEAD + length]
        if len(part) < length:
            return
        at += HEAD + length
        whole = part if kind in (FULL, FIRST) else whole + part
        if kind in (FULL, LAST):
            yield whole


WANDB_OFFLINE = Reader("wandb-offline", sees, read)
