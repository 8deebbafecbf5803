"""With the truth exactly on the line, a wrong word is as rare as declared, however often one looks; and intervals cover.

Truth on the line is where every rule is at its worst. On the line of a comparison each word is wrong; "differ by less than" and
"in most layers" are false there, so that only "supported" is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from checker.verdicts import (
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
from tests.verdicts.worlds import ALPHA, CASES, first_word, models, most

TRIALS = 150
MOST_SEEDS = 8
Options = dict[str, Any]


@dataclass(frozen=True)
class Claim:
    """`draw` measures models whose truth lies on the line; `decide` takes those tables, the first so many seeds, and looks."""

    means: tuple[float, ...]
    decide: Callable[..., Verdict]
    wrong: tuple[str, ...] = ("supported", "refuted")


def by_layer(quantifier: str, *tables: np.ndarray, **options: Any) -> Verdict:
    """Layers are neighbouring tables; each is held against 0."""
    return combine({str(n): threshold(table, 0.0, **options) for n, table in enumerate(tables)}, quantifier)  # type: ignore[arg-type]


def against(*tables: np.ndarray, **options: Any) -> Verdict:
    """Layers are neighbouring tables; the first is held against the last."""
    return layers(np.stack(tables, 1), [True, False, False], [False, False, True], **options)


CLAIMS = {
    "compare": Claim((-0.5, 0), lambda a, b, **o: compare(a, b, "less", 0.5, **o)),
    "compare, relative": Claim((9, 10), lambda a, b, **o: compare(a, b, "less", relative=0.1, **o)),
    "not greater": Claim((0.5, 0), lambda a, b, **o: compare(a, b, "not greater", 0.5, **o)),
    "ratio": Claim((30, 10), lambda a, b, **o: ratio(a, b, 3, **o)),
    "threshold": Claim((0.6,), lambda a, **o: threshold(a, 0.6, **o)),
    "layers": Claim((1, 0.5, 0), lambda *rows, **o: against(*rows, margin=1.0, **o)),
    "layers, relative margin": Claim((11, 10.5, 10), lambda *rows, **o: against(*rows, relative=0.1, **o)),
    "trend": Claim((0, 0.5, 1), lambda *rows, **o: trend(np.stack(rows, 1), "greater", 1.0, **o)),
    "equivalence": Claim((0.5, 0), lambda a, b, **o: equivalence(a, b, 0.5, **o), ("supported",)),
    "equivalence, relative": Claim((11, 10), lambda a, b, **o: equivalence(a, b, relative=0.1, **o), ("supported",)),
    "loss": Claim((0.6, 0), lambda a, b, **o: loss(a, b, 0.6, **o)),
    "losses": Claim((3, 1, 2, 0.5), lambda *tables, **o: losses(*tables, "greater", 0.5, **o)),
    "ranking": Claim((50, 0.5, 0), lambda a, b, c, **o: ranking({"A": a, "B": b, "C": c}, margin=0.5, **o)),
    "all layers": Claim((9, 9, 0, 9), lambda *layers, **o: by_layer("all", *layers, **o)),
    "any layer": Claim((0, 0, 0, 0), lambda *layers, **o: by_layer("any", *layers, **o)),
    "most layers": Claim((9, 9, 0, 0), lambda *layers, **o: by_layer("most", *layers, **o), ("supported",)),
}


@pytest.mark.parametrize("looks", [1, 5])
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("claim", CLAIMS)
def test_a_wrong_word_at_the_line_is_rare(claim: str, case: str, looks: int) -> None:
    about, rng = CLAIMS[claim], np.random.default_rng([looks, [*CLAIMS].index(claim), [*CASES].index(case)])
    wrong = 0
    for _ in range(TRIALS):
        tables = models(rng, about.means, *CASES[case], seeds=MOST_SEEDS, images=24)
        word = first_word(lambda seeds, look: about.decide(*(t[:seeds] for t in tables), alpha=ALPHA, looks=look), looks)  # noqa: B023
        wrong += word in about.wrong
    assert wrong / TRIALS <= most(TRIALS)


@pytest.mark.parametrize("looks", [1, 5])
@pytest.mark.parametrize("decide", [presence, absence])
@pytest.mark.parametrize("truth", [(0.1,) * MOST_SEEDS, (0.1, *(0.0,) * (MOST_SEEDS - 1)), (0.1, *(0.9,) * (MOST_SEEDS - 1))])
def test_a_rate_at_the_bound(decide: Callable[..., Verdict], truth: tuple[float, ...], looks: int) -> None:
    """All checkpoints at the bound, or one there and the others clearly on the claimed side."""
    if (decide is presence) == (truth[-1] == 0.0):
        return  # the others speak clearly against the claim: a word is then right
    rng, wrong = np.random.default_rng(5), 0
    for _ in range(TRIALS):
        shown = (rng.random((MOST_SEEDS, 120)) < np.asarray(truth)[:, None]).astype(float)
        wrong += first_word(lambda seeds, look: decide(shown[:seeds], 0.1, ALPHA, look), looks) != "inconclusive"  # noqa: B023
    assert wrong / TRIALS <= most(TRIALS)


@pytest.mark.parametrize("count", [6, 9, 12])
@pytest.mark.parametrize("margin", [0.0, 0.3, 0.5])
@pytest.mark.parametrize("looks", [1, 5])
def test_a_correlation_at_the_margin(count: int, margin: float, looks: int) -> None:
    """Normal points whose rank correlation is the margin, measured with seeds; more seeds look at the same models again."""
    rng, wrong = np.random.default_rng(count), 0
    linear = 2 * math.sin(math.pi * margin / 6)
    for _ in range(TRIALS):
        x, e = rng.normal(size=(2, count))
        y = linear * x + math.sqrt(1 - linear**2) * e
        a, b = ({str(n): v + rng.normal(0, 0.05, (MOST_SEEDS, 1)) for n, v in enumerate(values)} for values in (x, y))

        def decide(seeds: int, look: Looks) -> Verdict:
            first, second = ({name: table[:seeds] for name, table in metric.items()} for metric in (a, b))  # noqa: B023
            return correlation(first, second, "greater", margin, ALPHA, look)

        wrong += first_word(decide, looks) != "inconclusive"
    assert wrong / TRIALS <= most(TRIALS)


def test_an_outlier_among_few_models_makes_no_correlation() -> None:
    """Heavy tails: a linear correlation would often be made by one model that is far out in both metrics."""
    rng, wrong = np.random.default_rng(0), 0
    for _ in range(1000):
        x, y = rng.standard_t(1, (2, 8))
        verdict = correlation({str(n): [[v]] for n, v in enumerate(x)}, {str(n): [[v]] for n, v in enumerate(y)})
        wrong += verdict.word != "inconclusive"
    assert wrong / 1000 <= most(1000)


INTERVALS: dict[str, tuple[tuple[float, ...], Callable[..., Verdict], float]] = {
    "compare": ((1, 0), lambda a, b: compare(a, b), 1.0),
    "ratio": ((30, 10), lambda a, b: ratio(a, b, 2), 3.0),
    "threshold": ((1,), lambda a: threshold(a, 0), 1.0),
    "trend": ((0, 0.5, 1), lambda *rows: trend(np.stack(rows, 1)), 1.0),
    "loss": ((1, 0), lambda a, b: loss(a, b, 0), 1.0),
    "losses": ((3, 1, 2, 1), lambda *tables: losses(*tables), 1.0),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", INTERVALS)
def test_the_interval_holds_the_truth_as_often_as_it_says(kind: str, case: str) -> None:
    means, decide, truth = INTERVALS[kind]
    rng, trials = np.random.default_rng(7), 700
    held = 0
    for _ in range(trials):
        verdict = decide(*models(rng, means, *CASES[case], seeds=5, images=24))
        held += verdict.low <= truth <= verdict.high
    assert 0.93 <= held / trials <= 0.99


def test_the_interval_beside_a_relative_margin_holds_the_line() -> None:
    """The line moves with the baseline: an interval that took it for exact would miss it too often where the baseline varies."""
    rng, trials, missed, missed_when_fixed = np.random.default_rng(8), 500, 0, 0
    for _ in range(trials):
        a, b = models(rng, (20, 10), 0.5, 0.05, seeds=5, images=24)
        missed += compare(a, b, "greater", relative=1.0).word != "inconclusive"
        missed_when_fixed += compare(a, b, "greater", margin=abs(float(b.mean()))).word != "inconclusive"
    assert missed / trials <= most(trials)
    assert missed_when_fixed / trials > most(trials)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("claim", ["compare", "compare, relative", "equivalence, relative", "ranking"])
def test_a_wrong_word_at_the_line_is_rare_with_three_looks_and_many_trials(claim: str, case: str) -> None:
    about, rng, trials, wrong = CLAIMS[claim], np.random.default_rng(17), 400, 0
    for _ in range(trials):
        tables = models(rng, about.means, *CASES[case], seeds=MOST_SEEDS, images=24)
        word = first_word(lambda seeds, look: about.decide(*(t[:seeds] for t in tables), alpha=ALPHA, looks=look), 3)  # noqa: B023
        wrong += word in about.wrong
    assert wrong / trials <= most(trials)
