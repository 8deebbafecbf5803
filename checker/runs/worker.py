"""A worker process: the directory of one job a line on standard input, JSON progress and one reply a line on standard output.

Started as `python -P -m checker.runs.worker`. It imports torch once, for all jobs that need it, and ends with whoever
started it.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import queue
import signal
import sys
import threading
import traceback
import warnings
from pathlib import Path
from typing import Any

from checker.errors import CheckerError
from checker.lab.context import Context, within
from checker.lab.plugins import load_plugins
from checker.runs.folder import JobFolder
from checker.runs.jobs import run
from checker.runs.processes import adopt_orphans, end_children, reap

NO_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")  # how torch says it


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt means
    faulthandler.enable()
    adopt_orphans()
    replies = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a library prints goes to the log, not into the protocol
    warnings.simplefilter("ignore", FutureWarning)
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(waiting,), daemon=True).start()

    def reply(**message: object) -> None:
        print(json.dumps(message), file=replies)

    while True:
        folder = JobFolder(Path(waiting.get()))
        if _needs_torch(folder):
            _import_torch()  # importing it is not the job's time

        reply(started=True)
        fault = _do(folder, lambda done, of, loss: reply(done=done, of=of, loss=loss))
        if reap():
            end_children(os.getpid())
        sys.stderr.flush()
        reply(ended=True, error=fault)


def _import_torch() -> None:
    """Import torch and timm, without what timm would import for logs that nobody here writes."""
    import torch  # noqa: F401

    absent: dict[str, Any] = {name: None for name in ("wandb",) if name not in sys.modules}
    sys.modules.update(absent)
    try:
        import timm  # noqa: F401
    finally:
        for name in absent:
            del sys.modules[name]


def _needs_torch(folder: JobFolder) -> bool:
    """Whether a job trains or measures a model; what is wrong with a job that cannot be read is reported when it is done."""
    with contextlib.suppress(Exception):
        return bool(folder.read()["kind"] != "command")
    return True


def _listen(waiting: queue.SimpleQueue[str]) -> None:
    """Pass jobs on; when the parent is gone, however it went, so is this process, in the middle of a job too."""
    for line in sys.stdin:
        waiting.put(json.loads(line))
    end_children(os.getpid())
    os._exit(0)


def _do(folder: JobFolder, progress: object) -> str | None:
    try:
        job = folder.read()
        context = Context.from_dict(job["context"])
        load_plugins(context.plugins)
        with within(context):
            run(job, folder.path, progress)  # type: ignore[arg-type]
    except CheckerError as error:
        return str(error)
    except Exception as error:
        traceback.print_exc()
        if isinstance(error, MemoryError) or any(sign in str(error) for sign in NO_MEMORY):
            return f"out of memory: {error}"
        return f"{type(error).__name__}: {error}"
    except SystemExit as error:  # of a metric that means to end the program
        return f"it exited ({error.code})"
    return None


if __name__ == "__main__":
    main()
