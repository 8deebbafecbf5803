"""What all commands share: the application, their common options, and how errors become exit codes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, ParamSpec

import typer

from checker.errors import CheckerError, ConfigurationError, WriteError

OK, FAILED, USAGE, ERROR, UNWRITTEN, INTERRUPTED = 0, 1, 2, 3, 4, 130
DEFAULT_COMMAND = "check"

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
JSON = Annotated[bool, typer.Option("--json", help="Write one JSON object to standard output; messages go to standard error.")]


def exits(command: Callable[Arguments, int]) -> Callable[Arguments, None]:
    """Turn a command's result and the program's errors into exit codes."""

    @wraps(command)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
        except KeyboardInterrupt:
            typer.echo("interrupted; what had finished is kept, and the next run goes on from there", err=True)
            code = INTERRUPTED
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


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"check-claims {version('check-claims')}")
        raise typer.Exit()


@app.callback()
def _main(
    version: Annotated[bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)] = False,
) -> None: ...
