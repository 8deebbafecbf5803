"""Where nodes lay the last time, kept in the cache so that a graph looks the same at the next visit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.browse.layout import Points


def read_places(file: Path) -> dict[str, tuple[float, float]]:
    """The places that were kept; none where there are none that can be read."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return {name: (float(x), float(y)) for name, (x, y) in kept["places"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def keep_places(file: Path, names: Sequence[str], places: Points) -> None:
    """Keep places for the next time; nothing is lost where that cannot be."""
    text = json.dumps({"schema": 1, "places": dict(zip(names, places.tolist(), strict=True))}, ensure_ascii=True)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_suffix(".new")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(file)
    except OSError:
        return
