"""The server as an editor drives it: one client, one vault, every feature."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from checker.lsp.symbols import CHECK, OPEN, REVIEW
from tests.lsp.conftest import NOTE, OTHER
from tests.lsp.editor import ABLE, PATIENCE, Editor, edited, editing

IDEAS = "vault/Ideas.md"


def places(found: list[lsp.Diagnostic]) -> dict[str, tuple[int, int, int]]:
    return {str(one.code): (one.range.start.line, one.range.start.character, one.range.end.character) for one in found}


def test_what_an_editor_shows_of_a_note_that_nobody_has_saved(project: Path) -> None:
    asyncio.run(_shown(project))


async def _shown(project: Path) -> None:
    async with editing(project) as editor:
        editor.open(IDEAS, NOTE)
        found = await editor.diagnostics(IDEAS)
        assert places(found) == {"broken-link": (4, 20, 31), "broken-heading": (4, 36, 50), "needs-spec": (5, 2, 36)}
        (question,) = (one.message for one in found if one.code == "needs-spec")
        assert "\ndid you mean:\n- MAE has shorter attention distance than DINO" in question

        # the buffer counts, not the file: a heading that nobody has saved mends a link in another note, and the word breaks one
        editor.open("vault/Other.md", OTHER)
        await editor.diagnostics("vault/Other.md")
        editor.change("vault/Other.md", ((6, 0, 6, 0), "## Nope\n\n"))
        assert set(places(await editor.diagnostics(IDEAS, without="broken-heading"))) == {"broken-link", "needs-spec"}
        editor.change(IDEAS, ((4, 20, 4, 31), "[[Other]]"), ((2, 2, 2, 6), "DINOO"))
        found = await editor.diagnostics(IDEAS)
        assert places(found)["untestable"] == (2, 2, 50)
        editor.change(IDEAS, (None, NOTE))
        await editor.diagnostics(IDEAS)

        await _read(editor)
        await _completed(editor)
        await _acted(editor)
        await _found(editor)
    assert (project / IDEAS).read_text() == NOTE


async def _read(editor: Editor) -> None:
    shown = await editor.hover(IDEAS, 3, 50)  # the tag
    assert shown is not None and shown.startswith(
        "**○ unchecked**: not checked yet\n\nRead as: the mean ImageNet k\\-NN accuracy of MAE"
    )
    shown = await editor.hover(IDEAS, 4, 9)
    assert shown is not None and shown.startswith("Other\\.md\n\n```markdown\n# Other\n") and "A block of text" in shown
    shown = await editor.hover(IDEAS, 7, 24)  # "attention distance", in a sentence without a tag
    assert shown is not None and shown.startswith("**attention distance**: ")
    shown = await editor.hover(IDEAS, 7, 2)
    assert shown is not None and shown.startswith("**MAE**: MIM, ")
    assert await editor.hover(IDEAS, 6, 0) is None


async def _completed(editor: Editor) -> None:
    async def labels(line: str) -> list[str]:
        editor.change(IDEAS, (None, f"{line}\n{OTHER}"))
        at = line.index("|") if "|" in line else len(line)
        editor.change(IDEAS, ((0, at, 0, at + ("|" in line)), ""))
        return [item.label for item in await editor.complete(IDEAS, 0, at)]

    assert await labels("see [[Oth") == ["Other"]
    assert await labels("see [[sec") == ["Second"]
    assert await labels("see [[Other#") == ["Other", "Nope", "Results and more"]
    assert await labels("see [[Other#^") == ["^block"]
    assert await labels("a #vi") == ["vision"]
    assert "attention distance" in await labels("MAE has shorter attention dis| than DINO #claim")
    assert await labels("MAE has shorter attention dis") == []
    editor.change(IDEAS, (None, "😀 [[Oth]] x"))
    (item,) = await editor.complete(IDEAS, 0, 8)
    assert isinstance(item.text_edit, lsp.TextEdit) and item.text_edit.new_text == "Other"
    assert item.text_edit.range == lsp.Range(lsp.Position(0, 5), lsp.Position(0, 8))
    editor.change(IDEAS, (None, NOTE))
    await editor.diagnostics(IDEAS)


async def _acted(editor: Editor) -> None:
    def after(action: lsp.CodeAction) -> list[str]:
        assert action.edit is not None and action.edit.changes is not None
        (edits,) = action.edit.changes.values()
        return edited(NOTE, list(edits)).splitlines()

    actions = await editor.actions(IDEAS, 5, 10)
    first = actions["Did you mean: MAE has shorter attention distance than DINO"]
    assert after(first)[5] == "- MAE has shorter attention distance than DINO #claim"
    block = next(
        action for title, action in actions.items() if title.startswith("Write a claim block that says: MAE has shorter")
    )
    assert after(block)[5:8] == ["- MAE attends more locally than DINO #claim", "  ```claim", "  kind: compare"]
    actions = await editor.actions(IDEAS, 3, 10)
    assert "Write the spec as a claim block" in actions and "Check: MAE has higher ImageNet k-NN accuracy than DINO" in actions
    assert [title for title in actions if title.startswith("Accept as reviewed: ")]
    actions = await editor.actions(IDEAS, 7, 10)
    ((title, tag),) = actions.items()
    assert title.startswith("Tag as a claim: the mean attention distance of MAE")
    assert after(tag)[7] == "MAE has shorter attention distance than DINO. #claim Nothing else."


async def _found(editor: Editor) -> None:
    at = lsp.Position(4, 9)
    where = await editor.text_document_definition_async(lsp.DefinitionParams(editor.document(IDEAS), at))
    assert isinstance(where, lsp.Location) and where.uri == editor.uri("vault/Other.md")
    params = lsp.ReferenceParams(lsp.ReferenceContext(False), editor.document(IDEAS), at)
    found = await editor.text_document_references_async(params)
    ranges = [(one.range.start.line, one.range.start.character, one.range.end.character) for one in found or []]
    assert ranges == [(4, 6, 15), (4, 36, 50)]
    prepared = await editor.text_document_prepare_rename_async(lsp.PrepareRenameParams(editor.document(IDEAS), at))
    assert isinstance(prepared, lsp.PrepareRenamePlaceholder) and prepared.placeholder == "Other"
    edit = await editor.text_document_rename_async(lsp.RenameParams(editor.document(IDEAS), at, "Elsewhere"))
    assert edit is not None and edit.document_changes is not None
    changes, moved = edit.document_changes
    assert isinstance(changes, lsp.TextDocumentEdit) and isinstance(moved, lsp.RenameFile)
    texts = [(one.new_text, one.range.start.character) for one in changes.edits if isinstance(one, lsp.TextEdit)]
    assert sorted(texts) == [("[[Elsewhere#Nope]]", 36), ("[[Elsewhere]]", 6)]
    assert moved.new_uri == editor.uri("vault/Elsewhere.md")
    symbols = await editor.text_document_document_symbol_async(lsp.DocumentSymbolParams(editor.document(IDEAS)))
    assert symbols is not None and isinstance(symbols[0], lsp.DocumentSymbol)
    assert symbols[0].name == "Ideas 😀" and len(symbols[0].children or []) == 3
    everything = await editor.workspace_symbol_async(lsp.WorkspaceSymbolParams("result"))
    assert [one.name for one in everything or []] == ["Results and more"]
    claims = await editor.workspace_symbol_async(lsp.WorkspaceSymbolParams("imagenet"))
    assert len(claims or []) == 2
    lenses = await editor.text_document_code_lens_async(lsp.CodeLensParams(editor.document(IDEAS)))
    titles = [lens.command.title for lens in lenses or [] if lens.command]
    assert titles == ["○ unchecked", "check", "○ unchecked", "check", "🖉 needs spec"]


def test_a_check_from_the_editor_writes_what_a_check_writes(project: Path) -> None:
    asyncio.run(_checked(project))


async def _checked(project: Path) -> None:
    async with editing(project) as editor:
        editor.open(IDEAS, f"{NOTE}more\n")
        await editor.diagnostics(IDEAS)
        statement = "MAE has higher ImageNet k-NN accuracy than DINO"
        await editor.run(CHECK, editor.uri(IDEAS), statement)
        assert "is not saved" in await editor.message()
        editor.change(IDEAS, (None, NOTE))
        await editor.diagnostics(IDEAS)
        await editor.run(CHECK, editor.uri(IDEAS), statement)
        message = await editor.message()
        assert message.startswith("❌ refuted · recorded: "), message
        assert editor.progress_values[0]["kind"] == "begin" and editor.progress_values[0]["title"] == f"Checking: {statement}"
        assert editor.progress_values[-1]["kind"] == "end"
        text = (project / IDEAS).read_text()
        assert "than DINO #claim [[wrong|❌ refuted · recorded]] ^wrong\n" in text
        assert "[[Nowhere]]" in text and (project / "claims/wrong.evidence.json").is_file()
        editor.change(IDEAS, (None, text))
        found = await editor.diagnostics(IDEAS)
        assert [one.message.startswith("❌ refuted · recorded: ") for one in found if one.code == "refuted"] == [True]
        shown = await editor.hover(IDEAS, 3, 50)
        assert shown is not None and "interval" in shown and "wrong.svg)" in shown

        await editor.run(REVIEW, editor.uri(IDEAS), "wrong")
        assert "reviewed" in await editor.message()
        spec = (project / "claims/wrong.yaml").read_text()
        assert "reviewed: true\n" in spec
        assert not [title for title in await editor.actions(IDEAS, 3, 10) if title.startswith("Accept")]
        await editor.run(OPEN, editor.uri(IDEAS), "wrong")
        assert editor.shown == [editor.uri("vault/Claims/wrong.md")]


def test_a_program_that_renames_no_files_is_told_how_to(project: Path) -> None:
    asyncio.run(_unable(project))


async def _unable(project: Path) -> None:
    async with editing(project, lsp.ClientCapabilities()) as editor:
        assert editor.registered == []
        editor.open(IDEAS, NOTE)
        await editor.diagnostics(IDEAS)
        try:
            await editor.text_document_rename_async(lsp.RenameParams(editor.document(IDEAS), lsp.Position(4, 9), "X"))
        except JsonRpcException as error:
            assert "check-claims rename" in str(error)
        else:
            raise AssertionError("a rename that leaves the file as it is called")


def test_files_that_change_on_disk_are_looked_at(project: Path) -> None:
    asyncio.run(_watched(project))


async def _watched(project: Path) -> None:
    async with editing(project) as editor:
        editor.open(IDEAS, NOTE)
        await editor.diagnostics(IDEAS)
        (project / "vault/Nowhere.md").write_text("now it is\n")
        event = lsp.FileEvent(editor.uri("vault/Nowhere.md"), lsp.FileChangeType.Created)
        editor.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))
        assert "broken-heading" in places(await editor.diagnostics(IDEAS, without="broken-link"))
        assert [one.method for one in editor.registered] == [lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES]
        editor.text_document_did_close(lsp.DidCloseTextDocumentParams(editor.document(IDEAS)))
        closed = await asyncio.wait_for(editor.published.get(), PATIENCE)
        assert list(closed.diagnostics) == [] and closed.version is None


def test_a_file_renamed_in_the_list_of_files(project: Path) -> None:
    asyncio.run(_will_rename(project))


async def _will_rename(project: Path) -> None:
    async with editing(project, ABLE) as editor:
        editor.open(IDEAS, NOTE)
        await editor.diagnostics(IDEAS)
        files = [lsp.FileRename(editor.uri("vault/Other.md"), editor.uri("vault/Sub/New.md"))]
        edit = await editor.workspace_will_rename_files_async(lsp.RenameFilesParams(files))
        assert edit is not None and edit.document_changes is not None and len(edit.document_changes) == 1
        change = edit.document_changes[0]
        assert isinstance(change, lsp.TextDocumentEdit)
        assert {one.new_text for one in change.edits if isinstance(one, lsp.TextEdit)} == {"[[New]]", "[[New#Nope]]"}
