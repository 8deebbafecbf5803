"""Packages that only some uses need, and that are installed by the name of an extra: `pip install 'check-claims[NAME]'`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from checker.errors import CheckerError, MeasurementError


@contextmanager
def extra(name: str, purpose: str, error: type[CheckerError] = MeasurementError) -> Iterator[None]:
    """Import here what the extra `name` brings. Raises `error`, with the command that installs it, where a package is missing."""
    try:
        yield
    except ModuleNotFoundError as missing:
        package = str(missing.name).partition(".")[0]
        if package == "checker":
            raise
        raise error(f"{purpose} needs the package {package}; pip install 'check-claims[{name}]'") from missing
