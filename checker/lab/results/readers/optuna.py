"""Optuna's storages, read as they lie on disk: a SQLite database, or a journal with one operation a line.

A trial counts where its state is COMPLETE. Source: optuna.storages, the tables of RDBStorage and JournalOperation.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checker.errors import MeasurementError
from checker.lab.results.entry import Entry
from checker.lab.results.files import MOST_BYTES, Source, decode, is_sqlite, open_sqlite, parse_json, read_bytes
from checker.lab.results.readers.base import Reader
from checker.lab.results.readers.mlflow import choose
from checker.lab.results.rows import Record, Rows, tabulate

STATES = ("RUNNING", "COMPLETE", "PRUNED", "FAIL", "WAITING")
INFINITE = {"INF_POS": math.inf, "INF_NEG": -math.inf, "NAN": math.nan}
CREATE_STUDY, DELETE_STUDY, CREATE_TRIAL, SET_PARAM, SET_STATE, SET_STEP, SET_ATTRIBUTE = 0, 1, 4, 5, 6, 7, 8


def sees(source: Source) -> bool:
    if len(source.files) != 1:
        return False
    file = source.files[0]
    if is_sqlite(file):
        with open_sqlite(file) as connection:
            return {"studies", "trials"} <= {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    with file.open("rb") as stream:
        return b'"op_code"' in stream.read(4096)


def read(source: Source, entry: Entry | None) -> Rows:
    file = source.files[0]
    trials = _database(file, entry) if is_sqlite(file) else _journal(file, entry)
    return tabulate(trials, entry)


def _database(file: Path, entry: Entry | None) -> Iterator[Record]:
    import sqlite3

    try:
        with open_sqlite(file) as connection:
            yield from _trials(connection, file, entry)
    except sqlite3.Error as error:
        raise MeasurementError(f"{file.name}: not Optuna's tables ({error})") from error


def _trials(connection: Any, file: Path, entry: Entry | None) -> Iterator[Record]:
    studies = {str(row[0]): row[1] for row in connection.execute("SELECT study_id, study_name FROM studies")}
    study = choose(studies, entry.study if entry else None, "study")
    for trial, number, state in connection.execute(
        "SELECT trial_id, number, state FROM trials WHERE study_id = ? ORDER BY number", (int(study),)
    ).fetchall():

        def rows(query: str, key: int = trial) -> list[Any]:
            found: list[Any] = connection.execute(query, (key,)).fetchall()
            return found

        params = {
            name: _param(value, distribution)
            for name, value, distribution in rows(
                "SELECT param_name, param_value, distribution_json FROM trial_params WHERE trial_id = ?"
            )
        }
        values = [
            INFINITE.get(kind, value)
            for value, kind in rows("SELECT value, value_type FROM trial_values WHERE trial_id = ? ORDER BY objective")
        ]
        attributes = {
            key: parse_json(value, file.name)
            for key, value in rows("SELECT key, value_json FROM trial_user_attributes WHERE trial_id = ?")
        }
        history = [
            (step, INFINITE.get(kind, value))
            for step, value, kind in rows(
                "SELECT step, intermediate_value, intermediate_value_type FROM trial_intermediate_values "
                "WHERE trial_id = ? ORDER BY step"
            )
        ]
        yield _record(file.name, number, str(state), params, values, attributes, history)


def _param(value: Any, distribution: Any) -> Any:
    """The value of a parameter: of a category, the choice that its number stands for."""
    kind = parse_json(distribution, "a distribution") if isinstance(distribution, str) else distribution or {}
    choices = (kind.get("attributes") or {}).get("choices")
    if choices is not None:
        return choices[int(value)]
    return int(value) if "Int" in str(kind.get("name")) else value


def _journal(file: Path, entry: Entry | None) -> Iterator[Record]:
    studies: dict[str, str] = {}
    trials: list[dict[str, Any]] = []
    for operation in _operations(file):
        code = operation.get("op_code")
        if code == CREATE_STUDY:
            studies[str(len(studies))] = str(operation.get("study_name"))
        elif code == DELETE_STUDY:
            studies[str(operation.get("study_id"))] = ""
        elif code == CREATE_TRIAL:
            trials.append(_new_trial(operation, trials))
        elif code in (SET_PARAM, SET_STATE, SET_STEP, SET_ATTRIBUTE) and operation.get("trial_id", -1) < len(trials):
            _apply(operation, trials[operation["trial_id"]])
    study = choose({key: name for key, name in studies.items() if name}, entry.study if entry else None, "study")
    for trial in trials:
        if trial["study"] == study:
            yield _record(
                file.name, trial["number"], trial["state"], *(trial[key] for key in ("params", "values", "attributes", "history"))
            )


def _operations(file: Path) -> Iterator[dict[str, Any]]:
    lines = decode(read_bytes(file, MOST_BYTES), file.name).splitlines()
    for number, line in enumerate(lines, 1):
        try:
            value = parse_json(line, f"{file.name}: line {number}")
        except MeasurementError:
            if number < len(lines):
                raise
            return  # a line that was cut off in writing
        if isinstance(value, dict):
            yield value


def _new_trial(operation: dict[str, Any], trials: list[dict[str, Any]]) -> dict[str, Any]:
    study = str(operation.get("study_id"))
    number = sum(trial["study"] == study for trial in trials)
    state = operation.get("state", 0)
    values = operation.get("values") or ([operation["value"]] if operation.get("value") is not None else [])
    kinds = operation.get("distributions") or {}
    params = {name: _param(value, kinds.get(name)) for name, value in (operation.get("params") or {}).items()}
    known = {"values": values, "params": params, "attributes": dict(operation.get("user_attrs") or {}), "history": []}
    return {"study": study, "number": number, "state": STATES[state] if isinstance(state, int) else str(state), **known}


def _apply(operation: dict[str, Any], trial: dict[str, Any]) -> None:
    """What an operation changes; nothing of a trial that has ended."""
    if trial["state"] in ("COMPLETE", "PRUNED", "FAIL"):
        return
    code = operation["op_code"]
    if code == SET_PARAM:
        trial["params"][operation["param_name"]] = _param(operation["param_value_internal"], operation.get("distribution"))
    elif code == SET_STATE:
        trial["state"] = STATES[operation["state"]]
        trial["values"] = operation.get("values") or trial["values"]
    elif code == SET_STEP:
        trial["history"].append((operation["step"], operation["intermediate_value"]))
    else:
        trial["attributes"].update(operation.get("user_attr") or {})


def _record(
    file: str,
    number: int,
    state: str,
    params: dict[str, Any],
    values: list[Any],
    attributes: dict[str, Any],
    history: list[tuple[int, Any]],
) -> Record:
    fields = {
        "number": number,
        "state": state,
        "params": params,
        "user_attrs": attributes,
        **({"value": values[0]} if len(values) == 1 else {}),
        "values": values,
    }
    steps = [(step, {"intermediate_values": value, "intermediate_value": value}) for step, value in history]
    why = "" if state == "COMPLETE" else f"the run did not finish: {state}"
    return Record(file, f"trial {number}", f"trial {number}", why, fields, steps)


OPTUNA = Reader("optuna", sees, read)
