"""The web server of the page: a few answers in JSON, the files of the vault, one stream of news, and one action."""

from __future__ import annotations

import asyncio
import contextlib
import mimetypes
import secrets
from collections.abc import AsyncIterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from checker.browse.guard import FILE_POLICY, PDF_POLICY, Guard, has_token
from checker.browse.live import Live
from checker.browse.page import STATIC, live_page, static_file
from checker.browse.runner import Runner
from checker.workspace import Workspace

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

SHOWN = ("image/", "audio/", "video/", "application/pdf")  # kinds of files that a browser may show; others are saved


class Server:
    """The page of one vault. `token` is what an action has to carry; None on an address that others can reach."""

    def __init__(self, workspace: Workspace, cache: Path | None, loopback_only: bool = True) -> None:
        self.live = Live(workspace, cache)
        self.runner = Runner(workspace, self.live.send, self._after_check)
        self.token = secrets.token_urlsafe(24) if loopback_only else None
        self.loopback_only = loopback_only

    async def _after_check(self) -> None:
        site = self.live.site
        await self.live.refresh({str(site.project.claims.resolve() / f"{self.runner.claim}.evidence.json")})

    def app(self) -> Starlette:
        """The ASGI application."""
        from starlette.applications import Starlette
        from starlette.middleware import Middleware
        from starlette.routing import Route

        routes = [
            Route("/", self._page),
            Route("/static/{name}", self._static),
            Route("/api/graph", self._graph),
            Route("/api/claims", self._claims),
            Route("/api/claim", self._claim),
            Route("/api/note", self._note),
            Route("/api/properties", self._properties),
            Route("/api/check", self._check_state),
            Route("/api/check", self._start, methods=["POST"]),
            Route("/api/stop", self._stop, methods=["POST"]),
            Route("/events", self._events),
            Route("/file", self._file),
        ]
        guard = Middleware(Guard, loopback_only=self.loopback_only)
        return Starlette(routes=routes, middleware=[guard], lifespan=self._lifespan)

    @contextlib.asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        await self.live.open()
        watching = asyncio.create_task(self.live.watch())
        try:
            yield
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
            await self.runner.stop()
            self.live.close()

    async def _page(self, request: Request) -> Response:
        from starlette.responses import HTMLResponse

        return HTMLResponse(live_page(self.live.site.name, can_check=self.token is not None))

    async def _static(self, request: Request) -> Response:
        from starlette.responses import Response

        name = request.path_params["name"]
        if name not in STATIC:
            return _absent()
        return Response(static_file(name), media_type=STATIC[name])

    async def _graph(self, request: Request) -> Response:
        from starlette.responses import Response

        return Response(self.live.graph, media_type="application/json")

    async def _claims(self, request: Request) -> Response:
        from starlette.responses import Response

        return Response(self.live.rows, media_type="application/json")

    async def _claim(self, request: Request) -> Response:
        name = request.query_params.get("id", "")
        return _answer(await self.live.ask(lambda: self.live.site.claim(name)))

    async def _note(self, request: Request) -> Response:
        path = PurePosixPath(request.query_params.get("path", ""))
        return _answer(await self.live.ask(lambda: self.live.site.note(path)))

    async def _properties(self, request: Request) -> Response:
        key = request.query_params.get("key")
        if key is None:
            return _answer({"keys": await self.live.ask(self.live.site.properties)})
        return _answer({"values": await self.live.ask(lambda: self.live.site.values(key))})

    async def _check_state(self, request: Request) -> Response:
        return _answer(self.runner.state())

    async def _start(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        name = request.query_params.get("id", "")
        if name not in {case.id for case in self.live.site.cases}:
            return _absent()
        started = self.runner.start(name)
        return _answer(self.runner.state(), 202 if started else 409)

    async def _stop(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        await self.runner.stop()
        return _answer(self.runner.state())

    def _refusal(self, request: Request) -> Response | None:
        if self.token is None or not has_token(request, self.token):
            return _answer({"error": "open the address that check-claims browse printed: it carries the token"}, 403)
        return None

    async def _events(self, request: Request) -> Response:
        from starlette.responses import StreamingResponse

        return StreamingResponse(self.live.messages(), media_type="text/event-stream")

    async def _file(self, request: Request) -> Response:
        from starlette.responses import FileResponse

        path = PurePosixPath(request.query_params.get("path", ""))
        file = await self.live.ask(lambda: self.live.site.file(path))
        if file is None or not file.is_file():
            return _absent()
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        how = "inline" if kind.startswith(SHOWN) else "attachment"
        return FileResponse(
            file,
            media_type=kind if how == "inline" else "application/octet-stream",
            filename=path.name,
            content_disposition_type=how,
            headers={"content-security-policy": PDF_POLICY if kind == "application/pdf" else FILE_POLICY},
        )


def _answer(value: Any, status: int = 200) -> Response:
    from starlette.responses import JSONResponse

    return _absent() if value is None else JSONResponse(value, status)


def _absent() -> Response:
    from starlette.responses import JSONResponse

    return JSONResponse({"error": "there is no such thing here"}, 404)
