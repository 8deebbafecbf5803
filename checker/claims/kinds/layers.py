"""Layers of one model against others of it: "MAE has longer attention distance in late layers than in early layers"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from checker.claims.kind import Kind, Rule, register, terminals
from checker.claims.language.amounts import margin_of
from checker.claims.language.comparison import what_is_compared
from checker.claims.language.english import English, say_layers
from checker.claims.language.metrics import negated
from checker.claims.language.placed import placed
from checker.claims.language.places import QUANTIFIERS, layers_of, quantifier_of, where_of
from checker.claims.language.question import QuestionError
from checker.claims.language.subjects import the_one
from checker.claims.language.tree import Node, Parsed, leaves
from checker.claims.range import Range, of_one
from checker.claims.spec import ClaimSpec, Margin, Where
from checker.vocabulary import MetricWord, Relation

ONE_BY_ONE = (*QUANTIFIERS, "all_layers")


@register
class Layers(Kind):
    """The metric of `subject` in the layers of `where` is less (greater) than in those of `than`, by more than `margin`."""

    name = "layers"
    needs = ("subject", "relation", "than", "margin")
    may = ("members",)
    words = terminals("COMPARATIVE ADJECTIVE PREDICATE BEAT LAG")
    clauses = frozenset({"margin_clause"})

    def read(self, parsed: Parsed) -> ClaimSpec:
        metric, relation = what_is_compared(parsed)
        subject = the_one(parsed, "subject")
        if not metric.layers:
            raise QuestionError(f"{metric.title} is one number for a whole model", "a metric of single layers")
        where = where_of(parsed, metric)
        here, there = (parsed.all(name) for name in ("here", "there"))
        placed_at = parsed.all("layers_clause")
        if quantifier_of(parsed) or any(cast(Node, node.children[-1]).data in ONE_BY_ONE for node in (*here, *there)):
            raise QuestionError("layers are compared by their means, not one by one", "one choice of layers on each side")
        _check_parts(parsed, (*here, *placed_at), there[0])
        if len(here) + bool(placed_at) != 1:
            fault = "it does not say with which layers those are compared" if not placed_at else "it names layers thrice"
            raise QuestionError(fault, "one choice of layers on each side")
        those, others = layers_of(parsed, here[0]) if here else where.layers, layers_of(parsed, there[0])
        if those == others:
            raise QuestionError("it compares layers with themselves", "other layers on one side")
        where = Where(layers=those, heads=where.heads, data=where.data)
        margin = margin_of(parsed, metric, falls=relation == "less")
        return placed(parsed, metric, subject, where=where, than=others, relation=negated(parsed, relation), margin=margin)

    def say(self, spec: ClaimSpec, english: English) -> str:
        assert spec.relation is not None and spec.margin is not None and spec.than is not None
        relation: Relation = "less" if spec.relation in ("less", "not less") else "greater"
        words = [word for word, its in english.metric.comparatives if its == relation]
        word = next((word for word in ("smaller", "larger") if word in words), words[0])
        verb = "is not" if spec.relation in ("not less", "not greater") else "is"
        there = say_layers(spec.than, None)
        return f"{english.subject()}{english.where()}, {verb} {word} than {there} by more than {english.amount(spec.margin)}"

    def slug(self, spec: ClaimSpec) -> str:
        denied = "not " if spec.relation in ("not less", "not greater") else ""
        return f"{denied}than {spec.than}"

    def margin(self, metric: MetricWord) -> Margin | None:
        return Margin(value=metric.margin.value, unit=metric.margin.unit)

    def check(self, spec: ClaimSpec) -> None:
        if spec.than == spec.where.layers:
            raise ValueError(f"{spec.than} is compared with itself; name other layers in `than`")

    def ranges(self, spec: ClaimSpec) -> Iterator[Range]:
        assert spec.margin is not None
        yield of_one(spec, spec.margin.unit, -spec.margin.value, spec.margin.value)

    def rule(self, spec: ClaimSpec) -> Rule:
        return Rule("layers", "members", {"relation": spec.relation, **spec.margin_option()}, keep="depth")

    def values(self, unit: str) -> str:
        return f"Mean over images and the layers of both sides, in {unit}"

    def effect(self, spec: ClaimSpec, subject: str, baseline: str) -> str:
        assert spec.than is not None
        here, there = (say_layers(each, None) for each in (spec.where.layers, spec.than))
        return f"{subject} {here} minus {there}"


def _check_parts(parsed: Parsed, sides: Sequence[Node], there: Node) -> None:
    """Raise QuestionError for a head or tokens that may be of one side alone: of both they are before the layers, or between
    commas before the others."""
    first = min((parsed.span(node)[0] for node in sides), default=0)
    commas = {token.start_pos for token in leaves(parsed.tree) if token.type == "COMMA"}
    for clause in parsed.all("heads_clause", "tokens_clause"):
        start = parsed.span(clause)[0]
        if start > first and (start > parsed.span(there)[0] or start - 1 not in commas):
            reason = f"{parsed.text(clause)!r} can be of both sides, or of the layers beside it alone"
            raise QuestionError(reason, "the part at the beginning of the sentence, where it is of both")
