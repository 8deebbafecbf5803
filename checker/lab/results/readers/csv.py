"""Tables of text: one header, one row a line. pandas reads the cells, all as text; what they mean is decided later."""

from __future__ import annotations

import csv
import io
import re
import warnings
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from checker.errors import ConfigurationError, MeasurementError
from checker.lab.results.entry import Entry
from checker.lab.results.files import MOST_BYTES, Source, decode, read_bytes, suffixes
from checker.lab.results.layouts import Header, arrange
from checker.lab.results.readers.base import DIVERGED, STATES, UNFINISHED, Reader, place_fields
from checker.lab.results.rows import RUN, STATE, STEP, Rows

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = (",", ";", "\t", "|")
YES = frozenset(("true", "yes", "y", "1", "1.0"))
SAMPLE = 20  # lines that are looked at for the separator and for header rows
SAID = re.compile(r"sep=(.)\r?\n")
TITLES = 5  # lines that may stand above a header
WANDB = {"created", "runtime", "sweep", "user", "tags", "agent", "hostname"}


def sees(source: Source) -> bool:
    return suffixes(source.files) <= {".csv", ".tsv", ".tab", ".txt"}


def sees_wandb(source: Source) -> bool:
    if not sees(source):
        return False
    head = read_head(source.files[0])
    names = {name.strip().strip('"').lower() for name in head.splitlines()[0].split(",")} if head else set()
    return {"name", "state"} <= names and len(names & WANDB) > 1


def read_head(file: Path) -> str:
    """The first 64 KiB of a small file as text; "" where that is not text."""
    try:
        return decode(read_bytes(file, MOST_BYTES)[: 2**16].rpartition(b"\n")[0], file.name)
    except MeasurementError:
        return ""


def read(source: Source, entry: Entry | None) -> Rows:
    import pandas as pd

    frames = [_read_file(source, file, entry) for file in source.files]
    return Rows(pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0])


def _read_file(source: Source, file: Path, entry: Entry | None) -> pd.DataFrame:
    text = decode(read_bytes(file, MOST_BYTES), file.name, entry.encoding if entry else None)
    if "\0" in text[: 2**16]:
        raise MeasurementError(f"{file.name}: binary, not a table of text")
    if "\r" in text and "\n" not in text:  # of an old Macintosh
        text = text.replace("\r", "\n")
    said = SAID.match(text)  # a line for Excel
    comments = _comments(text, said.end() if said else 0)
    text = text[comments.offset :]
    separator = (entry.separator if entry else None) or (said[1] if said else None) or find_separator(text, file)
    header = _header(text, separator, wide=entry is not None and entry.layout == "wide")
    if entry is not None and entry.layout == "long":
        header = _below_titles(header, text, separator, entry)
    if not header.names:
        raise MeasurementError(f"{file.name}: empty")
    frame = arrange(_cells(text, separator, header, file), header, entry, source.label(file), comments.lines)
    for name, value in place_fields(source, file).items():
        if name not in frame.columns:
            frame[name] = value
    if STATE not in frame.columns:
        frame[STATE] = states(frame, entry.columns.value if entry else None)
    for name, nothing in ((RUN, ""), (STEP, None)):
        if name not in frame.columns:
            frame[name] = nothing
    return frame


class _Comments:
    """Lines that begin with # before the table. The last one is its header where it has as many cells as the row below."""

    def __init__(self, offset: int, lines: int) -> None:
        self.offset, self.lines = offset, lines


def _comments(text: str, offset: int = 0) -> _Comments:
    lines = text.count("\n", 0, offset)
    while text.startswith(("#", "\n", "\r\n"), offset):
        end = text.find("\n", offset) + 1
        if not end:
            break
        line, below = text[offset:end], text[end : text.find("\n", end)]
        if not below.startswith("#") and any(line.count(mark) == below.count(mark) > 0 for mark in SEPARATORS):
            return _Comments(offset + 1, lines)
        offset, lines = end, lines + 1
    return _Comments(offset, lines)


