"""The page beside force-graph and sigma.js: time to the first frame and frames per second while panning; and what it costs to
lay out, to send, and to answer for a note.

    npm install --prefix PEERS force-graph sigma graphology
    python benchmarks/browse.py PEERS [COUNT ...] > benchmarks/BROWSE.md

All draw the same random graphs from the same places in the same headless Chromium, moved by the same mouse.
"""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.make_vault import make
from checker.browse.layout import layout
from checker.browse.page import MODULES, STYLE, exported_page, static_file

COUNTS = (500, 10_000, 100_000)
LINKS = 2  # of each new node: Barabasi and Albert's graph has hubs, as vaults have
SECONDS = 4.0
EXTENT = 7000.0
VIEW = {"width": 1280, "height": 800}
COUNTING = """() => {
  const times = []; const end = performance.now() + %d;
  window.counted = new Promise((done) => {
    const tick = (now) => { times.push(now); performance.now() < end ? requestAnimationFrame(tick) : done(times); };
    requestAnimationFrame(tick);
  });
}"""
SHELL = (
    "<!doctype html><meta charset=utf-8><style>html,body,#g{{margin:0;height:100%}}</style><div id=g></div>"
    "{scripts}<script>{code}</script>"
)
DRAWN = "const drawn = () => requestAnimationFrame(() => requestAnimationFrame(() => { window.drawn = performance.now(); }));"


def graph(count: int) -> dict[str, Any]:
    """A graph as the page takes it, laid out; and how long that took."""
    found = nx.barabasi_albert_graph(count, LINKS, seed=1)
    names = [f"Note {node}" for node in found]
    began = time.perf_counter()
    places = layout(names, [(a, b, 1.0) for a, b in found.edges])
    seconds = time.perf_counter() - began
    data = {
        "schema": 1, "name": "benchmark", "home": None, "kinds": ["note"], "linkKinds": ["wiki"], "id": names,
        "kind": [0] * count, "label": names, "folder": [f"Folder {node % 7}" for node in found], "word": {}, "stale": [],
        "x": places[:, 0].tolist(), "y": places[:, 1].tolist(), "links": [part for a, b in found.edges for part in (a, b, 0)],
    }  # fmt: skip
    return {"data": data, "edges": list(found.edges), "graph": found, "seconds": seconds}


def ours(made: dict[str, Any]) -> str:
    data = {"graph": made["data"], "claims": [], "notes": {}, "claim": {}, "files": {}, "properties": {}}
    return exported_page("benchmark", data)


def peer(made: dict[str, Any], scripts: list[Path], code: str) -> str:
    data = made["data"]
    scale = EXTENT / max(map(abs, (*data["x"], *data["y"])))  # so that the whole graph is within their range of zoom
    nodes = [{"id": index, "x": x * scale, "y": y * scale} for index, (x, y) in enumerate(zip(data["x"], data["y"], strict=True))]
    inside = "".join(f"<script>{path.read_text(encoding='utf-8')}</script>" for path in scripts)
    given = json.dumps({"nodes": nodes, "edges": made["edges"]}).replace("<", "\\u003c")
    return SHELL.format(scripts=inside, code=f"const data = {given};\n{DRAWN}\n{code}")


FORCE = """
const nodes = data.nodes.map((node) => ({ ...node, fx: node.x, fy: node.y }));
const graph = { nodes, links: data.edges.map(([source, target]) => ({ source, target })) };
const shown = new ForceGraph(document.getElementById("g")).cooldownTicks(0).nodeLabel("id").graphData(graph);
const fit = () => {
  if (!shown.getGraphBbox()) return setTimeout(fit, 5); // it takes its nodes in a while after they are given
  shown.zoomToFit(0);
  drawn();
};
fit();
"""
SIGMA = """
const graph = new graphology.Graph({ multi: true });
for (const { id, x, y } of data.nodes) graph.addNode(id, { x, y: -y, size: 2, label: "Note " + id, color: "#4f78c9" });
for (const [a, b] of data.edges) graph.addEdge(a, b, { size: 0.5, color: "#cccccc" });
new Sigma(graph, document.getElementById("g"));
drawn();
"""


def measured(browser: Any, file: Path, is_ours: bool) -> tuple[float, float, float]:
    """(milliseconds to the first frame, frames a second while the page is dragged about, milliseconds of the longest)."""
    page = browser.new_page(viewport=VIEW)
    page.set_default_timeout(240_000)
    page.goto(file.as_uri() + ("#/graph?whole=1" if is_ours else ""))
    if is_ours:
        page.wait_for_selector("html[data-ready]")
        page.wait_for_timeout(500)
        first = page.evaluate("performance.getEntriesByName('drawn')[0].startTime")
    else:
        page.wait_for_function("window.drawn")
        first = page.evaluate("window.drawn")
    page.wait_for_timeout(1500)
    left, top = 30, 400 if is_ours else 770  # no node lies there
    page.mouse.move(left, top)
    before = page.screenshot(timeout=240_000)
    page.mouse.down()
    page.evaluate(COUNTING % (SECONDS * 1000))
    end = time.perf_counter() + SECONDS
    step = 0
    while time.perf_counter() < end:
        step += 1
        page.mouse.move(left + (step * 5) % 600, top - (step * 3) % 300)
    times = page.evaluate("window.counted")
    moved = page.screenshot(timeout=240_000) != before
    page.mouse.up()
    page.close()
    if not moved:
        raise RuntimeError("the drag moved nothing")
    gaps = np.diff(times) if len(times) > 1 else np.array([1000 * SECONDS])
    return first, 1000 * (len(times) - 1) / float(gaps.sum()), float(gaps.max())


