"""Where a claim can be decided, by which scopes and models, or why it cannot be decided at all."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

from checker.claims import ClaimSpec
from checker.claims.kind import KINDS
from checker.errors import CheckerError
from checker.lab.context import current
from checker.lab.data import data_set
from checker.lab.data.masks import has_masks
from checker.lab.metrics import METRICS
from checker.lab.sources import SOURCES, refusal, scopes_of
from checker.runs.case import Case
from checker.scope import Scope
from checker.vocabulary import MetricWord, Vocabulary


def decidable(case: Case, vocabulary: Vocabulary) -> Case:
    """The case as it is, or ended with the reason why its spec cannot be decided here."""
    spec = case.spec
    assert spec is not None
    missing = vocabulary.lacking(*spec.metrics, *spec.names, spec.where.data)
    if missing is not None:
        return replace(case, word="error" if missing.failed else "untestable", reason=missing.reason)
    metrics = [vocabulary.metric(name) for name in spec.metrics]
    for name, metric in zip(spec.metrics, metrics, strict=True):
        if metric is None:
            return replace(case, word="untestable", reason=_unknown("metric", name, [m.name for m in vocabulary.metrics]))
    for name in spec.names:
        if not scopes_of(name):
            reason = refusal(name)
            return replace(case, word="untestable", reason=reason or _unknown("model", name, [m.name for m in vocabulary.models]))
    fault = _no_data(spec, vocabulary) or (None if scopes(spec, vocabulary) else _no_scope(spec, vocabulary))
    if fault:
        return replace(case, word="untestable", reason=fault)
    metric = metrics[0]
    assert metric is not None
    for what, amount in (("margin", spec.margin), ("bound", spec.bound)):
        allowed = KINDS[spec.kind].units(metric)
        if amount is not None and amount.unit not in allowed:
            listed = " or ".join(f"`{unit}`" for unit in allowed)
            return replace(case, word="error", reason=f"the {what} is in {amount.unit!r}; {metric.title} takes {listed}")
    if not metric.layers and (spec.quantifier or spec.than or (KINDS[spec.kind].over_depth and spec.over is None)):
        return replace(case, word="error", reason=f"{metric.title} is one number for a whole model; it has no layers")
    for each in metrics:
        if spec.where.heads and each is not None and not each.heads:
            return replace(case, word="error", reason=f"{each.title} is not measured head by head; leave out `heads`")
    return case


def scopes(spec: ClaimSpec, vocabulary: Vocabulary) -> list[Scope]:
    """Where a spec can be decided, the leading scope first: the models are there, and the metrics on the data."""
    metrics = [metric for metric in map(vocabulary.metric, spec.metrics) if metric is not None]
    found: list[Scope] = []
    for scope in SOURCES:
        names = models_in(spec, scope)
        there = bool(names) and all(_unmeasured(names, metric, scope) is None for metric in metrics)
        if spec.scope in ("any", scope) and there and all(_lacks(spec, metric, scope, vocabulary) is None for metric in metrics):
            found.append(scope)
    return found


def models_in(spec: ClaimSpec, scope: Scope) -> tuple[str, ...]:
    """The models that a claim is about in a scope; none where one is missing there. A correlation takes those that there are,
    if they are enough."""
    source = SOURCES[scope].of(spec.metrics)
    if not any(source.has(name) for name in spec.names):
        return ()
    there = tuple(name for name in spec.names if source.has(name) or source.borrows(name))
    fewest = KINDS[spec.kind].fewest
    return there if len(there) >= (len(spec.names) if fewest is None else fewest) else ()


def _unmeasured(names: Iterable[str], metric: MetricWord, scope: Scope) -> str | None:
    """Why a metric cannot be measured of models of a scope."""
    needs = METRICS[metric.name].needs if metric.name in METRICS else frozenset()
    return next(filter(None, (SOURCES[scope].cannot(name, metric, needs) for name in names)), None)


def _lacks(spec: ClaimSpec, metric: MetricWord, scope: Scope, vocabulary: Vocabulary) -> str | None:
    """What the data of a scope would have to say about its pictures, and does not."""
    if not SOURCES[scope].of(spec.metrics).measures:
        named = spec.where.data != "default"
        return f"values of {metric.title} are not of a data set that a sentence can choose ({spec.where.data})" if named else None
    data = data_set(vocabulary.data_name(spec.where.data, scope))
    if scope.trained_here and not data.factors:
        return f"nothing is known of {data.title}, so what a toy learns from them could not be judged"
    known = (*data.factors, *(["category"] if data.categories else []))
    unknown = [factor for factor in metric.factors if not (has_masks(data.name) if factor == "mask" else factor in known)]
    return f"{metric.title} needs pictures with a known {' and '.join(unknown)}, unlike {data.title}" if unknown else None


def _no_scope(spec: ClaimSpec, vocabulary: Vocabulary) -> str:
    """Why a spec can be decided in no scope."""
    present = tuple(scope for scope, source in SOURCES.items() if source.present())
    wanted = present if spec.scope == "any" else (Scope(spec.scope),)
    reasons = []
    for scope in wanted:
        without = [name for name in spec.names if scope not in scopes_of(name)]
        refused = [reason for name in without if scope in SOURCES and (reason := SOURCES[scope].refusal(name))]
        metrics = [metric for metric in map(vocabulary.metric, spec.metrics) if metric is not None]
        names = models_in(spec, scope) if scope in SOURCES else ()
        unmeasured = [reason for metric in metrics if names and (reason := _unmeasured(names, metric, scope))]
        if refused:
            reasons.append(f"{scope}: {refused[0]}")
        elif not names:
            reasons.append(f"{scope}: {' and '.join(without)} {'have' if len(without) > 1 else 'has'} {scope.lacks}")
        elif unmeasured:
            reasons.append(f"{scope}: {' and '.join(unmeasured)}")
        else:
            lacking = (_lacks(spec, metric, scope, vocabulary) for metric in metrics)
            reasons.append(f"{scope}: {next(filter(None, lacking), None)}")
    return "; ".join(reasons)


def _no_data(spec: ClaimSpec, vocabulary: Vocabulary) -> str | None:
    """Why the data that the spec names cannot be used: unknown, outside of the project, or not on this machine."""
    name = spec.where.data
    if name == "default":
        return None
    if vocabulary.data_word(name) is None and ":" not in name:
        return _unknown("data set", name, [data.name for data in vocabulary.data])
    kind, _, place = name.partition(":")
    if kind == "folder":
        folder, root = Path(place.partition("?")[0]), current().root.resolve()
        if folder.is_absolute() or ".." in folder.parts or not (root / folder).resolve().is_relative_to(root):
            return f"{name}: the folder must lie inside the project, and no link to it lead out"
    return _cannot_be_drawn(name)


@cache
def _cannot_be_drawn(name: str) -> str | None:
    try:
        data = data_set(name)
        if data.redraw is None:  # pictures that are generated can always be drawn
            data.split("measure", 1)
    except CheckerError as error:
        return str(error)
    return None


def _unknown(kind: str, name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"no {kind} is called {name!r} here" + (
        f"; the nearest is {near[0]!r}" if near else f"; there are: {', '.join(known)}"
    )


def forget_data() -> None:
    """Look anew, when it is next asked, whether the data can be used."""
    _cannot_be_drawn.cache_clear()
