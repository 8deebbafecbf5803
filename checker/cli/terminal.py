"""What a terminal, a shell or a service does to a program: signals that end it, an output that cannot show every character."""

from __future__ import annotations

import codecs
import io
import os
import signal
import sys
from types import FrameType

INTERRUPTED = 130  # the exit code of a run that somebody ended
ASCII = "ascii_as_asked"
ENDING = ("SIGINT", "SIGTERM", "SIGHUP")  # Ctrl-C, kill, a terminal that was closed


def prepare() -> None:
    """Let nothing that a person or a service does while the program starts end in a traceback."""
    for number in _ending():
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup and shells set it, which is meant
            signal.signal(number, _leave)
    codecs.register_error("json", _escape)
    codecs.register(_ascii)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            ascii_only = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding=ASCII if ascii_only else stream.encoding, errors="json")


def begin() -> None:
    """From now on these signals raise KeyboardInterrupt, so that what runs is ended in order and what is finished is kept."""
    for number in _ending():
        if signal.getsignal(number) is _leave:
            signal.signal(number, _interrupt)


def _ending() -> list[signal.Signals]:
    return [getattr(signal, name) for name in ENDING if hasattr(signal, name)]


def _leave(number: int, frame: FrameType | None) -> None:
    os.write(2, b"interrupted before anything was begun\n")
    os._exit(INTERRUPTED)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _ascii(name: str) -> codecs.CodecInfo | None:
    """ASCII under a name of its own: click takes the usual one for a mistake, and writes UTF-8 instead."""
    if name != ASCII:
        return None
    ascii_codec = codecs.lookup("ascii")
    return codecs.CodecInfo(
        ascii_codec.encode,
        ascii_codec.decode,
        incrementalencoder=ascii_codec.incrementalencoder,
        incrementaldecoder=ascii_codec.incrementaldecoder,
        name=ASCII,
    )


def _escape(error: UnicodeError) -> tuple[str, int]:
    """Characters that an output cannot take, as JSON escapes them: what is JSON stays JSON, and the rest can be read."""
    assert isinstance(error, UnicodeEncodeError)
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2)), error.end
