"""A readable identity for a claim."""

from __future__ import annotations

import re

from checker.claims.kind import KINDS, Kind
from checker.claims.spec import ClaimSpec
from checker.vocabulary import MetricWord, Vocabulary


def slug(spec: ClaimSpec, vocabulary: Vocabulary) -> str:
    """Subject-metric-baseline, then what differs from the metric's defaults."""
    metric = vocabulary.metric(spec.metric)
    kind = KINDS[spec.kind]
    parts = [spec.subject or "", spec.metric, spec.other or "", spec.baseline or "", *(spec.order or ()), kind.slug(spec)]
    if spec.quantifier:
        parts.append(f"{spec.quantifier} layers")
    if metric is None or spec.where.layers != metric_layers(metric, None if spec.over else kind, spec.quantifier):
        parts.append(spec.where.layers if not spec.quantifier or spec.where.layers != "all" else "")
    parts += [spec.where.heads or "", spec.where.data if spec.where.data != "default" else ""]
    parts.append(spec.scope if spec.scope != "any" else "")
    return slugify(" ".join(part for part in parts if part))


def metric_layers(metric: MetricWord | None, kind: Kind | None, quantifier: str | None) -> str:
    """The layers of a claim of this kind about a metric, where nobody says which."""
    if quantifier or (kind is not None and kind.over_depth):
        return "all"
    return (metric.layers if metric else "") or "all"


def slugify(text: str) -> str:
    """Lower case letters, digits and hyphens; never digits alone, which look like any number."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
    return slug if re.search("[a-z]", slug) or not slug else f"claim-{slug}"
