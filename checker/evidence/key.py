"""What a run depends on, as one hash: while it is the same, the run stands."""

from __future__ import annotations

import hashlib
import inspect
import json
import textwrap
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from checker import verdicts
from checker.claims import ClaimSpec
from checker.claims.kind import KINDS
from checker.evidence.controls import Controls
from checker.evidence.run import CodeHashes, Run
from checker.evidence.values import Values, agree
from checker.lab.measure import IMAGES
from checker.lab.metrics import METRICS
from checker.lab.source import code_hash, what_it_does

OF_UNIFORM = "of uniform"  # the unit of values on different grids
MARKUP = set("<|`")  # no reading has any of these


def decision_code(spec: ClaimSpec) -> str:
    """A hash of the code that decides claims of a spec's kind: its choice of a rule, and the rules."""
    return _decision_code(spec.kind)


@cache
def _decision_code(kind: str) -> str:
    stems = {path.stem for path in Path(verdicts.__file__).parent.glob("[a-z]*.py")}
    rules = sorted(f"checker.verdicts.{stem}" for stem in stems - {"controls"})  # its hash stands with a run's controls
    code = code_hash("checker.evidence.decision", "checker.claims.layers", *rules)
    choice = (textwrap.dedent(inspect.getsource(part)) for part in (type(KINDS[kind]).rule, ClaimSpec.margin_option))
    text = "\n".join((code, *(what_it_does(source.encode()) for source in choice)))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def key_of(spec: ClaimSpec, code: CodeHashes, weights: Mapping[str, Sequence[str]], controls: Controls | None = None) -> str:
    """The content address of a run: its spec, its code, its models, and how the lab answered the controls of the claim."""
    fields = {"spec": spec.as_dict(), "code": code.model_dump(exclude_none=True), "images": IMAGES}
    inputs = fields | {"weights": {name: list(hashes) for name, hashes in weights.items()}}
    inputs |= {"controls": controls.model_dump()} if controls is not None else {}
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:24]


def stands(run: Run, spec: ClaimSpec, code: CodeHashes) -> bool:
    """Whether a run answers a spec with this code, on the weights that it was made on."""
    weights = {name: model.weights for name, model in run.models.items()}
    return run.spec == spec and run.code == code and run.key == key_of(spec, code, weights, run.controls)


def foreign(run: Run) -> str | None:
    """What a run says of itself that does not follow from it, in a few words; None where all does."""
    weights = {name: model.weights for name, model in run.models.items()}
    if run.key != key_of(run.spec, run.code, weights, run.controls):
        return "`key` is not that of its spec, code, weights and controls"
    if run.spec_hash != run.spec.hash():
        return "`spec_hash` is not that of its spec"
    units = [METRICS[name].word.unit for name in run.spec.metrics[:1] if name in METRICS]
    if units and run.unit not in (*units, OF_UNIFORM):
        return f"`unit` is not that of {run.spec.metric}"
    if not run.reading.isprintable() or MARKUP & set(run.reading):
        return "`reading` is no plain sentence"
    return None


def goes_deeper(last: Run, run: Run) -> bool:
    """Whether `last` answers the same question from the same models and more seeds of them, with the same values of those that
    both have."""
    if last.look <= run.look or (last.spec, last.code, last.controls) != (run.spec, run.code, run.controls):
        return False
    same = all(last.models[name].weights[: len(now.weights)] == now.weights for name, now in run.models.items())
    tables = ((last.values, run.values), (last.other_values, run.other_values))
    return same and all(agree(_first(kept, now), now) for kept, now in tables)


def _first(values: Mapping[str, Values], like: Mapping[str, Values]) -> dict[str, Values]:
    """The values of the first seeds, as many of each model as `like` has."""
    return {name: kept.first(len(like[name].layers)) for name, kept in values.items() if name in like}
