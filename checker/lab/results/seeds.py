"""What a cell says about the seed of a run. Rows without a seed, as those of means, are no runs."""

from __future__ import annotations

import re
from typing import Any

WORD = r"(?:(?:random[ _-]?)?seed|s|run|r|rep|replicate|fold|trial|rng)[\s_=:#.-]*"
PLAIN = re.compile(rf"(?i)(?:{WORD}([0-9]+)|(-?[0-9]+))(?:\.0+)?", re.ASCII)
SUMMARY = re.compile(
    r"(?i)(?<![a-z])(?:mean|means|avg|average|std|sd|stdev|stddev|sem|se|stderr|var|variance|median|min|max|ci|iqr|best|total|sum|count|"
    r"paper|reported|published|all|overall|ensemble|baseline|n)(?![a-z])|[±%]"
)
LONGEST = 100


def seed_number(text: str) -> str | None:
    """The number of a text that is a seed and nothing else, as the name of a column; None of any other text."""
    match = PLAIN.fullmatch(text.strip()[:LONGEST])
    return str(int(match[1] or match[2])) if match else None


def seed_of(cell: Any) -> str | None:
    """The seed that a cell names: a whole number however it is written (`3`, `3.0`, `seed_3`, `s3`), or the text itself where it
    has digits in more than one place. None for a cell that names none: empty, `mean`, `std`, `25%`."""
    if cell is None or cell is True or cell is False:
        return None
    text = str(cell).strip()[:LONGEST]
    if not text or SUMMARY.search(text) or text.lower() in ("nan", "none", "null"):
        return None
    number = seed_number(text)
    if number is not None:
        return number
    return text if any(letter.isdigit() for letter in text) else None
