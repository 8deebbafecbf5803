from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from checker.notes import Vault
from checker.notes.lint import lint


def test_every_kind_of_fault_with_its_place(make_vault: Callable[..., Path]) -> None:
    files = {
        "a.md": "é [[b#No]] [[b#^no]] [[b]] [[none]] [t](none.md) [[same]]\n",
        "b.md": "# Yes\n\nx ^one\n\ny ^One\n",
        "x/same.md": "",
        "y/same.md": "",
        "bad.md": "---\nk: v\n  w: [\n---\n",
        "open.md": "```\n",
        "p.md": '---\nl:\n  - "[[gone]]"\n---\n',
        "c.canvas": "{",
        "z.canvas": '{"nodes": [{"id": "1", "type": "file", "file": "gone.png"}]}',
    }
    faults = lint(Vault.open(make_vault(files) / "vault"))
    assert [(fault.kind, str(fault)) for fault in faults] == [
        ("broken-heading", "a.md:1:3: b.md has no heading #No"),
        ("broken-block", "a.md:1:12: b.md has no block #^no"),
        ("broken-link", "a.md:1:28: there is no file 'none'"),
        ("broken-link", "a.md:1:37: there is no file 'none.md'"),
        ("ambiguous-link", "a.md:1:50: 'same' means x/same.md, and fits y/same.md as well; write more of its path"),
        ("duplicate-id", "b.md:5:3: the block id ^One occurs twice in this note"),
        ("file", "bad.md:3:4: frontmatter, column 4: mapping values are not allowed here"),
        ("file", "c.canvas:1:1: not a canvas: Expecting property name enclosed in double quotes"),
        ("file", "open.md:1:1: the code block is not closed; end it with ```. Not written until then"),
        ("broken-link", "p.md:3:6: there is no file 'gone'"),
        ("broken-link", "z.canvas:1:48: there is no file 'gone.png'"),
    ]


def test_a_sound_vault_has_none(make_vault: Callable[..., Path]) -> None:
    files = {"a.md": "[[b#Yes]] [[b#^one]] [[#^x]] x ^x\n", "b.md": "# Yes\n\nx ^one\n"}
    assert lint(Vault.open(make_vault(files) / "vault")) == []


def test_our_own_vault_has_none() -> None:
    assert lint(Vault.open(Path(__file__).parents[2] / "vault")) == []
