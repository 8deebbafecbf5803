"""A meaning in English: one plain sentence that a person can check, and that reads as the same meaning again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from checker.claims.meaning import Meaning
from checker.claims.spec import Margin
from checker.scope import Scope
from checker.vocabulary import MetricWord, Relation, Vocabulary

VERBS = {"greater": "increases", "less": "decreases", "not greater": "does not increase", "not less": "does not decrease"}


def say(meaning: Meaning, vocabulary: Vocabulary, scope: Scope = Scope.TOY) -> str:
    """The sentence. Where no data is named, the default of `scope` is told."""
    metric = vocabulary.metric(meaning.metric)
    if metric is None:
        return f"a claim about {meaning.metric}, which is not known here"
    return _Speaker(meaning, vocabulary, scope, metric).sentence()


class _Speaker:
    def __init__(self, meaning: Meaning, vocabulary: Vocabulary, scope: Scope, metric: MetricWord) -> None:
        self.meaning, self.vocabulary, self.scope, self.metric = meaning, vocabulary, scope, metric

    def sentence(self) -> str:
        text: str = getattr(self, f"_{self.meaning.kind}")()
        return text

    def _compare(self) -> str:
        meaning = self.meaning
        relation: Relation = "less" if meaning.relation in ("less", "not less") else "greater"
        words = [word for word, its in self.metric.comparatives if its == relation]
        word = next((word for word in ("smaller", "larger") if word in words), words[0])
        line = f"{word} than {self._that()}"
        if meaning.factor is not None:
            line = f"at least {number(meaning.factor)} times {line}"
        elif meaning.margin is not None:
            line += f" by more than {self._amount(meaning.margin)}"
        verb = "is not" if meaning.relation in ("not less", "not greater") else "is"
        return f"{self._the_metric()}{self._where()}, {verb} {line}"

    def _threshold(self) -> str:
        bound, relation = self.meaning.bound, self.meaning.relation
        assert bound is not None
        amount = f"{number(bound.value, 100)} %" if self.metric.unit == "share" else f"{number(bound.value)}{self._unit()}"
        verb = "is not" if relation in ("not less", "not greater") else "is"
        side = "at most" if relation in ("less", "not less") else "at least"
        return f"{self._the_metric()}{self._where()}, {verb} {side} {amount}"

    def _trend(self) -> str:
        assert self.meaning.relation is not None and self.meaning.margin is not None
        verb = VERBS[self.meaning.relation]
        return f"{self._the_metric()}{self._where()}, {verb} with depth by more than {self._amount(self.meaning.margin)}"

    def _presence(self) -> str:
        bound = self.meaning.bound
        assert bound is not None
        side = "more" if self.meaning.relation == "greater" else "fewer"
        share = f"in {side} than {number(bound.value, 100)} % of the images"
        return f"there are {self.metric.synonyms[0]} in {self._model(self.meaning.subject)}{self._where()}, {share}"

    def _equivalence(self) -> str:
        assert self.meaning.margin is not None
        return f"{self._the_metric()}{self._where()}, is within {self._amount(self.meaning.margin)} of {self._that()}"

    def _correlation(self) -> str:
        meaning = self.meaning
        other = self.vocabulary.metric(meaning.other or "")
        sign = "positively" if meaning.relation == "greater" else "negatively"
        title = other.title if other else meaning.other
        models = listed(meaning.models or ())
        return f"{self.metric.title} correlates {sign} with {title} across {models}{self._where()}"

    def _ranking(self) -> str:
        assert self.meaning.margin is not None
        order = " > ".join(self.meaning.order or ())
        return f"{order} in {self.metric.title}{self._where()}, by more than {self._amount(self.meaning.margin)}"

    def _the_metric(self) -> str:
        return f"the mean {self.metric.title} of {self._model(self.meaning.subject)}"

    def _that(self) -> str:
        return f"that of {self._model(self.meaning.baseline)}"

    def _model(self, name: str | None) -> str:
        members = dict(self.meaning.members).get(name or "")
        if not members:
            return str(name)
        return f"{name} (each of {listed(members)})" if len(members) > 1 else f"{name} (only {members[0]})"

    def _where(self) -> str:
        where, meaning = self.meaning.where, self.meaning
        parts = []
        if self.metric.layers and not (meaning.kind == "trend" and where.layers == "all"):
            parts.append(say_layers(where.layers, meaning.quantifier))
        if where.heads:
            parts.append(f"in {where.heads}")
        name = self.vocabulary.data_name(where.data, self.scope)
        title = next((word.title for word in self.vocabulary.data if word.name == name), name)
        parts.append(f"on {title}" + (" by default" if where.data == "default" else ""))
        if meaning.scope != "any":
            parts.append(Scope(meaning.scope).clause)
        return "".join(f", {part}" for part in parts)

    def _amount(self, margin: Margin) -> str:
        if margin.unit == "relative":
            return f"{number(margin.value, 100)} %" + (" relative" if self.metric.unit == "share" else "")
        if self.metric.unit == "share":
            points = number(margin.value, 100)
            return f"{points} percentage {'point' if points == '1' else 'points'}"
        return f"{number(margin.value)}{self._unit()}"

    def _unit(self) -> str:
        return f" {self.metric.unit}" if self.metric.unit in self.metric.unit_words else ""


def say_layers(layers: str, quantifier: str | None) -> str:
    """The choice of layers as a clause."""
    counted = re.fullmatch(r"(first|last) (\d+)", layers)
    span = re.fullmatch(r"layers (\d+)-(\d+)", layers)
    numbers = layers.removeprefix("layers ").split(" and ")
    if quantifier:
        if layers == "all":
            return {"all": "in each layer", "any": "in at least one layer", "most": "in most layers"}[quantifier]
        chosen = (
            f"layers {span[1]} to {span[2]}"
            if span
            else f"layers {listed(numbers)}"
            if len(numbers) > 1
            else f"the {layers} layers"
            if counted
            else f"the {layers} of the layers"
        )
        return {"all": f"in each of {chosen}", "any": f"in at least one of {chosen}", "most": f"in most of {chosen}"}[quantifier]
    if layers == "all":
        return "averaged over all layers"
    if counted:
        return f"over the {layers} layers" if counted[2] != "1" else f"in the {counted[1]} layer"
    if span:
        return f"averaged over layers {span[1]} to {span[2]}"
    if len(numbers) > 1:
        return f"averaged over layers {listed(numbers)}"
    return f"in {layers}" if layers.startswith("layer ") else f"over the {layers} of the layers"


def listed(names: Sequence[str]) -> str:
    """Names as a list with commas and an `and`."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1] if names else "") if part)


def number(value: float, times: int = 1) -> str:
    """A number as it is written, times 1 or 100, without the noise of binary fractions."""
    text = format(Decimal(repr(float(value))) * times, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
