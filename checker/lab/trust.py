"""Which folders of plug-ins a person has allowed to run: kept with the user, not with the project, and only as long as no byte of
them changes."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from checker.cache import settings_folder


def plugin_files(folder: Path) -> list[Path]:
    """Every Python file in a folder of plug-ins."""
    return sorted(path for path in folder.rglob("*.py") if path.is_file())


def is_trusted(folder: Path) -> bool:
    """Whether a person trusted the folder, as it is now."""
    return _read().get(str(folder.resolve())) == digest(folder)


def trust(folder: Path) -> None:
    """Allow the files of a folder to run, as they are now."""
    _write(_read() | {str(folder.resolve()): digest(folder)})


def distrust(folder: Path) -> None:
    """Take that back."""
    _write({place: known for place, known in _read().items() if place != str(folder.resolve())})


def digest(folder: Path) -> str:
    """A hash of the names and bytes of all files that could be imported."""
    found = hashlib.sha256()
    for path in plugin_files(folder):
        data = path.read_bytes()
        found.update(f"{path.relative_to(folder).as_posix()}\n{len(data)}\n".encode("utf-8", "surrogateescape") + data)
    return found.hexdigest()


def _file() -> Path:
    return settings_folder() / "trusted.json"


def _read() -> dict[str, str]:
    try:
        values = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _write(values: dict[str, str]) -> None:
    file = _file()
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(f".{os.getpid()}.partial")
    temporary.write_text(json.dumps(values, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    temporary.replace(file)
