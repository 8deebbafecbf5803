from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from checker.browse.layout import EXACT, LEAST_APART, layout
from checker.browse.places import keep_places, read_places


def laid_out(graph: nx.Graph, **options: object) -> np.ndarray:
    names = [str(node) for node in graph]
    number = {node: index for index, node in enumerate(graph)}
    return layout(names, [(number[a], number[b], 1.0) for a, b in graph.edges], **options)  # type: ignore[arg-type]


def stress(graph: nx.Graph, places: np.ndarray) -> float:
    """How far distances on the page are from numbers of links, after the best scaling: 0 is perfect, 1 says nothing."""
    steps = np.array([[d for _, d in sorted(row.items())] for _, row in nx.all_pairs_shortest_path_length(graph)], dtype=float)
    away = np.linalg.norm(places[:, None] - places[None], axis=2)
    upper = np.triu_indices(len(places), 1)
    d, s = away[upper], steps[upper]
    scale = (d / s).sum() / (d**2 / s**2).sum()
    return float((((scale * d - s) / s) ** 2).mean())


def test_the_same_graph_is_laid_out_the_same_way() -> None:
    graph = nx.barabasi_albert_graph(200, 2, seed=1)
    assert (laid_out(graph) == laid_out(graph)).all()
    assert np.isfinite(laid_out(graph)).all()


@pytest.mark.parametrize("graph", [nx.grid_2d_graph(8, 8), nx.path_graph(30), nx.balanced_tree(2, 5)])
def test_distances_on_the_page_tell_of_links(graph: nx.Graph) -> None:
    graph = nx.convert_node_labels_to_integers(graph)
    assert stress(graph, laid_out(graph)) < 0.13


def test_communities_keep_apart() -> None:
    graph = nx.planted_partition_graph(4, 25, 0.5, 0.01, seed=2)
    places = laid_out(graph)
    middles = places.reshape(4, 25, 2).mean(1)
    inside = np.linalg.norm(places.reshape(4, 25, 2) - middles[:, None], axis=2).mean()
    between = np.linalg.norm(middles[:, None] - middles[None], axis=2)[np.triu_indices(4, 1)].min()
    assert between > 1.5 * inside


def test_the_grid_is_as_good_as_all_pairs() -> None:
    graph = nx.grid_2d_graph(34, 34)
    graph = nx.convert_node_labels_to_integers(graph)
    assert len(graph) > EXACT
    assert stress(graph, laid_out(graph)) < 0.13


def test_nodes_do_not_lie_on_one_another() -> None:
    places = laid_out(nx.star_graph(120))
    away = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(away, np.inf)
    assert away.min() > 0.7 * LEAST_APART


def test_known_places_stay_and_a_new_node_joins_its_neighbours() -> None:
    graph = nx.barabasi_albert_graph(80, 2, seed=3)
    first = laid_out(graph)
    known = {str(node): (float(x), float(y)) for node, (x, y) in zip(graph, first, strict=True)}
    assert (laid_out(graph, known=known) == first).all()
    graph.add_edge(80, 5)
    second = laid_out(graph, known=known)
    moved = np.linalg.norm(second[:80] - first, axis=1)
    size = np.linalg.norm(first - first.mean(0), axis=1).max()
    assert np.median(moved) < 0.05 * size
    assert np.linalg.norm(second[80] - second[5]) < 0.3 * size


def test_satellites_move_nobody() -> None:
    graph = nx.cycle_graph(12)
    alone = laid_out(graph)
    graph.add_edges_from((12 + index, index % 3) for index in range(30))
    assert (laid_out(graph, satellites=range(12, 42))[:12] == alone).all()


@pytest.mark.parametrize("graph", [nx.empty_graph(0), nx.empty_graph(1), nx.empty_graph(7), nx.path_graph(2), nx.Graph([(0, 0)])])
def test_the_smallest_graphs(graph: nx.Graph) -> None:
    places = laid_out(graph)
    assert places.shape == (len(graph), 2)
    assert np.isfinite(places).all()
    assert len({tuple(place) for place in places}) == len(graph)


def test_places_are_kept_and_damage_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "places.json"
    assert read_places(file) == {}
    keep_places(file, ["a", "b\udc80"], np.array([[1.0, 2.0], [3.0, 4.5]]))
    assert read_places(file) == {"a": (1.0, 2.0), "b\udc80": (3.0, 4.5)}
    file.write_text('{"schema": 1, "places": {"a": 3}}')
    assert read_places(file) == {}
