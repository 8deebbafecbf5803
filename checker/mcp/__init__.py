"""A server that an assistant asks about a vault: it reads and drafts, a person decides."""

from __future__ import annotations

from pathlib import Path

from checker.errors import ConfigurationError
from checker.extras import extra


def serve(path: Path, write: bool = False) -> None:
    """Serve a vault over standard input and output until the other side ends. `write`: claims may be checked.

    Raises ConfigurationError where the extra `assistant` is not installed.
    """
    with extra("assistant", "check-claims mcp", ConfigurationError):
        from checker.mcp.server import make_server
    make_server(path, write).run("stdio")
