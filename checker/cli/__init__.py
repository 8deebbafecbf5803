"""`check-claims`: the only room that talks to the terminal and chooses exit codes. One file a group of commands."""

from checker.interpreter import leave_working_folder

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> None:
    """Entry point of the installed command."""
    leave_working_folder()  # before anything is imported that a file there could stand in for
    from checker.cli import terminal

    terminal.prepare()  # before what takes long to import
    from checker.cli.called import application

    application(arguments)(args=arguments, prog_name="check-claims")
