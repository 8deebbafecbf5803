"""Claims that rest on others: which of them are at risk, because one that they rest on is refuted or stale."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from checker.words import DECIDED

if TYPE_CHECKING:
    import networkx as nx

Shaking = TypeVar("Shaking", bound=Any)  # has `word`, `stale` and `at_risk`: an outcome, or the standing of a claim
Rests = Mapping[str, Sequence[str]]  # the claims that a claim rests on, by id


def at_risk(rests: Rests, shaken: Container[str]) -> dict[str, tuple[str, ...]]:
    """The claims that rest on a shaken one, over any distance, each with those that put it at risk."""
    import networkx as nx

    graph = _graph(rests)
    found = {name: tuple(sorted(other for other in nx.descendants(graph, name) if other in shaken)) for name in rests}
    return {name: others for name, others in found.items() if others}


def with_risks(found: Mapping[str, Shaking], rests: Rests, others: Iterable[str] = ()) -> dict[str, Shaking]:
    """What is known of claims, by id, with the claims that put each decided one at risk. `others`: claims that are shaken too."""
    shaken = {name for name, one in found.items() if one.word == "refuted" or one.stale}
    risks = at_risk(rests, {*shaken, *others})
    return {name: replace(one, at_risk=risks.get(name, ())) if one.word in DECIDED else one for name, one in found.items()}


def circles(rests: Rests) -> list[tuple[str, ...]]:
    """The claims that rest on one another in a circle, each circle once, from its first claim in alphabetical order."""
    import networkx as nx

    found = []
    for circle in nx.simple_cycles(_graph(rests)):
        first = circle.index(min(circle))
        found.append((*circle[first:], *circle[:first]))
    return sorted(found)


def _graph(rests: Rests) -> nx.DiGraph[str]:
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edges_from((name, other) for name, others in rests.items() for other in others)
    graph.add_nodes_from(rests)
    return graph
