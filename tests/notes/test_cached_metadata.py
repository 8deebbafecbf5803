"""What Obsidian itself extracted from fifty notes, field by field. The notes are of obsidian-tasks (MIT, see LICENSE there)."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from checker.notes import cached_metadata, parse
from checker.notes.cached_metadata import all_tags
from checker.notes.resolve import Files

NOTES = sorted((Path(__file__).parent / "data" / "cached-metadata").glob("*.json"))
FIELDS = [
    "links", "embeds", "frontmatterLinks", "tags", "headings", "blocks", "sections", "listItems", "frontmatter",
    "frontmatterPosition", "footnotes", "footnoteRefs", "referenceLinks",
]  # fmt: skip
KNOWN_DIFFERENCES: dict[tuple[str, str], str] = {}
"""(note, field) that differs from Obsidian, and why."""


def load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def test_all_fifty_are_here() -> None:
    assert len(NOTES) == 50
    assert {key for path in NOTES for key in load(path)["cachedMetadata"]} <= set(FIELDS)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_as_obsidian_extracted_it(path: Path, field: str) -> None:
    known = load(path)
    found = cached_metadata(parse(PurePosixPath(known["filePath"]), known["fileContents"].encode()))
    same = found.get(field) == known["cachedMetadata"].get(field)
    if (path.stem, field) in KNOWN_DIFFERENCES:
        assert not same, "no longer differs; strike it from KNOWN_DIFFERENCES"
    else:
        assert found.get(field) == known["cachedMetadata"].get(field)


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_all_tags(path: Path) -> None:
    known = load(path)
    assert all_tags(parse(PurePosixPath("a.md"), known["fileContents"].encode())) == known["getAllTags"]


def test_links_lead_where_obsidian_led_them() -> None:
    known = [load(path) for path in NOTES]
    led = {note["filePath"]: note["resolveLinkToPath"] for note in known}
    paths = {path for links in led.values() for path in links.values() if path} | set(led)
    files = Files(sorted(PurePosixPath(path) for path in paths))
    found = {
        source: {link: files.resolve(PurePosixPath(source), link.partition("#")[0]).file for link in links}
        for source, links in led.items()
    }
    assert sum(len(links) for links in led.values()) > 30
    assert found == {
        source: {link: PurePosixPath(path) if path else None for link, path in links.items()} for source, links in led.items()
    }


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_links_are_those_that_obsidian_resolved(path: Path) -> None:
    known = load(path)
    note = parse(PurePosixPath(known["filePath"]), known["fileContents"].encode())
    assert {link.destination for link in note.body_links} <= set(known["resolveLinkToPath"])
