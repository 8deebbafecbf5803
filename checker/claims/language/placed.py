"""A spec of the parts that several kinds of claims share."""

from __future__ import annotations

from typing import Any

from checker.claims.language.places import denied_before_layers, quantifier_of, scope_of, where_of
from checker.claims.language.question import QuestionError
from checker.claims.language.subjects import meant, things_in
from checker.claims.language.tree import Parsed
from checker.claims.spec import ClaimSpec
from checker.vocabulary import MetricWord


def placed(parsed: Parsed, metric: MetricWord, subject: str, baseline: str | None = None, **fields: Any) -> ClaimSpec:
    """The spec with its models, the members of families, the place, the quantifier and the scope."""
    quantifier = quantifier_of(parsed)
    where = fields.pop("where", None) or where_of(parsed, metric)
    if quantifier and denied_before_layers(parsed):
        raise QuestionError(
            "it denies something of several layers: of each of them, or of all together?",
            "a sentence that denies it of each layer, or of one choice of layers",
        )
    if quantifier and not metric.layers:
        raise QuestionError(f"{metric.title} is one number for a whole model", "a metric of single layers")
    things = {name: thing for role in ("baseline", "subject") for thing, name in things_in(parsed, role)}
    families = [name for name in (subject, baseline) if name and parsed.vocabulary.model(name) is None]
    members = {name: meant(parsed, things[name]) for name in families}
    if subject == baseline:
        raise QuestionError(f"{subject} is compared with itself", "another baseline")
    if baseline is not None:
        both = set(members.get(subject, (subject,))) & set(members.get(baseline, (baseline,)))
        if both:
            raise QuestionError(f"{', '.join(sorted(both))} is on both sides", "another baseline")
    return ClaimSpec(
        kind=parsed.kind,
        metric=metric.name,
        subject=subject,
        baseline=baseline,
        members=members or None,
        quantifier=quantifier,
        where=where,
        scope=scope_of(parsed),
        **fields,
    )
