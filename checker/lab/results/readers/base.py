"""A format in which results are kept: one file of this folder each, and its line in the registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checker.errors import ConfigurationError
from checker.lab.results.entry import Entry
from checker.lab.results.files import Source
from checker.lab.results.rows import Rows

UNFINISHED = frozenset(
    (
        *(
            "crashed",
            "failed",
            "fail",
            "failure",
            "killed",
            "running",
            "preempted",
            "preempting",
            "pending",
            "queued",
            "cancelled",
        ),
        *(
            "canceled",
            "aborted",
            "timeout",
            "timed out",
            "oom",
            "error",
            "errored",
            "interrupted",
            "started",
            "scheduled",
            "pruned",
        ),
        *("waiting", "incomplete", "unfinished", "deleted", "diverged", "nan", "dnf", "did not finish", "not finished"),
        *("in progress", "terminated", "evicted", "node fail", "out of memory", "suspended", "paused", "stalled", "invalid"),
    )
)
STATES = frozenset(("state", "status", "run_state", "run_status", "run state", "run status", "job_state", "job_status"))
DIVERGED = frozenset(("diverged", "is_diverged", "has_diverged", "crashed"))  # columns that say yes or no


@dataclass(frozen=True)
class Reader:
    """`sees` says whether a source looks like this format. `read` gives its rows, with the fields that an entry speaks of, or
    with all of them where there is no entry. It raises MeasurementError for what cannot be read and ConfigurationError for what
    the entry has to say. Nothing is ever executed, unpickled or written."""

    name: str
    sees: Callable[[Source], bool]
    read: Callable[[Source, Entry | None], Rows]


def unfinished(state: Any) -> str:
    """The state of a run in words where it says that the run did not finish, else ""."""
    text = str(state).strip()
    return f"the run did not finish: {text}" if text.lower().replace("_", " ") in UNFINISHED else ""


def place_fields(source: Source, file: Path) -> dict[str, Any]:
    """What the place of a file says: `folder.0` is the outermost folder below the root, `folder.-1` the one that holds it."""
    folders = source.folders(file)
    ends = {f"folder.{place - len(folders)}": name for place, name in enumerate(folders)}
    starts = {f"folder.{place}": name for place, name in enumerate(folders)}
    return {"folder": "/".join(folders), **ends, **starts, "file": file.name}


def needs(package: str, reader: str) -> ConfigurationError:
    """The error for a package that is not installed."""
    return ConfigurationError(f"{reader} needs the package {package}: pip install 'check-claims[results]'")
