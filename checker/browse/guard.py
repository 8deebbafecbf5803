"""What the server lets in, and what it asks the browser to block."""

from __future__ import annotations

import hmac
import ipaddress
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"  # a picture opened by itself runs nothing
PDF_POLICY = "default-src 'none'; style-src 'unsafe-inline'"  # browsers show none in a sandbox
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}


HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+))(?::[0-9]{1,5})?")  # of RFC 9110, without what names no machine


def is_loopback(host: str) -> bool:
    """Whether a name or address, in brackets or without, means this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def host_of(header: str) -> str | None:
    """The name or address that a Host header gives, without brackets and port; None where it is not one."""
    match = HOST.fullmatch(header)
    if match is None:
        return None
    six, name = match.groups()
    if six is None:
        return str(name).lower()
    return str(six) if ":" in six and _is_address(six) else None


class Guard:
    """An ASGI middleware. A request must name this server by address or as localhost (so that no foreign name leads here), and
    must not come from another site; answers carry HEADERS unless they have their own."""

    def __init__(self, app: ASGIApp, loopback_only: bool = True) -> None:
        self.app, self.loopback_only = app, loopback_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        from starlette.requests import HTTPConnection
        from starlette.responses import PlainTextResponse

        code, fault = self._fault(HTTPConnection(scope))
        app: ASGIApp = PlainTextResponse(fault, code) if fault else self.app

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                more = [(name.encode(), value.encode()) for name, value in HEADERS.items() if name.encode() not in given]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        await app(scope, receive, with_headers)

    def _fault(self, request: HTTPConnection) -> tuple[int, str]:
        """The status and the words of a refusal; no words for a request that is let in."""
        hosts = request.headers.getlist("host")
        name = host_of(hosts[0]) if len(hosts) == 1 else None
        if name is None:
            return 400, "a request has to name one host"
        if not (is_loopback(name) or (not self.loopback_only and _is_address(name))):
            return 403, "this server answers to its address and to localhost only"
        origins = request.headers.getlist("origin")
        if origins not in ([], [f"http://{hosts[0]}"]):
            return 403, "requests from other sites are refused"
        site, mode = (request.headers.get(f"sec-fetch-{what}", "") for what in ("site", "mode"))
        if site in ("cross-site", "same-site") and not (mode == "navigate" and request.scope["path"] == "/"):
            return 403, "requests from other sites are refused"
        return 200, ""


def has_token(request: HTTPConnection, token: str) -> bool:
    """Whether a request carries the token that the command printed."""
    return hmac.compare_digest(request.headers.get("x-token", "").encode(), token.encode())
