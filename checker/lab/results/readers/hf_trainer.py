"""The Trainer of transformers: `trainer_state.json`, in the folder of a run and in those of its checkpoints.

Files called training_args.bin are pickles and are never opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from checker.errors import MeasurementError
from checker.lab.results.entry import Entry
from checker.lab.results.files import Source, load_json
from checker.lab.results.readers.base import Reader, place_fields
from checker.lab.results.rows import Record, Rows, tabulate

STATE_FILE = "trainer_state.json"
BESIDE = (
    "all_results.json",
    "eval_results.json",
    "test_results.json",
    "predict_results.json",
    "train_results.json",
    "config.json",
)
CHECKPOINT = re.compile(r"checkpoint-[0-9]+")


def sees(source: Source) -> bool:
    return bool(source.named(STATE_FILE))


def read(source: Source, entry: Entry | None) -> Rows:
    return tabulate(_records(source), entry)


def _records(source: Source) -> Iterator[Record]:
    """The state of the last checkpoint of each run."""
    runs: dict[Path, list[tuple[int, Path, Mapping[str, Any]]]] = {}
    for file in source.named("*trainer_state.json"):
        state = load_json(file)
        if not isinstance(state, dict) or not isinstance(state.get("log_history"), list):
            raise MeasurementError(f"{source.label(file)}: no log_history in it")
        folder = file.parent.parent if CHECKPOINT.fullmatch(file.parent.name) else file.parent
        runs.setdefault(folder, []).append((int(state.get("global_step") or 0), file, state))
    for folder, states in runs.items():
        _, file, state = max(states, key=lambda item: (item[0], -len(item[1].parts)))
        place = place_fields(
            source, folder / STATE_FILE if folder.is_relative_to(source.root) and folder != source.root.parent else file
        )
        documents = {name.removesuffix(".json"): load_json(folder / name) for name in BESIDE if (folder / name) in source.files}
        alone = {key: value for key, value in state.items() if key != "log_history"}
        history = [(row.get("step"), row) for row in state["log_history"] if isinstance(row, dict)]
        yield Record(source.label(file), "", source.label(file), _unfinished(state), {**place, **alone, **documents}, history)


def _unfinished(state: Mapping[str, Any]) -> str:
    """A run is done at its last step, or when a callback stopped it."""
    done, planned = int(state.get("global_step") or 0), int(state.get("max_steps") or 0)
    callbacks = state.get("stateful_callbacks") or {}
    control = (callbacks.get("TrainerControl") or {}).get("args") or {}
    if done >= planned or control.get("should_training_stop"):
        return ""
    return f"the run did not finish: step {done} of {planned}"


HF_TRAINER = Reader("hf-trainer", sees, read)
