"""Runs for tests, made from kept evidence files of schema 1 that the program wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from checker.evidence import Run, parse_ledger

DATA = Path(__file__).parent / "data"
COMPARE = "cl-shape-preference-mim"
ABSENCE = "dino-high-norm-share-absence"
UNLEARNED = "dinov2-high-norm-share-presence"
THROUGHPUT = "mae-training-throughput-simmim"
NAMES = (COMPARE, ABSENCE, UNLEARNED, THROUGHPUT)


def kept(name: str) -> bytes:
    """The bytes of a kept file."""
    return (DATA / f"{name}.evidence.json").read_bytes()


def run(name: str = COMPARE, **changes: Any) -> Run:
    """The run of a kept file, with other fields."""
    return parse_ledger(kept(name), name).runs[0].model_copy(update=changes)


def with_verdict(like: Run | None = None, **changes: Any) -> Run:
    """A run with another verdict."""
    like = like or run()
    return like.model_copy(update={"verdict": like.verdict.model_copy(update=changes)})
