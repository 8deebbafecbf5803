"""Rows to the values that count: one for each model and seed. What is left out is listed with its reason, never averaged over."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from checker.errors import ConfigurationError, MeasurementError
from checker.lab.results.cells import CellAtError, check_unit, equals, is_empty, look_like_shares, must, refuse, to_numbers
from checker.lab.results.entry import PERCENTS, AtStep, Entry
from checker.lab.results.fields import MISSING, extract, lookup, near, split_pattern
from checker.lab.results.rows import FILE, OWN, ROW, RUN, STATE, STEP, Rows
from checker.lab.results.seeds import seed_of
from checker.lab.results.steps import take
from checker.lab.results.values import Conflict, LeftOut, Missing, Selection

if TYPE_CHECKING:
    import pandas as pd

FEW = 5  # places that are named of rows left out for one reason
KEY = ["model", "seed"]
SUMMARY_ROW = re.compile(r"(?i)(?:grand )?(?:total|sum|mean|average|avg|median|std|overall)s?\.?:?")


class Sieve:
    """Rows that still count, and those that do not any more, with their reasons."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self.left: list[LeftOut] = []

    def drop(self, mask: pd.Series, reason: str | pd.Series, by: tuple[str, ...] = ()) -> None:
        """Leave out the rows of a mask, for a reason or each for its own; counted by reason and by these columns."""
        gone = self.frame[mask]
        if gone.empty:
            return
        self.frame = self.frame[~mask]
        reasons = reason[mask] if not isinstance(reason, str) else gone["model"].map(lambda _: reason)
        for key, group in gone.groupby([reasons, *(gone[name] for name in by)], sort=False, dropna=False):
            known = dict(zip(by, key[1:], strict=True)) if isinstance(key, tuple) else {}
            places = tuple(place(row) for _, row in group.head(FEW).iterrows())
            self.left.append(
                LeftOut(str(key[0]), len(group), places, str(known.get("model") or ""), str(known.get("seed") or ""))
            )


def place(row: Any) -> str:
    """A row as messages name it."""
    return f"{row[FILE]}: {row[ROW]}" if row[ROW] else str(row[FILE])


def select(rows: Rows, entry: Entry) -> Selection:
    """The values of an entry. Raises ConfigurationError for what the entry has to say, MeasurementError for values that stop."""
    sieve = Sieve(_roles(rows, entry))
    notes = list(rows.notes)
    _repeated_headers(sieve, rows, entry)
    sieve.drop(sieve.frame[STATE] != "", sieve.frame[STATE], ("model", "seed"))
    _where(sieve, rows, entry)
    _name(sieve, rows, entry, notes)
    _seeds(sieve, entry)
    _one_of_each(sieve, entry)
    notes += _numbers(sieve, entry)
    by = (*KEY, "item") if "item" in sieve.frame.columns else tuple(KEY)
    conflicts = _duplicates(sieve, rows, by)
    frame = sieve.frame
    if frame.empty:
        reasons = "; ".join(f"{left.reason} ({left.rows})" for left in sieve.left[:6])
        raise MeasurementError(f"{entry.file}: no row counts: {reasons or 'the table is empty'}")
    wrong = check_unit(frame["number"], entry)
    if wrong:
        raise MeasurementError(f"{place(frame.loc[wrong[0]])}: {wrong[1]}")
    least, most = frame["number"].min(), frame["number"].max()
    if entry.metric.unit in PERCENTS and least <= 1 < most and "item" not in frame.columns:
        bare = frame[look_like_shares(frame["number"]) & ~frame["cell"].astype(str).str.contains("%", regex=False)]
        if len(bare):
            value = f"{bare['number'].iloc[0]:g}"
            raise MeasurementError(
                f"{place(bare.iloc[0])}: {value} among values up to {most:g} %: a share, or {value} percent? Write it with its %"
            )
        notes.append(f"values from {least:g} to {most:g} %: look whether some are shares")
    return _selection(sieve, entry, conflicts, notes)


