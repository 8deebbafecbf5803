"""Parquet, as pandas, polars, datasets and DuckDB write it. pyarrow reads it; what pandas kept in its metadata is not used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from checker.errors import MeasurementError
from checker.lab.results.entry import Entry
from checker.lab.results.files import MOST_BYTES, Source, suffixes
from checker.lab.results.layouts import Header, arrange
from checker.lab.results.readers.base import Reader, needs, place_fields
from checker.lab.results.readers.csv import states
from checker.lab.results.rows import FILE, ROW, RUN, STATE, STEP, Rows

if TYPE_CHECKING:
    import pandas as pd


def sees(source: Source) -> bool:
    return suffixes(source.files) <= {".parquet", ".pq"}


def read(source: Source, entry: Entry | None) -> Rows:
    import pandas as pd

    frame = pd.concat([_read_file(source, file, entry) for file in source.files], ignore_index=True)
    return Rows(frame.assign(**{STATE: states(frame), RUN: "", STEP: None}))


def _read_file(source: Source, file: Path, entry: Entry | None) -> pd.DataFrame:
    import pandas as pd

    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise needs("pyarrow", "parquet") from None
    try:
        with pq.ParquetFile(file) as opened:
            groups = range(opened.metadata.num_row_groups)
            size = sum(opened.metadata.row_group(group).total_byte_size for group in groups)
            if size > MOST_BYTES or opened.metadata.num_rows > MOST_BYTES // 8:
                raise MeasurementError(f"{file.name}: more than {MOST_BYTES / 2**20:.0f} MiB unpacked; too large to be read")
            frame = opened.read().to_pandas(ignore_metadata=True, date_as_object=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise MeasurementError(f"{file.name}: cannot be read as parquet ({error})") from error
    for name in frame.columns:
        if isinstance(frame[name].dtype, pd.CategoricalDtype):
            frame[name] = frame[name].astype(object)
    frame.columns = [str(name).strip() for name in frame.columns]
    if entry is not None and entry.layout == "wide":
        cells = frame.set_axis(range(frame.shape[1]), axis=1).astype(object).map(lambda cell: "" if cell != cell else str(cell))
        return arrange(cells, Header(tuple(frame.columns), 0), entry, source.label(file), 0)
    rows = [f"row {number}" for number in range(1, len(frame) + 1)]
    return frame.assign(
        **{**place_fields(source, file), **{name: frame[name] for name in frame.columns}, FILE: source.label(file), ROW: rows}
    )


PARQUET = Reader("parquet", sees, read)
