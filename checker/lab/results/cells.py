"""Cells to numbers: text as people and programs write it. What is not one number for certain stops, and says what to do."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from checker.errors import ConfigurationError, MeasurementError
from checker.lab.results.entry import PERCENTS, SHARES, Entry

if TYPE_CHECKING:
    import pandas as pd

EMPTY = frozenset(("", "-", "--", "–", "—", "na", "n/a", "#n/a", "none", "null", "<na>", "nat"))
NOT_A_NUMBER = re.compile(
    r"[+-]?(?:nan(?:\([^)]*\))?|1\.#(?:ind|[qs]nan)[0-9]*)|#(?:num|value|ref|div/0|n/a)!?|missing|diverged|[.?]|\\n"
)
SPREAD = re.compile(r"±|\+/?-|\\pm|[0-9]\s*\(\s*[0-9.,]+\s*%?\s*\)\s*%?\s*\**\s*$|[0-9]\s*_\s*\{?\s*\(?\s*[0-9]")
GROUPED = {
    ",": re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?"),
    ".": re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"),
}
SPACED = re.compile(r"[+-]?[0-9]{1,3}(?:[ \u00a0\u2009\u202f'’][0-9]{3})+(?:[.,][0-9]+)?")
COMMA = re.compile(
    r"[+-]?(?:0,[0-9]+|[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+)\s*%?"
)  # a decimal one for certain
POINT = re.compile(r"[+-]?[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?\s*%?|[+-]?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+")
NEAR = 0.1  # of the others, as a share
EMPTY_CELL, NAN_CELL = "no value", "its value is NaN"


class CellError(ValueError):
    """A cell that is no number for certain."""


def is_empty(cell: Any) -> bool:
    """Whether nothing stands in a cell. NaN is not nothing: something was logged, and it was no number."""
    if cell is None:
        return True
    return isinstance(cell, str) and cell.strip().lower() in EMPTY


def to_numbers(cells: pd.Series, entry: Entry) -> tuple[pd.Series, pd.Series]:
    """The values in the unit of the entry (NaN where there is none), and for those without one the reason.

    A cell with a percent sign is turned into a share where that is the unit. Raises CellAtError for a mean with its spread, or
    another text that is no number for certain.
    """
    import numpy as np
    import pandas as pd

    if cells.dtype.kind in "fiub":
        values = cells.astype("float64")
        return values, pd.Series(np.where(values.isna(), EMPTY_CELL, ""), index=cells.index, dtype=object)
    text = cells.astype(object)
    signed = text.map(lambda cell: isinstance(cell, str) and cell.rstrip().endswith("%"))
    values = pd.to_numeric(text.where(text.map(type).ne(bool), None), errors="coerce").astype("float64")
    reasons = pd.Series("", index=cells.index, dtype=object)
    odd = values.isna()
    if entry.metric.unit in PERCENTS and signed.any() and (bare := values.abs() <= 1).any():
        place = values.index[bare][0]
        raise CellAtError(
            place, f"{text[place]!r} has no % as other cells have; a share, or so many percent? Write it with its %"
        )
    if not odd.any() and entry.decimal != ",":
        return values, reasons
    rest = text[odd]
    decimal = entry.decimal or find_decimal(str(cell) for cell in text.map(str).unique() if "," in str(cell) or "." in str(cell))
    known: dict[Any, tuple[float, str]] = {}
    parsed = []
    for place, cell in rest.items():
        key = (type(cell), str(cell))
        if key not in known:
            try:
                known[key] = _parse(cell, decimal, entry)
            except CellError as error:
                raise CellAtError(place, str(error)) from error
        parsed.append(known[key])
    values[odd] = [value for value, _ in parsed]
    reasons[odd] = [reason for _, reason in parsed]
    if entry.decimal == ",":
        grouped = text[~odd & text.map(str).str.contains(".", regex=False) & text.map(type).eq(str)]
        for place, cell in grouped.items():  # 1.234 is a number for pandas, and another one here
            try:
                values[place] = _parse(cell, ",", entry)[0]
            except CellError as error:
                raise CellAtError(place, str(error)) from error
    return values, reasons


class CellAtError(MeasurementError):
    """A cell that stops, with its place in the frame."""

    def __init__(self, place: Any, problem: str) -> None:
        super().__init__(problem)
        self.place = place


def find_decimal(texts: Iterable[str]) -> str:
    """The decimal mark that some cell proves: `0,71` or `71,26` a comma, `0.71` a point; "." where none needs to be known, "?"
    where none is proved or both are."""
    point = comma = doubt = False
    for text in texts:
        text = text.strip()
        point = point or bool(POINT.fullmatch(text))
        comma = comma or bool(COMMA.fullmatch(text))
        doubt = doubt or "," in text
    if not doubt:
        return "."
    return {(True, False): ".", (False, True): ","}.get((point, comma), "?")


def _parse(cell: Any, decimal: str, entry: Entry) -> tuple[float, str]:
    """The value of one cell, or NaN with the reason."""
    if cell is None:
        return math.nan, EMPTY_CELL
    if isinstance(cell, bool):
        return float(cell), ""
    if not isinstance(cell, str):
        try:
            number = float(cell)
        except (TypeError, ValueError):
            raise CellError(f"{str(cell)[:60]!r} is no number; write the path to one inside it") from None
        return number, NAN_CELL if math.isnan(number) else ""
    text = cell.strip()
    low = text.lower()
    if low in EMPTY:
        return math.nan, EMPTY_CELL
    if NOT_A_NUMBER.fullmatch(low):
        return math.nan, NAN_CELL
    if low in ("true", "false"):
        return float(low == "true"), ""
    if low in ("inf", "+inf", "-inf", "infinity", "-infinity"):
        return float(low), ""
    if not any(letter.isdigit() for letter in text):
        return math.nan, f"its value is the text {text[:40]!r}"
    if SPREAD.search(text):
        raise CellError(f"{text[:60]!r} is a mean with a spread, and no value of one run: the seeds themselves are needed")
    return _scaled(text, decimal, entry), ""


def _scaled(text: str, decimal: str, entry: Entry) -> float:
    percent = text.endswith("%")
    body = text.removesuffix("%").strip()
    if SPACED.fullmatch(body):
        body = re.sub(r"[ \u00a0\u2009\u202f'’]", "", body)
    if "," in body and decimal == "?":
        raise CellError(f'{text[:60]!r}: a comma for decimals or for thousands? Write `decimal: ","` or `decimal: "."`')
    other = "." if decimal == "," else ","
    if other in body:
        if not GROUPED[decimal].fullmatch(body):
            raise CellError(f"{text[:60]!r} is not a number with the decimal mark {decimal!r}")
        body = body.replace(other, "")
    try:
        number = float(body.replace(",", ".").replace("_", "x").replace("−", "-"))
    except ValueError:
        raise CellError(f"{text[:60]!r} is not a number") from None
    if not percent or entry.metric.unit in PERCENTS:
        return number
    if entry.metric.unit in SHARES:
        return number / 100
    raise CellError(f"{text[:60]!r} is in percent, and the unit of the metric is {entry.metric.unit!r}")


def equals(cell: Any, wish: Any) -> bool:
    """Whether a cell is what `where` asks for: numbers equal their text, null is an empty cell or an absent field."""
    if wish is None:
        return is_empty(cell) or (isinstance(cell, float) and math.isnan(cell))
    if is_empty(cell):
        return False
    if isinstance(wish, bool) or isinstance(cell, bool):
        return str(cell).strip().lower() == str(wish).strip().lower()
    if str(cell).strip() == str(wish).strip():
        return True
    try:
        return float(cell) == float(wish)
    except (TypeError, ValueError):
        return False


def check_unit(values: pd.Series, entry: Entry) -> tuple[Any, str] | None:
    """The place of a value that the unit does not allow, and what is wrong; None where all are allowed."""
    import numpy as np

    low, high = entry.metric.ends
    unit, bad = entry.metric.unit, values[~np.isfinite(values) | (values < low) | (values > high)]
    if len(bad):
        value = bad.iloc[0]
        if not math.isfinite(value):
            return bad.index[0], f"{value:g} is not a finite number"
        hint = (
            "; are they percent? Then write `unit: '%'`, and the margin in points"
            if unit in SHARES and 1 < values.max() <= 100
            else ""
        )
        return bad.index[0], f"{value:g} is outside the unit {unit!r}, which goes from {low:g} to {high:g}{hint}"
    if unit in PERCENTS and entry.metric.better == "higher" and len(values) > 1 and 0 < values.max() <= 1:
        return values.index[0], "no value is above 1 %; are they shares? Then write `unit: share`, and the margin as a share"
    return None


def look_like_shares(values: pd.Series) -> pd.Series:
    """Which values in percent would, as shares, lie among the others: 0.713 among 71.2 and 70.9."""
    few = (values > 0) & (values <= 1)
    rest = values[values > 1]
    return few & (100 * values >= rest.min() * (1 - NEAR)) & (100 * values <= rest.max() * (1 + NEAR))


def refuse(error: CellAtError, place: str) -> MeasurementError:
    """The error with the place of the row before it."""
    return MeasurementError(f"{place}: {error}")


def must(column: str | None, what: str, file: str) -> str:
    """The name of a column that has to be known. Raises ConfigurationError where the entry does not have it."""
    if column is None:
        raise ConfigurationError(
            f"{file}: which column is the {what}? Write it under `columns`; `check-claims results inspect` lists them"
        )
    return column
