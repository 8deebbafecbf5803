"""How long a job may take and how much memory it may hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from checker.durations import seconds_of
from checker.errors import ConfigurationError

GIGABYTE = 1e9
SHARE = 0.9  # of the machine's memory, for all workers together
CGROUP = Path("/sys/fs/cgroup/memory.max")
MOST_PROCESSES = 100  # that one job may have at a time
OF_EXPERIMENT = {"seconds": "timeout", "memory": "memory"}
OPTIONS = {"seconds": "time", "memory": "memory"}
LIMITS = ("time", "memory")  # the executor options that are limits


@dataclass(frozen=True)
class Limits:
    """What one job may take. `memory` in bytes, of the process and all that it started; `until` is a time of the monotonic clock
    at which the budget of the whole run is spent. `own` names the limits that are the job's own."""

    seconds: float = 12 * 3600.0
    memory: float = float("inf")
    processes: int = MOST_PROCESSES
    until: float | None = None
    own: frozenset[str] = frozenset()

    def lowered(self, limits: Mapping[str, float]) -> Limits:
        """With the limits that a job has of its own, `seconds` and `memory`, where they are lower."""
        lower = {name: limit for name, limit in limits.items() if limit < getattr(self, name)}
        return replace(self, own=frozenset(lower), **lower)  # type: ignore[arg-type]

    def advice(self, name: str) -> str:
        """What sets another limit; `name` is a field of this class."""
        if name in self.own:
            return f"`{OF_EXPERIMENT[name]}` of the experiment sets another"
        return f"--executor-option {OPTIONS[name]}=... sets another"

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
