"""A file gets another path: links to it follow, and nothing else changes."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from checker.errors import ConfigurationError, NoteError
from checker.notes import Vault
from checker.notes.rename import Rename, new_path, rename

Make = Callable[..., Path]


def renamed(root: Path, old: str, new: str) -> tuple[Rename, dict[str, str]]:
    """Plan a rename and carry it out; the texts of the files that changed."""
    vault = Vault.open(root)
    path = vault.find(old)
    planned = rename(vault, path, new_path(vault, path, new))
    for edit in planned.edits:
        (root / edit.path).write_bytes(edit.new)
    (root / planned.new).parent.mkdir(parents=True, exist_ok=True)
    (root / planned.old).rename(root / planned.new)
    return planned, {str(edit.path): edit.new.decode() for edit in planned.edits}


@pytest.mark.parametrize(
    ("text", "new", "wanted"),
    [
        ("[[Old]]", "New", "[[New]]"),
        ("[[old]] and ![[Old#H|shown]]", "New", "[[New]] and ![[New#H|shown]]"),
        ("[[ Old |a [[x]]", "New", "[[ Old |a [[x]]"),  # no link
        ("[[ Old | a ]]", "New", "[[ New | a ]]"),
        ("[[Old.md]] [[x/Old]]", "New", "[[New.md]] [[x/New]]"),
        ("[[x/Old]] [[/x/Old]] [[Old]]", "y/Old", "[[y/Old]] [[/y/Old]] [[Old]]"),  # the name alone still leads there
        ("[[./x/Old]] [[../S]]", "y/z/New", "[[./y/z/New]] [[../S]]"),
        ("[t](Old.md) [t](x/Old.md#H) [t](Old)", "A new (one)", "[t](A%20new%20%28one%29.md) [t](x/A%20new%20%28one%29.md#H) [t](A%20new%20%28one%29)"),
        ("[t](<x/Old.md#a b> \"title\")", "A b", "[t](<x/A b.md#a b> \"title\")"),
        ("[t][r] ![i][r]\n\n[r]: x/Old.md 'T'\n", "A b", "[t][r] ![i][r]\n\n[r]: x/A%20b.md 'T'\n"),
        ("| [[Old\\|d]] | b |\n|---|---|\n", "New", "| [[New\\|d]] | b |\n|---|---|\n"),
        ("---\nup: '[[Old]]'\nl:\n  - \"[[Old|x]]\"\n---\n", "It's", "---\nup: '[[It''s]]'\nl:\n  - \"[[It's|x]]\"\n---\n"),
        ("---\nup: \"[[\\x4fld]]\"\n---\n", "New", "---\nup: \"[[New]]\"\n---\n"),
        ("---\nup: \"[t](Old.md)\"\n---\n", "a b", "---\nup: \"[t](a%20b.md)\"\n---\n"),
        ("%%[[Old]]%% `[[Old]]` $[[Old]]$\n\n```\n[[Old]]\n```\n", "New", "%%[[New]]%% `[[Old]]` $[[Old]]$\n\n```\n[[Old]]\n```\n"),
        ("\ufeffA\r\n[[Old]]  \r\nno end é[[Old]]😀", "New", "\ufeffA\r\n[[New]]  \r\nno end é[[New]]😀"),
        ("Old is a word, [[Older]] another", "New", "Old is a word, [[Older]] another"),
    ],
)  # fmt: skip
def test_links_are_rewritten_in_their_own_way(make_vault: Make, text: str, new: str, wanted: str) -> None:
    root = make_vault({"S.md": text, "x/Old.md": "# H\n", "Older.md": ""}) / "vault"
    renamed(root, "x/Old.md", new)
    assert (root / "S.md").read_bytes().decode() == wanted


def test_a_file_keeps_its_own_relative_links(make_vault: Make) -> None:
    root = make_vault({"x/Old.md": "[[../T]] [[./U]] [u](U.md) [[U]] [[#H]]", "T.md": "", "x/U.md": "", "y/z/U.md": ""}) / "vault"
    planned, _ = renamed(root, "x/Old", "y/z/")
    assert planned.new == PurePosixPath("y/z/Old.md")
    assert (root / planned.new).read_text() == "[[../../T]] [[../../x/U]] [u](x/U.md) [[x/U]] [[#H]]"


def test_other_links_keep_their_meaning(make_vault: Make) -> None:
    """After B is called A, the name A would mean the new file, which stands nearer to the root."""
    root = make_vault({"S.md": "[[A]] [[B]] [[C]]", "x/A.md": "", "B.md": "", "T.md": "[[C]]"}) / "vault"
    _, texts = renamed(root, "B", "A")
    assert texts == {"S.md": "[[x/A]] [[A]] [[C]]"}


def test_a_name_that_two_files_have_gets_a_path(make_vault: Make) -> None:
    root = make_vault({"S.md": "[[Old]]", "x/Old.md": "", "y/New.md": ""}) / "vault"
    _, texts = renamed(root, "Old", "New")
    assert texts == {"S.md": "[[x/New]]"} or texts == {"S.md": "[[New]]"}
    assert str(Vault.open(root).resolve(PurePosixPath("S.md"), texts["S.md"].strip("[]")).file) == "x/New.md"


def test_attachments_and_canvases(make_vault: Make) -> None:
    canvas = (
        '{"nodes":[{"id":"1","type":"file","file":"p.png"},{"id":"2","type":"text","text":"see ![[p.png|\\"é\\"]]\\n- [[S]]"}]}'
    )
    root = make_vault({"S.md": "![[p.png|100]]", "p.png": "", "c.canvas": canvas}) / "vault"
    planned, texts = renamed(root, "p.png", "img/new é")
    assert planned.new == PurePosixPath("img/new é.png")
    assert texts["S.md"] == "![[new é.png|100]]"
    assert texts["c.canvas"] == canvas.replace('"p.png"', '"img/new é.png"').replace("![[p.png", "![[new é.png")


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("../out", "stays in the vault"),
        (".hidden", "stays in the vault"),
        ("", "stays in the vault"),
        ("a#b", "cannot be linked to"),
        ("a|b", "cannot be linked to"),
        ("T", "already exists"),
        ("t", "already exists"),
        ("Old", "already exists"),
    ],
)
def test_bad_names_are_refused(make_vault: Make, new: str, message: str) -> None:
    vault = Vault.open(make_vault({"Old.md": "", "T.md": ""}) / "vault")
    with pytest.raises(ConfigurationError, match=message):
        new_path(vault, PurePosixPath("Old.md"), new)


def test_only_the_case_of_a_name_may_change(make_vault: Make) -> None:
    root = make_vault({"Old.md": "", "S.md": "[[old]]"}) / "vault"
    planned, texts = renamed(root, "Old", "OLD")
    assert (planned.new, texts) == (PurePosixPath("OLD.md"), {})


def test_a_note_with_a_fault_is_not_written(make_vault: Make) -> None:
    vault = Vault.open(make_vault({"Old.md": "", "S.md": "[[Old]]\n```\nopen\n"}) / "vault")
    with pytest.raises(NoteError, match=r"S\.md:2: the code block is not closed.*nothing was renamed"):
        rename(vault, PurePosixPath("Old.md"), PurePosixPath("New.md"))


def test_random_vaults_mean_the_same_afterwards(make_vault: Make, tmp_path: Path) -> None:
    """Whatever is renamed to whatever: each link leads where it led, and only links changed."""
    rng = random.Random(3)
    names = ["A.md", "x/A.md", "x/B.md", "y/B.md", "x/y/C.md", "D e.md", "p.png", "x/p.png"]
    forms = ["[[{}]]", "![[{}|d]]", "[t](<{}>)", "[[{}#H]]", "- [[{}]]\n", "| [[{}\\|z]] |\n"]
    for number in range(150):
        root = tmp_path / str(number)
        chosen = rng.sample(names, rng.randint(2, len(names)))
        for name in chosen:
            targets = [
                rng.choice([name, name.removesuffix(".md"), name.split("/")[-1], f"/{name}"]) for name in rng.choices(names, k=5)
            ]
            text = " words ".join(rng.choice(forms).format(target) for target in targets)
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text if name.endswith(".md") else "")
        before = Vault.open(root)
        old = PurePosixPath(rng.choice(chosen))
        try:
            new = new_path(before, old, rng.choice(["A", "B", "y/A", "z/z/New", "x/", "C", "p"]))
        except ConfigurationError:
            continue
        led = [(link.source, link.file, link.subpath) for link in before.links() if link.file]
        planned, _ = renamed(root, str(old), str(new))
        after = Vault.open(root)
        moved = {planned.old: planned.new}
        wanted = [(moved.get(source, source), moved.get(file, file), subpath) for source, file, subpath in led]
        assert set(wanted) <= {(link.source, link.file, link.subpath) for link in after.links()}
        for edit in planned.edits:
            assert len(edit.old.split(b" words ")) == len(edit.new.split(b" words "))
