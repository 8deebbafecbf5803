"""`check-claims browse` and `export`: the page of a vault, served on this machine or written as one file."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.app import ERROR, OK, app, exits, open_workspace
from checker.cli.vaults import PATH, VAULT
from checker.errors import ConfigurationError, WriteError

if TYPE_CHECKING:
    import socket

PORT = 8765


@app.command("browse")
@exits
def browse(
    path: PATH = Path(),
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = PORT,
    host: Annotated[
        str, typer.Option(help="The address to listen on. On one that others can reach, no check can be started.")
    ] = "127.0.0.1",
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the browser.")] = False,
) -> int:
    """Open the page of a vault: its link graph, its notes, and its claims with their evidence. Ctrl-C ends it."""
    import webbrowser

    import uvicorn

    from checker.browse import Server
    from checker.browse.guard import is_loopback
    from checker.cache import cache_folder

    workspace = open_workspace(path)
    server = Server(workspace, cache_folder(), is_loopback(host))
    listening = _listen(host, port, fixed=port != PORT)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listening.getsockname()[1]}/" + (f"#token={server.token}" if server.token else "")
    config = uvicorn.Config(server.app(), log_level="warning", access_log=False, timeout_graceful_shutdown=1, lifespan="on")

    class Announced(uvicorn.Server):
        async def startup(self, sockets: object = None) -> None:
            await super().startup(sockets=sockets)  # type: ignore[arg-type]
            typer.echo(f"{workspace.project.vault} at {address}\nCtrl-C ends it.")
            if not no_open:
                webbrowser.open(address)

    with contextlib.suppress(KeyboardInterrupt):  # the way to end it
        Announced(config).run(sockets=[listening])
    return OK


def _listen(host: str, port: int, fixed: bool) -> socket.socket:
    """A socket on the port, or on a free one where the usual one is taken."""
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for wanted in (port,) if fixed or not port else (port, 0):
        opened = socket.socket(family, socket.SOCK_STREAM)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            opened.bind((host, wanted))
            return opened
        except OSError as error:
            opened.close()
            fault = error
    raise ConfigurationError(f"cannot listen on {host}:{port} ({fault.strerror}); choose another with --port")


@app.command("export")
@exits
def export(
    out: Annotated[Path, typer.Argument(help="The file to write, page.html or the like.")],
    vault: VAULT = Path(),
) -> int:
    """Write the page of a vault as one file that needs no network and no server."""
    from checker.browse import export as export_site
    from checker.browse import open_site
    from checker.cache import cache_folder
    from checker.reports.text import clean

    if not out.parent.is_dir():
        raise WriteError(f"{out}: cannot be written (there is no folder {out.parent})")
    site = open_site(open_workspace(vault), cache_folder())
    text, left_out = export_site(site)
    for name in left_out:
        typer.secho(f"{name}: too large or no picture, left out", fg=typer.colors.YELLOW, err=True)
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise WriteError(f"{out}: cannot be written ({error.strerror})") from error
    typer.echo(f"{out}: {len(site.note_paths)} notes, {len(site.cases)} claims, {out.stat().st_size / 1e6:.1f} MB")
    for fault in site.faults.values():
        typer.secho(clean(fault), fg=typer.colors.YELLOW, err=True)
    return ERROR if site.faults else OK
