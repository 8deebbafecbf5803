"""An order of models: "DINO > MAE > SimMIM in attention distance"."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import inf

from checker.claims.kind import Kind, Rule, Side, register, terminals
from checker.claims.language.amounts import margin_of
from checker.claims.language.english import English
from checker.claims.language.metrics import metric_of
from checker.claims.language.places import quantifier_of, scope_of, where_of
from checker.claims.language.question import QuestionError
from checker.claims.language.subjects import name_of
from checker.claims.language.tree import Parsed, trees
from checker.claims.range import Range, of_difference
from checker.claims.spec import ClaimSpec, Margin
from checker.vocabulary import MetricWord


@register
class Ranking(Kind):
    """The models of `order` stand in that order, the highest first, each `margin` apart."""

    name = "ranking"
    needs = ("order", "margin")
    may = ("quantifier",)
    words = terminals("GREATER_SIGN LESS_SIGN")
    clauses = frozenset({"margin_clause"})

    def check(self, spec: ClaimSpec) -> None:
        if len(set(spec.order or ())) < max(2, len(spec.order or ())):
            raise ValueError("`order` needs at least 2 different models")

    def read(self, parsed: Parsed) -> ClaimSpec:
        metric = metric_of(parsed)
        order = []
        for node in parsed.all("ranked"):
            (thing,) = trees(node)
            kind, name = name_of(parsed, thing)
            if kind == "FAMILY":
                raise QuestionError(f"{name} is a family of models; a ranking needs models", "a model")
            order.append(name)
        if len(set(order)) < len(order):
            raise QuestionError("a model stands in the ranking twice", "each model once")
        if parsed.body.data == "rising_order":
            order.reverse()
        return ClaimSpec(
            kind="ranking",
            metric=metric.name,
            where=where_of(parsed, metric),
            order=tuple(order),
            margin=margin_of(parsed, metric),
            scope=scope_of(parsed),
            quantifier=quantifier_of(parsed),
        )

    def say(self, spec: ClaimSpec, english: English) -> str:
        assert spec.margin is not None
        order = " > ".join(map(english.name, spec.order or ()))
        return f"{order} in {english.metric.title}{english.where()}, by more than {english.amount(spec.margin)}"

    def margin(self, metric: MetricWord) -> Margin | None:
        return Margin(value=metric.margin.value, unit=metric.margin.unit)

    def ranges(self, spec: ClaimSpec) -> Iterator[Range]:
        assert spec.margin is not None
        for upper, lower in combinations(spec.order or (), 2):
            yield of_difference(spec, upper, lower, spec.margin.unit, (spec.margin.value, inf), closed=False)

    def rule(self, spec: ClaimSpec) -> Rule:
        return Rule("ranking", "order", {"relation": "greater", **spec.margin_option()})

    def effect(self, spec: ClaimSpec, subject: str, baseline: str) -> str:
        return "difference of the pair that decides"

    def side(self, spec: ClaimSpec) -> Side:
        return "above"
