"""Looking more than once: how strict each look has to be, so that all of them together err no more often than declared."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from checker.verdicts.root import root

if TYPE_CHECKING:
    from numpy.typing import NDArray

FARTHEST = 8.0  # standard deviations below 0 from which the integration starts
NODES = (64, 1024)  # of the integration, fewest and most


@dataclass(frozen=True)
class Looks:
    """The numbers of seeds at which a claim may be decided, declared beforehand, and which of them this is (from 0).

    Boundaries are O'Brien and Fleming's: z at a look with a share t of the last look's seeds has to reach c / sqrt(t), so an
    early word takes a very clear effect and the last look spends nearly the whole error rate. With looks at 3, 5 and 8 seeds
    and 5 % on two sides the levels are 0.0011, 0.0115 and 0.0457. c is found by numerical integration (Armitage, McPherson and
    Rowe 1969), on each side for itself. The levels are then used with t quantiles (Jennison and Turnbull 2000, section 4.4).
    Looks whose estimates are more alike than those of independent seeds, because the images are the same, err less.

    Without seeds there is a single look that nobody declared: it spends everything.

    Source: O'Brien and Fleming 1979, A multiple testing procedure for clinical trials.
    """

    seeds: tuple[int, ...] = ()
    now: int = 0

    def tail(self, error: float) -> float:
        """How much an interval at this look may leave on one side, so that over all looks that side errs in `error` at most."""
        if len(self.seeds) < 2:
            return error
        return float(_normal_tail(_reach(error, self.seeds) / math.sqrt(self._share)))

    def error(self, tail: float) -> float:
        """The other way round: the smallest error rate of one side at which an interval at this look may leave `tail`."""
        if len(self.seeds) < 2:
            return tail
        return crossing(_normal_quantile(tail) * math.sqrt(self._share), self.seeds)

    def two_sided(self, tail: float) -> float:
        """The smallest alpha, on two sides and over all looks, at which an interval at this look may leave `tail`."""
        return min(1.0, 2 * self.error(tail))

    def later(self, seeds: int) -> tuple[Looks, ...]:
        """The looks that are still to come for a claim that was measured with so many seeds."""
        return tuple(Looks(self.seeds, place) for place in range(self.now, len(self.seeds)) if self.seeds[place] > seeds)

    @property
    def count(self) -> int:
        """Of the seeds at this look."""
        return self.seeds[self.now]

    @property
    def _share(self) -> float:
        return self.seeds[self.now] / self.seeds[-1]

    def __str__(self) -> str:
        if len(self.seeds) < 2:
            return "at one look"
        return f"at look {self.now + 1} of {len(self.seeds)}, by O'Brien and Fleming's boundaries"


ONE_LOOK = Looks()


@lru_cache(maxsize=4096)
def crossing(reach: float, seeds: tuple[int, ...]) -> float:
    """The chance that a sum of independent normal seeds, in units of its last standard deviation, is ever above `reach`."""
    import numpy as np

    if reach == math.inf:
        return 0.0
    if reach <= -FARTHEST:
        return 1.0
    times = np.asarray(seeds) / seeds[-1]
    steps = np.sqrt(np.diff(times, prepend=0.0))
    nodes, weights = _nodes(-FARTHEST, reach, float(steps.min()))
    crossed = _normal_tail(reach / steps[0])
    density = np.exp(-((nodes / steps[0]) ** 2) / 2) / (steps[0] * math.sqrt(2 * math.pi))  # of what has not crossed yet
    for number, step in enumerate(steps[1:], 2):
        crossed += float((weights * density) @ _normal_tail((reach - nodes) / step))
        if number < len(steps):
            moves = np.exp(-(((nodes[:, None] - nodes) / step) ** 2) / 2) / (step * math.sqrt(2 * math.pi))
            density = moves @ (weights * density)
    return min(1.0, float(crossed))


@lru_cache(maxsize=256)
def _reach(error: float, seeds: tuple[int, ...]) -> float:
    """The boundary that is crossed with this chance."""

    least, most = _normal_quantile(error), _normal_quantile(error / len(seeds))  # one look alone; Bonferroni
    return root(lambda reach: crossing(reach, seeds) - error, least - 1e-9, most + 1e-9, near=1e-12)


def _nodes(low: float, high: float, step: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Gauss-Legendre nodes and weights between two ends, several for each `step`."""
    fewest, most = NODES
    wanted = 2 ** math.ceil(math.log2(3 * (high - low) / step))
    nodes, weights = _legendre(min(most, max(fewest, wanted)))
    half = (high - low) / 2
    return low + half * (nodes + 1), half * weights


@lru_cache
def _legendre(count: int) -> tuple[NDArray[Any], NDArray[Any]]:
    import numpy as np

    nodes, weights = np.polynomial.legendre.leggauss(count)
    return nodes, weights


def _normal_tail(z: Any) -> Any:
    from scipy.special import ndtr

    return ndtr(-z)


def _normal_quantile(tail: float) -> float:
    """The z above which `tail` lies."""
    from scipy.special import ndtri

    return -float(ndtri(tail))
