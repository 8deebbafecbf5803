"""One run of an experiment: its files are copied into an empty folder, and the command is run there. No other file of the project
is there, so nothing can be imported or read that was not trusted and does not count."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from checker import interpreter
from checker.errors import ConfigurationError, MeasurementError
from checker.lab.experiments.files import OnDisk, read_experiment, untrusted, verify
from checker.lab.experiments.output import read_output

OUTPUT, LOG = "output", "output.log"  # in the folder of a job, and in that of what is kept
STAGE = "project"
CHUNK = 65536  # bytes read at once
LEFT_BEHIND = 5.0  # seconds in which a process that the command left behind may hold its output open
LONGEST_LINE = 200  # characters of the log in a message


def run(file: Path, root: Path, model: str, seed: int, address: str, folder: Path, keep: Callable[[bytes], None]) -> None:
    """Run the command of an experiment file for a model and a seed, and leave `output` in `folder`. `keep` gets what it prints.

    Raises ConfigurationError for an experiment that is not trusted, or is not the one of the address any more; MeasurementError
    where the command fails or leaves something else than its values.
    """
    found = read_experiment(file, root)
    standing = found.standing
    if not standing.trusted:
        raise ConfigurationError(untrusted(standing, found.shown))
    if found.address(model, seed) != address:
        raise ConfigurationError(f"{found.shown}: its files are not those that the run was planned with; run it again")
    whose = f"{found.shown}: the command for {model}, seed {seed},"
    stage, out = folder / STAGE, folder / OUTPUT
    out.unlink(missing_ok=True)
    shutil.rmtree(stage, ignore_errors=True)
    try:
        _copy(found, model, standing.files, stage)
        _call(found.experiment.arguments(model, seed, str(out.resolve())), stage, whose, keep)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    try:
        read_output(out, found.experiment)
    except MeasurementError as error:
        out.unlink(missing_ok=True)
        raise MeasurementError(f"{whose} left what cannot be used: {error}") from error


def _copy(found: OnDisk, model: str, files: Mapping[str, str], stage: Path) -> None:
    """Copy what a run may see, as it was trusted."""
    stage.mkdir()
    for path in (*found.dependencies, found.experiment.models[model]):
        source, target = found.place(path), stage / path
        data = source.read_bytes()
        verify(files, path, data)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        target.chmod(source.stat().st_mode & 0o777 | 0o600)


def _call(arguments: list[str], stage: Path, whose: str, keep: Callable[[bytes], None]) -> None:
    try:
        process = subprocess.Popen(
            arguments,
            cwd=stage,
            env=interpreter.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except FileNotFoundError:
        kind = "among the files that it depends on" if "/" in arguments[0] else "on the PATH"
        raise MeasurementError(f"{whose} cannot be run: there is no program {arguments[0]} {kind}") from None
    except (OSError, ValueError) as error:
        raise MeasurementError(f"{whose} cannot be run ({error})") from error
    last = bytearray()
    reader = threading.Thread(target=_read, args=(process, keep, last), daemon=True)
    reader.start()
    code = process.wait()
    reader.join(LEFT_BEHIND)
    if code:
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        words = _last_line(bytes(last))
        raise MeasurementError(f"{whose} {how}" + (f": {words}" if words else ""))


def _read(process: subprocess.Popen[bytes], keep: Callable[[bytes], None], last: bytearray) -> None:
    assert process.stdout is not None
    with process.stdout as pipe:
        while data := os.read(pipe.fileno(), CHUNK):
            keep(data)
            last += data
            del last[:-CHUNK]
    sys.stderr.flush()


def _last_line(data: bytes) -> str:
    """The last line of a log, without anything that a terminal would obey."""
    lines = data.decode("utf-8", "replace").strip().splitlines()
    text = "".join(char if char.isprintable() else " " for char in lines[-1]) if lines else ""
    return text[:LONGEST_LINE].strip()
