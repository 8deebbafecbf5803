"""Processes with all that they started: what they hold, and how they end for good."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys

import psutil

MARK = "CHECK_CLAIMS_WORKER"  # in the environment of a worker and of all that it starts: found again wherever they went
ROUNDS = 20  # of looking for what was started meanwhile
SUBREAPER = 36  # prctl's PR_SET_CHILD_SUBREAPER


def adopt_orphans() -> None:
    """Let orphaned descendants come back to this process instead of to init, so that they can be found. Linux only."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)


def family(pid: int) -> list[psutil.Process]:
    """A process and its descendants that are alive; empty when it is gone."""
    try:
        root = psutil.Process(pid)
        return [process for process in (root, *root.children(recursive=True)) if process.status() != psutil.STATUS_ZOMBIE]
    except psutil.NoSuchProcess:
        return []


def memory_of(processes: list[psutil.Process], enough: float) -> float:
    """Bytes held; memory that processes share is counted once, which takes longer, only where a plain sum is over `enough`."""
    plain = sum(_held(process, "rss") for process in processes)
    return plain if plain <= enough or len(processes) < 2 else sum(_held(process, "pss") for process in processes)


def _held(process: psutil.Process, what: str) -> float:
    with contextlib.suppress(psutil.Error):
        if what == "pss":
            full = process.memory_full_info()
            return float(getattr(full, "pss", full.uss))
        return float(process.memory_info().rss)
    return 0.0


def end_children(pid: int) -> None:
    """End all descendants of a process, however fast they multiply: each is stopped before it is killed."""
    stopped: dict[int, psutil.Process] = {}
    for _ in range(ROUNDS):
        new = [process for process in family(pid)[1:] if process.pid not in stopped]
        if not new:
            break
        for process in new:
            stopped[process.pid] = process
            _send(process, signal.SIGSTOP)
    for process in stopped.values():
        _send(process, signal.SIGKILL)


def end(pid: int, mark: str) -> None:
    """End a worker that leads a process group, with everything that it started, orphans and sessions of their own included. It
    may have ended by itself, and its number may be another's by now."""
    try:
        leader = psutil.Process(pid)
        if _mark_of(leader) == mark:
            _send(leader, signal.SIGSTOP)
            end_children(pid)
            _end_group(pid)
    except psutil.NoSuchProcess:
        _end_group(pid)
    for _ in range(ROUNDS):
        marked = [process for process in psutil.process_iter() if _mark_of(process) == mark]
        if not marked:
            return
        for process in marked:
            _send(process, signal.SIGKILL)


def _end_group(number: int) -> None:
    with contextlib.suppress(OSError):
        os.killpg(number, signal.SIGKILL)


def _mark_of(process: psutil.Process) -> str | None:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        mark: str | None = process.environ().get(MARK)
        return mark
    except (psutil.Error, OSError):
        return None


def reap() -> bool:
    """Take leave of children that ended without anybody waiting for them; whether there are others, that live."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def _send(process: psutil.Process, number: signal.Signals) -> None:
    with contextlib.suppress(psutil.Error):
        process.send_signal(number)
