"""The numbers of a sentence: margins, bounds and factors."""

from __future__ import annotations

from decimal import Decimal

from checker.claims.language.question import Choice, Edit, QuestionError
from checker.claims.language.tree import Node, Parsed, leaves, ordered
from checker.claims.spec import Margin
from checker.vocabulary import MetricWord


def amounts_of(parsed: Parsed) -> list[Node]:
    apart = [node for name in ("closeness", "distance_apart", "within", "within_clause") for node in parsed.all(name)]
    inside = {id(amount) for node in apart for amount in node.find_data("amount")}
    return [node for node in parsed.all("amount") if id(node) not in inside]


def amount_of(parsed: Parsed, node: Node) -> tuple[Decimal, str]:
    """(number, unit) of the one amount in a node; the unit is the metric's own, %, % relative, points or empty."""
    amounts = ordered(list(node.find_data("amount")))
    if len(amounts) != 1:
        raise QuestionError(f"it states {len(amounts)} numbers", "one number")
    number, *rest = leaves(amounts[0])
    if number.type == "ONE_POINT":
        return Decimal(1), "points"
    kinds = [token.type for token in rest]
    unit = (
        "% relative" if kinds == ["PERCENT", "RELATIVE"] else "%" if "PERCENT" in kinds else "points" if "POINTS" in kinds else ""
    )
    return Decimal(str(number)), unit or (str(rest[0]) if rest else "")


def say_amount(amount: tuple[Decimal, str]) -> str:
    return f"{amount[0]:g} {amount[1]}".strip()


def margin_of(parsed: Parsed, metric: MetricWord, falls: bool = False) -> Margin:
    """The margin that a sentence states, or that of the metric. `falls`: it is how much smaller something is."""
    amounts = amounts_of(parsed)
    if len(amounts) > 1:
        raise QuestionError("it states two margins", "one margin")
    if not amounts:
        return Margin(value=metric.margin.value, unit=metric.margin.unit)
    return as_margin(parsed, *amount_of(parsed, amounts[0]), metric, falls)


def as_margin(parsed: Parsed, number: Decimal, unit: str, metric: MetricWord, falls: bool = False) -> Margin:
    if unit == "%" and metric.unit == "share":
        place = next((token.start_pos or 0 for token in leaves(parsed.tree) if token.type == "PERCENT"), 0)
        choices = [Choice((Edit(place, place + 1, text),)) for text in ("percentage points", "% relative")]
        raise QuestionError(f"{number:g} % of what?", "points or relative", choices)
    if unit in ("%", "% relative"):
        if falls and number >= 100:
            raise QuestionError(f"nothing is {number:g} % smaller than another", "a % below 100")
        return Margin(value=float(number / 100), unit="relative")
    return Margin(value=in_unit(number, unit, metric, "a margin"), unit=metric.unit)


def in_unit(number: Decimal, unit: str, metric: MetricWord, what: str) -> float:
    """A number in the metric's unit."""
    if metric.unit == "share" and unit in ("%", "points") and number > 100:
        raise QuestionError(f"{metric.title} is a share; {number:g} {unit} is more than all", "a number up to 100")
    if metric.unit == "share" and unit in ("%", "points"):
        return float(number / 100)
    if unit not in ("", metric.unit):
        raise QuestionError(f"{metric.title} is measured in {metric.unit}, not {unit}", f"{what} in {metric.unit}")
    if metric.unit == "share" and number > 1:
        raise QuestionError(f"{metric.title} is a share; {number:g} is more than all", "a number up to 1, or a %")
    return float(number)


def factor_of(parsed: Parsed) -> float | None:
    values = []
    for node in parsed.all("multiple"):
        first = leaves(node)[0]
        values.append({"TWICE": 2.0, "HALF": 0.5}.get(first.type) or float(first))
    if len(values) > 1 or (values and amounts_of(parsed)):
        raise QuestionError("it states two margins", "one margin")
    if values and values[0] in (0.0, 1.0):
        raise QuestionError(f"{values[0]:g} times is no comparison", "a number above 1")
    return values[0] if values else None
