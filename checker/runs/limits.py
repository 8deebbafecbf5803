"""How long a job may take and how much memory it may hold, and times as people write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from checker.errors import ConfigurationError

SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
GIGABYTE = 1e9
SHARE = 0.9  # of the machine's memory, for all workers together
CGROUP = Path("/sys/fs/cgroup/memory.max")
MOST_PROCESSES = 100  # that one job may have at a time
LIMITS = ("time", "memory")  # the executor options that are limits


def seconds_of(text: str, option: str) -> float:
    """A time like `90`, `90s`, `10m` or `1.5h` in seconds. Raises ConfigurationError for anything else."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smh]?)", text.strip())
    if match is None or float(match[1]) <= 0:
        raise ConfigurationError(f"{option} {text!r} is not a time; write 90s, 10m or 2h")
    return float(match[1]) * SECONDS[match[2]]


@dataclass(frozen=True)
class Limits:
    """What one job may take. `memory` in bytes, of the process and all that it started; `until` is a time of the monotonic clock
    at which the budget of the whole run is spent."""

    seconds: float = 12 * 3600.0
    memory: float = float("inf")
    processes: int = MOST_PROCESSES
    until: float | None = None

    @classmethod
    def of(cls, options: Mapping[str, str], workers: int, until: float | None = None) -> Limits:
        """From the options `time=2h` and `memory=4` (gigabytes); without one, a job may hold its worker's share of the memory.

        Raises ConfigurationError for values that are none.
        """
        seconds = seconds_of(options["time"], "time") if "time" in options else cls.seconds
        if "memory" not in options:
            return cls(seconds, SHARE * machine_memory() / workers, until=until)
        try:
            memory = float(options["memory"].lower().removesuffix("gb")) * GIGABYTE
        except ValueError:
            memory = 0.0
        if not memory > 0:
            raise ConfigurationError(f"memory {options['memory']!r} is not a number of gigabytes; write 4 or 1.5")
        return cls(seconds, memory, until=until)


def machine_memory() -> float:
    """The bytes that this machine, or the container around this process, has."""
    import psutil

    total = float(psutil.virtual_memory().total)
    try:
        return min(total, float(CGROUP.read_text()))
    except (OSError, ValueError):  # no container, or one without a limit
        return total
