"""Where a function crosses 0."""

from __future__ import annotations

import sys
from collections.abc import Callable


def root(function: Callable[[float], float], low: float, high: float, near: float = 1e-12) -> float:
    """Where a continuous function crosses 0 between two places at which its signs differ, to within `near`.

    Raises ValueError where the signs are the same. scipy's brentq gives the same, but importing scipy.optimize takes longer than
    all that is decided with it.

    Source: Chandrupatla 1997, A new hybrid quadratic/bisection algorithm for finding the zero of a nonlinear function.
    """
    a, b = low, high
    at_a, at_b = function(a), function(b)
    if at_a == 0 or at_b == 0:
        return a if at_a == 0 else b
    if (at_a > 0) == (at_b > 0):
        raise ValueError("the function has the same sign at both ends")
    part = 0.5
    while True:
        new = a + part * (b - a)
        at_new = function(new)
        if (at_new > 0) == (at_a > 0):
            c, at_c = a, at_a
        else:
            c, at_c, b, at_b = b, at_b, a, at_a
        a, at_a = new, at_new
        best, at_best = (a, at_a) if abs(at_a) < abs(at_b) else (b, at_b)
        least = (near + 4 * sys.float_info.epsilon * abs(best)) / abs(b - c)
        if at_best == 0 or least > 0.5:
            return best
        place, share = (a - b) / (c - b), (at_a - at_b) / (at_c - at_b)
        part = 0.5
        if share**2 < place and (1 - share) ** 2 < 1 - place:  # where a parabola through the three can be trusted
            part = at_a / (at_b - at_a) * at_c / (at_b - at_c)
            part += (c - a) / (b - a) * at_a / (at_c - at_a) * at_b / (at_c - at_b)
        part = min(1 - least, max(least, part))