def _roles(rows: Rows, entry: Entry) -> pd.DataFrame:
    """The columns that the entry names, under the names of their roles."""
    import pandas as pd

    columns, wide, chart = entry.columns, entry.layout == "wide", entry.layout == "wandb-chart"
    known = rows.frame.columns
    value = "(value)" if wide or chart else must(columns.value, "value", entry.file)
    model = "(model)" if "(model)" in known else must(columns.model, "model", entry.file)
    seed = "(seed)" if "(seed)" in known else columns.seed or (rows.fields[0] if wide else None)
    frame = pd.DataFrame(
        {
            "model": _text(column(rows, model, entry)),
            "seed": _text(column(rows, seed, entry)) if seed else "only",
            "cell": column(rows, value, entry),
            **{name: rows.frame[name] for name in OWN},
        }
    )
    item = column(rows, columns.item, entry) if columns.item else None
    if item is not None and (items := _text(item)).ne("").any():
        frame["item"] = items
    for role in ("layer", "split"):
        name = getattr(columns, role)
        if name:
            frame[role] = column(rows, name, entry)
    if columns.step:
        frame[STEP] = column(rows, columns.step, entry)
    return frame


def column(rows: Rows, name: str, entry: Entry) -> pd.Series:
    """A column by its name, a path into the records that its cells hold, or a field and a pattern.

    Raises ConfigurationError where there is none.
    """
    frame = rows.frame
    if name in frame.columns:
        return frame[name]
    path, pattern = split_pattern(name)
    cells = frame[path] if path in frame.columns else _inside(frame, path)
    if cells is None:
        raise ConfigurationError(f"{entry.file}: no column {path!r}{near(path, rows.fields)}")
    if pattern is None:
        return cells
    found = {cell: extract(str(cell), pattern) for cell in cells.map(str).unique()}
    return cells.map(str).map(found)


def _inside(frame: pd.DataFrame, path: str) -> pd.Series | None:
    """What a path leads to inside the JSON that the cells of a column hold."""
    from checker.lab.results.files import parse_json

    heads = [path[:at] for at, letter in enumerate(path) if letter == "." and path[:at] in frame.columns]
    if not heads:
        return None
    rest = path[len(heads[-1]) + 1 :]

    def at(cell: Any) -> Any:
        if isinstance(cell, str):
            try:
                cell = parse_json(cell, heads[-1])
            except MeasurementError:
                return None
        found = lookup(cell, rest)
        return None if found is MISSING else found

    return frame[heads[-1]].map(at)


def _text(cells: pd.Series) -> pd.Series:
    return by_value(cells, lambda cell: "" if is_empty(cell) or cell != cell else str(cell).strip())


def by_value(cells: pd.Series, change: Callable[[Any], Any]) -> pd.Series:
    """Each cell changed. In a column of text each value is changed once, however often it stands there."""
    import numpy as np
    import pandas as pd

    if cells.dtype == object or not pd.api.types.is_string_dtype(cells.dtype):
        return cells.map(change).astype(object)
    codes, values = pd.factorize(cells, use_na_sentinel=False)
    changed = np.empty(len(values), dtype=object)
    changed[:] = [change(value) for value in values]
    return pd.Series(changed[codes], index=cells.index, dtype=object)


def _repeated_headers(sieve: Sieve, rows: Rows, entry: Entry) -> None:
    names = [name for name in (entry.columns.model, entry.columns.value) if name in rows.frame.columns]
    if names and entry.layout == "long":
        again = (rows.frame[names].astype(str) == names).all(axis=1)
        sieve.drop(again.reindex(sieve.frame.index), "the header again")


def _where(sieve: Sieve, rows: Rows, entry: Entry) -> None:
    for name, wish in entry.where.items():
        cells = column(rows, name, entry).reindex(sieve.frame.index)
        fits = by_value(cells, partial(equals, wish=wish)).astype(bool)
        if len(cells) and not fits.any():
            seen = sorted({str(cell) for cell in cells.head(1000)})[:5]
            raise MeasurementError(f"{entry.file}: no row has {name} = {_say(wish)}; there is {', '.join(map(repr, seen))}")
        sieve.drop(~fits, f"{name} is not {_say(wish)}")


