from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

import networkx as nx
import pytest

from checker.notes import Vault
from checker.notes.graph import ClaimNode
from checker.notes.graph_formats import FORMATS
from checker.notes.mentions import mentions

Make = Callable[..., Path]
FILES = {
    "A.md": '---\ntags: [x]\ndate: 2024-01-01\nempty:\n---\n[[b#H]] ![[p.png]] [[no]]\n#X/y #claim "quoted" ^c\n',
    "x/b.md": "# H\n[[A]]",
    "p.png": "",
    "c.canvas": '{"nodes": [{"id": "1", "type": "file", "file": "A.md"}]}',
}


@pytest.fixture
def vault(make_vault: Make) -> Vault:
    return Vault.open(make_vault(FILES) / "vault")


def claims() -> list[ClaimNode]:
    return [ClaimNode(PurePosixPath("A.md"), "c", 7, 'It is "so" & <b>', "supported")]


def test_nodes_and_edges(vault: Vault) -> None:
    graph = vault.graph(claims())
    assert dict(graph.nodes(data="kind")) == {
        "A.md": "note",
        "c.canvas": "canvas",
        "p.png": "attachment",
        "x/b.md": "note",
        "no": "unresolved",
        "#x": "tag",
        "#x/y": "tag",
        "#claim": "tag",
        "A.md#^c": "claim",
    }
    assert graph.nodes["x/b.md"] == {"kind": "note", "label": "b", "folder": "x"}
    assert sorted((source, target, edge["kind"], edge["line"]) for source, target, edge in graph.edges(data=True)) == [
        ("A.md", "#claim", "tag", 7),
        ("A.md", "#x", "tag", 2),
        ("A.md", "#x/y", "tag", 7),
        ("A.md", "A.md#^c", "claim", 7),
        ("A.md", "no", "wiki", 6),
        ("A.md", "p.png", "embed", 6),
        ("A.md", "x/b.md", "wiki", 6),
        ("c.canvas", "A.md", "embed", 1),
        ("x/b.md", "A.md", "wiki", 2),
    ]


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_vault_gives_the_same_bytes_in_another_process(vault: Vault, form: str) -> None:
    code = (
        "import sys; from checker.notes import Vault; from checker.notes.graph_formats import FORMATS;"
        "sys.stdout.write(FORMATS[sys.argv[2]](Vault.open(sys.argv[1]).graph()))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code, str(vault.root), form],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert texts == {FORMATS[form](vault.graph()).encode()}


def test_what_networkx_reads_back(vault: Vault, tmp_path: Path) -> None:
    graph = vault.graph(claims())
    link = nx.node_link_graph(json.loads(FORMATS["node-link"](graph)), edges="links")
    assert nx.utils.graphs_equal(link, graph)
    for form, read in (("graphml", nx.read_graphml), ("gexf", nx.read_gexf)):
        (tmp_path / form).write_text(FORMATS[form](graph))
        found = read(tmp_path / form)
        assert set(found) == set(graph)
        assert found.number_of_edges() == graph.number_of_edges()
        assert found.nodes["A.md#^c"]["label"] == 'It is "so" & <b>'


def test_a_name_that_xml_cannot_hold(make_vault: Make) -> None:
    graph = Vault.open(make_vault({"a\x01.md": "[[x\x02]]"}) / "vault").graph()
    for form in ("graphml", "gexf"):
        ElementTree.fromstring(FORMATS[form](graph))


def test_dot(vault: Vault) -> None:
    lines = FORMATS["dot"](vault.graph(claims())).splitlines()
    assert lines[0] == "digraph vault {"
    assert '  "A.md#^c" [label="It is \\"so\\" & <b>" shape="diamond"];' in lines
    assert '  "A.md" -> "no" [class="wiki"];' in lines


def test_a_canvas_that_obsidian_can_open(vault: Vault) -> None:
    canvas = json.loads(FORMATS["canvas"](vault.graph()))
    assert {node["type"] for node in canvas["nodes"]} == {"file", "text"}
    ids = {node["id"] for node in canvas["nodes"]}
    assert all({edge["fromNode"], edge["toNode"]} <= ids for edge in canvas["edges"])
    places = [(node["x"], node["y"]) for node in canvas["nodes"]]
    assert len(set(places)) == len(places)


def test_neighbours_and_paths(make_vault: Make) -> None:
    vault = Vault.open(make_vault({"a.md": "[[b]]", "b.md": "", "c.md": "[[b]]", "d.md": "[[c]]", "e.md": ""}) / "vault")
    a, b, c, d, e = (PurePosixPath(f"{name}.md") for name in "abcde")
    assert vault.path(a, d) == [a, b, c, d]
    assert vault.path(a, e) is None
    assert vault.neighbours(a, 2) == {b: 1, c: 2}


def test_mentions(make_vault: Make) -> None:
    files = {
        "MAE.md": "---\naliases: [masked autoencoder]\n---\nMAE itself",
        "b.md": "The mae and [[MAE]], MAEs, a Masked Autoencoder.\n`MAE` %%MAE%% émae\n",
        "c.md": "nothing",
    }
    found = mentions(Vault.open(make_vault(files) / "vault"), PurePosixPath("MAE.md"))
    assert [(str(each.source), each.line, each.column, each.name) for each in found] == [
        ("b.md", 1, 5, "mae"),
        ("b.md", 1, 30, "Masked Autoencoder"),
    ]
    assert found[0].text == "The mae and [[MAE]], MAEs, a Masked Autoencoder."
