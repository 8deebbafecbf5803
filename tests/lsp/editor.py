"""A real client of the server, over its standard input and output, with what a test wants to know of what it was told."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

PATIENCE = 60.0  # seconds, on a busy machine
ABLE = lsp.ClientCapabilities(
    workspace=lsp.WorkspaceClientCapabilities(
        workspace_edit=lsp.WorkspaceEditClientCapabilities(
            document_changes=True, resource_operations=[lsp.ResourceOperationKind.Rename]
        ),
        did_change_watched_files=lsp.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
    ),
    window=lsp.WindowClientCapabilities(work_done_progress=True, show_document=lsp.ShowDocumentClientCapabilities(support=True)),
)


class Editor(LanguageClient):
    """Keeps the texts that it has open, and the last diagnostics of each."""

    def __init__(self, root: Path) -> None:
        super().__init__("test", "1")
        self.root = root
        self.versions: dict[str, int] = {}
        self.published: asyncio.Queue[lsp.PublishDiagnosticsParams] = asyncio.Queue()
        self.messages: asyncio.Queue[lsp.ShowMessageParams] = asyncio.Queue()
        self.progress_values: list[Any] = []
        self.token: lsp.ProgressToken = ""
        self.registered: list[lsp.Registration] = []
        self.shown: list[str] = []
        self.log = b""
        self.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda params: self.published.put_nowait(params))
        self.feature(lsp.WINDOW_SHOW_MESSAGE)(lambda params: self.messages.put_nowait(params))
        self.feature(lsp.CLIENT_REGISTER_CAPABILITY)(lambda params: self.registered.extend(params.registrations))
        self.feature(lsp.WINDOW_SHOW_DOCUMENT)(lambda params: self._show(params))
        self.feature(lsp.WINDOW_WORK_DONE_PROGRESS_CREATE)(lambda params: setattr(self, "token", params.token))
        self.feature(lsp.PROGRESS)(lambda params: self.progress_values.append(params.value))

    def report_server_error(self, error: Exception, source: Any) -> None:
        raise AssertionError(error)

    def _show(self, params: lsp.ShowDocumentParams) -> lsp.ShowDocumentResult:
        self.shown.append(params.uri)
        return lsp.ShowDocumentResult(True)

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def document(self, name: str) -> lsp.TextDocumentIdentifier:
        return lsp.TextDocumentIdentifier(self.uri(name))

    def open(self, name: str, text: str) -> None:
        self.versions[name] = 1
        item = lsp.TextDocumentItem(self.uri(name), "markdown", 1, text)
        self.text_document_did_open(lsp.DidOpenTextDocumentParams(item))

    def change(self, name: str, *changes: tuple[tuple[int, int, int, int] | None, str]) -> None:
        self.versions[name] += 1
        found: list[lsp.TextDocumentContentChangeEvent] = []
        for place, text in changes:
            if place is None:
                found.append(lsp.TextDocumentContentChangeWholeDocument(text))
            else:
                start, end = lsp.Position(*place[:2]), lsp.Position(*place[2:])
                found.append(lsp.TextDocumentContentChangePartial(lsp.Range(start, end), text))
        document = lsp.VersionedTextDocumentIdentifier(self.versions[name], self.uri(name))
        self.text_document_did_change(lsp.DidChangeTextDocumentParams(document, found))

    async def diagnostics(self, name: str, without: str = "") -> list[lsp.Diagnostic]:
        """Those of the newest version of a document; the first that have none of the kind `without`."""
        while True:
            found = await asyncio.wait_for(self.published.get(), PATIENCE)
            kinds = {one.code for one in found.diagnostics}
            if found.uri == self.uri(name) and found.version == self.versions[name] and without not in kinds:
                return list(found.diagnostics)

    async def message(self) -> str:
        return (await asyncio.wait_for(self.messages.get(), PATIENCE)).message

    async def hover(self, name: str, line: int, character: int) -> str | None:
        found = await self.text_document_hover_async(lsp.HoverParams(self.document(name), lsp.Position(line, character)))
        assert found is None or isinstance(found.contents, lsp.MarkupContent)
        return None if found is None else found.contents.value

    async def complete(self, name: str, line: int, character: int) -> list[lsp.CompletionItem]:
        params = lsp.CompletionParams(self.document(name), lsp.Position(line, character))
        found = await self.text_document_completion_async(params)
        assert found is None or isinstance(found, lsp.CompletionList)
        return [] if found is None else list(found.items)

    async def actions(self, name: str, line: int, character: int) -> dict[str, Any]:
        place = lsp.Position(line, character)
        params = lsp.CodeActionParams(self.document(name), lsp.Range(place, place), lsp.CodeActionContext([]))
        found = await self.text_document_code_action_async(params)
        return {action.title: action for action in found or []}  # lsprotocol takes an action with a command for the command

    async def run(self, command: str, *arguments: str) -> None:
        await self.workspace_execute_command_async(lsp.ExecuteCommandParams(command, list(arguments)))


@asynccontextmanager
async def editing(
    root: Path, able: lsp.ClientCapabilities = ABLE, *arguments: str, folder: Path | None = None
) -> AsyncIterator[Editor]:
    """An editor with the folder `root` open, and the server that it has started there."""
    editor = Editor(root)
    await editor.start_io(sys.executable, "-m", "checker.cli", "lsp", *arguments, cwd=folder or root)
    server = editor._server
    assert server is not None and server.stderr is not None
    drained = asyncio.create_task(server.stderr.read())
    try:
        parameters = lsp.InitializeParams(able, root_uri=root.as_uri(), process_id=None)
        editor.answer = await asyncio.wait_for(editor.initialize_async(parameters), PATIENCE)  # type: ignore[attr-defined]
        editor.initialized(lsp.InitializedParams())
        yield editor
        await asyncio.wait_for(editor.shutdown_async(None), PATIENCE)
        editor.exit(None)
        await asyncio.wait_for(server.wait(), PATIENCE)
    finally:
        if server.returncode is None:
            server.kill()
        editor.log = await drained
        for task in editor._async_tasks:
            task.cancel()
        await asyncio.gather(*editor._async_tasks, return_exceptions=True)


def edited(text: str, edits: list[lsp.TextEdit]) -> str:
    """A text of characters of the basic plane after the edits of a server."""
    lines = text.splitlines(keepends=True)

    def offset(place: lsp.Position) -> int:
        return sum(map(len, lines[: place.line])) + place.character

    for edit in sorted(edits, key=lambda edit: offset(edit.range.start), reverse=True):
        text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
    return text
