"""What a command leaves in `{out}`: a small JSON or CSV file with one value, or one value an image. Anything else is refused."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError
from checker.lab.experiments.entry import Experiment

if TYPE_CHECKING:
    import numpy as np

LARGEST = 64_000_000  # bytes
FORMS = '{"value": 0.5}, {"values": [0.5, ...]}, or a CSV table with a column `value`'
JSON_BEGINS = '{["-0123456789NItfn'


@dataclass(frozen=True)
class Output:
    """The values of one run, and the names of the images where the file has them, in their order."""

    values: np.ndarray
    images: tuple[str, ...] = ()


def read_output(file: Path, experiment: Experiment) -> Output:
    """The values that a run left. Raises MeasurementError for a file that does not hold exactly what the experiment promises; the
    message begins with the name of the file."""
    try:
        if file.is_symlink() or not file.is_file():
            raise MeasurementError(f"{file.name}: the command wrote no file {{out}}")
        if file.stat().st_size > LARGEST:
            raise MeasurementError(f"{file.name}: larger than {LARGEST // 1_000_000} MB; write the values alone")
        text = file.read_bytes().decode("utf-8-sig").strip()
    except OSError as error:
        raise MeasurementError(f"{file.name}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise MeasurementError(f"{file.name}: not UTF-8 (byte {error.start})") from error
    try:
        pairs = _of_json(text) if text[:1] and text[0] in JSON_BEGINS and not _is_table(text) else _of_csv(text)
        return _checked(pairs, experiment)
    except RecursionError:
        raise MeasurementError(f"{file.name}: nested too deep; write {FORMS}") from None
    except ValueError as error:
        raise MeasurementError(f"{file.name}: {error}") from error


Pairs = list[tuple[str, Any]]  # of an image, "" where it has no name, and a value


def _is_table(text: str) -> bool:
    """Whether the first line is the head of a CSV table."""
    return "value" in [cell.strip().strip('"') for cell in text.split("\n", 1)[0].split(",")]


def _of_json(text: str) -> Pairs:
    found = json.loads(text, parse_constant=_refuse, object_pairs_hook=_no_key_twice)
    if isinstance(found, dict):
        unknown = [key for key in found if key not in ("value", "values")]
        if unknown or len(found) != 1:
            raise ValueError(f"has the keys {', '.join(map(repr, found)) or 'of nothing'}; write {FORMS}")
        found = found.get("value", found.get("values"))
        if isinstance(found, dict):
            return list(found.items())
        if isinstance(found, list):
            return [("", value) for value in found]
    if isinstance(found, list):
        raise ValueError(f"is a bare list; write {FORMS}")
    return [("", found)]


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no value")


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    twice = {key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1} if len(pairs) < 100 else set()
    if twice or len(dict(pairs)) != len(pairs):
        raise ValueError("the same key stands twice")
    return dict(pairs)


def _of_csv(text: str) -> Pairs:
    try:
        rows = [row for row in csv.reader(io.StringIO(text), strict=True) if row]
    except csv.Error as error:
        raise ValueError(f"is no CSV table ({error})") from error
    head = [cell.strip() for cell in rows[0]] if rows else []
    if sorted(head) not in (["value"], ["image", "value"]):
        raise ValueError(f"is neither; write {FORMS}, and beside it `image` where there are images")
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(head):
            raise ValueError(f"row {number} has {len(row)} cells, and the head {len(head)}")
    at, image = head.index("value"), head.index("image") if "image" in head else None
    return [("" if image is None else row[image].strip(), _number(row[at])) for row in rows[1:]]


def _number(cell: str) -> float:
    try:
        return float(cell.replace("_", "x"))
    except ValueError:
        raise ValueError(f"{cell[:40]!r} is no number") from None


def _checked(pairs: Pairs, experiment: Experiment) -> Output:
    import numpy as np

    low, high = experiment.metric.ends
    for image, value in pairs:
        whose = f" of {image[:80]!r}" if image else ""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError(f"the value{whose} is {json.dumps(value)[:40]}, and no number")
        number = float(value) if abs(value) < 1e300 else math.inf
        if not math.isfinite(number):
            raise ValueError(f"the value{whose} is {value if isinstance(value, float) else 'too large'}, and no finite number")
        if not low <= number <= high:
            raise ValueError(f"the value{whose} is {number:g}, and {experiment.metric.unit!r} goes from {low:g} to {high:g}")
    wanted = experiment.images or 1
    if len(pairs) != wanted:
        hint = "" if experiment.images else "; where they are of images, write their number as `images`"
        raise ValueError(f"has {len(pairs)} values, and not {wanted}{hint}")
    names = tuple(image for image, _ in pairs)
    if any(names) and (not all(names) or len(set(names)) != len(names)):
        raise ValueError("an image has no name, or two have the same")
    order = sorted(range(len(pairs)), key=names.__getitem__)  # without names as they stand
    values = np.array([float(pairs[place][1]) for place in order], dtype=np.float64)
    return Output(values, tuple(names[place] for place in order) if any(names) else ())
