"""What `check-claims --help` prints, kept as a file: to make it, the parser needs every command imported.

`python -m checker.cli.help_page` makes it anew; a test holds the file against that.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

FILE = Path(__file__).with_name("help.txt")
WIDTH = 80  # columns: wider terminals show the same, for narrower ones the parser makes it


def fits() -> bool:
    """Whether the file is what this terminal shows."""
    return not 0 < _columns() < WIDTH


def text() -> str:
    return FILE.read_text(encoding="utf-8")


def _columns() -> int:
    """Columns of the terminal, as `shutil.get_terminal_size` has them; 0 where nobody knows."""
    chosen = os.environ.get("COLUMNS", "")
    if chosen.isdecimal() and int(chosen):
        return int(chosen)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns if sys.__stdout__ else 0
    except (ValueError, OSError):
        return 0


if __name__ == "__main__":
    from checker.cli.called import application

    os.environ["COLUMNS"] = str(WIDTH)
    application(["--help"])(args=["--help"], prog_name="check-claims")
