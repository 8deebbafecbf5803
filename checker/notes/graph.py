"""The graph of a vault: files, targets without a file, tags and claims, and what leads from one to another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx

    from checker.notes.vault import Vault

KINDS = ("note", "canvas", "attachment", "unresolved", "tag", "claim")


@dataclass(frozen=True)
class ClaimNode:
    """A claim of a note: the id of its block, where it stands, what it says and how it stands with it."""

    path: PurePosixPath
    id: str
    line: int
    statement: str
    status: str


def build(vault: Vault, claims: Iterable[ClaimNode] = ()) -> nx.MultiDiGraph[str]:
    """The graph. Nodes and edges come in a fixed order, and every attribute is a text or a number.

    Nodes are paths, targets as written, `#tag` in lower case and `path#^id`; each has a `kind` of KINDS and a `label`, notes
    a `folder`, claims a `status`. Edges run from the file that holds the link, tag or claim; `kind` is wiki, markdown, reference,
    property, canvas, embed, tag or claim, `line` and `column` are where it stands.
    """
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    kinds = {"file": "attachment", "unread": "attachment"}
    for path, kind in vault.index.rows("SELECT path, kind FROM file ORDER BY path"):
        place = PurePosixPath(path)
        label = place.stem if kind == "note" else place.name
        graph.add_node(path, kind=kinds.get(kind, kind), label=label, folder=str(place.parent) if len(place.parts) > 1 else "")
    links = vault.links()
    for link in links:
        if link.file is None and link.target not in graph:
            graph.add_node(link.target, kind="unresolved", label=link.target)
    for link in links:
        target = link.target if link.file is None else str(link.file)
        kind = "embed" if link.embed else link.kind
        graph.add_edge(str(link.source), target, kind=kind, line=link.line, column=link.column)
    query = "SELECT path, tag.name, tag.folded, line FROM tag JOIN file ON file.id = source ORDER BY path, number"
    for path, name, folded, line in vault.index.rows(query):
        node = f"#{folded}"
        if node not in graph:
            graph.add_node(node, kind="tag", label=f"#{name}")
        graph.add_edge(path, node, kind="tag", line=line, column=1)
    for claim in claims:
        node = f"{claim.path}#^{claim.id}"
        graph.add_node(node, kind="claim", label=claim.statement, status=claim.status)
        graph.add_edge(str(claim.path), node, kind="claim", line=claim.line, column=1)
    return graph
