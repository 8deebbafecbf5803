"""What Obsidian itself extracted from fifty notes, field by field. The notes are of obsidian-tasks (MIT, see LICENSE there)."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from checker.notes import cached_metadata, parse
from checker.notes.cached_metadata import all_tags

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
