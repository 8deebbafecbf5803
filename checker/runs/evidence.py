"""The evidence of one look at one claim: what was measured, on what, and what the rule makes of it. Plain JSON values."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker import verdicts
from checker.cache import version
from checker.claims import ClaimSpec, Meaning
from checker.claims.say import say
from checker.errors import SpecError
from checker.lab.checkpoints import Card
from checker.lab.data import data_set
from checker.lab.measure import IMAGES, Measurement
from checker.lab.metrics import METRICS
from checker.lab.models import find_model
from checker.runs.bench import Bench, Found, Wanted
from checker.runs.decision import DIGITS, as_dict, claimed_side, decide, effect_from, effect_of, keep, same_grid, unit_of
from checker.runs.floors import given_away
from checker.runs.store import Kept, code_hash, data_code, metric_code
from checker.verdicts.correlation import FEWEST_MODELS
from checker.vocabulary import Scope, Vocabulary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STEADY = 1e-3  # share by which two measurements of the same may differ: rounding in another order

FIELDS = {
    *("kind", "metric", "other", "subject", "baseline", "relation", "order", "models", "members", "bound", "factor", "margin"),
    *("quantifier", "where", "scope", "decide"),
}
"""The fields of a spec that decide its verdict."""


def evidence(
    spec: ClaimSpec, scope: Scope, look: int, models: Mapping[str, Sequence[Wanted]], bench: Bench, vocabulary: Vocabulary
) -> dict[str, Any]:
    """One run of the ledger. `models` maps each name to its models, one a seed; those that the claim is about come first.

    Raises SpecError for layers that a model does not have, MeasurementError where the rule refuses the values.
    """
    found = {name: [bench.models[want] for want in wants] for name, wants in models.items()}
    data = next(iter(models.values()))[0].data
    asked = [name for name in models if name in spec.names]
    tables = [_table(spec, metric, vocabulary, models, asked, bench) for metric in spec.metrics]
    unit = tables[0].unit
    fields = spec.model_dump(mode="json", include=FIELDS, exclude_none=True)
    code = evidence_code(spec.metrics, data)
    weights = {name: [model.weights for model in entries] for name, entries in found.items()}
    floor = given_away(spec.metrics, data_set(data), bench.store) if scope == "toy" else None
    return {
        "key": evidence_key(fields, code, weights),
        "reading": say(Meaning.of(spec), vocabulary, scope),
        "spec": fields,
        "spec_hash": spec.hash(),
        "scope": scope,
        "about": asked,
        "look": look + 1,
        "unit": unit,
        "effect_unit": unit_of(spec, unit),
        "effect_of": effect_of(spec),
        "effect_from": effect_from(spec),
        "claimed": claimed_side(spec),
        "uniform": tables[0].uniform,
        "code": code,
        "packages": {name: version(name) for name in ("check-claims", "torch", "timm", "numpy", "scipy")},
        "python": platform.python_version(),
        **_where(scope, bench.values[spec.metric, models[asked[0]][0]]),
        "data": {"name": data, "split": "measure", "images": IMAGES},
        "models": {name: _provenance(name, entries, scope) for name, entries in found.items()},
        "values": tables[0].values,
        **({"nondeterministic": unsteady} if (unsteady := _unsteady(spec, scope, bench)) else {}),
        **({"other_values": tables[1].values, "other_unit": tables[1].unit} if len(tables) > 1 else {}),
        **({"given_away": floor} if floor else {}),
        "verdict": _verdict(spec, scope, tables, {name: models[name] for name in asked}, bench, floor),
    }


def decide_again(run: Mapping[str, Any]) -> dict[str, Any]:
    """The verdict that today's rule gives for the kept values of a run; the kept verdict where a model was not competent."""
    if "curve" in run["verdict"]:
        return dict(run["verdict"])
    spec = ClaimSpec.model_validate({**run["spec"], "id": "a", "statement": "", "source": ""})
    tables = [run[values] for values in ("values", "other_values") if values in run]
    return _decided(spec, run["scope"], tables, run["about"], run["verdict"].get("left_out", []), run.get("given_away"))


def evidence_code(metrics: Sequence[str], data: str) -> dict[str, str]:
    """Hashes of all code that decides a run's numbers."""
    rules = sorted(f"checker.verdicts.{path.stem}" for path in Path(verdicts.__file__).parent.glob("[a-z]*.py"))
    decision = code_hash("checker.runs.decision", "checker.claims.layers", *rules)
    code = {"metric": metric_code(metrics[0]), "data": data_code(data), "decision": decision}
    return code | ({"other": metric_code(metrics[1])} if len(metrics) > 1 else {})


def evidence_key(fields: Any, code: Any, weights: Any) -> str:
    """The content address of a run: its spec, its code and its models."""
    inputs = {"spec": fields, "code": code, "weights": weights, "images": IMAGES}
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:24]


@dataclass(frozen=True)
class _Table:
    """What is kept of one metric of all models. `uniform` is the line of uniform attention in the unit of the values."""

    values: dict[str, Any]
    uniform: float | None
    unit: str


