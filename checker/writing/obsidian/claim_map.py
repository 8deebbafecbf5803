"""The claims on an Obsidian canvas: a column for each verdict, and the notes that they stand in on the left."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from checker.runs.project import Project
from checker.words import MARKS
from checker.writing.claim_note import SOURCE

WIDTH, HEIGHT, GAP = 420, 320, 40  # of a card, and the room between two, in pixels
NOTE_HEIGHT = 120
COLOURS = {"supported": "4", "refuted": "1", "inconclusive": "3"}  # green, red and yellow of every theme


def claim_map(project: Project, claims: Mapping[str, Mapping[str, Any]]) -> str:
    """The canvas as JSON, the same for the same claims."""
    folder = project.notes.relative_to(project.vault)
    nodes: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = []
    sources: dict[str, str] = {}
    for claim, properties in claims.items():
        match = SOURCE.fullmatch(str(properties.get("source")))
        if match:
            sources.setdefault(f"{match[1]}.md", f"claims-note-{len(sources)}")
            edges.append(
                {
                    "id": f"claims-edge-{claim}",
                    "fromNode": sources[f"{match[1]}.md"],
                    "fromSide": "right",
                    "toNode": f"claims-{claim}",
                    "toSide": "left",
                }
            )
    for row, (path, name) in enumerate(sources.items()):
        size = {"x": 0, "y": row * (NOTE_HEIGHT + GAP), "width": WIDTH, "height": NOTE_HEIGHT}
        nodes.append({"id": name, "type": "file", "file": path, **size})
    words = [word for word in MARKS if any(properties.get("verdict") == word for properties in claims.values())]
    for column, word in enumerate(words, 1):
        inside = [claim for claim, properties in claims.items() if properties.get("verdict") == word]
        x = column * (WIDTH + 4 * GAP)
        frame = {"x": x - GAP, "y": -GAP, "width": WIDTH + 2 * GAP, "height": len(inside) * (HEIGHT + GAP) + GAP}
        colour = {"color": COLOURS[word]} if word in COLOURS else {}
        nodes.append({"id": f"claims-of-{column}", "type": "group", "label": f"{MARKS[word]} {word}", **colour, **frame})
        for row, claim in enumerate(inside):
            size = {"x": x, "y": row * (HEIGHT + GAP), "width": WIDTH, "height": HEIGHT}
            nodes.append({"id": f"claims-{claim}", "type": "file", "file": f"{folder}/{claim}.md", **colour, **size})
    return json.dumps({"nodes": nodes, "edges": edges}, ensure_ascii=False, indent="\t") + "\n"
