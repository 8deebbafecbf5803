"""Take the README's picture of the terminal: run `check-claims` in a pseudo-terminal and keep what it shows as SVG.

python docs/screenshot.py
"""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
from pathlib import Path

from rich.console import Console
from rich.text import Text

COLUMNS = 150
COMMAND = ["check-claims", ".", "-k", "shape-preference or lut or mae-attention-distance-d"]


def main() -> None:
    """Run, record, save."""
    terminal, inner = pty.openpty()
    environment = os.environ | {"COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    process = subprocess.Popen(COMMAND, stdout=inner, stderr=subprocess.DEVNULL, env=environment)
    os.close(inner)
    shown = b""
    while True:
        try:
            shown += os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
    process.wait()
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text("$ " + " ".join(COMMAND), style="bold"))
    console.print(Text.from_ansi(shown.decode().replace("\r\n", "\n")))
    picture = re.sub(r"@font-face {.*?}", "", console.export_svg(title="check-claims"), flags=re.DOTALL)
    Path(__file__).with_name("check.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
