"""The pytest plug-in: `pytest --claims VAULT` makes a test of each claim. Without the option it imports nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

__all__ = ["pytest_addoption", "pytest_configure"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("claims").addoption(
        "--claims",
        action="append",
        default=[],
        metavar="PATH",
        help="Make a test of each #claim of a vault, or of a project with a vault/ folder. Nothing is written.",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("claims"):
        from checker.pytest_plugin.collect import ClaimCollection

        config.pluginmanager.register(ClaimCollection(config), "claim-collection")
