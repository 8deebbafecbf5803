"""How often the decision rules err, cover and decide, on measurements whose truth is known. Prints the tables of DECISIONS.md.

Beside each rule stand two shortcuts with the same lines and levels: pooling, which takes every seed and image for a replicate,
and a bootstrap over images, which takes the seeds at hand for all there are.

    python benchmarks/decisions.py [--trials 20000] [--claims loss course]
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri, stdtrit
from scipy.stats import binom

from checker.verdicts import (
    Answers,
    Looks,
    Verdict,
    absence,
    combine,
    compare,
    correlation,
    equivalence,
    layers,
    loss,
    losses,
    presence,
    ranking,
    ratio,
    threshold,
    trend,
)
from checker.verdicts.answers import Scored, clopper_pearson
from checker.verdicts.contrast import FEW_SEEDS, UNEVEN
from checker.verdicts.line import Line

Array = np.ndarray
ALPHA = 0.05
LOOKS = {1: (3,), 3: (3, 5, 8), 5: (3, 4, 5, 6, 8)}
MOST_SEEDS = 8
IMAGES = 64
RESAMPLES = 1000
BATCH = 250
LEVELS = np.array([0, 5 / 13, 10 / 13, 1])  # of 25, 50, 75 and 90, between their ends
SLOPE = (LEVELS - LEVELS.mean()) / ((LEVELS - LEVELS.mean()) ** 2).sum()
CASES = {  # what dominates: sd of seeds, sd of images
    "seeds": (0.5, 0.05),
    "mostly seeds": (0.5, 0.4),
    "balanced": (0.3, 1.0),
    "images": (0.01, 2.0),
}
UPPER, LAST = (True, True, False, False), (False, False, False, True)
METHODS = ("rule", "pooled", "bootstrap")
COUNTS = np.random.default_rng(0).multinomial(IMAGES, [1 / IMAGES] * IMAGES, RESAMPLES).T / IMAGES  # (images, resamples)


@dataclass(frozen=True)
class Part:
    """What a shortcut looks at: a table (..., seeds, images) whose mean is claimed to lie above `line`, or within +- `within`."""

    table: Array
    line: Array | float = 0.0
    within: Array | float | None = None


@dataclass(frozen=True)
class Claim:
    """`means`: the models' true means, on the line of the claim; `towards`: where they move to make the claim true.

    `decide`: the rule on the models' tables, (seeds, images) each. `parts`: the same question for the shortcuts. `false_only`:
    the claim is false on its line, so that "refuted" is right there; else both words are wrong. `steady`: only the first
    model's seeds differ.
    """

    means: tuple[float, ...]
    towards: tuple[float, ...]
    decide: Callable[..., Verdict]
    parts: Callable[..., Sequence[Part]]
    quantifier: str = "all"
    false_only: bool = False
    steady: bool = False


def by_layer(quantifier: str, *tables: Array, **options: Any) -> Verdict:
    found = {f"layer {n}": threshold(table, 0.0, **options) for n, table in enumerate(tables)}
    return combine(found, quantifier)  # type: ignore[arg-type]


def each(*tables: Array) -> list[Part]:
    return [Part(table) for table in tables]


CLAIMS = {
    "compare": Claim((0.5, 0), (1, 0), lambda a, b, **o: compare(a, b, "greater", 0.5, **o), lambda a, b: [Part(a - b, 0.5)]),
    "compare, one model's seeds agree": Claim(
        (0.5, 0), (1, 0), lambda a, b, **o: compare(a, b, "greater", 0.5, **o), lambda a, b: [Part(a - b, 0.5)], steady=True
    ),
    "compare, relative margin": Claim(
        (11, 10),
        (1, 0),
        lambda a, b, **o: compare(a, b, "greater", relative=0.1, **o),
        lambda a, b: [Part(a - b, 0.1 * np.abs(b.mean((-2, -1))))],
    ),
    "not greater": Claim(
        (0.5, 0), (-1, 0), lambda a, b, **o: compare(a, b, "not greater", 0.5, **o), lambda a, b: [Part(b - a, -0.5)]
    ),
    "ratio": Claim((30, 10), (3, 0), lambda a, b, **o: ratio(a, b, 3, **o), lambda a, b: [Part(a - 3 * b)]),
    "threshold": Claim((0.6,), (1,), lambda a, **o: threshold(a, 0.6, **o), lambda a: [Part(a, 0.6)]),
    "trend": Claim(
        (0, 0.5, 1),
        (0, 0.5, 1),
        lambda *rows, **o: trend(np.stack(rows, 1), "greater", 1.0, **o),
        lambda low, _, high: [Part(high - low, 1.0)],
    ),
    "trend, relative margin": Claim(
        (9.5, 10, 10.5),
        (0, 0.5, 1),
        lambda *rows, **o: trend(np.stack(rows, 1), "greater", relative=0.1, **o),
        lambda low, middle, high: [Part(high - low, 0.1 * np.abs(np.stack([low, middle, high]).mean((0, -2, -1))))],
    ),
    "course over a setting, levels 25, 50, 75 and 90": Claim(
        (0, 5 / 13, 10 / 13, 1),
        (0, 5 / 13, 10 / 13, 1),
        lambda *rows, **o: trend(np.stack(rows, 1), "greater", 1.0, positions=LEVELS, **o),
        lambda *rows: [Part(sum(weight * row for weight, row in zip(SLOPE, rows, strict=True)), 1.0)],
    ),
    "layers, two of four against the last": Claim(
        (1, 1, 0.5, 0),
        (1, 1, 0, 0),
        lambda *rows, **o: layers(np.stack(rows, 1), UPPER, LAST, "greater", 1.0, **o),
        lambda a, b, _, d: [Part((a + b) / 2 - d, 1.0)],
    ),
    "layers, relative margin": Claim(
        (11, 11, 10.5, 10),
        (1, 1, 0, 0),
        lambda *rows, **o: layers(np.stack(rows, 1), UPPER, LAST, "greater", relative=0.1, **o),
        lambda a, b, _, d: [Part((a + b) / 2 - d, 0.1 * np.abs(d.mean((-2, -1))))],
    ),
    "loss": Claim((0.6, 0), (0, 1), lambda a, b, **o: loss(a, b, 0.6, **o), lambda a, b: [Part(b - a, -0.6)]),
    "losses": Claim(
        (3, 1, 2, 0.5),
        (1, 0, 0, 0),
        lambda *tables, **o: losses(*tables, "greater", 0.5, **o),
        lambda a, a_changed, b, b_changed: [Part(a - a_changed - b + b_changed, 0.5)],
    ),
    "equivalence": Claim(
        (2, 0), (-1, 0), lambda a, b, **o: equivalence(a, b, 2, **o), lambda a, b: [Part(a - b, within=2)], false_only=True
    ),
    "equivalence, relative margin": Claim(
        (12, 10),
        (-1, 0),
        lambda a, b, **o: equivalence(a, b, relative=0.2, **o),
        lambda a, b: [Part(a - b, within=0.2 * np.abs(b.mean((-2, -1))))],
        false_only=True,
    ),
    "equivalence, one model's seeds agree": Claim(
        (2, 0),
        (-1, 0),
        lambda a, b, **o: equivalence(a, b, 2, **o),
        lambda a, b: [Part(a - b, within=2)],
        false_only=True,
        steady=True,
    ),
    "ranking, one pair on the line": Claim(
        (9, 0.5, 0),
        (1, 1, 0),
        lambda a, b, c, **o: ranking({"A": a, "B": b, "C": c}, margin=0.5, **o),
        lambda a, b, c: [Part(a - b, 0.5), Part(b - c, 0.5)],
    ),
    "all layers, one of four on the line": Claim(
        (0, 9, 9, 9), (1, 0, 0, 0), lambda *rows, **o: by_layer("all", *rows, **o), each
    ),
    "any layer, all four on the line": Claim(
        (0, 0, 0, 0), (1, 0, 0, 0), lambda *rows, **o: by_layer("any", *rows, **o), each, "any"
    ),
    "most layers, two of four on the line": Claim(
        (0, 0, 9, 9), (1, 1, 0, 0), lambda *rows, **o: by_layer("most", *rows, **o), each, "most", false_only=True
    ),
}
INTERVALS: dict[str, tuple[tuple[float, ...], Callable[..., Verdict], Callable[..., Array], float]] = {
    "compare": ((1, 0), compare, lambda a, b: a - b, 1.0),
    "ratio": ((30, 10), lambda a, b: ratio(a, b, 3), lambda a, b: a - 3 * b, 3.0),
    "threshold": ((1,), lambda a: threshold(a, 0), lambda a: a, 1.0),
    "trend": ((0, 0.5, 1), lambda *rows: trend(np.stack(rows, 1)), lambda low, _, high: high - low, 1.0),
    "loss": ((1, 0), lambda a, b: loss(a, b, 0), lambda a, b: a - b, 1.0),
    "losses": (
        (3, 1, 2, 1),
        lambda *tables: losses(*tables),
        lambda a, a_changed, b, b_changed: a - a_changed - b + b_changed,
        1.0,
    ),
}


def draw(
    rng: np.random.Generator, means: Sequence[float], case: str, trials: int, seeds: int, steady: bool = False
) -> list[Array]:
    """A (trials, seeds, images) table a mean: images have an effect on all models and one on each; a little noise on top."""
    seed_sd, image_sd = CASES[case]
    shared = rng.normal(0, image_sd, (trials, 1, IMAGES))
    return [
        mean
        + shared
        + rng.normal(0, image_sd, (trials, 1, IMAGES))
        + rng.normal(0, 0.01 if steady and place else seed_sd, (trials, seeds, 1))
        + rng.normal(0, 0.05, (trials, seeds, IMAGES))
        for place, mean in enumerate(means)
    ]


def batches(trials: int) -> Iterator[int]:
    for start in range(0, trials, BATCH):
        yield min(BATCH, trials - start)


def declared(looks: int) -> list[Looks]:
    return [Looks(LOOKS[looks], place) for place in range(looks)]


def shortcut(method: str, table: Array, tail: float) -> tuple[Array, Array]:
    """The ends of the shortcut's interval for the mean of (trials, seeds, images)."""
    if method == "bootstrap":
        low, high = np.quantile(table.mean(1) @ COUNTS, (tail, 1 - tail), axis=1)
        return low, high
    flat = table.reshape(len(table), -1)
    reach = ndtri(1 - tail) * flat.std(1, ddof=1) / math.sqrt(flat.shape[1])
    return flat.mean(1) - reach, flat.mean(1) + reach


