"""A readable identity for a claim."""

from __future__ import annotations

import re

from checker.claims.spec import ClaimSpec
from checker.vocabulary import MetricWord, Vocabulary


def slug(spec: ClaimSpec, vocabulary: Vocabulary) -> str:
    """Subject-metric-baseline, then what differs from the metric's defaults."""
    metric = vocabulary.metric(spec.metric)
    relation = {"compare": "", "threshold": "threshold", "equivalence": "similar"}.get(spec.kind, spec.kind)
    if spec.kind == "compare" and spec.relation in ("not less", "not greater"):
        relation = "not"
    parts = [spec.subject or "", spec.metric, spec.other or "", spec.baseline or "", *(spec.order or ()), relation]
    if spec.kind == "trend":
        parts.append({"less": "falling", "greater": "rising"}.get(spec.relation or "", spec.relation or ""))
    if spec.kind == "presence":
        parts[-1] = "absence" if spec.relation == "less" else "presence"
    if spec.quantifier:
        parts.append(f"{spec.quantifier} layers")
    if metric is None or spec.where.layers != metric_layers(metric, spec.kind, spec.quantifier):
        parts.append(spec.where.layers if not spec.quantifier or spec.where.layers != "all" else "")
    parts += [spec.where.heads or "", spec.where.data if spec.where.data != "default" else ""]
    parts.append(spec.scope if spec.scope != "any" else "")
    return slugify(" ".join(part for part in parts if part))


def metric_layers(metric: MetricWord | None, kind: str, quantifier: str | None) -> str:
    """The layers of a claim of this kind about a metric, where nobody says which."""
    if kind == "trend" or quantifier:
        return "all"
    return (metric.layers if metric else "") or "all"


def slugify(text: str) -> str:
    """Lower case letters, digits and hyphens; never digits alone, which look like any number."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
    return slug if re.search("[a-z]", slug) or not slug else f"claim-{slug}"
