from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from checker.notes import Vault, read_canvas

NODES = [
    {"id": "1", "type": "text", "text": 'é "[[A#h|b]]"\n\n[x](<C d.md>) `[[no]]`'},
    {"id": "2", "type": "file", "file": "Sub/N.md", "subpath": "#H"},
    {"id": "3", "type": "link", "url": "https://a.b"},
    {"id": "4", "type": "group", "label": "[[no]]"},
    "no node",
]


def test_links_of_a_canvas() -> None:
    data = ("\ufeff" + json.dumps({"nodes": NODES, "edges": []}, ensure_ascii=False, indent=1)).encode()
    canvas = read_canvas(PurePosixPath("a.canvas"), data)
    assert [(link.key, link.kind, link.destination, link.embed) for link in canvas.links] == [
        ("1", "canvas", "A#h", False),
        ("1", "canvas", "C d.md", False),
        ("2", "canvas", "Sub/N.md#H", True),
    ]
    for link in canvas.links:
        shown = json.loads(data[link.span.start : link.span.end])
        assert shown in (NODES[0]["text"], NODES[1]["file"])  # type: ignore[index]
    assert canvas.line_of(canvas.links[2].span.start) == 11


@pytest.mark.parametrize("data", [b"", b" \n", b"[]", b'{"nodes": 3}', b'{"nodes": [{"type": "file", "file": 1}]}'])
def test_a_canvas_without_links(data: bytes) -> None:
    assert (read_canvas(PurePosixPath("a.canvas"), data).links, read_canvas(PurePosixPath("a.canvas"), data).problems) == ((), ())


@pytest.mark.parametrize(("data", "line"), [(b"{\n x", 2), (b"\xff", 1), (b"[" * 100_000, 1), (b'{"a": "\\ud800', 1)])
def test_what_is_no_canvas_is_told(data: bytes, line: int) -> None:
    canvas = read_canvas(PurePosixPath("a.canvas"), data)
    assert [problem.line for problem in canvas.problems] == [line]


def test_a_vault_reads_its_canvases(make_vault: Callable[..., Path]) -> None:
    files = {"a.canvas": json.dumps({"nodes": NODES}), "Sub/N.md": "# H", "b.base": "views: []"}
    vault = Vault.open(make_vault(files) / "vault")
    (canvas,) = vault.canvases
    assert vault.resolve(canvas.path, canvas.links[2]).subpath_found
    assert [str(path) for path in vault.files] == ["Sub/N.md", "a.canvas", "b.base"]
