"""Each command is found in the file that is imported for it alone."""

from __future__ import annotations

from checker.cli.called import FILES
from checker.cli.commands import app


def test_every_command_stands_in_the_file_that_is_imported_for_it() -> None:
    listed = {(f"checker.cli.{file}", name) for file, names in FILES.items() for name in names} - {
        ("checker.cli.controls", "lab")
    }
    found = set()
    for command in app.registered_commands:
        assert command.callback is not None
        found.add((command.callback.__module__, command.name or command.callback.__name__))
    for group in app.registered_groups:
        assert group.typer_instance is not None
        found.add((f"checker.cli.{group.name}", str(group.name)))
    assert found == listed
