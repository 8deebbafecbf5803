from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from checker.errors import ConfigurationError
from checker.notes import Vault


def test_notes_files_and_problems(make_vault: Callable[..., Path]) -> None:
    project = make_vault({"a.md": "[[b]]", "sub/b.md": "x", "p.png": b"\x89", "bad.md": b"\xff", ".obsidian/x.md": "y"})
    vault = Vault.open(project / "vault")
    assert [str(note.path) for note in vault.notes] == ["a.md", "sub/b.md"]
    assert [str(path) for path in vault.files] == ["a.md", "bad.md", "p.png", "sub/b.md"]
    assert [str(problem) for problem in vault.problems] == ["bad.md:1: not UTF-8 at byte offset 0; skipped, untouched"]


@pytest.mark.parametrize(
    ("source", "target", "found"),
    [
        ("x/S.md", "T", "T.md"),  # an exact path from the root, even over the own folder
        ("x/S.md", "V", "x/V.md"),  # the own folder, even over a shorter path
        ("S.md", "T", "T.md"),
        ("y/S.md", "T", "T.md"),  # else the shortest path
        ("x/S.md", "y/deep/U", "y/deep/U.md"),
        ("S.md", "deep/U", "y/deep/U.md"),  # a suffix of the path
        ("S.md", "u", "y/deep/U.md"),  # case does not matter
        ("S.md", "p.png", "p.png"),
        ("S.md", "p", None),  # attachments need their extension
        ("S.md", "Nowhere", None),
        ("S.md", "", "S.md"),
    ],
)
def test_resolution(make_vault: Callable[..., Path], source: str, target: str, found: str | None) -> None:
    names = ("S.md", "T.md", "x/S.md", "x/T.md", "x/V.md", "w/V.md", "y/S.md", "y/deep/U.md", "p.png")
    vault = Vault.open(make_vault(dict.fromkeys(names, "")) / "vault")
    assert vault.resolve(PurePosixPath(source), target).file == (PurePosixPath(found) if found else None)


def test_graph(make_vault: Callable[..., Path]) -> None:
    graph = Vault.open(make_vault({"a.md": "[[b]]\n[[b]] [[no]]", "b.md": ""}) / "vault").graph()
    assert sorted(graph.nodes(data="kind")) == [("a.md", "note"), ("b.md", "note"), ("no", "unresolved")]
    assert sorted(graph.edges(data="line")) == [("a.md", "b.md", 1), ("a.md", "b.md", 2), ("a.md", "no", 2)]


def test_loops_and_links_out_of_the_vault(make_vault: Callable[..., Path]) -> None:
    project = make_vault({"a.md": "", "sub/b.md": ""})
    (project / "out.md").write_text("#claim")
    (project / "vault/sub/loop").symlink_to(project / "vault")
    (project / "vault/out.md").symlink_to(project / "out.md")
    assert [str(note.path) for note in Vault.open(project / "vault").notes] == ["a.md", "sub/b.md"]


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such folder"):
        Vault.open(tmp_path / "none")


SHARED = Path(__file__).parents[2].parent / "shared" / "vaults" / "second-brain"


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the shared vault")
def test_a_real_vault_is_read_whole() -> None:
    vault = Vault.open(SHARED)
    assert len(vault.notes) == 539
    assert vault.problems == ()


def test_every_link_of_our_own_vault_resolves() -> None:
    vault = Vault.open(Path(__file__).parents[2] / "vault")
    missing = [
        f"{note.path}: {link.target}"
        for note in vault.notes
        for link in note.all_links
        if not vault.resolve(note.path, link).file
    ]
    assert vault.notes
    assert missing == []
    assert vault.problems == ()


COUNTS = Path(__file__).parents[2].parent / "shared" / "obsidian" / "second-brain.json"


@pytest.mark.skipif(not COUNTS.is_file() or not SHARED.is_dir(), reason="needs the shared vault and its counts")
def test_a_real_vault_has_the_links_that_obsidian_counts() -> None:
    vault = Vault.open(SHARED)
    known = json.loads(COUNTS.read_text(encoding="utf-8"))["counts"]
    kinds: Counter[str] = Counter()
    resolved: dict[str, Counter[str]] = {}
    unresolved: dict[str, Counter[str]] = {}
    for note in vault.notes:
        resolved[str(note.path)], unresolved[str(note.path)] = Counter(), Counter()
        for link in note.all_links:
            found = vault.resolve(note.path, link)
            table, name = (resolved, str(found.file)) if found.file else (unresolved, link.target)
            table[str(note.path)][name] += 1
            kinds["ambiguous"] += found.ambiguous
            kinds[f"{link.kind} embed" if link.embed else link.kind] += 1
    links = json.loads(COUNTS.with_name("second-brain.links.json").read_text(encoding="utf-8"))
    assert (resolved, unresolved) == (links["resolvedLinks"], links["unresolvedLinks"])
    assert {
        "notes": len(vault.notes),
        "files": len(vault.files),
        "wikilinks_body": kinds["wiki"],
        "embeds_wiki": kinds["wiki embed"],
        "mdlinks_internal": kinds["markdown"] + kinds["markdown embed"],
        "links_frontmatter": kinds["property"],
        "resolved": sum(map(Counter.total, resolved.values())),
        "unresolved": sum(map(Counter.total, unresolved.values())),
        "unresolved_unique_targets": len({target for targets in unresolved.values() for target in targets}),
        "ambiguous": kinds["ambiguous"],
        "tags_body_occurrences": sum(len(note.body_tags) for note in vault.notes),
        "tags_frontmatter_occurrences": sum(len(note.property_tags) for note in vault.notes),
        "tags_unique": len({tag.name.lower() for note in vault.notes for tag in note.all_tags}),
        "block_ids": sum(len(note.block_ids) for note in vault.notes),
        "callouts": sum(len(note.callouts) for note in vault.notes),
        "headings": sum(len(note.headings) for note in vault.notes),
        "tasks": sum(item.task is not None for note in vault.notes for item in note.list_items),
        "comment_blocks": sum(comment.block for note in vault.notes for comment in note.comments),
        "frontmatter_notes": sum(note.frontmatter is not None for note in vault.notes),
    } == {key: known[key] for key in known if key in {
        "notes", "files", "wikilinks_body", "embeds_wiki", "mdlinks_internal", "links_frontmatter", "resolved", "unresolved",
        "unresolved_unique_targets", "ambiguous", "tags_body_occurrences", "tags_frontmatter_occurrences", "tags_unique",
        "block_ids", "callouts", "headings", "tasks", "comment_blocks", "frontmatter_notes",
    }}  # fmt: skip
