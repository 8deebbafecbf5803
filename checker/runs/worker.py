"""A worker process: one JSON job a line on standard input, JSON progress and one JSON result a line on standard output.

Started as `python -m checker.runs.worker`. It imports torch once, for all its jobs.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
import warnings

from checker.errors import CheckerError
from checker.lab.plugins import folder_for_workers, load_plugins
from checker.runs.jobs import run


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt means
    replies = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a library prints goes to the log, not into the protocol
    warnings.simplefilter("ignore", FutureWarning)

    def reply(**message: object) -> None:
        print(json.dumps(message), file=replies)

    load_plugins(folder_for_workers())
    for line in sys.stdin:
        try:
            run(json.loads(line), lambda done, of, loss: reply(done=done, of=of, loss=loss))
        except CheckerError as error:
            reply(error=str(error))
        except MemoryError:
            reply(error="out of memory")
        except Exception as error:
            traceback.print_exc()
            reply(error=f"{type(error).__name__}: {error}")
        else:
            reply(finished=True)


if __name__ == "__main__":
    main()
