"""From measured values to what is kept of them, and from what is kept to a verdict. Nothing here measures or reads files, so a
decision can be made again from an evidence file at no cost."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from checker import verdicts
from checker.claims import ClaimSpec, select_layers
from checker.claims.kind import KINDS
from checker.claims.spec import level_number
from checker.errors import SpecError
from checker.evidence.record import Table
from checker.evidence.values import Values
from checker.evidence.verdict import RecordedPart, RecordedVerdict
from checker.verdicts import Answers, Looks, Verdict, combine, compare_counts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AS_RECORDED = 12  # decimals of values that were recorded elsewhere
DIGITS = 4  # decimals of the kept values; the verdict is computed from the kept ones
P_DIGITS = 6


def keep(spec: ClaimSpec, stack: NDArray[np.float64], layers: str, digits: int = DIGITS) -> Values:
    """What the evidence holds of one model's values (seeds, rows, images): `layers`, the means over images, and `images`, for
    each seed and image what the decision is made of. That is the mean over the layers chosen; for a trend, a quantified claim and
    one of layers against layers the value in each of them; for a presence whether the image shows it in any of them. `layers` is
    empty for a metric with one row.

    Raises SpecError for layers that the model does not have.
    """
    chosen = select_layers(layers, stack.shape[1]) if layers else [0]
    if spec.than is not None:
        chosen = sorted({*chosen, *select_layers(spec.than, stack.shape[1])})
    kept = KINDS[spec.kind].rule(spec).keep
    images: Table | dict[str, Table]
    if kept == "depth" or (spec.quantifier is not None and bool(layers)):
        images = {f"layer {layer + 1}": _table(stack[:, layer].round(digits)) for layer in chosen}
    elif kept == "shown":
        images = _table((stack[:, chosen] > 0).any(1).astype(int))
    else:
        images = _table(stack[:, chosen].mean(1).round(digits))
    return Values(layers=_table(stack.mean(2).round(digits)), images=images)


def _table(array: NDArray[Any]) -> Table:
    return tuple(tuple(row) for row in array.tolist())


def decide(
    spec: ClaimSpec,
    values: Mapping[str, Values],
    other: Mapping[str, Values],
    looks: Looks,
    exact: bool,
    answers: Answers | None = None,
) -> Verdict:
    """The verdict on a spec from the kept values of its models; `other` holds those of the second metric of a correlation.
    `exact`: the metric counts, so nothing is sampled. `answers`: each value of the metric is an answer, right or wrong.

    Raises MeasurementError where the rule refuses the values.
    """
    return _Decision(spec, values, other, looks, exact, answers).verdict()


class _Decision:
    def __init__(
        self,
        spec: ClaimSpec,
        values: Mapping[str, Values],
        other: Mapping[str, Values],
        looks: Looks,
        exact: bool,
        answers: Answers | None,
    ) -> None:
        self.spec, self.values, self.other, self.exact = spec, values, other, exact
        self.rule = KINDS[spec.kind].rule(spec)
        self.options = {**self.rule.options, "alpha": spec.decide.alpha, "looks": looks}
        if self.rule.answers:
            self.options["answers"] = answers

    def verdict(self) -> Verdict:
        spec = self.spec
        match self.rule.over:
            case "models":
                names = [name for name in self.values if name in self.other]
                both: list[Any] = [{name: table[name].images for name in names} for table in (self.values, self.other)]
                return self._decide(*both)
            case "order":
                order = spec.order or ()
                return self._over_parts(order[0], lambda part: self._decide({name: self._of(name, part) for name in order}))
            case "pairs":
                asked: Mapping[str, tuple[str, ...]] = _pairs(spec)
            case "members" | "levels":
                asked = {name: (name,) for name in spec.expand(spec.subject)}
        decided = {
            name: self._of_each(*(each for model in models for each in spec.measured(model))) for name, models in asked.items()
        }
        return combine(decided, "all", spec.decide.alpha) if len(decided) > 1 else next(iter(decided.values()))

    def _of_each(self, *models: str) -> Verdict:
        """The verdict on one model, or one pair."""
        if self.rule.keep == "depth":
            return self._over_depth(models[0])
        if self.exact and self.rule.counts:
            return self._counted(*(self._of(name, "") for name in models))
        if self.rule.over == "levels":
            return self._over_parts(models[0], lambda part: self._over_levels([self._of(name, part) for name in models]))
        more = {"names": models} if self.rule.over == "pairs" and self.spec.loss is None else {}
        return self._over_parts(models[0], lambda part: self._decide(*(self._of(name, part) for name in models), **more))

    def _decide(self, *tables: Any, **more: Any) -> Verdict:
        verdict: Verdict = getattr(verdicts, self.rule.function)(*tables, **self.options, **more)
        return verdict

    def _of(self, name: str, part: str) -> Any:
        images = self.values[name].images
        return images[part] if isinstance(images, dict) else images

    def _over_parts(self, model: str, decide: Callable[[str], Verdict]) -> Verdict:
        """One verdict over the layers that are asked one by one, or the one of their mean."""
        images = self.values[model].images
        if not isinstance(images, dict):
            return decide("")
        return combine({part: decide(part) for part in images}, self.spec.quantifier or "all", self.spec.decide.alpha)

    def _over_levels(self, tables: Sequence[Any]) -> Verdict:
        """The verdict on the course over the levels of a setting, which stand as far apart as their numbers."""
        import numpy as np

        ((setting, levels),) = (self.spec.over or {}).items()
        numbers = [level_number(level) for level in levels]
        positions = [(number - numbers[0]) / (numbers[-1] - numbers[0]) for number in numbers]
        stack = np.stack([np.asarray(table) for table in tables], 1)  # (seeds, levels, images)
        return self._decide(stack, positions=positions, course=f"the {setting} from {levels[0]} to {levels[-1]}")

    def _over_depth(self, model: str) -> Verdict:
        import numpy as np

        layers, depth = self.values[model].images, self.values[model].depth
        assert isinstance(layers, dict)
        stack = np.stack([np.asarray(rows) for rows in layers.values()], 1)  # (seeds, layers, images)
        numbers = [int(layer.split()[1]) - 1 for layer in layers]
        if self.spec.than is not None:
            sides = (select_layers(chosen, depth) for chosen in (self.spec.where.layers, self.spec.than))
            those, others = ([number in side for number in numbers] for side in sides)
            return self._decide(stack, those=those, others=others)
        return self._decide(stack, positions=[number / (depth - 1) for number in numbers])

    def _counted(self, first: Any, second: Any = None) -> Verdict:
        """The verdict on values that are known exactly: of two models, or of one and a bound."""
        options, relation = self.rule.options, self.rule.options["relation"]
        if second is None:
            return compare_counts(first, [[options["bound"]]], relation, options["margin"])
        count = float(second[0][0])
        if "factor" in options:
            factor = options["factor"]
            margin = count * (1 - 1 / factor if relation in ("less", "not less") else factor - 1)
        else:
            margin = count * options["relative"] if "relative" in options else options["margin"]
        return compare_counts(first, second, relation, margin)


def recorded(verdict: Verdict) -> RecordedVerdict:
    """A verdict as it is kept: rounded; an end of an interval that is infinite is null."""
    return RecordedVerdict(
        word=verdict.word,
        effect=_rounded(verdict.effect),
        low=_rounded(verdict.low),
        high=_rounded(verdict.high),
        margin=_rounded(verdict.margin),
        confidence=_rounded(verdict.confidence),
        lines=_lines(verdict),
        p=_rounded(verdict.p, P_DIGITS),
        p_against=_rounded(verdict.p_against, P_DIGITS),
        seeds=verdict.seeds,
        images=verdict.images,
        seeds_needed=verdict.seeds_needed,
        rule=verdict.rule,
        reason=verdict.reason,
        parts=tuple(_part(part.name, part.verdict) for part in verdict.parts),
    )


def _part(name: str, verdict: Verdict) -> RecordedPart:
    effect, low, high = (_rounded(number) for number in (verdict.effect, verdict.low, verdict.high))
    p = _rounded(verdict.p, P_DIGITS)
    return RecordedPart(name=name, word=verdict.word, effect=effect, low=low, high=high, lines=_lines(verdict), p=p)


def _lines(verdict: Verdict) -> tuple[float, ...]:
    return tuple(round(line, DIGITS) for line in verdict.lines)


def _rounded(value: float | None, digits: int = DIGITS) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, digits)


def effect_of(spec: ClaimSpec, parts: Sequence[RecordedPart], numbers: Sequence[float | None]) -> str:
    """What the effect of a verdict on a claim is, in words; `parts` are the verdict's, `numbers` its effect and interval.

    Of a family it is that of the members that decide: where the claim has to hold for every pair, the weakest one.
    """
    subject, baseline, which = spec.subject, spec.baseline, ""
    decider = _decider(spec, parts, numbers)
    if decider is not None:
        subject, baseline = decider
        which = f", the {'pair' if baseline else 'member'} that decides of {len(parts)}"
    return KINDS[spec.kind].effect(spec, subject or "", baseline or "") + which


def _decider(spec: ClaimSpec, parts: Sequence[RecordedPart], numbers: Sequence[float | None]) -> tuple[str, str | None] | None:
    """The members of the families of a claim whose numbers a verdict has; None where it is not about several."""
    alone = {name: (name, None) for name in spec.expand(spec.subject)}
    sides: Mapping[str, tuple[str, str | None]] = _pairs(spec) if spec.baseline else alone
    named = [part for part in parts if part.name in sides]
    return next((sides[part.name] for part in named if [part.effect, part.low, part.high] == list(numbers)), None)


def _pairs(spec: ClaimSpec) -> dict[str, tuple[str, str]]:
    """Each member of one side with each of the other, by the name of their part of the verdict."""
    return {f"{a} and {b}": (a, b) for a in spec.expand(spec.subject) for b in spec.expand(spec.baseline)}


def same_grid(spec: ClaimSpec, unit: str) -> None:
    """Raise SpecError where values are shares of uniform attention and the spec gives an amount in the metric's unit."""
    for amount in (spec.margin, spec.bound):
        if amount is not None and amount.unit == unit:
            raise SpecError(f"the models see pictures on different grids; give a share, not {amount.value:g} {amount.unit}")
