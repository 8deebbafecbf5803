"""Where work belongs: the project whose paths, plug-ins and permissions it uses. A job carries its context to its worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Context:
    """Paths in names of data and weights start at `root`. `plugins` is the project's folder of plug-ins, where there is one.
    `download`: data sets and weights may be fetched."""

    root: Path = Path()
    plugins: Path | None = None
    download: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The context as JSON values."""
        return {"root": str(self.root), "plugins": str(self.plugins) if self.plugins else None, "download": self.download}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Context:
        """The context of `as_dict`."""
        return cls(Path(values["root"]), Path(values["plugins"]) if values["plugins"] else None, values["download"])


_current: ContextVar[Context] = ContextVar("context", default=Context())  # noqa: B039 (it is frozen)


def current() -> Context:
    """The context of the work that this thread does."""
    return _current.get()


@contextmanager
def within(context: Context) -> Iterator[None]:
    """Do the work of the block in a context."""
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)
