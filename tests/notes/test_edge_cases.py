"""Sixty exact cases of how Obsidian reads a note in a vault: links and what they lead to, tags, block ids, headings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from checker.notes import Vault

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "data" / "edge_cases.json").read_text(encoding="utf-8"))
KNOWN_DIFFERENCES: dict[str, str] = {}
"""The id of a case that is read in another way than Obsidian does, and why."""


def test_all_sixty_are_here() -> None:
    assert len({case["id"] for case in CASES}) == 60


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_edge_case(case: dict[str, Any], make_vault: Callable[..., Path]) -> None:
    files = dict((*entry.split("=", 1), "")[:2] for entry in case["files"])
    vault = Vault.open(make_vault({**files, case["src"]: case["text"]}) / "vault")
    source = PurePosixPath(case["src"])
    note = vault.note(source)
    found: dict[str, Any] = {
        "links": [[link.destination, _path(vault.resolve(source, link).file)] for link in note.all_links],
        "tags": [tag.name for tag in note.all_tags],
        "blocks": [block_id.id for block_id in note.block_ids],
        "headings": [[heading.level, heading.text] for heading in note.headings],
        "frontmatter": note.properties,
        "callouts": [callout.kind for callout in note.callouts],
    }
    wanted = {key: case[key] for key in found if case[key] is not None}
    same = {key: found[key] for key in wanted} == wanted
    if case["id"] in KNOWN_DIFFERENCES:
        assert not same, "no longer differs; strike it from KNOWN_DIFFERENCES"
    else:
        assert {key: found[key] for key in wanted} == wanted


def _path(path: PurePosixPath | None) -> str | None:
    return str(path) if path else None


def test_what_the_cases_tell_besides(make_vault: Callable[..., Path]) -> None:
    """The notes in words beside the cases: display text, key paths, items of comments, unresolved and ambiguous."""
    texts = {case["id"]: case["text"] for case in CASES}
    vault = Vault.open(make_vault({f"{name}.md": text for name, text in texts.items()}) / "vault")
    notes = {note.name: note for note in vault.notes}
    assert notes["L11"].links[0].display == "|two bars"
    assert notes["L19"].property_links[0].key == "up"
    assert notes["L17"].list_items == ()
    assert notes["L21"].properties == {"up": [["T"]]}
    assert [(link.embed, link.width) for link in notes["L50"].links] == [(False, None), (True, 20)]
    assert [link.page for link in notes["L49"].links] == [None, 3]
    assert notes["L48"].links[0].width == 100
