"""What the server answers: each method of the protocol, handed on to the room's functions."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from lsprotocol import types as lsp
from pygls import uris
from pygls.exceptions import JsonRpcInvalidParams

from checker.errors import CheckerError, ConfigurationError, NoteError
from checker.lab.context import within
from checker.lsp import actions, completion, hover, navigation, symbols
from checker.lsp.positions import changed, to_bytes
from checker.lsp.server import Server
from checker.lsp.session import Session
from checker.reports.text import clean

WATCHED = ("**/*.md", "**/*.canvas", "**/*.yaml", "**/*.evidence.json", "**/*.bib")
FILES = lsp.FileOperationRegistrationOptions(
    [lsp.FileOperationFilter(lsp.FileOperationPattern("**/*.{md,canvas}", lsp.FileOperationPatternKind.File), "file")]
)
ANSWERS: dict[str, tuple[Callable[[Session, PurePosixPath, Any], Any], Any]] = {
    lsp.TEXT_DOCUMENT_HOVER: (hover.hover, None),
    lsp.TEXT_DOCUMENT_COMPLETION: (completion.completion, lsp.CompletionOptions(trigger_characters=completion.TRIGGERS)),
    lsp.TEXT_DOCUMENT_CODE_ACTION: (
        actions.code_actions,
        lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.RefactorRewrite, lsp.CodeActionKind.Source]),
    ),
    lsp.TEXT_DOCUMENT_DEFINITION: (navigation.definition, None),
    lsp.TEXT_DOCUMENT_REFERENCES: (navigation.references, None),
    lsp.TEXT_DOCUMENT_PREPARE_RENAME: (navigation.prepare_rename, None),
    lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL: (symbols.document_symbols, None),
    lsp.TEXT_DOCUMENT_CODE_LENS: (symbols.code_lenses, None),
}
log = logging.getLogger(__name__)


def make_server(given: Path | None) -> Server:
    """A server with all that it answers."""
    server = Server(given)
    _life(server)
    _documents(server)
    for method, (answer, options) in ANSWERS.items():
        _answer(server, method, answer, options)
    _of_vault(server)
    _commands(server)
    return server


def serve(given: Path | None, reader: BinaryIO, writer: BinaryIO) -> None:
    """Answer an editor over two streams until it ends."""
    with contextlib.suppress(asyncio.CancelledError, BrokenPipeError, SystemExit):  # the ways to end it
        asyncio.run(make_server(given).talk(reader, writer))


def _answer(server: Server, method: str, answer: Callable[[Session, PurePosixPath, Any], Any], options: Any) -> None:
    """Answer a request about a document of a vault; with nothing for any other document, and for one that is no text."""

    @server.feature(method, options)
    async def handle(params: Any) -> Any:
        found = await server.at(params.text_document.uri)
        if found is None:
            return None
        try:
            with within(found[0].workspace.context):
                return answer(*found, params)
        except NoteError as error:
            log.info("%s: %s", method, error)
            return None


def _life(server: Server) -> None:
    @server.feature(lsp.INITIALIZED)
    async def begin(params: lsp.InitializedParams) -> None:
        for root in [server.given] if server.given else _roots(server):
            server.open(root)
        support = server.client_capabilities.workspace
        watching = support.did_change_watched_files if support else None
        if watching and watching.dynamic_registration:
            watchers = [lsp.FileSystemWatcher(pattern) for pattern in WATCHED]
            options = lsp.DidChangeWatchedFilesRegistrationOptions(watchers)
            registration = lsp.Registration("files", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            await server.client_register_capability_async(lsp.RegistrationParams([registration]))

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(params: lsp.DidChangeWatchedFilesParams) -> None:
        server.refresh()


def _roots(server: Server) -> Iterable[Path]:
    """The vaults of the folders that the editor has open: each with the settings of Obsidian in it or above it, or the folder."""
    folders = [uris.to_fs_path(uri) for uri in server.workspace.folders] or [server.workspace.root_path]
    for folder in filter(None, folders):
        place = Path(folder)
        if place.is_dir():
            yield place if (place / "vault").is_dir() else root_above(place)


def root_above(place: Path) -> Path:
    """The nearest vault of Obsidian that a folder is, or stands in; the folder where there is none."""
    return next((folder for folder in (place, *place.parents) if (folder / ".obsidian").is_dir()), place)


def _documents(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        if not server.opening and (file := uris.to_fs_path(document.uri)):
            server.open(root_above(Path(file).parent))  # an editor without a folder
        server.put(document.uri, to_bytes(document.text), document.version)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def edited(params: lsp.DidChangeTextDocumentParams) -> None:
        document = params.text_document
        if document.uri in server.texts:
            text = changed(server.texts[document.uri][0], params.content_changes, server.encoding)
            server.put(document.uri, text, document.version)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        server.refresh()

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        server.texts.pop(uri, None)
        for session in server.sessions():
            path = session.path_of(uri)
            if path is not None:
                session.vault.release(path)
                session.forget()
        server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))


def _of_vault(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_RENAME)
    async def rename(params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        support = server.client_capabilities.workspace
        edits = support.workspace_edit if support else None
        if not edits or lsp.ResourceOperationKind.Rename not in (edits.resource_operations or []):
            raise JsonRpcInvalidParams("this editor cannot rename files for a server; use check-claims rename")
        found = await server.at(params.text_document.uri)
        try:
            return navigation.rename(*found, params) if found else None
        except CheckerError as error:
            raise JsonRpcInvalidParams(clean(str(error))) from error

    @server.feature(lsp.WORKSPACE_WILL_RENAME_FILES, FILES)
    async def will_rename(params: lsp.RenameFilesParams) -> lsp.WorkspaceEdit | None:
        found = await server.at(params.files[0].old_uri) if params.files else None
        return navigation.will_rename(found[0], params.files) if found else None

    @server.feature(lsp.WORKSPACE_SYMBOL)
    async def find(params: lsp.WorkspaceSymbolParams) -> list[lsp.WorkspaceSymbol]:
        sessions = [await asyncio.shield(task) for task in list(server.opening.values())]
        return [found for session in sessions if session for found in symbols.workspace_symbols(session, params.query)]


def _commands(server: Server) -> None:
    async def at(uri: str) -> tuple[Session, PurePosixPath]:
        found = await server.at(uri)
        if found is None:
            raise ConfigurationError("no note of an open vault")
        return found

    @server.command(symbols.CHECK)
    async def check_claim(uri: str, statement: str) -> None:
        try:
            server.begin_check(*await at(uri), statement)
        except CheckerError as error:
            server.tell(str(error), lsp.MessageType.Warning)

    @server.command(symbols.REVIEW)
    async def review(uri: str, claim: str) -> None:
        try:
            await server.review(*await at(uri), claim)
        except CheckerError as error:
            server.tell(str(error), lsp.MessageType.Warning)

    @server.command(symbols.OPEN)
    async def open_claim(uri: str, claim: str) -> None:
        try:
            await server.show_claim((await at(uri))[0], claim)
        except CheckerError as error:
            server.tell(str(error), lsp.MessageType.Warning)
