"""Where the nodes of a graph lie: the same twice, and a known place stays where it was.

Nodes repel like charges and links pull like springs whose force grows with the logarithm of their length (LinLog, Noack 2007),
which keeps communities apart. Far forces are a convolution on a grid, so that a step costs O(n + g log g); near ones are exact.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Points = NDArray[np.float64]  # (nodes, 2)

STEPS, STEPS_WARM, STEPS_OUTER = 260, 60, 60
EXACT = 400  # nodes up to which all pairs are looked at
FEW, GRID_SMALL, GRID = 3000, 128, 256
BLUR = 1.2  # cells within which the grid weakens a force
SPACING = 40.0  # about the length of a link
GRAVITY = 0.06
PULL, PUSH = 1.6, 0.22
SOFT = (0.05 * SPACING) ** 2  # square distance below which nodes repel no stronger
LEAST_APART, ROUNDS_APART = 0.5 * SPACING, 25
PIVOTS = 30
NEAR = 3.0  # cells within which the grid is too coarse
LEAST_KNOWN = 0.8  # share of nodes with a place from which a layout goes on rather than begins anew


def layout(
    names: Sequence[str],
    edges: Sequence[tuple[int, int, float]],
    known: Mapping[str, tuple[float, float]] | None = None,
    satellites: Collection[int] = (),
) -> Points:
    """Places of nodes, given edges (source, target, weight) by number, and the places that some have already.

    `satellites` are nodes that do not move the others: those are laid out first, and the satellites around them.
    """
    import numpy as np

    count = len(names)
    places = np.zeros((count, 2))
    if not count:
        return places
    known = known or {}
    had = np.array([name in known for name in names])
    if had.all():
        return np.array([known[name] for name in names])
    for node, name in enumerate(names):
        if name in known:
            places[node] = known[name]
    links, weights = _links(edges, count)
    outer = np.zeros(count, dtype=bool)
    outer[list(satellites)] = True
    if outer.all():
        outer[:] = False
    inner = ~outer[links].any(1) if len(links) else np.zeros(0, dtype=bool)
    core = np.flatnonzero(~outer)
    number = np.cumsum(~outer) - 1
    places[core] = _lay(places[core], had[core], number[links[inner]], weights[inner], [names[int(node)] for node in core])
    if outer.any():
        settled = had | ~outer
        _beside_neighbours(places, settled, links, names)
        degrees = _degrees(links, weights, count)
        places = _relax(places, links, weights, degrees, STEPS_OUTER, SPACING, np.where(settled, 0.0, 1.0))
    return np.round(places, 1)


def _degrees(links: NDArray[Any], weights: NDArray[Any], count: int) -> NDArray[Any]:
    import numpy as np

    return np.bincount(links.ravel(), np.repeat(weights, 2), count) if len(links) else np.zeros(count)


def _lay(places: Points, had: NDArray[Any], links: NDArray[Any], weights: NDArray[Any], names: Sequence[str]) -> Points:
    """Places from nothing, or, where most nodes have one, from those: what had a place hardly moves then."""
    import numpy as np

    degrees = _degrees(links, weights, len(names))
    alone = degrees == 0
    warm = bool(had.mean() >= LEAST_KNOWN)
    if warm:
        _beside_neighbours(places, had, links, names)
    else:
        places = _pivots(links, names)
    rest = np.flatnonzero(~alone)
    if len(rest):
        number = np.cumsum(~alone) - 1
        free = np.where(had[rest], 0.1, 1.0) if warm else np.ones(len(rest))
        steps, limit = (STEPS_WARM, SPACING / 2) if warm else (STEPS, 4 * SPACING)
        places[rest] = _relax(places[rest], number[links], weights, degrees[rest], steps, limit, free)
    if not warm:
        _around(places, alone)
    return places


def _links(edges: Sequence[tuple[int, int, float]], count: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Each pair of linked nodes once, with the weights summed up and capped."""
    import numpy as np

    if not edges:
        return np.zeros((0, 2), dtype=int), np.zeros(0)
    table = np.asarray(edges, dtype=float)
    pairs = np.sort(table[:, :2].astype(int), axis=1)
    keep = pairs[:, 0] != pairs[:, 1]
    codes, inverse = np.unique(pairs[keep, 0] * count + pairs[keep, 1], return_inverse=True)
    weights = np.minimum(np.bincount(inverse, table[keep, 2], len(codes)), 2.0)
    return np.stack([codes // count, codes % count], axis=1), weights


def _scatter(names: Sequence[str]) -> Points:
    """A place for each name, by its hash alone."""
    import numpy as np

    digests = b"".join(hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest() for name in names)
    return np.frombuffer(digests, dtype="<u4").reshape(-1, 2) / 2**32 - 0.5


def _pivots(links: NDArray[Any], names: Sequence[str]) -> Points:
    """A first layout: the two main directions of the distances to a few nodes far apart (pivot MDS, Brandes and Pich 2007)."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    count = len(names)
    radius = SPACING * math.sqrt(count)
    scattered = _scatter(names)
    if not len(links):
        return scattered * radius
    ones = np.ones(len(links))
    graph = coo_array((ones, (links[:, 0], links[:, 1])), shape=(count, count)).tocsr()
    degrees = np.bincount(links.ravel(), minlength=count)
    pivot, nearest, rows = int(degrees.argmax()), np.full(count, np.inf), []
    for _ in range(min(PIVOTS, count)):
        steps = dijkstra(graph, directed=False, indices=pivot, unweighted=True)
        rows.append(steps)
        nearest = np.minimum(nearest, steps)
        reached = np.where(np.isfinite(nearest), nearest, -1)
        pivot = int(reached.argmax())
    table = np.stack(rows)
    finite = np.isfinite(table)
    table = np.where(finite, table, table[finite].max() + 2) ** 2
    centred = table - table.mean(0) - table.mean(1, keepdims=True) + table.mean()
    _, _, main = np.linalg.svd(centred, full_matrices=False)
    first = np.zeros((count, 2))
    first[:, : min(2, len(main))] = main[:2].T
    first *= np.where(first[np.abs(first).argmax(0), [0, 1]] < 0, -1, 1)  # a direction has no sign of its own
    size = np.abs(first).max() or 1.0
    return first / size * radius * 0.5 + scattered * radius * 0.15


def _beside_neighbours(places: Points, had: NDArray[Any], links: NDArray[Any], names: Sequence[str]) -> None:
    """Put each new node near those that it is linked to, or at the edge."""
    import numpy as np

    offsets = _scatter(names)
    edge = np.abs(places[had]).max(initial=SPACING)
    sums, counts = np.zeros_like(places), np.zeros(len(places))
    for here, there in (links.T, links[:, ::-1].T) if len(links) else ():
        known = had[there]
        np.add.at(sums, here[known], places[there[known]])
        np.add.at(counts, here[known], 1)
    middles = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], np.sign(offsets) * edge)
    places[~had] = (middles + offsets * 2 * SPACING)[~had]


def _relax(
    places: Points,
    links: NDArray[Any],
    weights: NDArray[Any],
    degrees: NDArray[Any],
    steps: int,
    limit: float,
    free: NDArray[Any],
) -> Points:
    """Let forces act for a number of steps, ever more gently; `free` says how far each node gives way. At the end nodes that
    lie on one another are moved apart."""
    import numpy as np

    count = len(places)
    charges = np.sqrt(1.0 + degrees)
    held = free[:, None]
    width = SPACING * max(1.0, math.sqrt(count) / 12)
    for step in range(steps):
        force = _repulsion(places, charges, step > steps * 0.6)
        force -= GRAVITY * charges[:, None] * places / width
        if len(links):
            difference = places[links[:, 1]] - places[links[:, 0]]
            length = np.sqrt((difference**2).sum(1)) + 1e-9
            pull = (weights * PULL * np.log1p(length / SPACING) / length)[:, None] * difference
            force += _summed(links, pull, count)
        size = np.sqrt((force**2).sum(1, keepdims=True)) + 1e-9
        cooled = limit * (1 - step / steps) ** 1.5 + 0.05
        places = places + force / size * np.minimum(size * SPACING * 0.35, cooled) * held
    return _apart(places, held)


def _summed(pairs: NDArray[Any], forces: NDArray[Any], count: int) -> Points:
    """What acts on each node where each pair is drawn together by a force."""
    import numpy as np

    axes = [
        np.bincount(pairs[:, 0], forces[:, axis], count) - np.bincount(pairs[:, 1], forces[:, axis], count) for axis in (0, 1)
    ]
    return np.stack(axes, axis=1)


def _apart(places: Points, held: NDArray[Any]) -> Points:
    """Nodes that overlap, moved apart."""
    import numpy as np
    from scipy.spatial import KDTree

    for _ in range(ROUNDS_APART):
        pairs = KDTree(places).query_pairs(LEAST_APART, output_type="ndarray")
        if not len(pairs) or len(pairs) > 30 * len(places):
            break
        difference = places[pairs[:, 1]] - places[pairs[:, 0]]
        difference[(difference == 0).all(1)] = (0.1, 0.1)
        length = np.sqrt((difference**2).sum(1, keepdims=True))
        places = places - _summed(pairs, difference / length * (LEAST_APART - length) * 0.3, len(places)) * held
    return places


def _repulsion(places: Points, charges: NDArray[Any], late: bool) -> Points:
    """charge * charge / distance between all pairs."""
    if len(places) <= EXACT:
        return _all_pairs(places, charges)
    return _by_grid(places, charges, late)


def _all_pairs(places: Points, charges: NDArray[Any]) -> Points:
    import numpy as np

    x, y = places.T
    square = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2 + SOFT
    strength = SPACING * PUSH * charges[:, None] * charges / square
    force: Points = places * strength.sum(1)[:, None] - strength @ places
    return np.asarray(force)


def _by_grid(places: Points, charges: NDArray[Any], late: bool) -> Points:
    """The same on a grid: charges are spread over cells, the field of all cells is a convolution, and is read back. What is
    nearer than a few cells is corrected pair by pair once the nodes have spread."""
    import numpy as np
    from scipy.fft import irfft2, rfft2
    from scipy.spatial import KDTree

    size = GRID_SMALL if len(places) < FEW else GRID
    low = places.min(0)
    cell = float((places.max(0) - low).max()) / (size - 3) + 1e-9
    at = (places - low) / cell + 1
    corner = np.floor(at).astype(int)
    part = at - corner
    corners = [
        (
            (corner[:, 0] + i) * size + corner[:, 1] + j,
            (part[:, 0] if i else 1 - part[:, 0]) * (part[:, 1] if j else 1 - part[:, 1]),
        )
        for i in (0, 1)
        for j in (0, 1)
    ]
    density = sum(np.bincount(index, charges * share, size * size) for index, share in corners)
    spectrum = rfft2(np.reshape(density, (size, size)), (2 * size, 2 * size))
    force = np.empty_like(places)
    for axis, kernel in enumerate(_kernels(size)):
        field = irfft2(spectrum * kernel, (2 * size, 2 * size))[:size, :size].ravel()
        force[:, axis] = sum(field[index] * share for index, share in corners) * charges * (SPACING * PUSH / cell)
    if late:
        pairs = KDTree(places).query_pairs(min(NEAR * cell, 3 * SPACING), output_type="ndarray")
        if len(pairs) < 60 * len(places):
            difference = places[pairs[:, 1]] - places[pairs[:, 0]]
            square = (difference**2).sum(1)
            lacking = 1 / (square + SOFT) - 1 / (square + (BLUR * cell) ** 2)
            strength = SPACING * PUSH * charges[pairs[:, 0]] * charges[pairs[:, 1]] * lacking
            force -= _summed(pairs, strength[:, None] * difference, len(places))
    return force


@cache
def _kernels(size: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """The spectra of the force of one charge along each axis, on a grid whose cells measure 1."""
    import numpy as np
    from scipy.fft import rfft2

    cells = np.arange(2 * size)
    offsets = np.where(cells > size, cells - 2 * size, cells).astype(float)
    square = offsets[:, None] ** 2 + offsets**2 + BLUR**2
    return rfft2(offsets[:, None] / square), rfft2(offsets[None] / square)


def _around(places: Points, alone: NDArray[Any]) -> None:
    """Nodes without a link lie in a spiral around the others, evenly."""
    import numpy as np

    count = int(alone.sum())
    if not count:
        return
    others = places[~alone]
    radius = float(np.sqrt((others**2).sum(1)).max()) + 2 * SPACING if len(others) else 0.0
    inner = (radius / (0.8 * SPACING)) ** 2
    turns = np.arange(count)
    distance = 0.8 * SPACING * np.sqrt(inner + turns)
    angle = turns * math.pi * (3 - math.sqrt(5))
    places[alone] = np.stack([distance * np.cos(angle), distance * np.sin(angle)], axis=1)
