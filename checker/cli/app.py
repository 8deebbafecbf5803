"""What all commands share: the application, their common options, and how errors become exit codes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec

import typer

from checker.cli import terminal
from checker.errors import CheckerError, ConfigurationError, WriteError

if TYPE_CHECKING:
    from rich.console import Console

    from checker.runs.events import Event
    from checker.workspace import Workspace

OK, FAILED, USAGE, ERROR, UNWRITTEN = 0, 1, 2, 3, 4
DEFAULT_COMMAND = "check"
FILE_WIDTH = 160  # of a table that no terminal shows

Arguments = ParamSpec("Arguments")


class DefaultToCheck(typer.core.TyperGroup):
    """`check-claims PATH` means `check-claims check PATH`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "--version")):
            args = [DEFAULT_COMMAND, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=DefaultToCheck,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Decide the #claim sentences of a folder of notes by experiment. `check-claims [PATH]` checks; see the commands.",
)
WORKERS = Annotated[int, typer.Option("--workers", min=0, help="Worker processes; 0: one for each processor.")]
EXECUTOR = Annotated[str, typer.Option("--executor", metavar="NAME", help="Where jobs run: local, slurm, ray or dask.")]
EXECUTOR_OPTIONS = Annotated[
    list[str] | None,
    typer.Option("--executor-option", metavar="K=V", help="An option of the executor, as time=2h or memory=4; repeatable."),
]
JSON = Annotated[bool, typer.Option("--json", help="Write one JSON object to standard output; messages go to standard error.")]


def open_workspace(path: Path = Path(), download: bool = False) -> Workspace:
    """The workspace of a vault or project. Plug-ins that bring nothing are reported."""
    from checker.workspace import Workspace

    workspace = Workspace.open(path, download=download)
    warn(*dict.fromkeys(word.reason for word in workspace.words.missing))
    return workspace


def warn(*texts: str) -> None:
    """Write messages to standard error."""
    from checker.reports.text import clean

    for text in texts:
        typer.secho(clean(text), fg=typer.colors.YELLOW, err=True)


def show(event: Event) -> None:
    """Show the messages of a workspace; a listener for work without progress."""
    from checker.runs.events import Notice

    if isinstance(event, Notice):
        warn(event.text)


def command_line() -> str:
    """The command as the journal records it."""
    return " ".join(["check-claims", *sys.argv[1:]])


def output(**settings: Any) -> Console:
    """Standard output for tables: as wide as the terminal, or wide enough for a file."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else FILE_WIDTH, **settings)


def exits(command: Callable[Arguments, int]) -> Callable[Arguments, None]:
    """Turn a command's result and the program's errors into exit codes."""

    @wraps(command)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        try:
            terminal.begin()
            _be_somewhere()
            code = command(*args, **kwargs)
        except KeyboardInterrupt:
            typer.echo("interrupted; what had finished is kept, and the next run goes on from there", err=True)
            code = terminal.INTERRUPTED
        except ConfigurationError as error:
            typer.echo(f"check-claims: {error}", err=True)
            code = USAGE
        except WriteError as error:
            typer.echo(f"check-claims: {error}", err=True)
            code = UNWRITTEN
        except CheckerError as error:
            typer.echo(f"check-claims: {error}", err=True)
            code = ERROR
        raise typer.Exit(code)

    return run


def _be_somewhere() -> None:
    """Raises ConfigurationError where the working folder is gone: most paths start there."""
    try:
        Path.cwd()
    except FileNotFoundError:
        raise ConfigurationError("the working folder no longer exists; change to another one") from None


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"check-claims {version('check-claims')}")
        raise typer.Exit()


@app.callback()
def _main(
    version: Annotated[bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)] = False,
) -> None: ...
