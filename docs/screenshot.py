"""Take the README's picture of the terminal: run `check-claims` in a pseudo-terminal and keep what it shows as SVG.

python docs/screenshot.py
"""

from __future__ import annotations

import io
import os
import pty
from pathlib import Path

from rich.console import Console
from rich.text import Text

COLUMNS, ROWS = 150, 40
COMMAND = ["check-claims", "."]


def main() -> None:
    """Run, record, save."""
    os.environ |= {"COLUMNS": str(COLUMNS), "LINES": str(ROWS), "TERM": "xterm-256color"}
    chunks: list[bytes] = []

    def keep(descriptor: int) -> bytes:
        chunks.append(os.read(descriptor, 65536))
        return chunks[-1]

    pty.spawn(COMMAND, keep)
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text("$ " + " ".join(COMMAND), style="bold"))
    console.print(Text.from_ansi(b"".join(chunks).decode()))
    console.save_svg(str(Path(__file__).with_name("check.svg")), title="check-claims")


if __name__ == "__main__":
    main()
