"""What a run logged into a table of its own: a row now and then, with a cell for each thing that was logged at that time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from checker.errors import MeasurementError
from checker.lab.results.files import MOST_DOCUMENT, decode, read_bytes

STEPS = ("step", "_step", "global_step", "epoch")


def logged_rows(
    file: Path, steps: Sequence[str] = STEPS, prefix: str = "", separator: str = ","
) -> list[tuple[Any, dict[str, Any]]]:
    """The rows of a table as (step, {column: text}), empty cells left out and headers that a restart repeated too."""
    import io

    import pandas as pd

    text = decode(read_bytes(file, MOST_DOCUMENT), file.name)
    try:
        frame = pd.read_csv(io.StringIO(text), sep=separator, dtype=str, na_filter=False, index_col=False, skipinitialspace=True)
    except pd.errors.EmptyDataError:
        return []
    except pd.errors.ParserError as error:
        raise MeasurementError(f"{file.name}: its rows do not fit its header ({error})") from error
    frame.columns = [str(name).strip() for name in frame.columns]
    step = next((name for name in steps if name in frame.columns), None)
    rows = []
    for place, cells in enumerate(frame.to_dict("records")):
        filled = {f"{prefix}{name}": text for name, cell in cells.items() if (text := str(cell).strip())}
        if filled and any(value != f"{name}".removeprefix(prefix) for name, value in filled.items()):
            rows.append((_number(cells[step]) if step else place, filled))
    return rows


def _number(text: str) -> int | float | None:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None
