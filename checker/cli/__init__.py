"""`check-claims`: the only room that talks to the terminal and chooses exit codes. One file a group of commands."""

import sys

from checker.interpreter import leave_working_folder

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> None:
    """Entry point of the installed command."""
    leave_working_folder()  # before anything is imported that a file there could stand in for
    from checker.cli import terminal

    terminal.prepare()  # before what takes long to import
    called = sys.argv[1:] if arguments is None else arguments
    if called == ["--help"]:
        from checker.cli import help_page

        if help_page.fits():
            sys.stdout.write(help_page.text())
            return
    from checker.cli.called import application

    application(arguments)(args=arguments, prog_name="check-claims")
