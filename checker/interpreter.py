"""How this program runs Python: no file of the working folder, and so none of a vault, can be imported.

Python puts the working folder first on its import path when it is started with -m or -c, and wherever PYTHONPATH has an empty or
relative entry. A file http.py or random.py that lies there would then stand in for the library's own.

This module comes before everything else, so it imports only what is built in.
"""

import os
import sys

SAFE_PATH = "PYTHONSAFEPATH"  # does what -P does, for Python processes that others start


def command(module: str) -> list[str]:
    """The command line that runs a module of this program with the working folder off the import path."""
    return [sys.executable, "-P", "-m", module]


def environment() -> dict[str, str]:
    """This process's environment with only absolute entries in PYTHONPATH: what a Python process of ours is started with."""
    absolute = os.pathsep.join(_entries(absolute=True))
    others = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return others | ({"PYTHONPATH": absolute} if absolute else {})


def leave_working_folder() -> None:
    """Take the working folder, and what PYTHONPATH names relative to it, off the import path of this process. An absolute entry
    of PYTHONPATH stays, and so does what is installed."""
    try:
        unwanted = {"", os.getcwd(), *map(os.path.abspath, _entries(absolute=False))} - set(_entries(absolute=True))  # noqa: PTH109
    except FileNotFoundError:  # the working folder is gone
        unwanted = {""}
    library = os.path.dirname(os.__file__)  # noqa: PTH120
    first = sys.path.index(library) if library in sys.path else len(sys.path)
    sys.path[:first] = [entry for entry in sys.path[:first] if entry not in unwanted]


def _entries(absolute: bool) -> list[str]:
    return [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if os.path.isabs(entry) == absolute]  # noqa: PTH117
