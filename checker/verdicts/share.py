"""A line at a share of a measured baseline: it is not known exactly, and neither may its side be."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from checker.verdicts.answers import Answers
from checker.verdicts.contrast import Contrast, contrast
from checker.verdicts.estimate import Estimate
from checker.verdicts.line import Line
from checker.verdicts.looks import Looks
from checker.verdicts.verdict import Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray


def beside_share(models: Mapping[str, NDArray[Any]], share: float, answers: Answers | None = None) -> Estimate:
    """a - b with the error of a - share * b: beside a line at (share - 1) times b's measured mean, it holds the line's error.

    models: a and b, (seeds, images) each. a - b lies below (share - 1) b where a - share * b lies below 0, so the hypothesis on
    a moving line is one on a linear contrast.

    Source: Fieller 1954, Some problems in interval estimation.
    """
    return contrast(models, (1, -share), answers).around(contrast(models, (1, -1)).effect)


def despite_sign(first: Verdict, other: Verdict, baseline: Estimate, alpha: float, looks: Looks) -> Verdict:
    """The verdict on a share of the size of a baseline: its sign has to be known, or must not matter.

    first, other: the verdicts if the baseline has the sign of its measured mean, and if it has the other one. Asking for this
    as well can only make words rarer.
    """
    unsure = sign_p(baseline, looks)
    p = max(first.p or 0.0, min(unsure, other.p or 0.0))
    p_against = max(first.p_against or 0.0, min(unsure, other.p_against or 0.0))
    if unsure < alpha or first.word in ("inconclusive", other.word):
        return dataclasses.replace(first, p=p, p_against=p_against)
    needed, clause = baseline.settle(0.0, alpha / 2, looks)
    return dataclasses.replace(
        first,
        word="inconclusive",
        reason=f"the baseline's mean is not clearly different from 0, so a share of it is no line; {clause}",
        seeds_needed=needed,
        p=p,
        p_against=p_against,
    )


def sign_p(baseline: Estimate, looks: Looks) -> float:
    """The smallest alpha at which the baseline's interval leaves out 0; a mean that does not vary is known exactly."""
    if isinstance(baseline, Contrast) and not baseline.varies:
        return 0.0 if baseline.effect else 1.0
    return looks.two_sided(min(baseline.p(Line(0.0, 1))))