def shortcut_words(method: str, claim: Claim, tables: Sequence[Array], look: Looks) -> Array:
    """1 supported, -1 refuted, 0 neither, for each trial, by the shortcut's intervals."""
    tail, found = look.tail(ALPHA / 2), []
    for part in claim.parts(*tables):
        low, high = shortcut(method, part.table, tail)
        if part.within is None:
            found.append((low > part.line) * 1 - (high < part.line))
            continue
        inner_low, inner_high = shortcut(method, part.table, 2 * tail)
        inside = (inner_low > -part.within) & (inner_high < part.within)
        found.append(inside * 1 - ((low > part.within) | (high < -part.within)))
    words = np.stack(found)
    wanted = {"all": len(words), "any": 1, "most": len(words) // 2 + 1}[claim.quantifier]
    return ((words == 1).sum(0) >= wanted) * 1 - ((words == -1).sum(0) > len(words) - wanted)


def is_wrong(found: str, claim: Claim) -> bool:
    return found == "supported" or (found == "refuted" and not claim.false_only)


def wrong_words(claim: Claim, case: str, trials: int) -> list[float]:
    """Per cent of trials on the line that end in a wrong word: each method with 1, 3 and 5 looks."""
    rng = np.random.default_rng(1)
    wrong = np.zeros((len(METHODS), len(LOOKS)))
    for size in batches(trials):
        tables = draw(rng, claim.means, case, size, MOST_SEEDS, claim.steady)
        for trial in range(size):
            for column, looks in enumerate(LOOKS):
                words = (
                    claim.decide(*(table[trial, : look.count] for table in tables), looks=look).word for look in declared(looks)
                )
                wrong[0, column] += is_wrong(next((w for w in words if w != "inconclusive"), ""), claim)
        for row, method in enumerate(METHODS[1:], start=1):
            for column, looks in enumerate(LOOKS):
                ends = np.zeros(size)
                for look in declared(looks):
                    found = shortcut_words(method, claim, [t[:, : look.count] for t in tables], look)
                    ends = np.where(ends == 0, found, ends)
                wrong[row, column] += ((ends == 1) if claim.false_only else (ends != 0)).sum()
    return list((100 * wrong / trials).ravel())


def wrong_rates(decide: Callable[..., Verdict], truth: Sequence[float], trials: int) -> list[float]:
    """The same for presence and absence with a bound of 0.1, for checkpoints with these true rates."""
    rng, images = np.random.default_rng(2), 256
    wrong = np.zeros((len(METHODS), len(LOOKS)))
    counts = np.random.default_rng(0).multinomial(images, [1 / images] * images, RESAMPLES).T / images
    for _ in range(trials):
        shown = (rng.random((MOST_SEEDS, images)) < np.asarray(truth)[:, None]).astype(float)
        resampled = {n: np.sort(shown[:n].mean(0) @ counts) for n in LOOKS[5]}
        for column, looks in enumerate(LOOKS):
            ends = [[], [], []]  # type: ignore[var-annotated]
            for look in declared(looks):
                n, tail = look.count, look.tail(ALPHA / 2)
                ends[0].append(decide(shown[:n], 0.1, looks=look).word != "inconclusive")
                low, high = clopper_pearson(int(shown[:n].sum()), n * images, tail)
                ends[1].append(not low <= 0.1 <= high)
                low, high = resampled[n][int(tail * RESAMPLES)], resampled[n][-1 - int(tail * RESAMPLES)]
                ends[2].append(not low <= 0.1 <= high)
            wrong[:, column] += [any(found) for found in ends]
    return list((100 * wrong / trials).ravel())


def points(rng: np.random.Generator, models: int, truth: float) -> Array:
    """(2 metrics, models): normal points whose rank correlation is `truth`."""
    linear = 2 * math.sin(math.pi * truth / 6)
    x, e = rng.normal(size=(2, models))
    return np.stack([x, linear * x + math.sqrt(1 - linear**2) * e])


def wrong_correlations(models: int, margin: float, trials: int) -> list[float]:
    """The same for a correlation that equals its margin. Pooled takes every seed of a model for a point of its own."""
    rng = np.random.default_rng(3)
    wrong = np.zeros((len(METHODS), len(LOOKS)))
    for _ in range(trials):
        centres = points(rng, models, margin)
        tables = centres[:, :, None, None] + rng.normal(0, 0.1, (2, models, MOST_SEEDS, 1))
        tables = tables + rng.normal(0, 0.5, (2, models, 1, IMAGES))
        resampled = {n: np.sort(rank_correlation(*(tables[:, :, :n].mean(2) @ COUNTS[:, :200]))) for n in LOOKS[5]}
        for column, looks in enumerate(LOOKS):
            ends = [[], []]  # type: ignore[var-annotated]
            for look in declared(looks):
                measured = tables[:, :, : look.count]
                for place, seen in enumerate((measured, measured.reshape(2, -1, 1, IMAGES))):
                    ends[place].append(correlation(*named(seen), "greater", margin, looks=look).word != "inconclusive")
            wrong[:2, column] += [any(found) for found in ends]
            cuts = ((look.count, int(look.tail(ALPHA / 2) * 200)) for look in declared(looks))
            wrong[2, column] += any(not resampled[n][cut] <= margin <= resampled[n][-1 - cut] for n, cut in cuts)
    return list((100 * wrong / trials).ravel())


def named(tables: Array) -> list[dict[str, Array]]:
    return [{str(n): table for n, table in enumerate(metric)} for metric in tables]


def rank_correlation(a: Array, b: Array) -> Array:
    """Spearman's, for (models, resamples) each, without ties."""
    distance = ((a.argsort(0).argsort(0) - b.argsort(0).argsort(0)) ** 2).sum(0)
    return 1 - 6 * distance / (len(a) ** 3 - len(a))


def coverage(kind: str, case: str, seeds: int, trials: int) -> list[float]:
    """Per cent of intervals that hold the truth, by method. A shortcut for a ratio asks its contrast at the true ratio."""
    means, decide, table, truth = INTERVALS[kind]
    rng, held = np.random.default_rng(4), np.zeros(len(METHODS))
    for size in batches(trials):
        tables = draw(rng, means, case, size, seeds)
        for trial in range(size):
            verdict = decide(*(t[trial] for t in tables))
            held[0] += verdict.low <= truth <= verdict.high
        centre = 0.0 if kind == "ratio" else truth
        for row, method in enumerate(METHODS[1:], start=1):
            low, high = shortcut(method, table(*tables), ALPHA / 2)
            held[row] += ((low <= centre) & (centre <= high)).sum()
    return list(100 * held / trials)


def power(claim: Claim, beyond: float, seeds: int, trials: int) -> float:
    """Per cent of trials that are supported when the truth lies so far beyond the line."""
    means = [mean + beyond * step for mean, step in zip(claim.means, claim.towards, strict=True)]
    rng, found = np.random.default_rng(5), 0
    for size in batches(trials):
        tables = draw(rng, means, "balanced", size, seeds, claim.steady)
        found += sum(claim.decide(*(t[trial] for t in tables)).word == "supported" for trial in range(size))
    return 100 * found / trials


def power_of_absence(rate: float, images: int, trials: int) -> float:
    """Per cent of trials in which three checkpoints with this true rate are found to lie below a bound of 0.05."""
    rng = np.random.default_rng(6)
    tables = (rng.random((trials, 3, images)) < rate).astype(float)
    return 100 * sum(absence(table, 0.05).word == "supported" for table in tables) / trials


def power_of_correlation(truth: float, models: int, trials: int) -> float:
    """Per cent of trials in which this rank correlation is found to be positive."""
    rng = np.random.default_rng(7)
    found = (correlation(*named(points(rng, models, truth)[:, :, None, None])).word for _ in range(trials))
    return 100 * sum(word == "supported" for word in found) / trials


SEEDS: dict[
    str, Callable[[np.random.Generator, tuple[int, int]], Array]
] = {  # with a mean of 0 and, where it exists, an sd near 1
    "normal": lambda rng, shape: rng.normal(size=shape),
    "exponential": lambda rng, shape: rng.exponential(size=shape) - 1,
    "lognormal": lambda rng, shape: (rng.lognormal(size=shape) - math.exp(0.5)) / 2,
    "t with 2 degrees of freedom": lambda rng, shape: rng.standard_t(2, shape),
    "1 of 10 collapses": lambda rng, shape: rng.normal(size=shape) - 10 * (rng.random(shape) < 0.1) + 1,
    "3 of 10 collapse": lambda rng, shape: rng.normal(size=shape) - 10 * (rng.random(shape) < 0.3) + 3,
}
BASELINES = {"the same sd": 1.0, "a third of it": 0.3, "steady": 0.05}  # sd of the other model's normal seeds


def of_seeds(name: str, sd: float, looks: tuple[int, ...], effect: float, trials: int) -> tuple[Array, Array]:
    """What trials end in, 1 for greater and -1 for less: by the rule, and if uneven seeds were decided as well.

    Of one value a model the rule is Welch's interval (a test holds that), which is taken here for all trials at once.
    """
    rng = np.random.default_rng(8)
    a, b = SEEDS[name](rng, (trials, looks[-1])) + effect, rng.normal(0, sd, (trials, looks[-1]))
    ends = np.zeros((2, trials))
    for place, count in enumerate(looks):
        first, second = a[:, :count], b[:, :count]
        terms = np.stack([first.var(1, ddof=1), second.var(1, ddof=1)]) / count
        freedom = terms.sum(0) ** 2 / ((terms**2).sum(0) / (count - 1))
        reach = -stdtrit(freedom, Looks(looks, place).tail(ALPHA / 2)) * np.sqrt(terms.sum(0))
        difference = first.mean(1) - second.mean(1)
        words = np.sign(difference) * (np.abs(difference) > reach)
        uneven = (count < FEW_SEEDS) & (terms.max(0) > UNEVEN**2 * terms.min(0))
        ends = np.where(ends == 0, np.stack([np.where(uneven, 0, words), words]), ends)
    return ends[0], ends[1]


def wrong_and_right(name: str, sd: float, looks: tuple[int, ...], trials: int) -> list[float]:
    """Per cent of wrong words where means are the same, and of right ones 8 sd apart: the rule, and with uneven seeds decided."""
    wrong = [100 * float((found != 0).mean()) for found in of_seeds(name, sd, looks, 0.0, trials)]
    return wrong + [100 * float((found > 0).mean()) for found in of_seeds(name, sd, looks, 8.0, trials)]


def decided_early(looks: Sequence[Looks], tails: Sequence[float], effect: float, trials: int) -> list[float]:
    """Per cent of two models with normal seeds that are told apart by each look, with these tails at the looks."""
    rng, found = np.random.default_rng(9), np.zeros((len(looks), trials), bool)
    a, b = rng.normal(effect, 1, (trials, MOST_SEEDS)), rng.normal(0, 1, (trials, MOST_SEEDS))
    for trial in range(trials):
        for place, (look, tail) in enumerate(zip(looks, tails, strict=True)):
            verdict = compare(a[trial, : look.count, None], b[trial, : look.count, None], "greater")
            found[place, trial] = verdict.p is not None and verdict.p < 2 * tail
    return list(100 * np.logical_or.accumulate(found).mean(1))


def covered(share: float, images: int) -> list[float]:
    """The exact chance, in per cent, that the interval of a share lies above or below it: the rule's, then Student's."""
    hits = np.arange(images + 1)
    chance = binom.pmf(hits, images, share)
    missed = np.zeros((2, 2))
    for count in hits[chance > 1e-12].tolist():
        table = (np.arange(images) < count).astype(float)[None]
        for place, answers in enumerate((Answers(), None)):
            if answers is None and count in (0, images):
                continue  # refused: zero variance
            verdict = threshold(table, 0.5, answers=answers)
            missed[place] += chance[count] * np.array([verdict.low > share, verdict.high < share])
    return list((100 * missed).ravel())


class Uncorrected(Scored):
    """The same score interval without the correction."""

    _correction = 0.0  # type: ignore[assignment]


def wrong_differences(line: float, discordant: float, images: int) -> list[float]:
    """The exact chance, in per cent, of a wrong word at 2.5 % on each side, where two checkpoints' difference is the line."""
    second = max(0.0, discordant - line) / 2
    first, counts = second + line, np.arange(images + 1)
    chance_of_first = binom.pmf(counts, images, first)
    wrong = np.zeros((2, 2))
    for more in counts[chance_of_first > 1e-6].tolist():
        chance = chance_of_first[more] * binom.pmf(np.arange(images - more + 1), images - more, second / (1 - first))
        for fewer in np.flatnonzero(chance > 1e-7).tolist():
            counted = [(value, float(n)) for value, n in ((1.0, more), (0.0, images - more - fewer), (-1.0, fewer)) if n]
            values, numbers = zip(*counted, strict=True)
            for place, kind in enumerate((Scored, Uncorrected)):
                p = kind(numbers, values, (1, 1), (-1.0, 1.0)).p(Line(line, 1))
                wrong[place] += chance[fewer] * (np.array(p) < 0.025)
    return list((100 * wrong).ravel())


def print_answers() -> None:
    print("\n## Answers that are right or wrong, one checkpoint: intervals at 95 % that miss the share, %")
    header("share", "images", "rule, above it", "rule, below it", "Student's, above it", "Student's, below it")
    for share in (0.5, 0.9, 0.98, 0.995, 1.0):
        for images in (64, 256, 1000):
            row(f"{share:g}", images, *covered(share, images))
    print("\n## Differences of two checkpoints on the same 64 images, at the line: wrong words at 2.5 % a side, %")
    header("line", "answers that differ", "rule, above", "rule, below", "uncorrected, above", "uncorrected, below")
    for line in (0.0, 0.0025, 0.02, 0.1):
        for discordant in (0.0025, 0.01, 0.05, 0.2, 0.6):
            if discordant >= line:
                row(f"{line:g}", f"{discordant:g}", *wrong_differences(line, discordant, 64))


def print_looks(trials: int) -> None:
    print("\n## The greater of two models found by a look, %, by how many sd they are apart")
    looks = declared(3)
    rules = {"O'Brien-Fleming": [look.tail(ALPHA / 2) for look in looks], "a third at each": [ALPHA / 6] * 3}
    header("effect", "levels", *(f"{look.count} seeds" for look in looks))
    for effect in (0.0, 1.0, 2.0, 3.0, 5.0):
        for name, tails in rules.items():
            row(f"{effect:g}", name, *decided_early(looks, tails, effect, trials))
    print("\n## Seeds that are not normal: wrong words where means are the same, and right ones 8 sd apart, %")
    header("seeds", "the other model", "looks", "wrong", "wrong, uneven decided", "right", "right, uneven decided")
    for name in SEEDS:
        for other, sd in BASELINES.items():
            for counts in ((3,), (3, 5, 8)):
                row(name, other, ", ".join(map(str, counts)), *wrong_and_right(name, sd, counts, 10 * trials))


def print_claims(names: tuple[str, ...], trials: int) -> None:
    """The tables of the claims and intervals whose names begin with one of these."""
    chosen = [name for name in CLAIMS if name.startswith(names)]
    print_wrong(chosen, trials)
    print_coverage([kind for kind in INTERVALS if kind.startswith(names)], trials)
    print_power(chosen, trials)


def print_wrong(names: Iterable[str], trials: int) -> None:
    print("\n## Wrong words on the line, %")
    header("claim", "what dominates", *(f"{method}, {looks}" for method in METHODS for looks in LOOKS))
    for name in names:
        for case in CASES:
            row(name, case, *wrong_words(CLAIMS[name], case, trials))


def print_coverage(kinds: Iterable[str], trials: int) -> None:
    print("\n## Intervals that hold the truth, %")
    header("kind", "what dominates", "seeds", *METHODS)
    for kind in kinds:
        for case in CASES:
            for seeds in (3, 5, 8):
                row(kind, case, seeds, *coverage(kind, case, seeds, trials))


def print_power(names: Iterable[str], trials: int) -> None:
    print("\n## Claims supported, %, by how far the truth lies beyond the line")
    effects = (0.0, 0.25, 0.5, 1.0, 2.0)
    header("claim", "seeds", *map(str, effects))
    for name in names:
        for seeds in (3, 5, 8):
            row(name, seeds, *(power(CLAIMS[name], beyond, seeds, trials // 10) for beyond in effects))


def row(*cells: object) -> None:
    print("| " + " | ".join(f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in cells) + " |", flush=True)


def header(*cells: object) -> None:
    print()
    row(*cells)
    row(*("---" for _ in cells))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=20_000, help="simulated experiments a cell")
    parser.add_argument("--claims", nargs="*", metavar="NAME", help="only the three tables on claims that begin so")
    options = parser.parse_args()
    trials, start = options.trials, time.process_time()
    if options.claims:
        print_claims(tuple(options.claims), trials)
        return

    print_answers()
    print_looks(trials // 10)
    print(f"{time.process_time() - start:.0f} s", file=sys.stderr)
    print_wrong(CLAIMS, trials)
    print(f"{time.process_time() - start:.0f} s", file=sys.stderr)
    at, clear = [0.1] * MOST_SEEDS, [0.1] + [0.0] * (MOST_SEEDS - 1)
    row("absence, all checkpoints on the bound", "", *wrong_rates(absence, at, trials))
    row("absence, one checkpoint on the bound", "", *wrong_rates(absence, clear, trials))
    row("presence, all checkpoints on the bound", "", *wrong_rates(presence, at, trials))
    row("presence, one checkpoint on the bound", "", *wrong_rates(presence, [0.1] + [0.9] * (MOST_SEEDS - 1), trials))
    for models in (6, 8, 12):
        for margin in (0.0, 0.3):
            row(f"correlation over {models} models, margin {margin}", "models", *wrong_correlations(models, margin, trials // 4))

    print_coverage(INTERVALS, trials)
    print(f"{time.process_time() - start:.0f} s", file=sys.stderr)

    print_power(CLAIMS, trials)
    header("absence below 0.05, true rate", *(f"{images} images" for images in (128, 256, 512)))
    for rate in (0.0, 0.005, 0.01, 0.02, 0.03):
        row(f"{rate:g}", *(power_of_absence(rate, images, trials // 10) for images in (128, 256, 512)))
    header("positive correlation, true value", *(f"{models} models" for models in (5, 6, 8, 10, 12)))
    for truth in (0.5, 0.7, 0.9, 0.95):
        row(f"{truth:g}", *(power_of_correlation(truth, models, trials // 10) for models in (5, 6, 8, 10, 12)))
    print(f"{time.process_time() - start:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
