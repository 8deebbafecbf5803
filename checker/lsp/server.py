"""The server: it opens vaults, keeps the texts of the editor, tells what is wrong in them, and runs commands."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
import uuid
from collections.abc import Generator
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, PyglsError
from pygls.io_ import StdinAsyncReader, StdoutWriter, run_async
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, default_converter, lsp_method

from checker.cache import version
from checker.errors import CheckerError, ConfigurationError
from checker.lsp import actions
from checker.lsp.check import StoppedError, check
from checker.lsp.diagnostics import diagnostics
from checker.lsp.session import Session
from checker.reports.text import clean

QUIET = 0.02  # seconds after a change before a note is looked at; more where the last look took longer
SETTLED = 0.5  # seconds after the last report of a changed file before the disk is looked at
ENDING = ("SIGINT", "SIGTERM", "SIGHUP")
log = logging.getLogger(__name__)


class Protocol(LanguageServerProtocol):
    """The protocol of pygls with two changes. It keeps no documents: pygls counts lines by Python's rules, which are not those of
    editors, so texts are kept by the server. And a request that cannot be understood gets an answer."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "method" in data and isinstance(data.get("id"), (int, str)):
                self._send_response(data["id"], None, error.to_response_error())
            raise

    @lsp_method(lsp.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: lsp.DidOpenTextDocumentParams) -> Generator[Any, Any, None]:
        yield self.fm.features[lsp.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: lsp.DidChangeTextDocumentParams) -> Generator[Any, Any, None]:
        yield self.fm.features[lsp.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: lsp.DidCloseTextDocumentParams) -> Generator[Any, Any, None]:
        yield self.fm.features[lsp.TEXT_DOCUMENT_DID_CLOSE], (params,), None


