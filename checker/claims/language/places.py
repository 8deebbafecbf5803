"""Where a sentence says that it holds: layers, heads, data and scope."""

from __future__ import annotations

from typing import cast

from checker.claims.language.noise import NEGATIONS
from checker.claims.language.question import Choice, Edit, QuestionError
from checker.claims.language.tree import Node, Parsed, leaves
from checker.claims.spec import Where
from checker.scope import Asked
from checker.vocabulary import MetricWord
from checker.words import Quantifier

SCOPES = ("PRETRAINED", "TOY", "WEIGHTS")
QUANTIFIERS: dict[str, Quantifier] = {
    "each_layer": "all",
    "some_layer": "any",
    "most_layers": "most",
    "each_of": "all",
    "some_of": "any",
    "most_of": "most",
}


def where_of(parsed: Parsed, metric: MetricWord, trend: bool = False) -> Where:
    if not metric.layers and (parsed.all("heads_clause") or parsed.all("tokens_clause")):
        raise QuestionError(f"{metric.title} is one number for a whole model, without heads and tokens", "the whole model")
    if not metric.heads and parsed.all("heads_clause"):
        raise QuestionError(f"{metric.title} is one number for a layer, not for each of its heads", "whole layers")
    data = list(dict.fromkeys(data_of(parsed, node) for node in parsed.all("data_clause")))
    if len(data) > 1:
        raise QuestionError(f"it names {len(data)} different data sets", "one data set")
    for node in parsed.all("heads_clause"):
        if any(token.type == "OVER" for token in leaves(node)):
            reason = f"{parsed.text(node)!r} can mean in each of them, or on average over them"
            first, last = parsed.span(node)
            raise QuestionError(reason, "which of the two", [Choice((Edit(first, last, "averaged over heads"),))])
    heads = [str(token) for node in parsed.all("heads_clause") for token in leaves(node) if token.type == "NUMBER"]
    if len(heads) > 1:
        raise QuestionError("it names two heads", "one head")
    chosen = list(dict.fromkeys(layers_of(parsed, node) for node in parsed.all("layers_clause")))
    if len(chosen) > 1:
        raise QuestionError(f"it names {len(chosen)} different choices of layers", "one choice of layers")
    if chosen and not metric.layers:
        raise QuestionError(f"{metric.title} is one number for a whole model", "a metric of single layers")
    default = "all" if trend or quantifier_of(parsed) else metric.layers or "all"
    return Where(
        layers=chosen[0] if chosen else default,
        heads=f"head {whole(heads[0])}" if heads else None,
        data=data[0] if data else "default",
    )


def data_of(parsed: Parsed, clause: Node) -> str:
    tokens = {token.type: str(token) for token in leaves(clause)}
    return "default" if "DEFAULT" in tokens else tokens["DATA"]


def layers_of(parsed: Parsed, clause: Node) -> str:
    node = cast(Node, clause.children[-1])
    if node.data in ("each_of", "some_of", "most_of"):
        node = cast(Node, node.children[-1])
    numbers = [whole(str(token)) for token in leaves(node) if token.type in ("NUMBER", "ORDINAL")]
    over = next((str(token) for token in leaves(clause) if token.type == "OVER"), "")
    if over in ("across", "throughout") and node.data not in QUANTIFIERS and node.data != "all_layers":
        (first, last), text = parsed.span(clause), parsed.text(node)
        text = f"the {text}" if node.data in ("first_layers", "last_layers") else text
        several = node.data in ("first_layers", "last_layers", "span_of_layers", "listed_layers")
        places = (f"in each of {text}", f"averaged over {text}") if several else ()
        choices = [Choice((Edit(first, last, place),)) for place in places]
        raise QuestionError(f"{over} them can mean in each of them, or on average over them", "which of the two", choices)
    if node.data == "all_layers" and any(token.type == "OVER" for token in leaves(clause)):
        first, last = parsed.span(clause)
        raise QuestionError(
            "over all layers can mean in each of them, or on average over them",
            "which of the two",
            [Choice((Edit(first, last, text),)) for text in ("in all layers", "averaged over all layers")],
        )
    if node.data == "middle_layers":
        first, last = parsed.span(node)
        reason = f"{parsed.text(node)!r} does not say where the middle begins and ends"
        raise QuestionError(
            reason, "which layers", [Choice((Edit(first, last, "the middle third of the layers", article=True),))]
        )
    if node.data == "listed_layers" and len(set(numbers)) < len(numbers):
        raise QuestionError("it names a layer twice", "each layer once")
    if node.data == "span_of_layers" and numbers[0] >= numbers[1]:
        raise QuestionError("the layers go from a later one to an earlier one", "layers from the first to the last")
    if node.data == "listed_layers":
        return "layers " + " and ".join(map(str, sorted(numbers)))
    words = {
        "all_layers": "all", "each_layer": "all", "some_layer": "all", "most_layers": "all", "upper_half": "upper half",
        "lower_half": "lower half", "middle_third": "middle third", "first_layer": "layer 1", "last_layer": "last 1",
        "first_layers": "first {}", "last_layers": "last {}", "one_layer": "layer {}", "span_of_layers": "layers {}-{}",
    }  # fmt: skip
    return words[str(node.data)].format(*numbers)


def quantifier_of(parsed: Parsed) -> Quantifier | None:
    found: list[Quantifier] = []
    for clause in parsed.all("layers_clause"):
        mean = any(token.type in ("MEAN_OVER", "OVER") for token in leaves(clause))
        name = str(cast(Node, clause.children[-1]).data)
        if name in QUANTIFIERS and any(token.type == "MEAN_OVER" for token in leaves(clause)):
            raise QuestionError("it takes a mean over layers, and speaks of them one by one", "one of the two")
        if name in QUANTIFIERS:
            found.append(QUANTIFIERS[name])
        elif name == "all_layers" and not mean:
            found.append("all")
    if len(set(found)) > 1:
        raise QuestionError("it says two things about how many layers", "one of them")
    return found[0] if found else None


def denied_before_layers(parsed: Parsed) -> bool:
    """Whether a negation stands before the choice of layers, so that it may speak of each of them or of all together."""
    denied = [token.start_pos or 0 for token in leaves(parsed.tree) if token.type in NEGATIONS]
    clauses = [leaves(clause)[0].start_pos or 0 for clause in parsed.all("layers_clause")]
    return any(clause > place for clause in clauses for place in denied)


def scope_of(parsed: Parsed) -> Asked:
    words = {token.type for token in leaves(parsed.tree) if token.type in ("PRETRAINED", "TOY", "SCALE")}
    if "PRETRAINED" in words and len(words) > 1:
        raise QuestionError("it speaks of released weights and of toys", "one of the two")
    return "pretrained" if "PRETRAINED" in words else "toy" if words else "any"


def whole(number: str) -> int:
    if not number.isdigit() or int(number) == 0:
        raise QuestionError(f"{number} is not a number of layers or heads", "a whole number from 1")
    return int(number)
