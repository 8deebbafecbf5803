"""Runs for tests, made from kept evidence files of schema 1 that the program wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from checker.evidence import Run, decide_again, decision_code, key_of, parse_ledger
from checker.evidence.decision import effect_of

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
    """The run of a kept file as today's code would have made it, with other fields."""
    old = parse_ledger(kept(name), name).runs[0]
    code = old.code.model_copy(update={"decision": decision_code(old.spec)})
    key = key_of(old.spec, code, {name: model.weights for name, model in old.models.items()})
    verdict = decide_again(old).model_copy(update={"curve": old.verdict.curve})
    effect = effect_of(old.spec, verdict.parts, (verdict.effect, verdict.low, verdict.high))
    now = {"code": code, "key": key, "verdict": verdict, "effect_of": effect}
    return old.model_copy(update=now | changes)


def with_verdict(like: Run | None = None, **changes: Any) -> Run:
    """A run with another verdict."""
    like = like or run()
    return like.model_copy(update={"verdict": like.verdict.model_copy(update=changes)})
