"""From measured values to what is kept of them, and from what is kept to a verdict. Nothing here measures or reads files, so a
decision can be made again from an evidence file at no cost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from checker.claims import ClaimSpec, select_layers
from checker.errors import SpecError
from checker.evidence.record import Table
from checker.evidence.run import Claimed as Side
from checker.evidence.values import Values
from checker.evidence.verdict import RecordedPart, RecordedVerdict
from checker.verdicts import (
    Answers,
    Claimed,
    Looks,
    Verdict,
    absence,
    combine,
    compare,
    compare_counts,
    correlation,
    equivalence,
    presence,
    ranking,
    ratio,
    threshold,
    trend,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AS_RECORDED = 12  # decimals of values that were recorded elsewhere
DIGITS = 4  # decimals of the kept values; the verdict is computed from the kept ones
P_DIGITS = 6


def keep(spec: ClaimSpec, stack: NDArray[np.float64], layers: str, digits: int = DIGITS) -> Values:
    """What the evidence holds of one model's values (seeds, rows, images): `layers`, the means over images, and `images`, for
    each seed and image what the decision is made of. That is the mean over the layers chosen; for a trend and a quantified
    claim the value in each layer; for a presence whether the image shows it in any of them. `layers` is empty for a metric with
    one row.

    Raises SpecError for layers that the model does not have.
    """
    chosen = select_layers(layers, stack.shape[1]) if layers else [0]
    by_layer = spec.kind == "trend" or (spec.quantifier is not None and bool(layers))
    images: Table | dict[str, Table]
    if by_layer:
        images = {f"layer {layer + 1}": _table(stack[:, layer].round(digits)) for layer in chosen}
    elif spec.kind == "presence":
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


class _Options(TypedDict):
    alpha: float
    looks: Looks


class _Margin(TypedDict, total=False):
    margin: float
    relative: float


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
        self.spec, self.values, self.other, self.exact, self.answers = spec, values, other, exact, answers
        self.options = _Options(alpha=spec.decide.alpha, looks=looks)
        self.alpha = spec.decide.alpha

    def verdict(self) -> Verdict:
        verdict: Verdict = getattr(self, f"_{self.spec.kind}")()
        return verdict

    @property
    def _relation(self) -> Claimed:
        assert self.spec.relation is not None
        return self.spec.relation

    def _of(self, name: str | None, part: str) -> Any:
        images = self.values[name or ""].images
        return images[part] if isinstance(images, dict) else images

    def _parts(self) -> list[str]:
        """The layers that are asked one by one, by name; one without a name where they are not."""
        spec = self.spec
        name = (spec.order or spec.expand(spec.subject))[0]
        images = self.values[name].images
        return list(images) if isinstance(images, dict) else [""]

    def _over_parts(self, decide: Any) -> Verdict:
        """One verdict over the layers asked one by one."""
        verdicts = {part: decide(part) for part in self._parts()}
        return verdicts[""] if "" in verdicts else combine(verdicts, self.spec.quantifier or "all", self.alpha)

    def _over_pairs(self, decide: Any) -> Verdict:
        """One verdict over every pair of members of the two sides."""
        pairs = _pairs(self.spec)
        verdicts = {name: self._over_parts(lambda part, a=a, b=b: decide(a, b, part)) for name, (a, b) in pairs.items()}
        return combine(verdicts, "all", self.alpha) if len(verdicts) > 1 else next(iter(verdicts.values()))

    def _over_members(self, decide: Any) -> Verdict:
        verdicts = {name: decide(name) for name in self.spec.expand(self.spec.subject)}
        return combine(verdicts, "all", self.alpha) if len(verdicts) > 1 else next(iter(verdicts.values()))

    def _margin(self) -> _Margin:
        """The margin as an option of the rules: a share of the baseline, or a value."""
        margin = self.spec.margin
        assert margin is not None
        return {"relative": margin.value} if margin.unit == "relative" else {"margin": margin.value}

    def _compare(self) -> Verdict:
        spec = self.spec

        def pair(a: str, b: str, part: str) -> Verdict:
            first, second = self._of(a, part), self._of(b, part)
            if self.exact:
                return compare_counts(first, second, self._relation, self._exact_margin(second))
            if spec.factor is not None:
                return ratio(first, second, spec.factor, self._relation, answers=self.answers, **self.options)
            return compare(first, second, self._relation, answers=self.answers, **self._margin(), **self.options)

        return self._over_pairs(pair)

    def _exact_margin(self, baseline: Sequence[Sequence[float]]) -> float:
        """The margin in the unit of a count."""
        count, spec = float(baseline[0][0]), self.spec
        if spec.factor is not None:
            return count * (1 - 1 / spec.factor if spec.relation in ("less", "not less") else spec.factor - 1)
        assert spec.margin is not None
        return spec.margin.value * (count if spec.margin.unit == "relative" else 1.0)

    def _threshold(self) -> Verdict:
        bound = self.spec.bound
        assert bound is not None
        margin = self.spec.margin.value if self.spec.margin else 0.0

        def one(name: str) -> Verdict:
            if self.exact:
                return compare_counts(self._of(name, ""), [[bound.value]], self._relation, margin)
            return self._over_parts(
                lambda part: threshold(
                    self._of(name, part), bound.value, self._relation, margin, answers=self.answers, **self.options
                )
            )

        return self._over_members(one)

    def _trend(self) -> Verdict:
        import numpy as np

        def one(name: str) -> Verdict:
            layers = self.values[name].images
            depth = self.values[name].depth
            assert isinstance(layers, dict)
            stack = np.stack([np.asarray(rows) for rows in layers.values()], 1)  # (seeds, layers, images)
            positions = [(int(layer.split()[1]) - 1) / (depth - 1) for layer in layers]
            return trend(stack, self._relation, positions=positions, answers=self.answers, **self._margin(), **self.options)

        return self._over_members(one)

    def _presence(self) -> Verdict:
        bound = self.spec.bound
        assert bound is not None
        rule = presence if self._relation == "greater" else absence
        return self._over_members(lambda name: rule(self._of(name, ""), bound.value, **self.options))

    def _equivalence(self) -> Verdict:
        return self._over_pairs(
            lambda a, b, part: equivalence(
                self._of(a, part), self._of(b, part), answers=self.answers, **self._margin(), **self.options
            )
        )

    def _correlation(self) -> Verdict:
        margin = self.spec.margin
        first = {name: self._of(name, "") for name in self.values if name in self.other}
        second: dict[str, Any] = {name: self.other[name].images for name in first}
        return correlation(first, second, self._relation, margin.value if margin else 0.0, **self.options)

    def _ranking(self) -> Verdict:
        order = self.spec.order or ()
        return self._over_parts(
            lambda part: ranking(
                {name: self._of(name, part) for name in order},
                "greater",
                answers=self.answers,
                **self._margin(),
                **self.options,
            )
        )


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


def unit_of(spec: ClaimSpec, unit: str) -> str:
    """The unit of the effect of a claim about a metric in `unit`."""
    if spec.kind == "compare" and spec.factor is not None:
        return "times"
    return {"trend": f"{unit} over the depth", "presence": "of the images", "correlation": "rank correlation"}.get(
        spec.kind, unit
    )


def effect_of(spec: ClaimSpec, parts: Sequence[RecordedPart], numbers: Sequence[float | None]) -> str:
    """What the effect of a verdict on a claim is, in words; `parts` are the verdict's, `numbers` its effect and interval.

    Of a family it is that of the members that decide: where the claim has to hold for every pair, the weakest one.
    """
    subject, baseline, which = spec.subject, spec.baseline, ""
    decider = _decider(spec, parts, numbers)
    if decider is not None:
        subject, baseline = decider
        which = f", the {'pair' if baseline else 'member'} that decides of {len(parts)}"
    if spec.kind == "compare" and spec.factor is not None:
        return f"{subject} divided by {baseline}{which}"
    if spec.kind in ("compare", "equivalence"):
        return f"{subject} minus {baseline}{which}"
    return {
        "threshold": f"mean of {subject}{which}",
        "trend": f"slope over the depth of {subject}{which}",
        "presence": f"images of {subject} that show it{which}",
        "correlation": "correlation of the ranks of the models",
        "ranking": "difference of the pair that decides",
    }[spec.kind]


def _decider(spec: ClaimSpec, parts: Sequence[RecordedPart], numbers: Sequence[float | None]) -> tuple[str, str | None] | None:
    """The members of the families of a claim whose numbers a verdict has; None where it is not about several."""
    sides = _pairs(spec) if spec.baseline else {name: (name, None) for name in spec.expand(spec.subject)}
    named = [part for part in parts if part.name in sides]
    return next((sides[part.name] for part in named if [part.effect, part.low, part.high] == list(numbers)), None)


def _pairs(spec: ClaimSpec) -> dict[str, tuple[str, str | None]]:
    """Each member of one side with each of the other, by the name of their part of the verdict."""
    return {f"{a} and {b}": (a, b) for a in spec.expand(spec.subject) for b in spec.expand(spec.baseline)}


def effect_from(spec: ClaimSpec) -> float | None:
    """The effect of two models that are alike, or of a metric that does not change: 0, or 1 for a ratio. None where there is no
    such effect."""
    if spec.kind in ("threshold", "presence"):
        return None
    return 0.0 if spec.factor is None else 1.0


def claimed_side(spec: ClaimSpec) -> Side:
    """On which side of the line, or of the two, the interval has to lie: below, above or between."""
    if spec.kind == "equivalence":
        return "between"
    if spec.kind == "ranking":
        return "above"
    return "below" if spec.relation in ("less", "not greater") else "above"


def same_grid(spec: ClaimSpec) -> None:
    """Raise SpecError where values are shares of uniform attention and the spec gives an amount in the metric's unit."""
    for amount in (spec.margin, spec.bound):
        if amount is not None and amount.unit not in ("relative", "images", "correlation"):
            raise SpecError(f"the models see pictures on different grids; give a share, not {amount.value:g} {amount.unit}")
