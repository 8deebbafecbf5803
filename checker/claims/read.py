"""A sentence to a reading: the spec it compiles to, or exactly what is missing. Never a guess."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from lark import Lark, Token, Tree, UnexpectedInput

from checker.claims.sentence import plain, unquoted
from checker.claims.spec import Margin
from checker.claims.words import Dictionary, Word, WordLexer
from checker.vocabulary import MetricWord, Relation, Scope, Vocabulary


@dataclass(frozen=True)
class Comparison:
    """A compare claim without its place: what the sentence itself says."""

    metric: str
    subject: str
    baseline: str
    relation: Relation
    margin: Margin
    layers: str
    data: str

    def slug(self, vocabulary: Vocabulary) -> str:
        """A readable identity: subject-metric-baseline, then what differs from the metric's defaults."""
        metric = vocabulary.metric(self.metric)
        parts = [self.subject, self.metric, self.baseline]
        if metric is None or self.layers != (metric.layers or "all"):
            parts.append(self.layers)
        if self.data != "default":
            parts.append(self.data)
        return slugify(" ".join(parts))


@dataclass(frozen=True)
class Reading:
    """What was understood. `comparison` is set exactly when `status` is ok; `reason` says what is wrong otherwise."""

    status: Literal["ok", "needs-spec", "untestable"]
    sentence: str
    reading: str = ""
    comparison: Comparison | None = None
    reason: str = ""
    missing: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = field(default=())


