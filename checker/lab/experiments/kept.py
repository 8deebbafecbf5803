"""Of which experiment a kept run is: by that it is known whether anything still asks for it."""

from __future__ import annotations

import json
from pathlib import Path

from checker.errors import CheckerError
from checker.lab.experiments.files import read_experiment
from checker.lab.experiments.run import OUTPUT

ABOUT = "run.json"
SCHEMA = 1


def write_about(folder: Path, file: Path, root: Path, model: str, seed: int) -> None:
    """Note in a folder the experiment `file`, the project's `root`, and the model and seed of a run."""
    fields = {"schema": SCHEMA, "experiment": str(file), "root": str(root), "model": model, "seed": seed}
    (folder / ABOUT).write_text(json.dumps(fields, ensure_ascii=False, indent=1), encoding="utf-8")


def is_asked_for(folder: Path) -> bool:
    """Whether the experiment that a kept run is of still leads to this run, which is in a folder of the name of its address.

    Also where that cannot be known: of a run without the note, of a project that is not there (its disk may be away), or of an
    experiment that cannot be read now. A run without output is of no use.
    """
    if not (folder / OUTPUT).is_file():
        return False
    try:
        about = json.loads((folder / ABOUT).read_bytes())
        file, root, model, seed = Path(about["experiment"]), Path(about["root"]), str(about["model"]), int(about["seed"])
    except (OSError, ValueError, KeyError, TypeError):
        return True
    if not root.is_dir():
        return True
    if not file.exists():
        return False
    try:
        found = read_experiment(file, root)
        return model in found.experiment.models and found.address(model, seed) == folder.name
    except (CheckerError, OSError, ValueError):
        return True
