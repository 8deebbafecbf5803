"""The evidence of one look at one claim: what was measured, on what, and what the rule makes of it. Plain JSON values."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from checker.claims import ClaimSpec, select_layers
from checker.errors import SpecError
from checker.lab.checkpoints import Card
from checker.lab.measure import IMAGES
from checker.lab.metrics import METRICS
from checker.lab.models import find_model
from checker.runs.bench import Bench, Found, Wanted
from checker.runs.store import code_hash, data_code, metric_code
from checker.runs.survey import say_spec
from checker.verdicts import Verdict, compare, compare_counts
from checker.vocabulary import MetricWord, Scope, Vocabulary

DIGITS = 4  # decimals of the kept values; the verdict is computed from the kept ones


def evidence(
    spec: ClaimSpec, scope: Scope, look: int, models: Mapping[str, Sequence[Wanted]], bench: Bench, vocabulary: Vocabulary
) -> dict[str, Any]:
    """One run of the ledger. `models` maps each name to its models, one a seed; subject and baseline are among them.

    Raises SpecError for layers that a model does not have, MeasurementError where the rule refuses the values.
    """
    assert spec.baseline is not None and spec.relation is not None
    word = vocabulary.metric(spec.metric)
    assert word is not None
    found = {name: [bench.models[want] for want in wants] for name, wants in models.items()}
    values, uniform = _values(spec, word, models, bench)
    unit = word.unit if uniform is None or "shares of uniform" not in uniform else "of uniform"
    data = next(iter(models.values()))[0].data
    fields = spec.model_dump(
        mode="json", include={"kind", "metric", "subject", "baseline", "relation", "margin", "where", "scope", "decide"}
    )
    code = evidence_code(spec.metric, data)
    weights = {name: [model.weights for model in entries] for name, entries in found.items()}
    return {
        "key": evidence_key(fields, code, weights),
        "reading": say_spec(spec, vocabulary, scope),
        "spec": fields,
        "spec_hash": spec.hash(),
        "scope": scope,
        "look": look + 1,
        "unit": unit,
        "uniform": uniform["value"] if uniform else None,
        "code": code,
        "packages": {name: version(name) for name in ("check-claims", "torch", "timm", "numpy", "scipy")},
        "python": platform.python_version(),
        **_where(scope),
        "data": {"name": data, "split": "measure", "images": IMAGES},
        "models": {name: _provenance(name, entries, scope) for name, entries in found.items()},
        "values": values,
        "verdict": _verdict(spec, values, {name: models[name] for name in (spec.subject, spec.baseline)}, bench),
    }


def evidence_code(metric: str, data: str) -> dict[str, str]:
    """Hashes of all code that decides a run's numbers."""
    decision = code_hash("checker.verdicts.compare", "checker.verdicts.counts", "checker.claims.layers")
    return {"metric": metric_code(metric), "data": data_code(data), "decision": decision}


def evidence_key(fields: Any, code: Any, weights: Any) -> str:
    """The content address of a run: its spec, its code and its models."""
    inputs = {"spec": fields, "code": code, "weights": weights, "images": IMAGES}
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:24]


def _values(
    spec: ClaimSpec, word: MetricWord, models: Mapping[str, Sequence[Wanted]], bench: Bench
) -> tuple[dict[str, dict[str, Any]], dict[str, Any] | None]:
    """Per model: `layers` (seeds, rows), means over images, and `images` (seeds, images), means over the layers claimed.

    Where subject and baseline see their pictures on different grids and the metric grows with the grid, all values are shares
    of what uniform attention gives on the model's own grid.
    """
    import numpy as np

    measured = {name: [bench.values[spec.metric, want] for want in wants] for name, wants in models.items()}
    lines = {name: entries[0].uniform for name, entries in measured.items()}
    grids_differ = METRICS[spec.metric].grows_with_grid and lines[spec.subject] != lines[spec.baseline or ""]
    values = {}
    for name, entries in measured.items():
        stack = np.stack([entry.values for entry in entries])  # (seeds, rows, images)
        if grids_differ:
            stack = stack / lines[name]
        chosen = select_layers(spec.where.layers, stack.shape[1]) if word.layers else [0]
        values[name] = {
            "layers": stack.mean(2).round(DIGITS).tolist(),
            "images": stack[:, chosen].mean(1).round(DIGITS).tolist(),
        }
    if grids_differ:
        if spec.margin.unit != "relative":
            raise SpecError(f"the models see pictures on different grids; give the margin as a share, not in {spec.margin.unit}")
        return values, {"value": 1.0, "shares of uniform": True}
    line = lines[spec.subject]
    return values, None if line is None else {"value": round(line, DIGITS)}


def _verdict(spec: ClaimSpec, values: Mapping[str, Any], models: Mapping[str, Sequence[Wanted]], bench: Bench) -> dict[str, Any]:
    import numpy as np

    assert spec.baseline is not None and spec.relation is not None
    subject, baseline = (np.asarray(values[name]["images"]) for name in (spec.subject, spec.baseline))
    margin = spec.margin.value * (abs(float(baseline.mean())) if spec.margin.unit == "relative" else 1.0)
    for wants in models.values():
        for want in wants:
            card = bench.models[want].card
            if card is not None and card.fault:
                return _not_competent(float(subject.mean() - baseline.mean()), margin, subject.shape, want, card)
    if METRICS[spec.metric].counts:
        return _as_dict(compare_counts(subject, baseline, spec.relation, margin))
    return _as_dict(compare(subject, baseline, spec.relation, margin, spec.decide.alpha, len(spec.decide.looks)))


def _where(scope: Scope) -> dict[str, str]:
    if scope == "toy":
        return {"device": "cpu", "dtype": "float32, weights kept in float16"}
    import torch

    return {"device": "cuda", "dtype": "float16"} if torch.cuda.is_available() else {"device": "cpu", "dtype": "float32"}


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


def _as_dict(verdict: Verdict) -> dict[str, Any]:
    numbers = {name: round(getattr(verdict, name), DIGITS) for name in ("effect", "low", "high", "margin", "confidence")}
    return {
        "word": verdict.word,
        **numbers,
        "seeds": verdict.seeds,
        "images": verdict.images,
        "seeds_needed": verdict.seeds_needed,
        "rule": verdict.rule,
        "reason": verdict.reason,
    }


def _not_competent(effect: float, margin: float, shape: tuple[int, ...], model: Wanted, card: Card) -> dict[str, Any]:
    return {
        "word": "inconclusive",
        "effect": round(effect, DIGITS),
        "low": None,
        "high": None,
        "margin": round(margin, DIGITS),
        "confidence": None,
        "seeds": shape[0],
        "images": shape[1],
        "seeds_needed": None,
        "rule": "no verdict rests on a model that has not learned its task",
        "reason": f"model not competent: {model}: {card.fault}",
        "curve": {"model": str(model), "points": [list(point) for point in card.curve]},
    }
