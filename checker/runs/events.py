"""What a run reports while it works, as values that any front can show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.runs.jobs import Kind


@dataclass(frozen=True)
class Notice:
    """A message for the person who waits."""

    text: str


@dataclass(frozen=True)
class JobsStarted:
    """A batch of `count` jobs of one kind begins."""

    kind: Kind
    count: int


@dataclass(frozen=True)
class JobProgress:
    """A running job has done `done` of `of` steps; `loss` is the latest loss of a training."""

    kind: Kind
    title: str
    done: int
    of: int
    loss: float | None = None


@dataclass(frozen=True)
class JobEnded:
    """A job has ended; `error` says what went wrong and `log` is the file that says more. `skipped`: the time budget was spent
    before it could run, which is no error."""

    kind: Kind
    title: str
    error: str | None = None
    log: Path | None = None
    skipped: bool = False


@dataclass(frozen=True)
class JobsEnded:
    """The batch that began last is over, or was interrupted."""

    kind: Kind


@dataclass(frozen=True)
class Download:
    """`done` of `of` bytes of the weights `tag` are here; `of` is 0 while the size is unknown. `ended`: no more follows."""

    tag: str
    licence: str
    done: int = 0
    of: int = 0
    ended: bool = False


@dataclass(frozen=True)
class Waiting:
    """Jobs run and nothing is new. Reported several times a second, so that a listener can interrupt the run by raising."""


Event = Notice | Waiting | JobsStarted | JobProgress | JobEnded | JobsEnded | Download
OnEvent = Callable[[Event], None]


def ignore(event: Event) -> None:
    """Listen to nothing."""