def find_separator(text: str, file: Path) -> str:
    """The one mark that cuts the header and every row below into the same number of cells.

    Raises ConfigurationError where several do, or none.
    """
    lines = [line for line in text[: 2**16].splitlines()[: SAMPLE + 1] if line.strip()]
    if len(text) > 2**16:
        lines = lines[:-1] or lines
    fitting = []
    for mark in SEPARATORS:
        counts = [len(row) for row in csv.reader(lines, delimiter=mark)]
        if counts and counts[0] > 1:
            fitting.append((max(counts[1:] or counts) in (counts[0], counts[0] + 1) and min(counts) == counts[0], mark))
    best = [mark for even, mark in fitting if even] or [mark for _, mark in fitting]
    if len(best) > 1 and "\t" in best and file.name.lower().split(".")[-1] in ("tsv", "tab"):
        return "\t"
    if len(best) > 1:
        raise ConfigurationError(f"{file.name}: cells may be separated by {' or '.join(map(repr, best))}; write its `separator`")
    return best[0] if best else ","


def _header(text: str, separator: str, wide: bool) -> Header:
    """The names of the columns, and how many lines they take. A pivot table that pandas wrote has several, and one more for the
    name of its index."""
    reader = csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True)
    rows: list[list[str]] = []
    ends: list[int] = []
    try:
        for row in reader:
            rows.append([cell.strip() for cell in row])
            ends.append(reader.line_num)
            if len(rows) > SAMPLE:
                break
    except csv.Error as error:
        raise MeasurementError(f"not a table ({error})") from error
    if not rows:
        return Header((), 0)
    if wide:
        for place in range(2, min(len(rows), 6)):
            if rows[place][0] and not any(rows[place][1:]):
                levels = tuple(tuple(row) for row in rows[:place])
                return Header((rows[place][0], *levels[-1][1:]), ends[place], levels)
    names = rows[0]
    if len(rows) > 1 and len(rows[1]) == len(names) + 1:
        names = ["", *names]  # R's write.table gives the row names no header
    return Header(tuple(names), ends[0])


def _below_titles(header: Header, text: str, separator: str, entry: Entry) -> Header:
    """The header that an entry speaks of, where lines with other cells (a title, merged cells) stand above it."""
    wanted = {name for name in (entry.columns.model, entry.columns.seed, entry.columns.value) if name}
    if not wanted or wanted <= set(header.names):
        return header
    reader = csv.reader(io.StringIO(text[: 2**16]), delimiter=separator, skipinitialspace=True)
    for row in islice(reader, TITLES + 1):
        names = tuple(cell.strip() for cell in row)
        if wanted <= set(names):
            return Header(names, reader.line_num)
    return header


def _cells(text: str, separator: str, header: Header, file: Path) -> pd.DataFrame:
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("error")  # pandas warns where it would lose cells
        try:
            frame = pd.read_csv(
                io.StringIO(text),
                sep=r"\s+" if separator == " " else separator,
                header=None,
                names=range(len(header.names)),
                skiprows=header.lines,
                dtype=str,
                na_filter=False,
                index_col=False,
                skip_blank_lines=False,
                skipinitialspace=True,
                engine="c",
            )
        except pd.errors.EmptyDataError:
            raise MeasurementError(f"{file.name}: a header and no rows") from None
        except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
            problem = re.sub(r"^Error tokenizing data\. C error: ", "", str(error)).strip()
            raise MeasurementError(
                f"{file.name}: its rows do not fit its header of {len(header.names)} cells ({problem})"
            ) from error
    return frame.fillna("")


def states(frame: pd.DataFrame, value: str | None = None) -> pd.Series:
    """Why each row does not count, by a column that is called state or status and holds words for runs that did not finish, or
    one, other than that of the `value`, that says of each run whether it diverged."""
    import pandas as pd

    said = pd.Series("", index=frame.index, dtype=object)
    for name in frame.columns:
        if str(name).rpartition(".")[2].lower() in STATES:
            cells = frame[name].astype(str).str.strip()
            bad = cells.str.lower().str.replace("_", " ").isin(UNFINISHED)
            said[bad & (said == "")] = "the run did not finish: " + cells[bad]
        elif str(name).lower() in DIVERGED and name != value:
            cells = frame[name].astype(str).str.strip().str.lower()
            said[cells.isin(YES) & (said == "")] = f"the run did not finish: {name}"
    return said


CSV = Reader("csv", sees, read)
