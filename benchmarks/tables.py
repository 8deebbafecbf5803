"""How often the rule errs on tables of results: seeds alone vary, their numbers differ, or one side is a single checkpoint.

python benchmarks/tables.py [--trials 5000]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

import numpy as np
from decisions import SEEDS, header, row

from checker.verdicts import Verdict, compare_recorded

MARGIN = 0.5
Draw = Callable[[np.random.Generator, int], np.ndarray]
COUNTS = ((2, 2), (2, 8), (8, 2), (3, 3), (3, 5), (5, 3), (3, 10), (10, 3), (5, 20), (20, 5))
SPREADS = (1.0, 0.3, 0.05)  # sd of the other side's seeds; that of the first is 1
FIXED = (2, 3, 5, 8, 20)  # seeds beside a single checkpoint


def seeds(name: str) -> Draw:
    """Values of seeds with mean 0 and standard deviation 1, where there is one."""
    draw = SEEDS[name]
    return lambda rng, count: draw(rng, (count,))


def share(words: Sequence[str], *found: str) -> float:
    return 100 * sum(word in found for word in words) / len(words)


def decided(trials: int, seed: int, tables: Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray]]) -> list[str]:
    """The words on "the first is greater than the second by more than the margin", of so many pairs of tables."""
    rng = np.random.default_rng([seed, trials])
    verdicts: list[Verdict] = []
    for _ in range(trials):
        first, second = tables(rng)
        verdicts.append(compare_recorded(first[:, None], second[:, None], "greater", MARGIN))
    return [verdict.word for verdict in verdicts]


def print_unequal(trials: int) -> None:
    print("\n## Tables: wrong words on the line with unequal numbers of seeds, and right ones 5 sd beyond it, %")
    header("seeds", "sd of the other", *(f"{name}, {what}" for name in ("normal", "exponential") for what in ("wrong", "right")))
    for count, (first, second) in enumerate(COUNTS):
        for spread in SPREADS:
            found = []
            for name in ("normal", "exponential"):
                draw = seeds(name)
                for truth in (MARGIN, MARGIN + 5):
                    words = decided(
                        trials if truth == MARGIN else trials // 10,
                        count,
                        lambda rng, d=draw, t=truth, s=spread, a=first, b=second: (t + d(rng, a), s * rng.normal(size=b)),
                    )
                    found.append(share(words, "supported", "refuted") if truth == MARGIN else share(words, "supported"))
            row(f"{first} and {second}", f"{spread:g}", *found)


def print_fixed(trials: int) -> None:
    print("\n## Tables: several seeds beside a single checkpoint: wrong words on the line, %")
    names = ("normal", "exponential", "1 of 10 collapses")
    header("seeds", "the claim is about", *names)
    for count in FIXED:
        for about, spread in (("that checkpoint", 0.0), ("its method, sd 0.3", 0.3), ("its method, the same sd", 1.0)):
            row(f"{count} and 1", about, *(beside_one(seeds(name), count, spread, trials) for name in names))


def beside_one(draw: Draw, count: int, spread: float, trials: int) -> float:
    """Wrong words on the line, where the checkpoint lies so far from the mean of its method."""
    words = decided(trials, count, lambda rng: (MARGIN + draw(rng, count), spread * rng.normal(size=1)))
    return share(words, "supported", "refuted")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=5000, help="simulated tables a cell")
    trials = parser.parse_args().trials
    print_unequal(trials)
    print_fixed(trials)


if __name__ == "__main__":
    main()