class Server(LanguageServer):
    """`given` is the vault or project of the command; None: those that the editor has open."""

    def __init__(self, given: Path | None) -> None:
        super().__init__("check-claims", version("check-claims"), protocol_cls=Protocol, converter_factory=default_converter)
        self.given = given
        self.texts: dict[str, tuple[bytes, int | None]] = {}
        self.opening: dict[Path, asyncio.Task[Session | None]] = {}
        self._looks: dict[str, asyncio.Task[None]] = {}
        self._refreshing: asyncio.TimerHandle | None = None
        self._cost = 0.0
        self._checks: set[asyncio.Task[None]] = set()

    def report_server_error(self, error: Exception, source: type[PyglsError] | type[JsonRpcException]) -> None:
        """A message that cannot be understood is a line in the log: no window opens for it."""
        log.error("%s: %s", source.__name__, clean(str(error))[:500])

    @property
    def encoding(self) -> str:
        return str(getattr(self.workspace.position_encoding, "value", self.workspace.position_encoding))

    async def talk(self, reader: BinaryIO, writer: BinaryIO) -> None:
        """Answer until the editor ends, or a signal ends the server."""
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        for name in ENDING:
            with contextlib.suppress(NotImplementedError, AttributeError):  # Windows has not all of them
                loop.add_signal_handler(getattr(signal, name), task.cancel)
        self.protocol.set_writer(StdoutWriter(writer))
        source = StdinAsyncReader(reader, self.thread_pool)
        await run_async(threading.Event(), source, self.protocol, log, self.report_server_error)

    # Vaults

    def open(self, root: Path) -> None:
        """Begin to open a vault or project, unless it is open."""
        if root not in self.opening:
            self.opening[root] = asyncio.get_running_loop().create_task(self._open(root))

    async def _open(self, root: Path) -> Session | None:
        try:
            session = await asyncio.get_running_loop().run_in_executor(None, Session.open, root, self.encoding)
        except CheckerError as error:
            self.tell(str(error), lsp.MessageType.Error)
            return None
        for uri, (text, _) in self.texts.items():
            path = session.path_of(uri)
            if path is not None:
                session.vault.hold(path, text)
                self.look(uri)
        return session

    async def at(self, uri: str) -> tuple[Session, PurePosixPath] | None:
        """The session of a document and its path there; None for one that is in no vault."""
        for task in list(self.opening.values()):
            session = await asyncio.shield(task)
            path = session.path_of(uri) if session else None
            if session is not None and path is not None:
                return session, path
        return None

    def sessions(self) -> list[Session]:
        """Those that are open by now."""
        done = (task.result() for task in self.opening.values() if task.done() and not task.cancelled())
        return [session for session in done if session is not None]

    # Texts

    def put(self, uri: str, text: bytes, number: int | None) -> None:
        """Take a text for what the editor holds of a document."""
        self.texts[uri] = text, number
        for session in self.sessions():
            path = session.path_of(uri)
            if path is not None:
                session.vault.hold(path, text)
                session.forget_claims()
        self.look(uri)

    def look(self, uri: str, others: bool = True) -> None:
        """Tell soon what is wrong in a document, and then in the others, whose links may lead there."""
        if uri in self._looks:
            self._looks[uri].cancel()
        self._looks[uri] = asyncio.get_running_loop().create_task(self._look(uri, others))

    async def _look(self, uri: str, others: bool) -> None:
        await asyncio.sleep(max(QUIET, self._cost))
        loop = asyncio.get_running_loop()
        for session in self.sessions():
            path = session.path_of(uri)
            if path is None or uri not in self.texts:
                continue
            number = self.texts[uri][1]
            try:
                for _ in session.steps(path):
                    await asyncio.sleep(0)  # so that nobody waits for a note of many new claims
                began = loop.time()
                found = diagnostics(session, path)
                self._cost = min(loop.time() - began, SETTLED)
            except CheckerError as error:
                log.error("%s: %s", uri, error)
                continue
            self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, found, number))
        for other in self.texts if others else ():
            if other != uri and (other not in self._looks or self._looks[other].done()):
                self.look(other, others=False)

    def refresh(self) -> None:
        """Look at the disk again soon."""
        if self._refreshing is not None:
            self._refreshing.cancel()
        self._refreshing = asyncio.get_running_loop().call_later(SETTLED, self._refresh)

    def _refresh(self) -> None:
        for session in self.sessions():
            session.refresh()
        for uri in self.texts:
            self.look(uri)
        support = self.client_capabilities.workspace
        if support and support.code_lens and support.code_lens.refresh_support:
            self.workspace_code_lens_refresh(None)

    def tell(self, text: str, kind: lsp.MessageType = lsp.MessageType.Info) -> None:
        """Show a message to the person."""
        self.window_show_message(lsp.ShowMessageParams(kind, clean(text)))

    # Commands

    def begin_check(self, session: Session, path: PurePosixPath, statement: str) -> None:
        """Check a claim while everything else goes on."""
        if any(not task.done() for task in self._checks):
            raise ConfigurationError("a check is running; wait for it, or stop it")
        if not session.is_saved(path):
            raise ConfigurationError(f"{path} is not saved; save it, and check then")
        task = asyncio.get_running_loop().create_task(self._check(session, path, statement))
        self._checks = {task}

    async def _check(self, session: Session, path: PurePosixPath, statement: str) -> None:
        loop, token, stopped = asyncio.get_running_loop(), str(uuid.uuid4()), threading.Event()
        shown = await self._begin_progress(token, f"Checking: {clean(statement)}")

        def report(line: str, done: int | None) -> None:
            if shown:
                value = lsp.WorkDoneProgressReport(cancellable=True, message=clean(line), percentage=done)
                loop.call_soon_threadsafe(self.work_done_progress.report, token, value)

        watch = loop.create_task(self._stop_when_cancelled(token, stopped))
        kind = lsp.MessageType.Info
        try:
            lines = await loop.run_in_executor(None, check, session.workspace, path, statement, report, stopped)
        except StoppedError:
            lines = ["stopped; what had finished is kept"]
        except CheckerError as error:
            lines, kind = [str(error)], lsp.MessageType.Error
        except Exception as error:  # a fault of the program must not leave the editor waiting
            log.exception("the check failed")
            lines, kind = [f"the check failed: {type(error).__name__}: {error}"], lsp.MessageType.Error
        watch.cancel()
        if shown:
            self.work_done_progress.end(token, lsp.WorkDoneProgressEnd(message=clean(lines[-1])))
        self.tell("; ".join(lines), kind)
        self._refresh()

    async def _begin_progress(self, token: str, title: str) -> bool:
        """Whether the editor shows progress."""
        window = self.client_capabilities.window
        if not window or not window.work_done_progress:
            self.tell(title)
            return False
        await self.work_done_progress.create_async(token)
        self.work_done_progress.begin(token, lsp.WorkDoneProgressBegin(title, cancellable=True, percentage=0))
        return True

    async def _stop_when_cancelled(self, token: str, stopped: threading.Event) -> None:
        try:
            while not stopped.is_set():
                await asyncio.sleep(10 * QUIET)
                future = self.work_done_progress.tokens.get(token)
                if future is not None and future.cancelled():
                    stopped.set()
        finally:
            stopped.set()  # the server ends, and waits for the check

    async def review(self, session: Session, path: PurePosixPath, claim: str) -> None:
        """Write that a reading has been reviewed."""
        change = actions.reviewed(session, path, claim)
        command = f"check-claims lsp: review {claim}"
        written = await asyncio.get_running_loop().run_in_executor(
            None, lambda: session.workspace.write([change], command=command)
        )
        if written.faults:
            raise ConfigurationError(written.faults[0])
        self.tell(f"{change.path.name} says that its reading is reviewed; it is yours from now on")
        self._refresh()

    async def show_claim(self, session: Session, claim: str) -> None:
        """Open the note of a claim, where the editor can."""
        note = session.workspace.project.note(claim)
        window = self.client_capabilities.window
        if not note.is_file():
            self.tell(f"{claim} has no note yet; it gets one when it is checked")
        elif window and window.show_document and window.show_document.support:
            await self.window_show_document_async(lsp.ShowDocumentParams(note.absolute().as_uri(), take_focus=True))
        else:
            self.tell(str(note))
