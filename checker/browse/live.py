"""The site as it changes: one thread that reads the vault, a watch on its files, and the pages that listen."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from checker.browse.site import Site, open_site
from checker.errors import CheckerError
from checker.workspace import Workspace

SETTLE, STEP = 200, 40  # ms: the longest that changes are gathered for, and the silence that ends it
RETRY = 1.0  # seconds between two watches
COURTESY = 0.1  # seconds in which pages may ask for a note before the graph is made
PING = 15.0  # seconds between signs of life
BACKLOG = 200  # messages that a page may be behind

Result = TypeVar("Result")


class Live:
    """A site that follows its files. All reading is done in one thread, which owns the index."""

    def __init__(self, workspace: Workspace, cache: Path | None) -> None:
        self.workspace, self.cache = workspace, cache
        self.thread = ThreadPoolExecutor(1, "vault")
        self.reading = asyncio.Lock()
        self.pages: set[asyncio.Queue[str]] = set()
        self.site: Site
        self.seen: dict[str, object] = {}
        self.outline = ""
        self.graph = b""
        self.rows = b""

    async def open(self) -> None:
        """Read the vault for the first time."""
        self.site = await self.ask(lambda: open_site(self.workspace, self.cache))
        self.seen = await self.ask(self.site.stamps)
        await self._publish()

    def close(self) -> None:
        self.thread.shutdown(wait=False, cancel_futures=True)

    async def ask(self, question: Callable[[], Result]) -> Result:
        """Run something in the thread of the vault."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, question)

    def send(self, message: dict[str, Any]) -> None:
        """Send a message to every page; one that does not read is left behind."""
        text = json.dumps(message)  # in ASCII: the name of a changed file may be no UTF-8
        for page in self.pages:
            if page.qsize() < BACKLOG:
                page.put_nowait(text)

    async def messages(self) -> AsyncIterator[str]:
        """The messages to one page, as server-sent events."""
        queue: asyncio.Queue[str] = asyncio.Queue()
        self.pages.add(queue)
        try:
            yield 'retry: 1000\ndata: {"kind": "hello"}\n\n'
            while True:
                try:
                    yield f"data: {await asyncio.wait_for(queue.get(), PING)}\n\n"
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            self.pages.discard(queue)

    async def watch(self) -> None:
        """Follow the files until cancelled."""
        from watchfiles import Change, awatch

        def wanted(change: Change, path: str) -> bool:
            name = Path(path).name
            return not name.startswith((".check-claims-", ".#")) and "/.git/" not in path and "/.obsidian/" not in path

        folders = {self.site.project.vault.resolve(), self.site.project.claims.resolve()}
        there = [folder for folder in folders if folder.is_dir()]
        options: dict[str, Any] = {"watch_filter": wanted, "debounce": SETTLE, "step": STEP, "ignore_permission_denied": True}
        while True:  # the watch ends where a name is no UTF-8 or the system gives no more news; what it missed is looked for then
            with contextlib.suppress(Exception):
                async for changes in awatch(*there, **options):
                    await self.refresh({path for _, path in changes})
            await asyncio.sleep(RETRY)
            await self.refresh()

    async def refresh(self, changed: set[str] | None = None) -> None:
        """Read what changed, or look for it. Notes are sent at once; the claims, which take longer, when they are known."""
        async with self.reading:
            try:
                before = self.seen
                quick = await self.ask(self.site.with_new_files)
                self.site = quick
                self.seen = await self.ask(quick.stamps)
                if changed is None:
                    changed = {path for path, _ in before.items() ^ self.seen.items()}
                if not changed:
                    return
                root = str(quick.vault.root.resolve())
                notes = sorted(path.removeprefix(root).lstrip("/") for path in changed if path.startswith(root))
                self.send({"kind": "changed", "notes": notes, "graph": False, "claims": False})
                await asyncio.sleep(COURTESY)
                await self._publish()
                self.site = await self.ask(lambda: quick.with_new_claims(changed))
                if self.site is not quick:
                    await self._publish()
            except (CheckerError, OSError) as error:
                self.send({"kind": "fault", "text": str(error)})

    async def _publish(self) -> None:
        """Make graph and claims anew where they have changed, and report it."""
        site = self.site
        outline, rows = await self.ask(lambda: (site.outline(), _json({"schema": 1, "claims": site.claims()})))
        fresh = {"graph": outline != self.outline, "claims": rows != self.rows}
        if fresh["graph"]:
            self.graph = await self.ask(lambda: _json(site.graph()))
        self.outline, self.rows = outline, rows
        if any(fresh.values()):
            self.send({"kind": "changed", "notes": [], **fresh})


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
