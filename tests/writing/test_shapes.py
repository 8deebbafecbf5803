"""Vaults that were reported, and their kin: the command, and what the notes hold then."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.writing.conftest import Run, tree

SAID = "MAE is nice"
LINK = "[[mae-is-nice|∅ untestable]]"


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    (tmp_path / "alone").mkdir()
    return tmp_path / "alone"


def settle(vault: Path, command: Run, text: str, name: str = "N.md") -> str:
    """The note after a check, that a second check leaves as it is; what `init --remove` makes of it must be the text itself."""
    path = vault / name
    path.write_bytes(text.encode())
    before = tree(vault)
    command(vault)
    written = path.read_bytes()
    assert "0 files written" in command(vault).output
    assert path.read_bytes() == written
    command(vault, "--check")
    command("init", vault, "--remove")
    assert tree(vault) == before
    path.write_bytes(written)
    command(vault)
    return path.read_bytes().decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [  # a callout that is all of a list item; a title with an open bracket
        (f"- > [!claim] {SAID}\n", f"- > [!claim] {SAID} {LINK}\n"),
        (f"- > [!claim] {SAID}", f"- > [!claim] {SAID} {LINK}"),
        (f"> - > [!claim] {SAID}\n", f"> - > [!claim] {SAID} {LINK}\n"),
        (f"10) > [!Claim] {SAID}\r\n", f"10) > [!Claim] {SAID} {LINK}\r\n"),
        (f"1. > [!claim|meta]+ {SAID}\n", f"1. > [!claim|meta]+ {SAID} {LINK}\n"),
        (f"- a\n\n  - > [!claim] {SAID}\n    > because\n\n- b\n", f"- a\n\n  - > [!claim] {SAID} {LINK}\n    > because\n\n- b\n"),
        (f"- [ ] > [!claim] {SAID}\n", None),
        (f"* a\n\n\t> [!claim]- {SAID}\n", f"* a\n\n\t> [!claim]- {SAID} {LINK}\n"),
        (f"- - > [!claim]\n    > {SAID}\n", f"- - > [!claim] {LINK}\n    > {SAID}\n"),
        (f"> > [!claim] {SAID}\n", f"> > [!claim] {SAID} {LINK}\n"),
        (f"> [!note] T\n> > [!claim] {SAID}\n", f"> [!note] T\n> > [!claim] {SAID} {LINK}\n"),
        ("\ufeff> [!claim] see [[x is nice\n", None),
        ("> [!claim] see [x is nice\n", None),
        ("> [!claim] see [[x]] is [[nice\n> more\n", None),
        ("> [!claim] a `x is nice\n", None),
        ("> [!claim] for $5 it is nice\n", None),
        (f"> [!claim] {SAID} ^mine\n", f"> [!claim] {SAID} {LINK} ^mine\n"),  # what looks like an id at the end of a title
        (f"> [!claim] {SAID} ^mine \n> because\n", f"> [!claim] {SAID} {LINK} ^mine \n> because\n"),
        (f"> [!claim]- ^mine\n> {SAID}\n", f"> [!claim]- {LINK} ^mine\n> {SAID}\n"),
        # a person's own link with the mark of a status
        (f"- {SAID} #claim [[tasks|✅ done]]\n", f"- {SAID} #claim {LINK} [[tasks|✅ done]] ^mae-is-nice\n"),
        (f"> [!claim] {SAID} [[tasks|⚠]]\n", None),
        # a field keeps its value
        (f"- {SAID} #claim\n  id:: 64f1c0de\n- ((64f1c0de))\n", f"- {SAID} #claim {LINK}\n  id:: 64f1c0de\n- ((64f1c0de))\n"),
        (f"- {SAID} #claim\n  collapsed:: true\n  - child\n", f"- {SAID} #claim {LINK}\n  collapsed:: true\n  - child\n"),
        (f"{SAID} #claim\r\nsource:: [[Park 2023]]", f"{SAID} #claim {LINK}\r\nsource:: [[Park 2023]]"),
        (f"> {SAID} #claim\n> key:: value\n", f"> {SAID} #claim {LINK}\n> key:: value\n"),
        (f"claim:: {SAID} #claim\n", f"claim:: {SAID} #claim {LINK}\n"),
        (f"- {SAID} #claim [key:: value]\n", f"- {SAID} #claim {LINK} [key:: value] ^mae-is-nice\n"),
        (f"- {SAID} #claim\n  id:: 64f\n  more\n", f"- {SAID} #claim {LINK}\n  id:: 64f\n  more ^mae-is-nice\n"),
        # footnotes, comments, tables
        (f"Text.[^1]\n\n[^1]: {SAID} #claim\n", f"Text.[^1]\n\n[^1]: {SAID} #claim {LINK} ^mae-is-nice\n"),
        (f"- {SAID} %%check Fig 3%% #claim\n", f"- {SAID} %%check Fig 3%% #claim {LINK} ^mae-is-nice\n"),
        (f"- {SAID} ([[park2023|Park et al. 2023]]) #claim\n", f"- {SAID} ([[park2023|Park et al. 2023]]) #claim {LINK} ^mae-is-nice\n"),
        (f"| a \\| b |\n|---|\n| {SAID} #claim |\n", f"| a \\| b |\n|---|\n| {SAID} #claim {LINK.replace('|', chr(92) + '|')} |\n"),
    ],
)  # fmt: skip
def test_a_check_settles_and_leaves_no_trace(vault: Path, command: Run, before: str, after: str | None) -> None:
    written = settle(vault, command, before)
    if after is not None:
        assert written == after


@pytest.mark.parametrize(
    "text",
    [
        f"- {SAID} #claim\n  {LINK}\n  ^mae-is-nice\n",  # prettier, prose wrapped
        f"- {SAID}\n  #claim\n  {LINK}\n  ^mae-is-nice\n",
        f"> {SAID} #claim\n> {LINK}\n> ^mae-is-nice\n",
        f"- {SAID} #claim \\[[mae-is-nice|∅ untestable]\\] ^mae-is-nice\n",  # mdformat
        f"- {SAID} #claim \\[\\[mae-is-nice|∅\n  untestable\\]\\] ^mae-is-nice\n",
        f"- {SAID} #claim \\[\\[mae-is-nice\\|∅ untestable\\]\\] ^mae-is-nice\n",
        f"- {SAID} #claim [∅ untestable](Claims/mae-is-nice.md) ^mae-is-nice\n",  # a converter of links
        f"- {SAID} #claim [∅ untestable](<../Claims/mae-is-nice.md> \"t\") ^mae-is-nice\n",
        f"- {SAID} #claim [∅ untestable](mae-is-nice) ^mae-is-nice\n",
        f"- {SAID} #claim [[Claims/mae-is-nice|∅ untestable]] ^mae-is-nice\n",  # whole paths
        f"- {SAID} #claim [[Claims/mae-is-nice.md|∅\ufe0f untestable]] ^mae-is-nice\n",
        f"- {SAID} {LINK} #claim ^mae-is-nice\n",  # the tag went to the end
        f"- {SAID} #claim also {LINK} ^mae-is-nice\n",
        f"- {SAID} #claim {LINK} {LINK}\n  {LINK} ^mae-is-nice\n",  # doubled before
        f"{SAID} #claim {LINK}\n\n^mae-is-nice\n",  # the id went into a paragraph of its own
        f"> [!claim] {SAID}\n> {LINK} because of this\n",  # prettier on a callout
        f"> [!claim] MAE is\n> nice {LINK}\n> because\n",
        f"> [!claim] {LINK} MAE is\n> nice\n",
        "- > [!claim]- MAE is\n  > nice \\[[mae-is-nice|∅ untestable]\\]\n",
        f"| a |\n| --- |\n| {SAID} #claim \\[[mae-is-nice\\|∅ untestable]\\] |\n",
        f"{SAID} #claim\n{LINK}\nsource:: [[Park]]\n",
        f"- {SAID} #claim {LINK} ^mae-is-nice - the next item\n",  # lines were joined
        f"- {SAID} #claim ^mae-is-nice {LINK}\n",  # the status went behind the id
        f"- {SAID} #claim {LINK} \\^mae-is-nice\n",  # the id was escaped
        f"- {SAID} #claim {LINK} \\^mae-is-nice\n  and on\n",
        f"- {SAID} #claim [[mae-is-nice|∅ changed by hand]] ^mae-is-nice\n",  # another word, by the claim's own id
    ],
)  # fmt: skip
def test_a_status_that_was_moved_is_replaced_in_place(vault: Path, command: Run, text: str) -> None:
    (vault / "N.md").write_text(f"{SAID} #claim\n")
    command(vault)
    (vault / "N.md").write_text(text)
    result = command(vault)
    assert "1 untestable" in result.output
    assert "archived" not in result.output
    written = (vault / "N.md").read_text()
    assert written.replace("\\|", "|").count(LINK) == 1, written
    assert written.count("∅") == 1
    assert written.count("^mae-is-nice") == text.count("^mae-is-nice")
    assert "0 files written" in command(vault).output
    command("init", vault, "--remove")
    left = (vault / "N.md").read_text()
    assert "∅" not in left and "[[m" not in left and "^mae" not in left and "(" not in left, left
    assert (
        " ".join(left.replace(">", " ").split())
        .replace("- ", "")
        .startswith(("MAE is nice", "[!claim] MAE", "[!claim]MAE", "| a"))
    )


def test_a_link_in_a_callout_to_another_claim_is_not_its_status(vault: Path, command: Run) -> None:
    (vault / "A.md").write_text(f"- {SAID} #claim\n")
    command(vault)
    (vault / "B.md").write_text(f"> [!claim] DINO is fun\n> because {LINK}\n")
    command(vault)
    assert (vault / "B.md").read_text() == f"> [!claim] DINO is fun [[dino-is-fun|∅ untestable]]\n> because {LINK}\n"
    assert "2 untestable; 0 files written" in command(vault).output


@pytest.mark.parametrize(
    "settings",
    [{"templates.json": {"folder": "Templates"}}, {"plugins/templater-obsidian/data.json": {"templates_folder": "/templates/"}}],
)
def test_template_folders_are_no_content(vault: Path, command: Run, settings: dict[str, dict[str, str]]) -> None:
    for name, values in settings.items():
        (vault / ".obsidian" / name).parent.mkdir(parents=True, exist_ok=True)
        (vault / ".obsidian" / name).write_text(json.dumps(values))
    (vault / "Templates").mkdir()
    template = f"- {SAID} #claim ^mae-is-nice\n- {{{{claim}}}} #claim\n- <% tp.file.cursor() %> #claim\n> [!claim] DINO is fun\n"
    (vault / "Templates/T.md").write_text(template)
    (vault / "N.md").write_text(f"- {SAID} #claim ^mae-is-nice\n")
    assert "1 untestable" in command(vault).output
    assert (vault / "Templates/T.md").read_text() == template


def test_template_blocks_are_no_content_anywhere(vault: Path, command: Run) -> None:
    text = (
        "- {{claim}} #claim\n- <% tp.file.cursor() %> #claim\n\n> [!claim] {{VALUE}}\n\n<%* if (x) {\n\nA is B #claim\n\n} %>\n\n"
        "| a |\n|---|\n| {{x}} #claim |\n| DINO is fun #claim |\n\n- {{x}} #claim\n\n```claim\nx: 1\n```\n"
    )
    (vault / "N.md").write_text(text)
    assert "1 untestable" in command(vault).output
    assert (vault / "N.md").read_text() == text.replace("fun #claim", "fun #claim [[dino-is-fun\\|∅ untestable]]")


def test_what_is_struck_out_is_no_claim(vault: Path, command: Run) -> None:
    text = f"- ~~{SAID}~~ #claim\n- ~~{SAID} #claim~~\n- <del>{SAID}</del> #claim\n> [!claim] ~~{SAID}~~\n"
    (vault / "N.md").write_text(text)
    assert "0 files written" in command(vault).output
    (vault / "N.md").write_text(f"- {SAID} #claim\n")
    command(vault)
    (vault / "N.md").write_text(f"- ~~{SAID}~~ #claim {LINK} ^mae-is-nice\n")
    assert "archived" in command(vault).output
    assert (vault / "N.md").read_text() == f"- ~~{SAID}~~ #claim\n"


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("2023", "- 2023 #claim\n"),
        ("diary", "[[mae-is-nice]]\n"),
        ("mae-is-nice", "a person's note\n"),
        ("other", "---\naliases: [MAE-is-nice]\n---\n"),
        ("embed", "![[Sub/mae-is-nice#H|x]]\n"),
    ],
)
def test_a_new_id_is_no_number_and_means_nothing_yet(vault: Path, command: Run, name: str, other: str) -> None:
    (vault / f"{name}.md").write_text(other)
    (vault / "N.md").write_text(f"- {SAID} #claim\n" if name != "2023" else "- 2023 #claim\n")
    command(vault)
    ids = {path.stem for path in (vault / "Claims").glob("*.md")}
    assert ids == ({"claim-2023", "claim-2023-2"} if name == "2023" else {"mae-is-nice-2"})
    assert "0 files written" in command(vault).output


def test_a_claim_that_comes_back_has_its_old_id(vault: Path, command: Run) -> None:
    (vault / "N.md").write_text(f"- {SAID} #claim\n")
    (vault / "M.md").write_text("see [[mae-is-nice]]\n")
    (vault / "M.md").unlink()
    command(vault)
    (vault / "M.md").write_text("see [[mae-is-nice]]\n")
    (vault / "N.md").write_text(f"- {SAID}\n")
    command(vault)
    (vault / "N.md").write_text(f"- {SAID} #claim\n")
    command(vault)
    assert "^mae-is-nice\n" in (vault / "N.md").read_text()


def test_a_vault_that_stood_alone_keeps_its_ledger_when_opened_from_above(tmp_path: Path, command: Run) -> None:
    vault = tmp_path / "vault"
    vault.mkdir()
    (vault / "N.md").write_text("- MAE has shorter attention distance #claim ^x\n- A #claim\n")
    command(vault)
    (vault / ".claims").mkdir(exist_ok=True)
    (vault / ".claims/x.yaml").write_text("id: x\n")
    before = tree(tmp_path)
    command(tmp_path, code=None)
    assert not (tmp_path / "claims").exists()
    assert {name: data for name, data in tree(tmp_path).items() if "Claims/" not in name and name != "vault/N.md"} == {
        name: data for name, data in before.items() if "Claims/" not in name and name != "vault/N.md"
    }
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims/models.yaml").write_text("{}\n")
    assert "move the files" not in command(vault, code=None).output
    (tmp_path / "claims/y.yaml").write_text("id: y\n")
    assert "move the files of one into the other" in command(vault, code=2).output


def test_two_claims_with_one_id_are_told_and_not_counted_as_none(vault: Path, command: Run) -> None:
    note = "- MAE is nice #claim ^x\n- DINO is nice #claim ^x\n"
    (vault / "N.md").write_text(note)
    result = command(vault, code=3)
    assert "N.md:2: the block id ^x occurs 2 times in the vault (N.md); rename all but one" in result.output
    assert "no claim was checked; 2 places have to be fixed first, see above" in result.output
    assert (vault / "N.md").read_text() == note


def test_removal_leaves_an_empty_folder_that_it_did_not_empty(vault: Path, command: Run) -> None:
    (vault / ".obsidian").mkdir()
    (vault / "Templates").mkdir()
    (vault / "N.md").write_text(f"{SAID} #claim\n")
    command(vault)
    command("init", vault, "--remove")
    assert sorted(path.name for path in vault.iterdir()) == [".obsidian", "N.md", "Templates"]
