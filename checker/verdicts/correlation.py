"""Do two metrics rise together over models? A model is one point, however many seeds and images it has."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError
from checker.verdicts.line import Line, draw_line
from checker.verdicts.looks import ONE_LOOK, Looks
from checker.verdicts.measurements import check_margin, check_options, measured
from checker.verdicts.verdict import Verdict
from checker.words import Claimed, VerdictWord

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

FEWEST_MODELS = 4
MOST_MODELS = 200


def correlation(
    a: Mapping[str, ArrayLike],
    b: Mapping[str, ArrayLike],
    relation: Claimed = "greater",
    margin: float = 0.0,
    alpha: float = 0.05,
    looks: Looks = ONE_LOOK,
) -> Verdict:
    """Decide "a and b correlate positively (greater) or negatively (less) over models, by more than `margin`".

    a, b: two metrics of the same models by name, (seeds, images) each; a model's mean is its point. The effect is Spearman's
    rank correlation: sentences claim that one rises with the other, not along a straight line, and one odd model among few
    cannot make a rank correlation by itself. Its interval is Fisher's with the variance (1 + r^2/2) / (n - 3) in atanh r. Few
    models give few values of r, so each end is taken half a step further out; with that, the chance of a wrong word at no
    correlation, counted over all orders of 4 to 8 models, stays at or below alpha / 2 a side, and 4 models never decide at 5 %.
    Up to margins of 0.7 a simulation of normal points gives no more than alpha for both sides together.

    Models are taken for a sample of independent ones; relatives are not. Each point has its own error, which blurs the
    correlation; the rule says how much of the spread of the points the seeds' error makes up.

    Sources: Spearman 1904, The proof and measurement of association between two things (also on the blur); Bonett and Wright
    2000, Sample size requirements for estimating Pearson, Kendall and Spearman correlations (the variance).

    Raises MeasurementError for NaN or Inf, fewer than 4 models, models that lack one of the metrics, points that are all the
    same, or a margin of 1 or more.
    """
    if set(a) != set(b):
        odd = ", ".join(sorted(set(a) ^ set(b)))
        raise MeasurementError(f"both metrics are wanted for each model; one is missing for {odd}")
    count = len(a)
    if count < FEWEST_MODELS:
        raise MeasurementError(f"a correlation over models needs at least {FEWEST_MODELS} of them; there are {count}")
    check_options(alpha, looks)
    check_margin(margin)
    if margin >= 1:
        raise MeasurementError(f"the margin is {margin}; a correlation is never beyond 1")
    first = [measured(f"a of {name}", a[name]) for name in a]
    second = [measured(f"b of {name}", b[name]) for name in a]
    effect = spearman([float(array.mean()) for array in first], [float(array.mean()) for array in second])
    line, tail = draw_line(relation, margin), looks.tail(alpha / 2)
    low, high = _interval(effect, count, tail)
    word = line.word(low, high)
    noise = " and ".join(f"{_noise(arrays)} of {name}" for name, arrays in (("a", first), ("b", second)))
    return Verdict(
        word=word,
        effect=effect,
        low=low,
        high=high,
        confidence=1 - 2 * tail,
        margin=margin,
        seeds=min(len(array) for array in first + second),
        images=min(array.shape[1] for array in first + second),
        rule=(
            f"Spearman's rank correlation over {count} models with Fisher's interval at {100 * (1 - 2 * tail):.4g} % "
            f"(alpha {alpha:g} {looks}); of the spread of the points the seeds' error is {noise}"
        ),
        reason=_reason(word, line, effect, count, tail),
        p=looks.two_sided(_p(effect, count, line)),
        p_against=looks.two_sided(_p(effect, count, line.other())),
        lines=(line.at,),
    )


def spearman(a: list[float], b: list[float]) -> float:
    """The correlation of ranks, ties at their middle rank. Raises MeasurementError when one side is all ties."""
    import numpy as np

    ranks = []
    for name, values in (("a", a), ("b", b)):
        _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
        if len(counts) == 1:
            raise MeasurementError(f"{name} is the same for all models; nothing can correlate with it")
        rank = (counts.cumsum() - (counts - 1) / 2)[places]
        ranks.append(rank - rank.mean())
    return float(ranks[0] @ ranks[1] / math.sqrt((ranks[0] @ ranks[0]) * (ranks[1] @ ranks[1])))


def _ends(effect: float, count: int) -> tuple[float, float]:
    """The correlation half a step lower and half a step higher: without ties, two values of it are 12 / (n^3 - n) apart."""
    half = 6 / (count**3 - count)
    return max(-1.0, effect - half), min(1.0, effect + half)


def _interval(effect: float, count: int, tail: float) -> tuple[float, float]:
    from scipy.special import ndtri

    reach = float(ndtri(1 - tail))
    low, high = _ends(effect, count)
    return math.tanh(_atanh(low) - reach * _error(low, count)), math.tanh(_atanh(high) + reach * _error(high, count))


def _p(effect: float, count: int, line: Line) -> float:
    """One-sided p-value of "the correlation does not lie on the claimed side of the line"."""
    from scipy.special import ndtr

    end = _ends(effect, count)[0 if line.side > 0 else 1]
    return float(ndtr(-line.side * (_atanh(end) - _atanh(line.at)) / _error(end, count)))


def _error(effect: float, count: int) -> float:
    return math.sqrt((1 + effect**2 / 2) / (count - 3))


def _atanh(value: float) -> float:
    return math.atanh(value) if abs(value) < 1 else math.copysign(math.inf, value)


def _noise(models: list[NDArray[Any]]) -> str:
    """The mean squared error of the points by their seeds, as a share of the variance of the points."""
    import numpy as np

    if min(len(array) for array in models) == 1:
        return "unknown (one checkpoint)"
    error = np.mean([array.mean(1).var(ddof=1) / len(array) for array in models])
    return f"{100 * error / np.var([array.mean() for array in models], ddof=1):.2g} %"


def _reason(word: VerdictWord, line: Line, effect: float, count: int, tail: float) -> str:
    place = f"a correlation of {line.at:g}" if line.at else "no correlation"
    if word == "supported":
        return f"the whole interval lies {line.where()} {place}"
    if word == "refuted":
        return f"the whole interval lies on the other side of {place}"
    for more in range(count + 1, MOST_MODELS + 1):
        low, high = _interval(effect, more, tail)
        if not low <= line.at <= high:
            return f"the interval holds {place}; about {more} models would settle it"
    return f"the interval holds {place} and no number of models up to {MOST_MODELS} would settle it"
