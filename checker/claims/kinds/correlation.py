"""Two metrics over several models: "attention distance correlates positively with k-NN accuracy across models"."""

from __future__ import annotations

from collections.abc import Iterator

from checker.claims.kind import Kind, Rule, register, terminals
from checker.claims.language.english import English, listed
from checker.claims.language.metrics import direction, metric_of
from checker.claims.language.noise import NEGATIONS
from checker.claims.language.places import quantifier_of, scope_of, where_of
from checker.claims.language.question import Choice, Edit, QuestionError
from checker.claims.language.subjects import meant
from checker.claims.language.tree import Parsed, direct, leaves, trees
from checker.claims.range import Range, of_one
from checker.claims.spec import ClaimSpec, Margin
from checker.vocabulary import MetricWord, Relation

RANKS = "correlation"  # the unit of a margin


@register
class Correlation(Kind):
    """Over `models`, the metric and `other` correlate positively (greater) or negatively (less)."""

    name = "correlation"
    needs = ("other", "models", "relation", "margin")
    words = terminals("CORRELATE PREDICT ANTICORRELATE CORRELATED ANTICORRELATED CORRELATION MODELS COMPARATIVE")
    clauses = frozenset({"models_clause"})
    fewest = 4

    def check(self, spec: ClaimSpec) -> None:
        if len(set(spec.models or ())) < max(self.fewest, len(spec.models or ())):
            raise ValueError(f"`models` needs at least {self.fewest} different models")

    def read(self, parsed: Parsed) -> ClaimSpec:
        metrics = [str(token) for node in parsed.all("metric") for token in leaves(node)]
        first, second = (metric_of(parsed, name) for name in metrics[:2])
        if first == second:
            raise QuestionError(f"{first.title} is correlated with itself", "another metric")
        words = parsed.tokens("COMPARATIVE")
        if quantifier_of(parsed):
            raise QuestionError("a correlation is of one number for each model, not of each layer", "one choice of layers")
        if len(parsed.tokens("POSITIVELY", "NEGATIVELY", "POSITIVE", "NEGATIVE")) > 1:
            raise QuestionError("it says two things about the sign", "one sign")
        if any(token.type == "OVER" for node in parsed.all("data_clause") for token in leaves(node)):
            raise QuestionError("a correlation here is over models, not over images", "'across models', and 'on' the data")
        if words and any(part.startswith("all ") for part in direct(parsed.body)):
            raise QuestionError("it can speak of every pair of models, or of a correlation", "a correlation, or models by name")
        if parsed.tokens(*NEGATIONS):
            raise QuestionError("that there is no correlation cannot be decided", "a correlation with its sign")
        if words:
            same = direction(parsed, first, words[0]) == direction(parsed, second, words[1])
            relation: Relation = "greater" if same else "less"
        elif parsed.tokens("ANTICORRELATE", "ANTICORRELATED", "NEGATIVELY", "NEGATIVE"):
            relation = "less"
        elif parsed.tokens("POSITIVELY", "POSITIVE"):
            relation = "greater"
        else:
            raise QuestionError("it does not say which way", "a sign", _signs(parsed))
        listed = [child for node in parsed.all("models_clause") for part in node.find_data("model_list") for child in trees(part)]
        models = tuple(model.name for model in parsed.vocabulary.models if model.learned)
        if listed:
            models = tuple(dict.fromkeys(member for thing in listed for member in meant(parsed, thing)))
        where = where_of(parsed, first)
        if second.layers or parsed.all("heads_clause"):  # what is said of heads is said of both
            where_of(parsed, second)
        if len(models) < self.fewest:
            raise QuestionError(f"a correlation over {len(models)} models says nothing", "at least four models")
        return ClaimSpec(
            kind="correlation",
            metric=first.name,
            where=where,
            other=second.name,
            models=models,
            relation=relation,
            margin=Margin(value=0.0, unit="correlation"),
            scope=scope_of(parsed),
        )

    def say(self, spec: ClaimSpec, english: English) -> str:
        sign = "positively" if spec.relation == "greater" else "negatively"
        models = listed([english.name(model) for model in spec.models or ()])
        title = english.metric.title
        return f"{title} correlates {sign} with {english.title(spec.other)} across {models}{english.where()}"

    def margin(self, metric: MetricWord) -> Margin | None:
        return Margin(value=0.0, unit=RANKS)

    def ranges(self, spec: ClaimSpec) -> Iterator[Range]:
        assert spec.margin is not None
        yield of_one(spec, spec.margin.unit, -spec.margin.value, spec.margin.value)

    def rule(self, spec: ClaimSpec) -> Rule:
        assert spec.margin is not None
        return Rule("correlation", "models", {"relation": spec.relation, "margin": spec.margin.value}, answers=False)

    def effect(self, spec: ClaimSpec, subject: str, baseline: str) -> str:
        return "correlation of the ranks of the models"

    def unit(self, spec: ClaimSpec, unit: str) -> str:
        return "rank correlation"

    def units(self, metric: MetricWord) -> tuple[str, ...]:
        return (RANKS,)


def _signs(parsed: Parsed) -> list[Choice]:
    """The sentence with each sign of its correlation."""
    for token in leaves(parsed.tree):
        if token.type == "PREDICT":
            place = token.start_pos or 0
            return [Choice((Edit(place, place + 1, f"correlates {sign} with"),)) for sign in ("positively", "negatively")]
        if token.type in ("CORRELATE", "CORRELATED", "CORRELATION"):
            place = token.start_pos or 0
            words = ("positive", "negative") if token.type == "CORRELATION" else ("positively", "negatively")
            return [Choice((Edit(place, place, word),)) for word in words]
    return []
