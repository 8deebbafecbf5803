"""What a reader gives: one row a value, its fields as columns, and of each row where it stands and whether its run finished."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from checker.errors import ConfigurationError, MeasurementError
from checker.lab.results.entry import Entry
from checker.lab.results.fields import MISSING, MOST_FIELDS, by_end, flatten, lookup, near, split_pattern

if TYPE_CHECKING:
    import pandas as pd

FILE, ROW, RUN, STATE, STEP = "(file)", "(row)", "(run)", "(state)", "(step)"
OWN = (FILE, ROW, RUN, STATE, STEP)
GROUPS = ("metrics", "scalars", "summary", "history", "log_history")  # may be written before what a run logged


@dataclass(frozen=True)
class Rows:
    """`frame` has the fields as they were read and five columns of the reader's.

    FILE and ROW: where the row stands (ROW is "" for a whole file). RUN: rows with the same one are steps of one run, in the
    order in which they were written; "" where rows are on their own. STATE: why the run did not finish, "" where it did or
    where the format does not say. STEP: None where there are no steps. `notes` are for the reader of a report. `logged`:
    the fields that a run logged several times, where all fields were asked for.
    """

    frame: pd.DataFrame
    notes: tuple[str, ...] = ()
    logged: tuple[str, ...] = ()

    @property
    def fields(self) -> list[str]:
        return [str(name) for name in self.frame.columns if name not in OWN]


@dataclass(frozen=True)
class Record:
    """A run, or a row with nested fields.

    `fields`: what is known of it as a whole, nested. `history`: what it logged, as (step, {path: value}), in order.
    """

    file: str
    row: str = ""
    run: str = ""
    state: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    history: Sequence[tuple[Any, Mapping[str, Any]]] = ()


def wanted(entry: Entry) -> tuple[str, ...]:
    """The fields that an entry speaks of, without the patterns behind them."""
    columns = [value for value in entry.columns.model_dump().values() if value]
    return tuple(dict.fromkeys([split_pattern(value)[0] for value in columns] + list(entry.where)))


def tabulate(records: Iterable[Record], entry: Entry | None, notes: tuple[str, ...] = ()) -> Rows:
    """Rows of records, with the fields that an entry speaks of; with all their fields where there is no entry.

    A run has one row where what it gives as a whole holds the value and no step is asked for; otherwise one for each step
    that logged the value. Raises MeasurementError for no records, ConfigurationError for a field that none of them has.
    """
    records = list(records)
    if not records:
        raise MeasurementError("no run and no record in it")
    if entry is None:
        last = [{name: value for _, row in record.history for name, value in row.items()} for record in records]
        counts = Counter(name for record in records[:1] for _, row in record.history for name in row)
        rows = [_row(record, None, {**flatten(record.fields), **logged}) for record, logged in zip(records, last, strict=True)]
        return replace(_frame(rows, notes), logged=tuple(name for name, count in counts.items() if count > 1))
    names = wanted(entry)
    value = split_pattern(entry.columns.value or "")[0]
    known = _known(records)
    optional = {split_pattern(entry.columns.item or "")[0], *(name for name, wish in entry.where.items() if wish is None)}
    absent = set(names) - optional
    rows = []
    for record in records:
        for step, logged in _values(record, value, entry.take is not None):
            found = {name: _find(record, logged, name) for name in names}
            absent -= {name for name, cell in found.items() if cell is not MISSING}
            rows.append(_row(record, step, {name: None if cell is MISSING else cell for name, cell in found.items()}))
    for name in absent:
        raise ConfigurationError(f"no field {name!r} in any record{near(name, known)}")
    return _frame(rows, notes)


def _values(record: Record, value: str, by_step: bool) -> list[tuple[Any, Mapping[str, Any]]]:
    """The steps of a run that logged the value; the run as a whole where it says what its value is."""
    logged = [(step, row) for step, row in record.history if _of(row, value) is not MISSING]
    whole = _of(record.fields, value) is not MISSING
    return logged if logged and (by_step or not whole) else [(None, {})]


def _find(record: Record, logged: Mapping[str, Any], name: str) -> Any:
    found = _of(logged, name) if logged else MISSING
    return _of(record.fields, name) if found is MISSING else found


def _of(fields: Mapping[str, Any], name: str) -> Any:
    """The value at a path. One without its beginning is understood where only one field ends so."""
    if not name:
        return MISSING
    found = lookup(fields, name)
    head, _, rest = name.partition(".")
    if found is MISSING and rest and head in GROUPS and head not in fields:
        found = lookup(fields, rest)
    if found is MISSING:
        ends = by_end(name, flatten(fields))
        found = lookup(fields, ends[0]) if len(ends) == 1 else MISSING
    return found


def _known(records: Sequence[Record]) -> list[str]:
    names: dict[str, None] = {}
    for record in records[:200]:
        names.update(dict.fromkeys(flatten(record.fields)))
        for _, row in record.history[:50]:
            names.update(dict.fromkeys(row))
    return list(names)[:MOST_FIELDS]


def _row(record: Record, step: Any, cells: Mapping[str, Any]) -> dict[str, Any]:
    own = {FILE: record.file, ROW: record.row, RUN: record.run, STATE: record.state, STEP: step}
    return {**cells, **own}


def _frame(rows: list[dict[str, Any]], notes: tuple[str, ...]) -> Rows:
    import pandas as pd

    columns = list(dict.fromkeys(key for row in rows for key in row))
    return Rows(pd.DataFrame({name: pd.Series([row.get(name) for row in rows], dtype=object) for name in columns}), notes)
