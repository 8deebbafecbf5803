"""What a run depends on, as one hash: while it is the same, the run stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from checker.claims import ClaimSpec
from checker.evidence.question import asked
from checker.evidence.run import CodeHashes, Run
from checker.lab.measure import IMAGES


def key_of(spec: ClaimSpec, code: CodeHashes, weights: Mapping[str, Sequence[str]]) -> str:
    """The content address of a run: its spec, its code and its models."""
    fields = {"spec": asked(spec), "code": code.model_dump(exclude_none=True), "images": IMAGES}
    inputs = fields | {"weights": {name: list(hashes) for name, hashes in weights.items()}}
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:24]


def stands(run: Run, spec: ClaimSpec, code: CodeHashes) -> bool:
    """Whether a run answers a spec with this code, on the weights that it was made on."""
    weights = {name: model.weights for name, model in run.models.items()}
    return asked(run.spec) == asked(spec) and run.code == code and run.key == key_of(spec, code, weights)


def goes_deeper(last: Run, run: Run) -> bool:
    """Whether `last` answers the same question from the same models and more seeds of them."""
    if last.look <= run.look or last.spec != run.spec or last.code != run.code:
        return False
    return all(last.models[name].weights[: len(now.weights)] == now.weights for name, now in run.models.items())