def _say(wish: Any) -> str:
    return (
        {None: "null", True: "true", False: "false"}.get(wish, str(wish)) if wish is None or isinstance(wish, bool) else str(wish)
    )


def _name(sieve: Sieve, rows: Rows, entry: Entry, notes: list[str]) -> None:
    """Models get the names that they have in claims."""
    frame = sieve.frame
    names = {model: entry.named(model) for model in frame["model"].unique() if model}
    absent = set((entry.models or {}).values()) - set(names.values())
    notes += [f"{name}: no row has this model" for name in sorted(absent)]
    if names and not any(names.values()):
        raise ConfigurationError(f"{entry.file}: no model of the table stands under `models`{near('', names)}")
    sieve.drop(frame["model"] == "", "no model")
    frame = sieve.frame
    if entry.models is None:
        sums = frame["model"].map(lambda model: bool(SUMMARY_ROW.fullmatch(model)))
        sieve.drop(sums, "a row that sums up others", ("model",))
        frame = sieve.frame
    if entry.layout == "wide" and "(model)" in rows.frame.columns:
        sieve.frame = frame[frame["model"].map(names).notna()]  # other columns are other things
    else:
        sieve.drop(frame["model"].map(names).isna(), "a model that is not under `models`", ("model",))
    sieve.frame = sieve.frame.assign(model=sieve.frame["model"].map(names))


def _seeds(sieve: Sieve, entry: Entry) -> None:
    frame = sieve.frame
    seeds = {cell: "only" if cell == "only" else seed_of(cell) for cell in frame["seed"].unique()}
    if len(frame) and not any(seeds.values()):
        raise ConfigurationError(f"{entry.file}: no row has a seed: {', '.join(repr(cell) for cell in list(seeds)[:5])} are none")
    none = frame["seed"].map(seeds).isna()
    said = frame.loc[none, "seed"].map(lambda cell: f"no seed: {cell!r}" if cell else "no seed").reindex(frame.index)
    sieve.drop(none, said, ("model",))
    sieve.frame = sieve.frame.assign(seed=sieve.frame["seed"].map(seeds))


def _one_of_each(sieve: Sieve, entry: Entry) -> None:
    """Raises ConfigurationError where several layers or splits would be mixed."""
    for role in ("layer", "split"):
        if role in sieve.frame.columns:
            values = list(dict.fromkeys(map(str, sieve.frame[role])))
            if len(values) > 1:
                name = getattr(entry.columns, role)
                raise ConfigurationError(
                    f"{entry.file}: several {role}s ({', '.join(values[:6])}); write which counts: `where: {{{name}: ...}}`"
                )


def _numbers(sieve: Sieve, entry: Entry) -> list[str]:
    """Values as numbers, those of the right step; runs that have none are left out."""
    try:
        numbers, reasons = to_numbers(sieve.frame["cell"], entry)
    except CellAtError as error:
        raise refuse(error, place(sieve.frame.loc[error.place])) from error
    sieve.frame = sieve.frame.assign(number=numbers, why=reasons)
    frame, notes = take(sieve.frame, entry)
    if entry.take is not None and isinstance(entry.take, AtStep):
        lost = ~sieve.frame[RUN].where(sieve.frame[RUN] != "", sieve.frame["model"] + sieve.frame["seed"]).isin(
            frame[RUN].where(frame[RUN] != "", frame["model"] + frame["seed"])
        )
        sieve.drop(lost, f"no value at step {entry.take.step}", tuple(KEY))
    sieve.frame = frame
    sieve.drop(frame["why"] != "", frame["why"], tuple(KEY))
    return notes


