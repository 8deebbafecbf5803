"""One model along its depth: "the attention distance of MAE increases with depth"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.claims.kind import Kind, Rule, register, terminals
from checker.claims.language.amounts import margin_of
from checker.claims.language.english import English, listed
from checker.claims.language.metrics import OTHER_SIDE, better_of, direction, metric_of, negated
from checker.claims.language.placed import placed
from checker.claims.language.places import quantifier_of, where_of
from checker.claims.language.question import QuestionError, adding
from checker.claims.language.subjects import the_one
from checker.claims.language.tree import Parsed, leaves
from checker.claims.range import Range, of_one
from checker.claims.spec import ClaimSpec, Margin
from checker.vocabulary import MetricWord, Relation

VERBS = {"greater": "increases", "less": "decreases", "not greater": "does not increase", "not less": "does not decrease"}


@register
class Trend(Kind):
    """The metric of `subject` rises (greater) or falls (less) with depth, by more than `margin`."""

    name = "trend"
    needs = ("subject", "relation", "margin")
    may = ("members", "over", "quantifier")
    words = terminals("UP DOWN GROW IMPROVE WORSEN RISING FALLING DEPTH LATER_LAYERS MORE_OF_SETTING LESS_OF_SETTING")
    clauses = frozenset({"margin_clause"})
    over_depth = True

    def read(self, parsed: Parsed) -> ClaimSpec:
        metric = metric_of(parsed)
        subject = the_one(parsed, "subject")
        if parsed.tokens("SETTING", "MORE_OF_SETTING", "LESS_OF_SETTING"):
            return _over_a_setting(parsed, metric, subject)
        if not metric.layers:
            raise QuestionError(f"{metric.title} is one number for a whole model, so it has no trend over layers")
        depths = [*parsed.tokens("DEPTH"), *(f"in {layers}" for layers in parsed.tokens("LATER_LAYERS"))]
        if not depths:
            raise QuestionError("it does not say with what", "with what", [adding("with depth")])
        words = parsed.tokens("COMPARATIVE")
        _check_depth(parsed, depths[0], bool(words) and not parsed.tokens("GETS", "GROW"), metric)
        relation = direction(parsed, metric, words[0]) if words else _course(parsed, metric)
        margin = margin_of(parsed, metric, falls=bool(parsed.tokens("DOWN", "FALLING")))
        where = where_of(parsed, metric, trend=True)
        if quantifier_of(parsed) or re.fullmatch(r"layer \d+|(?:first|last) 1", where.layers):
            raise QuestionError(
                "a trend goes over several layers; it is not asked of single ones", "the layers that it goes over"
            )
        return placed(parsed, metric, subject, where=where, relation=negated(parsed, relation), margin=margin)

    def say(self, spec: ClaimSpec, english: English) -> str:
        assert spec.relation is not None and spec.margin is not None
        if spec.over is not None:
            ((setting, levels),) = spec.over.items()
            change = next((each for each in english.vocabulary.changes if each.name == setting), None)
            name = change.names[0] if change is not None and change.names else setting
            what = f"the {name} ({listed(levels)})"
            course = f"{VERBS[spec.relation]} with {what} by more than {english.amount(spec.margin)}"
            return f"{english.subject()}{english.where()}, {course}"
        course = f"{VERBS[spec.relation]} with depth by more than {english.amount(spec.margin)}"
        return f"{english.subject()}{english.where()}, {course}"

    def slug(self, spec: ClaimSpec) -> str:
        over = f" over {next(iter(spec.over))}" if spec.over else ""
        return f"trend{over} {({'less': 'falling', 'greater': 'rising'}).get(spec.relation or '', spec.relation)}"

    def margin(self, metric: MetricWord) -> Margin | None:
        return Margin(value=metric.margin.value, unit=metric.margin.unit)

    def ranges(self, spec: ClaimSpec) -> Iterator[Range]:
        assert spec.margin is not None
        yield of_one(spec, spec.margin.unit, -spec.margin.value, spec.margin.value)

    def check(self, spec: ClaimSpec) -> None:
        if spec.quantifier is not None and spec.over is None:
            raise ValueError("a trend over the depth has no `quantifier`")

    def rule(self, spec: ClaimSpec) -> Rule:
        if spec.over is not None:
            return Rule("trend", "levels", {"relation": spec.relation, **spec.margin_option()})
        return Rule("trend", "members", {"relation": spec.relation, **spec.margin_option()}, keep="depth")

    def effect(self, spec: ClaimSpec, subject: str, baseline: str) -> str:
        if spec.over is not None:
            return f"slope of {subject} over the {next(iter(spec.over))}"
        return f"slope over the depth of {subject}"

    def unit(self, spec: ClaimSpec, unit: str) -> str:
        if spec.over is not None:
            levels = next(iter(spec.over.values()))
            return f"{unit} from {levels[0]} to {levels[-1]}"
        return f"{unit} over the depth"


def _course(parsed: Parsed, metric: MetricWord) -> Relation:
    """The course that a verb or participle states."""
    if parsed.tokens("IMPROVE", "WORSEN"):
        better = better_of(parsed, metric)
        return better if parsed.tokens("IMPROVE") else OTHER_SIDE[better]
    return "greater" if parsed.tokens("UP", "GROW", "RISING") else "less"


def _over_a_setting(parsed: Parsed, metric: MetricWord, subject: str) -> ClaimSpec:
    """The spec of a trend over a setting, with the levels that the sentence names, or those of the setting."""
    (setting,) = parsed.tokens("SETTING", "MORE_OF_SETTING", "LESS_OF_SETTING")
    name, _, levels = setting.lstrip("><").partition(": ")
    words = parsed.tokens("COMPARATIVE")
    relation = direction(parsed, metric, words[0]) if words else _course(parsed, metric)
    if parsed.tokens("LESS_OF_SETTING"):
        relation = OTHER_SIDE[relation]
    margin = margin_of(parsed, metric, falls=bool(parsed.tokens("DOWN")))
    over = {name: tuple(levels.split(", "))}
    return placed(parsed, metric, subject, relation=negated(parsed, relation), margin=margin, over=over)


def _check_depth(parsed: Parsed, depth: str, compares: bool, metric: MetricWord) -> None:
    """A trend goes from the first layer to the last; it compares the model with itself alone."""
    if depth.startswith("in ") and not parsed.tokens("COMPARATIVE"):
        raise QuestionError(f"{depth!r} can mean within them, or from early layers to them", "with depth")
    if "layer by layer" in depth or "layer to layer" in depth:
        raise QuestionError(f"{depth!r} can mean at each step, or from the first layer to the last", "with depth")
    if compares and not depth.startswith(("with ", "in ", "toward", "deeper", "from ")):
        raise QuestionError(
            f"{metric.title} than what? {depth!r} is a place, or the course of a trend", "baseline, or with depth"
        )
    if any({"MEAN_OVER", "ALL_LAYERS"} <= {token.type for token in leaves(node)} for node in parsed.all("layers_clause")):
        raise QuestionError("a trend goes over layers, and is not averaged over them", "a trend, or a mean")
