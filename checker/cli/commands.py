"""All commands, each group from its own file."""

from __future__ import annotations

from checker.cli import (
    browse,
    check,
    controls,
    diff,
    draft,
    experiments,
    lab,
    mcp,
    models,
    notes,
    read,
    results,
    runs,
    specs,
    trust,
    watch,
    writing,
)
from checker.cli.app import app

__all__ = [
    "app",
    "browse",
    "check",
    "controls",
    "diff",
    "draft",
    "experiments",
    "lab",
    "mcp",
    "models",
    "notes",
    "read",
    "results",
    "runs",
    "specs",
    "trust",
    "watch",
    "writing",
]
