"""Tables that do not have one row a value are turned into such: wide ones, and what W&B exports of a chart."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checker.errors import ConfigurationError
from checker.lab.results.entry import Entry
from checker.lab.results.fields import near
from checker.lab.results.rows import FILE, ROW, RUN, STEP
from checker.lab.results.seeds import seed_number, seed_of

if TYPE_CHECKING:
    import pandas as pd

CHART = re.compile(r"(?s)(?P<run>.+) - (?P<metric>.+)")
ENDS = ("__MIN", "__MAX")


@dataclass(frozen=True)
class Header:
    """The names of columns, the lines that they take, and the rows of a pivot table's header: the first cell of each names it."""

    names: tuple[str, ...]
    lines: int
    levels: tuple[tuple[str, ...], ...] = ()


def arrange(cells: pd.DataFrame, header: Header, entry: Entry | None, file: str, before: int) -> pd.DataFrame:
    """One row a value, with FILE and ROW, of cells whose columns are numbered; `before` lines stand above the header.

    Raises ConfigurationError for a layout that the table does not have.
    """
    cells = cells.assign(
        **{
            FILE: file,
            ROW: [f"line {number}" for number in range(before + header.lines + 1, before + header.lines + 1 + len(cells))],
        }
    )
    filled = (cells[list(range(len(header.names)))] != "").any(axis=1)
    cells = cells[filled]
    layout = entry.layout if entry else "long"
    if entry is None or layout == "long":
        return cells.rename(columns=dict(enumerate(_unique(header.names))))
    if layout == "wide":
        return _wide(cells, header, entry)
    return _chart(cells, header, entry)


def _unique(names: tuple[str, ...]) -> list[str]:
    """Names that occur twice are kept apart by a mark that no entry can mean, so that neither is taken for the other."""
    seen: dict[str, int] = {}
    result: list[str] = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 and names.count(name) == 1 else f"{name} (column {len(result) + 1})")
    return result


def _wide(cells: pd.DataFrame, header: Header, entry: Entry) -> pd.DataFrame:
    """A column for each model and a row for each seed, or the other way round."""
    columns = entry.columns
    if columns.model and columns.seed and not header.levels:
        raise ConfigurationError(
            f"{entry.file}: a wide table has a column for each model (name the column of seeds) "
            "or for each seed (name the column of models)"
        )
    if columns.model and not columns.seed:
        return _melt(cells, header, columns.model, "(seed)", _seed_columns(header, entry))
    key = columns.seed or header.names[0]
    if header.levels:
        return _pivot(cells, header, entry, key)
    models = {place: name for place, name in enumerate(header.names) if name != key and entry.named(name) and entry.models}
    if not models:
        raise ConfigurationError(f"{entry.file}: no column bears the name of a model under `models`{near('', header.names)}")
    return _melt(cells, header, key, "(model)", models)


def _seed_columns(header: Header, entry: Entry) -> dict[int, str]:
    """The columns of single seeds: `seed_0`, or what stands for * in the entry's value (`acc_s*`)."""
    shape = entry.columns.value
    found: dict[int, str] = {}
    for place, name in enumerate(header.names):
        if shape and "*" in shape:
            match = re.fullmatch(fnmatch.translate(shape).replace(".*", "(.*)", 1), name)
            seed = seed_of(match[1]) if match else None
        else:
            seed = None if name == entry.columns.model else seed_number(name)
        if seed is not None:
            found[place] = seed
    if not found:
        raise ConfigurationError(
            f"{entry.file}: no column is named after a seed (seed_0, 1); write their names with a star as `value` (acc_s*)"
        )
    return found


def _melt(cells: pd.DataFrame, header: Header, key: str, other: str, places: dict[int, str]) -> pd.DataFrame:
    import pandas as pd

    if header.names.count(key) != 1:
        raise ConfigurationError(f"no single column {key!r}{near(key, header.names)}")
    rest = [place for place in range(len(header.names)) if place not in places]
    parts = [
        cells[[*rest, FILE, ROW]]
        .rename(columns={at: header.names[at] or "(nameless)" for at in rest})
        .assign(**{other: name, "(value)": cells[place]})
        for place, name in places.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _pivot(cells: pd.DataFrame, header: Header, entry: Entry, key: str) -> pd.DataFrame:
    """Of a header with several rows, each becomes a field. The one that holds the models is named, or found by them."""
    import pandas as pd

    names = [level[0] for level in header.levels]
    model = entry.columns.model
    fitting = [
        name
        for name, level in zip(names, header.levels, strict=True)
        if (model is None or name == model) and any(entry.models and entry.named(cell) for cell in level[1:])
    ]
    if len(fitting) != 1:
        raise ConfigurationError(
            f"{entry.file}: which row of the header holds the models? Write its name as `model`{near('', names)}"
        )
    parts = []
    for place in range(1, len(header.names)):
        values = {name: level[place] if place < len(level) else "" for name, level in zip(names, header.levels, strict=True)}
        part = cells[[0, FILE, ROW]].rename(columns={0: key})
        parts.append(part.assign(**values, **{"(model)": values[fitting[0]], "(value)": cells[place]}))
    return pd.concat(parts, ignore_index=True)


def _chart(cells: pd.DataFrame, header: Header, entry: Entry) -> pd.DataFrame:
    """A column for each run, called `RUN - METRIC`, with its smallest and largest value beside it."""
    import pandas as pd

    metric = entry.columns.value
    parts = []
    step = entry.columns.step or header.names[0]
    if step not in header.names:
        raise ConfigurationError(f"{entry.file}: no column {step!r}{near(step, header.names)}")
    metrics = set()
    for place, name in enumerate(header.names):
        match = CHART.fullmatch(name)
        if match is None or name.endswith(ENDS):
            continue
        metrics.add(match["metric"])
        if metric in (None, match["metric"]):
            part = cells[[FILE, ROW]].assign(
                **{
                    "run": match["run"],
                    "name": match["run"],
                    "Name": match["run"],
                    RUN: match["run"],
                    "(value)": cells[place],
                    step: cells[header.names.index(step)],
                }
            )
            part[STEP] = pd.to_numeric(part[step], errors="coerce")
            parts.append(part[part["(value)"] != ""])
            _refuse_grouped(cells, header, place, name, entry)
    if not parts or (metric is None and len(metrics) > 1):
        known = near(metric or "", metrics)
        raise ConfigurationError(f"{entry.file}: no column `RUN - METRIC` for the value {metric!r}{known}")
    return pd.concat(parts, ignore_index=True)


def _refuse_grouped(cells: pd.DataFrame, header: Header, place: int, name: str, entry: Entry) -> None:
    """Raises ConfigurationError for a line that is the mean of several runs: their seeds are not in the file."""
    import pandas as pd

    own = pd.to_numeric(cells[place], errors="coerce")
    for end in ENDS:
        if name + end in header.names:
            other = pd.to_numeric(cells[header.names.index(name + end)], errors="coerce")
            if ((own - other).abs() > 1e-9).any():
                raise ConfigurationError(
                    f"{entry.file}: the line {name!r} is a mean: its smallest and largest values differ from it. "
                    "Export the chart without grouping and smoothing, so that each run has its line"
                )
