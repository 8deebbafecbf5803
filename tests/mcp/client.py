"""The SDK's own client over stdio, asked from a test that is no coroutine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

COMMAND = str(Path(sys.executable).with_name("check-claims"))


class RefusedError(Exception):
    """Raised for an answer that is an error; its text is what an assistant is told."""


class Asking:
    """A server, and calls of its tools that give the structured answer."""

    def __init__(self, portal: BlockingPortal, client: Client) -> None:
        self.portal, self.client = portal, client

    def __call__(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result = self.portal.call(self.client.call_tool, tool, arguments)
        if result.is_error:
            raise RefusedError(result.content[0].text)  # type: ignore[union-attr]
        assert isinstance(result.structured_content, dict)
        return result.structured_content

    def tools(self) -> dict[str, Any]:
        return {tool.name: tool for tool in self.portal.call(self.client.list_tools).tools}


@contextmanager
def serving(project: Path, cache: Path, *options: str) -> Iterator[Asking]:
    """`check-claims mcp` on a project, as a client of an assistant starts it."""
    environment = {"CHECK_CLAIMS_CACHE": str(cache), "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    environment |= {name: os.environ[name] for name in ("HF_HUB_CACHE",) if name in os.environ}
    parameters = StdioServerParameters(command=COMMAND, args=["mcp", str(project), *options], env=environment)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(Client(stdio_client(parameters))) as client:
        yield Asking(portal, client)
