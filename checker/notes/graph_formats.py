"""The graph of a vault as a file, byte for byte the same for the same vault."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.MultiDiGraph[str]"

SHAPES = {"note": "ellipse", "canvas": "box", "attachment": "note", "unresolved": "ellipse", "tag": "hexagon", "claim": "diamond"}
CARD, GAP = (260, 60), 30  # width and height of a card on a canvas, and the room between two, in pixels
NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def node_link(graph: Graph) -> str:
    """networkx's node-link JSON."""
    import networkx as nx

    return json.dumps(nx.node_link_data(graph, edges="links"), ensure_ascii=False, indent=1) + "\n"


def graphml(graph: Graph) -> str:
    """GraphML."""
    import networkx as nx

    return "\n".join(nx.generate_graphml(_clean(graph))) + "\n"


def gexf(graph: Graph) -> str:
    """GEXF 1.2, without the date of the day that networkx writes into it."""
    import networkx as nx

    text = "\n".join(nx.generate_gexf(_clean(graph))) + "\n"
    return re.sub(r' lastmodifieddate="[^"]*"', "", text)


def dot(graph: Graph) -> str:
    """Graphviz."""
    lines = ["digraph vault {", '  node [fontname="sans-serif"];']
    for name, node in graph.nodes(data=True):
        style = ' style="dashed"' if node["kind"] == "unresolved" else ""
        lines.append(f"  {_quoted(name)} [label={_quoted(node['label'])} shape={_quoted(SHAPES[node['kind']])}{style}];")
    for source, target, edge in graph.edges(data=True):
        lines.append(f"  {_quoted(source)} -> {_quoted(target)} [class={_quoted(edge['kind'])}];")
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _clean(graph: Graph) -> Graph:
    """The graph without the characters that XML cannot hold."""
    import networkx as nx

    clean: Graph = nx.MultiDiGraph()
    for name, node in graph.nodes(data=True):
        clean.add_node(_printable(name), **{key: _printable(value) for key, value in node.items()})
    for source, target, edge in graph.edges(data=True):
        clean.add_edge(_printable(source), _printable(target), **{key: _printable(value) for key, value in edge.items()})
    return clean


def _printable(value: Any) -> Any:
    return NOT_XML.sub("\ufffd", value) if isinstance(value, str) else value


def canvas(graph: Graph) -> str:
    """An Obsidian canvas: each component from its most linked note to the right, a column a step."""
    places = _columns(graph)
    numbers = {name: f"n{index}" for index, name in enumerate(graph)}
    nodes = []
    for name, node in graph.nodes(data=True):
        is_file = node["kind"] in ("note", "canvas", "attachment")
        what = {"type": "file", "file": name} if is_file else {"type": "text", "text": node["label"]}
        x, y = places[name]
        nodes.append({"id": numbers[name], **what, "x": x, "y": y, "width": CARD[0], "height": CARD[1]})
    pairs = dict.fromkeys((source, target) for source, target in graph.edges() if source != target)
    edges = [
        {"id": f"e{index}", "fromNode": numbers[source], "fromSide": "right", "toNode": numbers[target], "toSide": "left"}
        for index, (source, target) in enumerate(pairs)
    ]
    return json.dumps({"nodes": nodes, "edges": edges}, ensure_ascii=False, indent="\t") + "\n"


def _columns(graph: Graph) -> dict[str, tuple[int, int]]:
    import networkx as nx

    order = {name: index for index, name in enumerate(graph)}
    links = graph.to_undirected(as_view=True)
    places, top = {}, 0
    for component in sorted(nx.connected_components(links), key=lambda names: (-len(names), min(map(order.__getitem__, names)))):
        first = min(component, key=lambda name: (-links.degree(name), order[name]))
        deepest = 0
        for depth, names in enumerate(nx.bfs_layers(links, first)):
            for row, name in enumerate(sorted(names, key=order.__getitem__)):
                places[name] = depth * 2 * CARD[0], top + row * (CARD[1] + GAP)
            deepest = max(deepest, len(names))
        top += (deepest + 1) * (CARD[1] + GAP)
    return places


def html_data(graph: Graph) -> str:
    """What a page needs, in little room: nodes, and edges as (source, target, kind, line) with places in the list of nodes."""
    numbers = {name: index for index, name in enumerate(graph)}
    nodes = [{"id": name, **node} for name, node in graph.nodes(data=True)]
    edges = [[numbers[source], numbers[target], edge["kind"], edge["line"]] for source, target, edge in graph.edges(data=True)]
    return json.dumps({"schema": 1, "nodes": nodes, "edges": edges}, ensure_ascii=False, separators=(",", ":")) + "\n"


FORMATS: dict[str, Callable[[Graph], str]] = {
    "node-link": node_link,
    "graphml": graphml,
    "gexf": gexf,
    "dot": dot,
    "canvas": canvas,
    "html-data": html_data,
}