def drawing(peers: Path, counts: list[int], folder: Path) -> Iterator[str]:
    from playwright.sync_api import sync_playwright

    modules = peers / "node_modules"
    programs = {
        "check-claims": None,
        f"force-graph {version(modules / 'force-graph')}": ([modules / "force-graph/dist/force-graph.min.js"], FORCE),
        f"sigma.js {version(modules / 'sigma')}": (
            [modules / "graphology/dist/graphology.umd.min.js", modules / "sigma/dist/sigma.min.js"],
            SIGMA,
        ),
    }
    yield "| nodes | links | program | first frame, ms | frames a second, panning | longest, ms |\n|---|---|---|---|---|---|"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for count in counts:
            made = graph(count)
            for name, how in programs.items():
                file = folder / "page.html"
                file.write_text(ours(made) if how is None else peer(made, *how), encoding="utf-8")
                try:
                    first, frames, longest = measured(browser, file, how is None)
                    cells = f"{first:,.0f} | {frames:.0f} | {longest:,.0f}"
                except Exception as error:
                    cells = f"failed: {str(error).splitlines()[0][:60]} | | "
                yield f"| {count:,} | {len(made['edges']):,} | {name} | {cells} |"
        told = browser.version
        browser.close()
    yield f"\nChromium {told}, headless, drawing in software: no GPU here, which WebGL (sigma.js) feels most. All show"
    yield "the whole graph from the same places. While the page here is dragged or zoomed, a picture of a large graph is"
    yield "moved, and drawn anew when it rests or its edge comes near; of more than 60,000 links the most important are"
    yield "drawn until one looks closer. The others draw every link in every frame. 0 frames: none within the four seconds"
    yield "of the drag."


def version(package: Path) -> str:
    return str(json.loads((package / "package.json").read_text())["version"])


def layouts(counts: list[int]) -> Iterator[str]:
    yield "| nodes | links | here, s | networkx spring_layout, s |\n|---|---|---|---|"
    for count in counts:
        made = graph(count)
        other = "not run: its memory grows with the square"
        if count <= 10_000:
            began = time.perf_counter()
            nx.spring_layout(made["graph"], seed=1)
            other = f"{time.perf_counter() - began:.1f}"
        yield f"| {count:,} | {len(made['edges']):,} | {made['seconds']:.1f} | {other} |"


def server(count: int, folder: Path) -> Iterator[str]:
    """How long the server takes to start on a vault of many notes, and to answer for one of them."""
    make(folder / "vault", count)
    began = time.perf_counter()
    command = [sys.executable, "-m", "checker.cli", "browse", str(folder / "vault"), "--port", "0", "--no-open"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    address = process.stdout.readline().split(" at ")[1].split("#")[0].strip()
    started = time.perf_counter() - began
    try:
        size = len(urllib.request.urlopen(address + "api/graph").read())
        times = []
        for number in range(200):
            path = f"Folder%20{number % 100}/Note%20{number}.md"
            asked = time.perf_counter()
            urllib.request.urlopen(f"{address}api/note?path={path}").read()
            times.append(1000 * (time.perf_counter() - asked))
        news = []
        stream = urllib.request.urlopen(address + "events")
        stream.readline()
        for number in range(5):
            note = folder / "vault" / "Folder 7" / "Note 7.md"
            saved = time.perf_counter()
            note.write_text(note.read_text() + f"\nLine {number}.\n")
            while b"Note 7.md" not in stream.readline():
                pass
            news.append(1000 * (time.perf_counter() - saved))
            time.sleep(1.0)
    finally:
        process.terminate()
        process.wait()
    yield f"- start on {count:,} notes, nothing in the cache, to the first answer: {started:.1f} s"
    yield f"- the graph of {count:,} notes: {size / 1e6:.1f} MB"
    yield f"- a note: median {statistics.median(times):.1f} ms, slowest of 200 {max(times):.0f} ms"
    yield f"- from a saved note to its news at the page: median {statistics.median(news):.0f} ms, slowest of 5 {max(news):.0f} ms"


def main() -> None:
    peers, counts = Path(sys.argv[1]), [int(count) for count in sys.argv[2:]] or list(COUNTS)
    print("# Browse\n\n`python benchmarks/browse.py PEERS` writes this file; its head says how.\n")
    print(f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}, two cores.\n")
    with tempfile.TemporaryDirectory() as name:
        print("## Drawing\n", *drawing(peers, counts, Path(name)), sep="\n", flush=True)
        print("\n## Layout\n", *layouts(counts), sep="\n", flush=True)
        bare = sum(len(static_file(module).encode()) for module in (*MODULES, STYLE))
        print(
            f"\n## Page and server\n\n- scripts and style of the page: {bare / 1000:.0f} kB, as they are, not packed", flush=True
        )
        print(*server(10_000, Path(name)), sep="\n")


if __name__ == "__main__":
    main()