class _QuestionError(Exception):
    """Raised inside when the sentence cannot become one spec."""

    def __init__(self, reason: str, missing: str = "", choices: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason, self.missing, self.choices = reason, missing, choices


class _UnknownError(Exception):
    """Raised inside when the sentence speaks of a model that is not here."""


@lru_cache(maxsize=8)
def _dictionary(vocabulary: Vocabulary) -> Dictionary:
    return Dictionary(vocabulary)


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = (files("checker.claims") / "grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer=WordLexer)


def read_sentence(sentence: str, vocabulary: Vocabulary) -> Reading:
    """Compile a sentence. Everything in it must be understood, or the answer is a question or `untestable`."""
    text = unquoted(plain(sentence))
    words = _dictionary(vocabulary).read(text)
    metrics = [word.value for word in words if word.type == "METRIC"]
    if not metrics:
        titles = [metric.title for metric in vocabulary.metrics]
        near = difflib.get_close_matches(text.casefold(), titles, 3, 0.3)
        known = f"this version measures: {', '.join(titles)}"
        return Reading("untestable", text, reason=f"no metric here decides it; {known}", suggestions=tuple(near or titles))
    try:
        negations = [word.text for word in words if word.type == "NOT"]
        if negations:
            raise _QuestionError(f"the negation {negations[0]!r} cannot be decided yet", "a comparison without a negation")
        if len(set(metrics)) > 1:
            raise _QuestionError("it speaks of two metrics; write one claim for each", "one metric")
        comparison = _comparison(_parse(words), words, vocabulary)
    except _QuestionError as question:
        missing = (question.missing,) if question.missing else ()
        return Reading("needs-spec", text, reason=question.reason, missing=missing, choices=question.choices)
    except _UnknownError as unknown:
        names = [model.name for model in vocabulary.models]
        near = difflib.get_close_matches(str(unknown), names, 3, 0.6)
        reason = f"no model called {str(unknown)!r} here; there are: {', '.join(names)}"
        return Reading("untestable", text, reason=reason, suggestions=tuple(near))
    return Reading("ok", text, reading=say(comparison, vocabulary), comparison=comparison)


def say(comparison: Comparison, vocabulary: Vocabulary, scope: Scope = "toy") -> str:
    """The comparison as one plain sentence, for a person to check."""
    metric = vocabulary.metric(comparison.metric)
    title = metric.title if metric else comparison.metric
    word = "smaller" if comparison.relation == "less" else "larger"
    layers = {"all": ", averaged over all layers"}.get(comparison.layers, f", over the {comparison.layers} of the layers")
    counted = re.fullmatch(r"(first|last) (\d+)", comparison.layers)
    if counted:
        layers = f", over the {comparison.layers} layers" if counted[2] != "1" else f", in the {counted[1]} layer"
    if comparison.layers.startswith("layer "):
        layers = f", in {comparison.layers}"
    if metric is not None and not metric.layers:
        layers = ""
    margin = comparison.margin
    amount = f"{100 * margin.value:g} %" if margin.unit == "relative" else f"{margin.value:g} {margin.unit}"
    name = vocabulary.data_name(comparison.data, scope)
    data = next((word.title for word in vocabulary.data if word.name == name), name)
    return (
        f"the mean {title} of {comparison.subject}{layers}, on {data}, "
        f"is {word} than that of {comparison.baseline} by more than {amount}"
    )


def slugify(text: str) -> str:
    """Lower case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


def _parse(words: list[Word]) -> Tree[Token]:
    try:
        return _parser().parse(words)
    except UnexpectedInput as error:
        position = getattr(getattr(error, "token", None), "start_pos", None)
        if any(word.type == "COMPARATIVE" for word in words) and position is not None and position < len(words):
            raise _QuestionError(f"not understood from {words[position].text!r} on", "a plain comparison") from error
        if any(word.type == "COMPARATIVE" for word in words):
            raise _QuestionError("the sentence ends too early", "what it is compared with") from error
        raise _QuestionError("not a comparison that can be read yet", "a word such as shorter or longer") from error


def _comparison(tree: Tree[Token], words: list[Word], vocabulary: Vocabulary) -> Comparison:
    body = tree.children[0]
    assert isinstance(body, Tree)
    things = [_thing(child) for child in _in_order(body, "thing")]
    metric = vocabulary.metric(next(str(token) for token in body.scan_values(_is("METRIC"))))
    assert metric is not None
    comparative = next(str(token) for token in body.scan_values(_is("COMPARATIVE")))
    directions = dict(metric.comparatives)
    relation = directions.get(comparative)
    if relation is None:
        raise _QuestionError(f"{metric.title} is not called {comparative!r}", "a word for the direction", tuple(directions))
    for kind, name in things:
        if kind == "NAME":
            raise _UnknownError(name)
    models = tuple(model.name for model in vocabulary.models)
    for kind, name in things:
        if kind == "FAMILY":
            members = vocabulary.families()[name]
            raise _QuestionError(f"{name} is a family of models; say which one", "a model", members)
    subject = things[0][1]
    if len(things) < 2:
        others = tuple(name for name in models if name != subject)
        raise _QuestionError("it does not say compared with what", "a baseline", others)
    baseline = things[1][1]
    if subject == baseline:
        raise _QuestionError(f"{subject} is compared with itself", "another baseline", tuple(m for m in models if m != subject))
    return Comparison(
        metric=metric.name,
        subject=subject,
        baseline=baseline,
        relation=relation,
        margin=_margin(body, metric),
        layers=_layers(body, metric),
        data=_one([str(t) for clause in body.find_data("data_clause") for t in clause.scan_values(_is("DATA"))], "data set")
        or "default",
    )


def _in_order(tree: Tree[Token], name: str) -> list[Tree[Token]]:
    return [child for child in tree.children if isinstance(child, Tree) and child.data == name]


def _is(kind: str) -> Any:
    return lambda token: isinstance(token, Token) and token.type == kind


def _thing(tree: Tree[Token]) -> tuple[str, str]:
    tokens = [token for token in tree.children if isinstance(token, Token) and token.type != "ARTICLE"]
    return tokens[0].type, " ".join(tokens)


def _one(values: list[str], what: str) -> str | None:
    if len(values) > 1:
        raise _QuestionError(f"it names {len(values)} different {what}s", f"one {what}", tuple(values))
    return values[0] if values else None


def _margin(body: Tree[Token], metric: MetricWord) -> Margin:
    amounts = list(body.find_data("amount"))
    if len(amounts) > 1:
        raise _QuestionError("it states two margins", "one margin")
    if not amounts:
        return Margin(value=metric.margin.value, unit=metric.margin.unit)
    number, unit = amounts[0].children
    assert isinstance(number, Token) and isinstance(unit, Token)
    if unit.type == "PERCENT":
        return Margin(value=float(number) / 100, unit="relative")
    if str(unit) != metric.unit:
        raise _QuestionError(f"{metric.title} is measured in {metric.unit}, not {unit}", f"a margin in {metric.unit}")
    return Margin(value=float(number), unit=str(unit))


def _layers(body: Tree[Token], metric: MetricWord) -> str:
    if next(body.find_data("every_layer"), None) is not None:
        raise _QuestionError(
            "a claim about each single layer cannot be decided yet",
            "which layers to average",
            ("averaged over all layers", "in the upper half", "in the last 2 layers"),
        )
    said = ["all" for _ in body.find_data("all_layers")]
    said += ["upper half" for _ in body.find_data("upper_half")]
    said += ["lower half" for _ in body.find_data("lower_half")]
    for name, word in (("first_layers", "first"), ("last_layers", "last"), ("one_layer", "layer")):
        for tree in body.find_data(name):
            number = next(str(token) for token in tree.scan_values(_is("NUMBER")))
            if not number.isdigit() or int(number) == 0:
                raise _QuestionError(f"{number} is not a number of layers", "a whole number from 1")
            said.append(f"{word} {int(number)}")
    if said and not metric.layers:
        raise _QuestionError(f"{metric.title} is one number for a whole model", "the sentence without layers")
    return _one(said, "choice of layer") or metric.layers or "all"
