"""The verdict of a run as it is recorded."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from checker.evidence.record import Amount, Count, Record, Share
from checker.words import VerdictWord


class RecordedPart(Record):
    """One of the verdicts that a verdict was made of."""

    name: str
    """The layer, the pair of models or the model that it is about."""
    word: VerdictWord
    """Its verdict."""
    effect: Amount | None
    """The effect, in the unit of that of the claim."""
    low: Amount | None
    """The lower end of its interval; null: it has none."""
    high: Amount | None
    """The upper end of its interval; null: it has none."""
    lines: Annotated[tuple[Amount, ...], Field(fail_fast=True)]
    """What the interval was held against."""
    p: Share | None
    """The smallest alpha at which it would be supported."""


class LossCurve(Record):
    """How the training of a model went that did not learn its task."""

    model: str
    """Its name and seed."""
    points: Annotated[tuple[tuple[Count, Amount], ...], Field(min_length=1, fail_fast=True)]
    """(step, training loss), smoothed over the steps between."""


class RecordedVerdict(Record):
    """A verdict as it is kept, rounded. Its numbers are null where a model had not learned its task, so that none was reached."""

    word: VerdictWord
    """The verdict."""
    effect: Amount | None
    """What the claim is about, in `effect_unit`."""
    low: Amount | None
    """The lower end of its interval; null: it has none."""
    high: Amount | None
    """The upper end of its interval; null: it has none."""
    margin: Amount | None
    """The smallest effect of interest, in the unit of the effect."""
    confidence: Share | None
    """The confidence of the interval, a share."""
    lines: Annotated[tuple[Amount, ...], Field(fail_fast=True)]
    """What the interval was held against, in the unit of the effect."""
    p: Share | None
    """The smallest alpha at which these values would give "supported"."""
    p_against: Share | None
    """The smallest alpha at which these values would give "refuted"."""
    seeds: Count
    """The number of seeds a model that were measured; the smallest where they differ."""
    images: Count
    """The number of images that were measured; the smallest where they differ."""
    seeds_needed: Count | None
    """An estimate of how many seeds would settle an open claim; null: it is settled, or out of reach."""
    rule: str
    """The rule that gave the verdict."""
    reason: str
    """Why, in one sentence."""
    parts: tuple[RecordedPart, ...] = ()
    """The verdicts on each layer, pair or model, where there are several."""
    left_out: tuple[str, ...] = ()
    """The models that did not count because they had not learned their task."""
    curve: LossCurve | None = None
    """The training of the model that had not learned its task."""

    @property
    def reached(self) -> bool:
        """Whether the models had learned their tasks, so that the values could be held against the claim."""
        return self.effect is not None
