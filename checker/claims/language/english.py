"""A spec in English: one plain sentence that a person can check, and that reads as the same spec again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from checker.claims.kind import KINDS
from checker.claims.language.released import TAG
from checker.claims.spec import ClaimSpec, Margin
from checker.scope import Scope
from checker.variant import Variant
from checker.vocabulary import MetricWord, Vocabulary


def say(spec: ClaimSpec, vocabulary: Vocabulary, scope: Scope = Scope.TOY) -> str:
    """The sentence. Where no data is named, the default of `scope` is named."""
    metric = vocabulary.metric(spec.metric)
    if metric is None:
        return f"a claim about {spec.metric}, which is not known here"
    if spec.scope != "any" and Scope(spec.scope).measured:
        scope = Scope(spec.scope)
    return KINDS[spec.kind].say(spec, English(spec, vocabulary, scope, metric))


def english_changes(changes: Mapping[str, str] | None) -> str:
    """Changes as specs name them: "(quantised to: 4 bit)"."""
    return f"({', '.join(f'{name}: {value}' for name, value in (changes or {}).items())})"


class English:
    """The parts of a sentence that several kinds of claims share."""

    def __init__(self, spec: ClaimSpec, vocabulary: Vocabulary, scope: Scope, metric: MetricWord) -> None:
        self.spec, self.vocabulary, self.scope, self.metric = spec, vocabulary, scope, metric

    def subject(self) -> str:
        return f"the mean {self.metric.title} of {self.model(self.spec.subject)}"

    def that(self) -> str:
        return f"that of {self.model(self.spec.baseline)}"

    def model(self, name: str | None) -> str:
        members = (self.spec.members or {}).get(name or "")
        if not members:
            return self.name(str(name))
        return f"{name} (each of {listed(members)})" if len(members) > 1 else f"{name} (only {members[0]})"

    def name(self, name: str) -> str:
        """A model's name as sentences have it: a tag of timm stands in backticks."""
        plain = Variant.parse(name).model
        word = self.vocabulary.model(plain) if TAG.fullmatch(f"`{plain}`") else None
        return name.replace(plain, f"`{plain}`", 1) if word and word.released else name

    def where(self) -> str:
        where, spec = self.spec.where, self.spec
        parts = []
        if self.metric.layers and not (KINDS[spec.kind].over_depth and spec.over is None and where.layers == "all"):
            parts.append(say_layers(where.layers, spec.quantifier))
        if where.heads:
            parts.append(f"in {where.heads}")
        name = self.vocabulary.data_name(where.data, self.scope)
        title = next((word.title for word in self.vocabulary.data if word.name == name), f"`{name}`" if " " in name else name)
        if self.scope.measured and self.metric.pictures:
            parts.append(f"on {title}" + (" by default" if where.data == "default" else ""))
        if spec.scope != "any":
            parts.append(Scope(spec.scope).clause)
        return "".join(f", {part}" for part in parts)

    def amount(self, margin: Margin) -> str:
        if margin.unit == "relative":
            return f"{number(margin.value, 100)} %" + (" relative" if self.metric.unit == "share" else "")
        if self.metric.unit == "share":
            points = number(margin.value, 100)
            return f"{points} percentage {'point' if points == '1' else 'points'}"
        return f"{number(margin.value)}{self.unit()}"

    def title(self, name: str | None) -> str:
        """What a metric is called."""
        metric = self.vocabulary.metric(name or "")
        return metric.title if metric else str(name)

    def unit(self) -> str:
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


def percent(share: float) -> str:
    """A share as a number of percent."""
    return f"{number(share, 100)} %"


def number(value: float, times: int = 1) -> str:
    """A number as it is written, times 1 or 100, without the noise of binary fractions."""
    text = format(Decimal(repr(float(value))) * times, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