def _table(
    spec: ClaimSpec,
    metric: str,
    vocabulary: Vocabulary,
    models: Mapping[str, Sequence[Wanted]],
    asked: Sequence[str],
    bench: Bench,
) -> _Table:
    import numpy as np

    word = vocabulary.metric(metric)
    assert word is not None
    measured = {name: [bench.values[metric, want] for want in wants] for name, wants in models.items()}
    lines = {name: entries[0].uniform for name, entries in measured.items()}
    shares = METRICS[metric].grows_with_grid and len({round(lines[name] or 0.0, DIGITS) for name in asked}) > 1
    if shares:
        same_grid(spec)
    parts = {name: line if shares and line else 1.0 for name, line in lines.items()}
    layers = spec.where.layers if metric == spec.metric else word.layers or "all"
    values = {}
    for name, entries in measured.items():
        stack = np.stack([_of_head(entry, spec.where.heads) for entry in entries])  # (seeds, rows, images)
        values[name] = keep(spec, stack / parts[name], layers if word.layers else "")
    line = 1.0 if shares else lines[asked[0]]
    return _Table(values, None if line is None else round(line, DIGITS), "of uniform" if shares else word.unit)


def _of_head(entry: Measurement, heads: str | None) -> NDArray[np.float64]:
    """The values (rows, images) of one head, or of all on average."""
    if heads is None:
        return entry.values
    if entry.heads is None:
        raise SpecError(f"{entry.metric} is not measured head by head; leave out `heads`")
    number = int(heads.split()[1])
    if number > entry.heads.shape[1]:
        raise SpecError(f"{heads!r} of a model with {entry.heads.shape[1]} heads")
    return entry.heads[:, number - 1]


def _verdict(
    spec: ClaimSpec,
    scope: Scope,
    tables: Sequence[_Table],
    models: Mapping[str, Sequence[Wanted]],
    bench: Bench,
    floor: str | None,
) -> dict[str, Any]:
    faults: dict[str, dict[str, Any]] = {}
    for name, wants in models.items():
        for want in wants:
            card = bench.models[want].card
            if card is not None and card.fault:
                faults.setdefault(name, _not_competent(want, card, len(wants)))
    competent = [name for name in models if name not in faults]
    if faults and (spec.kind != "correlation" or len(competent) < FEWEST_MODELS):
        return next(iter(faults.values()))
    return _decided(spec, scope, [table.values for table in tables], list(models), list(faults), floor)


def _decided(
    spec: ClaimSpec,
    scope: Scope,
    tables: Sequence[Mapping[str, Any]],
    names: Sequence[str],
    left_out: Sequence[str],
    floor: str | None,
) -> dict[str, Any]:
    """The verdict from kept values, without the models that are left out; inconclusive, whatever the effect, for the reason
    `floor` where raw pixels give the answer away."""
    values, *other = [{name: table[name] for name in names if name not in left_out} for table in tables]
    looks = len(spec.decide.looks) if scope == "toy" else 1  # of released weights there is one look
    verdict = as_dict(decide(spec, values, other[0] if other else {}, looks, METRICS[spec.metric].counts))
    if left_out:
        reason = f"{verdict['reason']}; left out because not competent: {', '.join(left_out)}"
        verdict |= {"left_out": list(left_out), "reason": reason}
    if floor is not None:
        verdict |= {"word": "inconclusive", "seeds_needed": None, "reason": floor}
    return verdict


def _where(scope: Scope, measured: Kept) -> dict[str, str]:
    if scope == "toy":
        return {"device": "cpu", "dtype": "float32, weights kept in float16"}
    return {"device": measured.details.device, "dtype": measured.details.dtype}


def _unsteady(spec: ClaimSpec, scope: Scope, bench: Bench) -> dict[str, float]:
    """Metrics that gave something else when the same was measured twice, and by which share."""
    found = {metric: bench.repeats.get((metric, scope), 0.0) for metric in spec.metrics}
    return {metric: round(share, DIGITS) for metric, share in found.items() if share > STEADY}


def _provenance(name: str, entries: Sequence[Found], scope: Scope) -> dict[str, Any]:
    weights = [entry.weights for entry in entries]
    if scope == "pretrained":
        model = find_model(name)
        assert model is not None
        return {"tag": model.tag, "licence": model.licence, "file": entries[0].file.name, "seeds": [0], "weights": weights}
    cards = [entry.card for entry in entries if entry.card is not None]
    return {
        "recipe": cards[0].recipe.as_dict(),
        "seeds": [card.seed for card in cards],
        "weights": weights,
        "own_loss": [[card.before.own_loss, card.after.own_loss] for card in cards],
        "probe": [[round(card.before.best, DIGITS), round(card.after.best, DIGITS)] for card in cards],
        "images_seen": cards[0].images_seen,
        "cpu_seconds": [card.cpu_seconds for card in cards],
    }


def _not_competent(model: Wanted, card: Card, seeds: int) -> dict[str, Any]:
    return {
        "word": "inconclusive",
        **dict.fromkeys(("effect", "low", "high", "margin", "confidence", "p", "p_against", "seeds_needed")),
        "lines": [],
        "seeds": seeds,
        "images": IMAGES,
        "rule": "no verdict rests on a model that has not learned its task",
        "reason": f"model not competent: {model}: {card.fault}",
        "curve": {"model": str(model), "points": [list(point) for point in card.curve]},
    }
