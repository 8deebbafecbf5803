"""Each command is found in the file that is imported for it alone, and imports what it uses."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from checker.cli import help_page
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


def test_the_help_page_is_what_the_parser_makes() -> None:
    made = subprocess.run([sys.executable, "-m", help_page.__name__], capture_output=True, text=True, check=True).stdout
    assert help_page.text() == made, "run python -m checker.cli.help_page > checker/cli/help.txt"


@pytest.mark.parametrize(("columns", "from_file"), [("80", True), ("200", True), ("60", False), ("0", True), ("wide", True)])
def test_a_narrow_terminal_gets_help_of_its_width(columns: str, from_file: bool) -> None:
    done = _run("--help", COLUMNS=columns)
    assert (done.output == help_page.text()) is from_file
    assert done.output.startswith("Usage: check-claims [OPTIONS] COMMAND")
    assert ("typer" in done.imported) is not from_file


def test_small_commands_import_what_they_use(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("[[b]]\n")
    notes = _run("notes", str(tmp_path))
    assert "1  notes" in notes.output
    assert not {"checker.lab.words", "checker.claims", "lark", "rich", "yaml"} & notes.imported
    sentence = "MAE has shorter attention distance than DINO"
    cache = str(tmp_path / "cache")
    first, second = (_run("read", sentence, CHECK_CLAIMS_CACHE=cache) for _ in range(2))
    assert first.output == second.output
    assert "lark" in first.imported
    assert not {"lark", "rich", "markdown_it", "networkx", "timm", "torch", "numpy"} & second.imported


def test_a_check_whose_readings_are_kept_imports_no_parser_and_no_hub(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "- MAE has shorter attention distance #claim\n- DINOv2 ViT-L/14 has more parameters than BEiT ViT-L/16 #claim\n"
    )
    cache = str(tmp_path / ".cache")
    first, second = (_run("check", str(tmp_path), CHECK_CLAIMS_CACHE=cache) for _ in range(2))
    assert "needs spec" in second.output
    assert "lark" in first.imported
    assert not {"lark", "huggingface_hub.file_download", "timm", "torch"} & second.imported


@dataclass(frozen=True)
class _Done:
    output: str
    imported: frozenset[str]


def _run(*arguments: str, **environment: str) -> _Done:
    """A command in a process of its own, with what it printed and the modules that it imported."""
    code = (
        "import sys; from checker.cli import main\n"
        f"try: main({list(arguments)!r})\n"
        "except SystemExit: pass\n"
        "print('\\0' + ' '.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ | environment)
    output, _, modules = done.stdout.partition("\0")
    return _Done(output, frozenset(modules.split()))