def _duplicates(sieve: Sieve, rows: Rows, by: tuple[str, ...]) -> list[Conflict]:
    """The same model and seed (and image) twice: once where equal, not at all where not."""
    frame = sieve.frame
    again = frame.duplicated(list(by), keep=False)
    if not again.any():
        return []
    if (frame.loc[again, "seed"] == "only").any() and "item" not in by:
        name = frame.loc[again, "model"].iloc[0]
        raise ConfigurationError(
            f"several rows of {name}; write which column is the seed under `columns`{near('seed', rows.fields)}"
        )
    groups = frame[again].groupby(list(by), sort=False)["number"]
    spread = (groups.transform("max") - groups.transform("min")).reindex(frame.index, fill_value=0.0)
    differ = again & (spread > 1e-9 * frame["number"].abs().clip(lower=1e-300))
    conflicts = []
    for key, group in frame[differ].groupby(list(KEY), sort=False):
        values = tuple(dict.fromkeys(float(value) for value in group["number"]))[:6]
        places = tuple(place(row) for _, row in group.head(FEW).iterrows())
        conflicts.append(Conflict(str(key[0]), str(key[1]), values, places, _differing(rows, group)))
    sieve.drop(differ, "a conflict: the same model and seed with different values", tuple(KEY))
    sieve.drop(sieve.frame.duplicated(list(by)), "the same again, with the same value", tuple(KEY))
    return conflicts


def _differing(rows: Rows, group: pd.DataFrame) -> tuple[str, ...]:
    """The columns in which the rows of a conflict differ: one of them may be what `where` has to fix."""
    same = rows.frame.loc[group.index[: 2 * FEW]]
    names = [name for name in rows.fields if not name.startswith(("(", "folder")) and len(set(map(str, same[name]))) > 1]
    return tuple(names[:6])


def _selection(sieve: Sieve, entry: Entry, conflicts: list[Conflict], notes: list[str]) -> Selection:
    import numpy as np

    frame = sieve.frame
    images = 1
    if "item" in frame.columns:
        whole = frame.set_index(["model", "seed", "item"])["number"].unstack("item")
        shared = whole.dropna(axis=1)
        if shared.shape[1] == 0:
            raise MeasurementError(f"{entry.file}: no image is there for every model and seed")
        for key, lacking in whole.isna().sum(axis=1).items():
            if lacking:
                model, seed = key
                notes.append(f"{model}, seed {seed} lacks {lacking} of {whole.shape[1]} images")
        images = shared.shape[1]
        if images < whole.shape[1]:
            notes.append(f"compared on the {images} images that all share, of {whole.shape[1]}")
        table = {key: row.to_numpy(dtype=np.float64) for key, row in shared.iterrows()}
    else:
        if entry.columns.item:
            notes.append("no row for each image or example in these records: the seeds alone decide")
        table = {
            (model, seed): np.array([number])
            for model, seed, number in zip(frame["model"], frame["seed"], frame["number"], strict=True)
        }
    values: dict[str, dict[str, Any]] = {}
    order = list(dict.fromkeys((entry.models or {}).values())) or sorted({model for model, _ in table})
    for model in order:
        seeds = sorted((seed for name, seed in table if name == model), key=_by_number)
        if seeds:
            values[model] = {seed: table[model, seed] for seed in seeds}
    return Selection(
        values, images, tuple(sieve.left), tuple(conflicts), _missing(values, entry), tuple(dict.fromkeys(notes)), len(frame)
    )


def _by_number(seed: str) -> tuple[int, int, str]:
    return (0, int(seed), "") if seed.lstrip("-").isdigit() else (1, 0, seed)


def _missing(values: dict[str, dict[str, Any]], entry: Entry) -> tuple[Missing, ...]:
    """The seeds that a model should have: those that the entry knows, or that another model has."""
    if entry.seeds is not None:
        expected = {seed_of(seed) or str(seed) for seed in entry.seeds}
    else:
        expected = {seed for seeds in values.values() for seed in seeds}
    return tuple(
        Missing(model, seed) for model, seeds in values.items() for seed in sorted(expected - set(seeds), key=_by_number)
    )
