"""What a sentence measures, and the direction that its words state."""

from __future__ import annotations

from checker.claims.language.noise import NEGATIONS
from checker.claims.language.question import QuestionError
from checker.claims.language.tree import Parsed, leaves
from checker.vocabulary import MetricWord, Relation
from checker.words import Claimed

CONTRARY: dict[str, Claimed] = {"less": "not less", "greater": "not greater"}
OTHER_SIDE: dict[Relation, Relation] = {"less": "greater", "greater": "less"}


def metric_of(parsed: Parsed, name: str = "") -> MetricWord:
    """The metric of a sentence; of the class token, where it is about that."""
    named = [name] if name else [str(token) for node in parsed.all("metric", "verb", "probe") for token in leaves(node)]
    distinct = list(dict.fromkeys(named))
    if not distinct:
        raise QuestionError("it does not say what is measured", "metric")
    if len(distinct) > 1:
        raise QuestionError("it speaks of two metrics; write one claim for each", "one metric")
    metric = parsed.vocabulary.metric(distinct[0])
    assert metric is not None
    if any(token.type == "REGISTER_TOKENS" for node in parsed.all("tokens_clause") for token in leaves(node)):
        raise QuestionError(f"{metric.title} is not measured of register tokens", "patches or the class token")
    if parsed.tokens("CLASS_TOKEN"):
        other = parsed.vocabulary.metric(metric.class_token)
        if other is None:
            raise QuestionError(f"{metric.title} is not measured of the class token", "a metric of the class token")
        return other
    for node in parsed.all("tokens_clause"):
        if metric.unit == "px" and parsed.text(node) == "in patches":
            reason = f"'in patches' can be of which tokens, or a unit; {metric.title} is measured in px"
            raise QuestionError(reason, "a number in px, or 'for patch tokens'")
    if parsed.tokens("PATCH_TOKENS") and any(word.class_token == metric.name for word in parsed.vocabulary.metrics):
        raise QuestionError(f"{metric.title} is not measured of patches", "the metric of patches")
    return metric


def direction(parsed: Parsed, metric: MetricWord, word: str) -> Relation:
    stated = dict(metric.comparatives).get(word)
    if stated is None:
        raise QuestionError(f"{metric.title} is not called {word!r}", directions(metric))
    return stated


def better_of(parsed: Parsed, metric: MetricWord) -> Relation:
    better = dict(metric.comparatives).get("better")
    if better is None:
        raise QuestionError(f"it is not said whether a higher or a lower {metric.title} is better", directions(metric))
    return better


def negated(parsed: Parsed, relation: Relation) -> Claimed:
    negations = parsed.tokens(*NEGATIONS)
    if len(negations) > 1:
        raise QuestionError("it denies twice", "a sentence that denies once, or not at all")
    return CONTRARY[relation] if negations else relation


def directions(metric: MetricWord) -> str:
    return f"a word for the direction: {', '.join(dict(metric.comparatives))}"


def example(metric: MetricWord) -> str:
    relative = metric.margin.unit == "relative"
    if relative and metric.unit == "share":
        return f"{100 * metric.margin.value:g} % relative"
    value = 1 if relative else metric.margin.value
    return f"{100 * value:g} percentage points" if metric.unit == "share" and value < 1 else f"{value:g} {metric.unit}"
