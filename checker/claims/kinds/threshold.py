"""One model against a number: "DINO reaches 60 % k-NN accuracy"."""

from __future__ import annotations

from collections.abc import Iterator

from checker.claims.kind import Kind, Rule, register, terminals
from checker.claims.language.amounts import amount_of, in_unit, say_amount
from checker.claims.language.english import English, english_changes, number, percent
from checker.claims.language.lost import check_lost, is_error, lost_by, without_a_unit
from checker.claims.language.metrics import direction, metric_of, negated
from checker.claims.language.placed import placed
from checker.claims.language.question import Choice, Edit, QuestionError
from checker.claims.language.subjects import the_one
from checker.claims.language.tree import Parsed, leaves
from checker.claims.range import Range, of_one
from checker.claims.spec import Bound, ClaimSpec, Margin
from checker.vocabulary import Relation


@register
class Threshold(Kind):
    """`subject` lies above (greater) or below (less) `bound`."""

    name = "threshold"
    needs = ("subject", "relation", "bound")
    may = ("margin", "quantifier", "members", "loss")
    words = terminals("NUMBER ONE_POINT")

    def read(self, parsed: Parsed) -> ClaimSpec:
        metric = metric_of(parsed)
        subject = the_one(parsed, "subject")
        relation: Relation = "greater"
        limits = [node for name in ("lower_limit", "upper_limit", "worded_limit") for node in parsed.all(name)]
        if parsed.all("exact"):
            amount = say_amount(amount_of(parsed, parsed.body))
            place, _ = parsed.span(parsed.all("exact")[0])
            choices = [Choice((Edit(place, place, word),)) for word in ("at least", "at most")]
            reason = f"that {metric.title} is exactly {amount} cannot be decided"
            raise QuestionError(reason, "at least, at most, or how close", choices)
        if limits:
            name = limits[0].data
            word = next((str(token) for token in leaves(limits[0]) if token.type == "COMPARATIVE"), "")
            relation = "less" if name == "upper_limit" else "greater"
            if name == "worded_limit":
                relation = direction(parsed, metric, word)
        elif parsed.all("exceed"):
            relation = "greater" if parsed.tokens("EXCEED") else "less"
        claimed = negated(parsed, relation)
        number, unit = amount_of(parsed, parsed.body)
        loss = lost_by(parsed)
        if loss:
            check_lost(parsed, metric)
        if loss and unit.startswith("%"):
            raise without_a_unit(parsed, metric, subject, claimed, loss)
        bound = Bound(value=in_unit(number, unit, metric, "a bound"), unit=metric.unit)
        return placed(parsed, metric, subject, relation=claimed, bound=bound, loss=loss)

    def say(self, spec: ClaimSpec, english: English) -> str:
        assert spec.bound is not None
        share = english.metric.unit == "share"
        amount = percent(spec.bound.value) if share else f"{number(spec.bound.value)}{english.unit()}"
        if spec.loss is not None:
            points = english.amount(Margin(value=spec.bound.value, unit=spec.bound.unit))
            verb = "does not lose" if spec.relation in ("not less", "not greater") else "loses"
            side = "at most" if spec.relation in ("less", "not less") else "at least"
            if is_error(english.metric):
                verb = "does not decrease" if spec.relation in ("not less", "not greater") else "decreases"
                course = f"{english.subject()}{english.where()}, {verb} by {side} {points}"
                return f"under the change {english_changes(spec.loss)}, {course}"
            course = f"{verb} {side} {points} of {english.metric.title} under the change {english_changes(spec.loss)}"
            return f"{english.model(spec.subject)}{english.where()}, {course}"
        verb = "is not" if spec.relation in ("not less", "not greater") else "is"
        side = "at most" if spec.relation in ("less", "not less") else "at least"
        return f"{english.subject()}{english.where()}, {verb} {side} {amount}"

    def ranges(self, spec: ClaimSpec) -> Iterator[Range]:
        amount = spec.margin or spec.bound
        assert amount is not None
        yield of_one(spec, amount.unit, amount.value, amount.value)

    def rule(self, spec: ClaimSpec) -> Rule:
        assert spec.bound is not None
        margin = spec.margin.value if spec.margin else 0.0
        options = {"bound": spec.bound.value, "relation": spec.relation, "margin": margin}
        if spec.loss is not None:
            return Rule("loss", "members", options)
        return Rule("threshold", "members", options, counts=True)

    def slug(self, spec: ClaimSpec) -> str:
        return f"threshold loss {english_changes(spec.loss)}" if spec.loss else self.name

    def effect(self, spec: ClaimSpec, subject: str, baseline: str) -> str:
        if spec.loss is not None:
            return f"loss of {subject}"
        return f"mean of {subject}"

    def no_effect(self, spec: ClaimSpec) -> float | None:
        return None
