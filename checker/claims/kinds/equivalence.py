"""Two models that are about the same: "MAE and SimMIM have similar attention distance within 2 px"."""

from __future__ import annotations

from collections.abc import Iterator

from checker.claims.kind import Kind, Rule, Side, register, terminals
from checker.claims.language.amounts import amount_of, as_margin
from checker.claims.language.english import English
from checker.claims.language.lost import compared
from checker.claims.language.metrics import directions, example, metric_of
from checker.claims.language.noise import NEGATIONS
from checker.claims.language.placed import placed
from checker.claims.language.question import Choice, Edit, QuestionError, adding
from checker.claims.language.tree import Parsed, leaves
from checker.claims.range import Range, of_difference
from checker.claims.spec import ClaimSpec
from checker.vocabulary import MetricWord


@register
class Equivalence(Kind):
    """`subject` and `baseline` differ by less than `margin`."""

    name = "equivalence"
    needs = ("subject", "baseline", "margin")
    may = ("quantifier", "members")
    words = terminals("SIMILAR DIFFER ALTER WITHIN MATCH EQUALLY GAP")
    clauses = frozenset({"within_clause", "compared"})
    symmetric = True

    def read(self, parsed: Parsed) -> ClaimSpec:
        metric = metric_of(parsed, parsed.tokens("ADJECTIVE")[0].partition(":")[0] if parsed.tokens("ADJECTIVE") else "")
        subject, baseline = compared(parsed)
        differ, denied = bool(parsed.all("differ", "gap")), bool(parsed.tokens(*NEGATIONS))
        apart = parsed.all("distance_apart")
        close = parsed.all("closeness") + parsed.all("within") + parsed.all("within_clause") + (apart if denied else [])
        if (denied and not differ) or (differ and not close and not denied):
            ways = [] if denied else _ways(parsed, metric, subject, baseline)
            raise QuestionError(f"it says that they differ in {metric.title}, but not which way", directions(metric), ways)
        if differ and denied and close and not apart:
            raise QuestionError("it denies that they are close", directions(metric))
        if not close:
            raise QuestionError("it does not say how similar", "margin", _closeness(parsed, metric, bool(differ)))
        number, unit = amount_of(parsed, close[0])
        margin = as_margin(parsed, number, unit, metric)
        if margin.value == 0:
            raise QuestionError("two measurements are never equal", "a margin above 0")
        return placed(parsed, metric, subject, baseline, margin=margin)

    def say(self, spec: ClaimSpec, english: English) -> str:
        assert spec.margin is not None
        return f"{english.subject()}{english.where()}, is within {english.amount(spec.margin)} of {english.that()}"

    def slug(self, spec: ClaimSpec) -> str:
        return "similar"

    def ranges(self, spec: ClaimSpec) -> Iterator[Range]:
        assert spec.subject and spec.baseline and spec.margin
        size = spec.margin.value
        yield of_difference(spec, spec.subject, spec.baseline, spec.margin.unit, (-size, size), closed=False)

    def rule(self, spec: ClaimSpec) -> Rule:
        return Rule("equivalence", "pairs", spec.margin_option())

    def effect(self, spec: ClaimSpec, subject: str, baseline: str) -> str:
        return f"{subject} minus {baseline}"

    def side(self, spec: ClaimSpec) -> Side:
        return "between"


def _ways(parsed: Parsed, metric: MetricWord, subject: str, baseline: str) -> list[Choice]:
    """The sentence with each of the two above the other, by the amount that it states."""
    apart = parsed.all("distance_apart")
    words = leaves(apart[0]) if apart else []
    least = "at least" if words and words[0].type == "AT_LEAST" else "more than"
    amount = f"by {least} {' '.join(map(str, words[1:]))}" if words else ""
    larger = next(word for word, relation in metric.comparatives if relation == "greater")
    first, last = parsed.span(parsed.body)
    pairs = ((subject, baseline), (baseline, subject))
    said = [f"{one} has {larger} {metric.title} than {other} {amount}" for one, other in pairs]
    return [Choice((Edit(first, last, text, article=True),)) for text in said]


def _closeness(parsed: Parsed, metric: MetricWord, differ: bool) -> list[Choice]:
    """The sentence with a margin within which two are similar."""
    margins = [example(metric), *(("5 %",) if metric.unit != "share" else ())]
    return [adding(f"by more than {margin}" if differ else f"within {margin}") for margin in margins]
