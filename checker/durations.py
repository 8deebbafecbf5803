"""Times as people write them."""

from __future__ import annotations

import re

from checker.errors import ConfigurationError

SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds_of(text: str, option: str) -> float:
    """A time like `90`, `90s`, `10m` or `1.5h` in seconds. Raises ConfigurationError for anything else."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smh]?)", text.strip())
    if match is None or float(match[1]) <= 0:
        raise ConfigurationError(f"{option} {text!r} is not a time; write 90s, 10m or 2h")
    return float(match[1]) * SECONDS[match[2]]
