"""What a sentence says, without its place: the fields of a claim spec that it decides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from checker.claims.spec import Bound, Claimed, ClaimSpec, Kind, Margin, Quantifier, Where
from checker.vocabulary import MetricWord, Vocabulary


@dataclass(frozen=True)
class Meaning:
    """The fields of `ClaimSpec` of the same names."""

    kind: Kind
    metric: str
    where: Where
    other: str | None = None
    subject: str | None = None
    baseline: str | None = None
    relation: Claimed | None = None
    order: tuple[str, ...] | None = None
    models: tuple[str, ...] | None = None
    members: tuple[tuple[str, tuple[str, ...]], ...] = ()
    bound: Bound | None = None
    factor: float | None = None
    margin: Margin | None = None
    quantifier: Quantifier | None = None
    scope: str = "any"

    def spec(self, name: str, source: str, statement: str) -> ClaimSpec:
        """The spec of a claim of this meaning."""
        fields: dict[str, Any] = {key: value for key, value in vars(self).items() if value is not None and key != "members"}
        if self.members:
            fields["members"] = dict(self.members)
        return ClaimSpec(id=name, source=source, statement=statement, **fields)

    @classmethod
    def of(cls, spec: ClaimSpec) -> Meaning:
        """The meaning of a spec."""
        fields = {name: getattr(spec, name) for name in cls.__dataclass_fields__ if name != "members"}
        return cls(**fields, members=tuple((spec.members or {}).items()))

    def slug(self, vocabulary: Vocabulary) -> str:
        """A readable identity: subject-metric-baseline, then what differs from the metric's defaults."""
        metric = vocabulary.metric(self.metric)
        relation = {"compare": "", "threshold": "threshold", "equivalence": "similar"}.get(self.kind, self.kind)
        if self.kind == "compare" and self.relation in ("not less", "not greater"):
            relation = "not"
        parts = [self.subject or "", self.metric, self.other or "", self.baseline or "", *(self.order or ()), relation]
        if self.kind == "trend":
            parts.append({"less": "falling", "greater": "rising"}.get(self.relation or "", self.relation or ""))
        if self.kind == "presence":
            parts[-1] = "absence" if self.relation == "less" else "presence"
        if self.quantifier:
            parts.append(f"{self.quantifier} layers")
        if metric is None or self.where.layers != default_layers(self, vocabulary):
            parts.append(self.where.layers if not self.quantifier or self.where.layers != "all" else "")
        parts += [self.where.heads or "", self.where.data if self.where.data != "default" else ""]
        parts.append(self.scope if self.scope != "any" else "")
        return slugify(" ".join(part for part in parts if part))


def default_layers(meaning: Meaning, vocabulary: Vocabulary) -> str:
    """The layers that are meant where a sentence names none: of a trend and of what is asked layer by layer all of them."""
    return metric_layers(vocabulary.metric(meaning.metric), meaning.kind, meaning.quantifier)


def metric_layers(metric: MetricWord | None, kind: str, quantifier: str | None) -> str:
    """The layers of a claim of this kind about a metric, where nobody says which."""
    if kind == "trend" or quantifier:
        return "all"
    return (metric.layers if metric else "") or "all"


def slugify(text: str) -> str:
    """Lower case letters, digits and hyphens; never digits alone, which look like any number."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
    return slug if re.search("[a-z]", slug) or not slug else f"claim-{slug}"
