"""The log of a job: its beginning and its end, however much it writes."""

from __future__ import annotations

from pathlib import Path

HALF = 256 * 1024  # bytes kept of the beginning, and of the end
TOLD = "Fatal Python error"  # how the line begins that says what a crash was


class Log:
    """A file that takes bytes. Beyond `HALF` of them it keeps only the last ones, in memory until it is closed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path.open("wb", buffering=0)
        self.written, self.left_out = 0, 0
        self.end = bytearray()

    def write(self, data: bytes) -> None:
        head = data[: HALF - self.written]
        if head:
            self.file.write(head)
            self.written += len(head)
        self.end += data[len(head) :]
        if len(self.end) > 2 * HALF:
            self._forget()

    def _forget(self) -> None:
        surplus = max(0, len(self.end) - HALF)
        del self.end[:surplus]
        self.left_out += surplus

    def close(self) -> None:
        self._forget()
        if self.left_out:
            self.file.write(f"\n[{self.left_out} bytes left out]\n".encode())
        self.file.write(self.end)
        self.file.close()


def last_words(path: Path) -> str:
    """What a log says of why its process died: the line of a crash, else the last line; empty for an empty log."""
    try:
        lines = path.read_bytes()[-HALF:].decode("utf-8", "replace").strip().splitlines()
    except OSError:
        return ""
    return next((line for line in reversed(lines) if line.startswith(TOLD)), lines[-1] if lines else "")
