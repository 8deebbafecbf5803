"""Small results in the cache folder, each under everything that it follows from; one that is damaged is made again."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from checker.cache import cache_folder, version

ROOT = Path(__file__).parent
PACKAGES = ("numpy", "pydantic", "scipy")


@cache
def program() -> str:
    """A hash of all code of this program, of Python and of the packages that its rules compute with, 16 hexadecimal digits."""
    return hash_of(ROOT.rglob("*.py"), (sys.version, *map(version, PACKAGES)))


def hash_of(files: Iterable[Path], made_of: Iterable[str]) -> str:
    """A hash of files of this package, with their names, and of the versions of what they are made of, 16 hexadecimal digits."""
    digest = hashlib.sha256(" ".join(made_of).encode())
    for path in sorted(files):
        digest.update(f"\n{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def look_up(room: str, asked: str, code: str = "") -> Any:
    """The JSON value that was kept under this key by this `code`, that of the whole program where none is given; None where there
    is none, or it is damaged."""
    try:
        value, digest = json.loads(_place(room, asked, code).read_bytes())
    except (OSError, ValueError, TypeError):
        return None
    return value if digest == _digest(asked, value) else None


def keep(room: str, asked: str, value: Any, code: str = "") -> None:
    """Keep a JSON value for `look_up`. A folder that cannot be written only makes the next time slower."""
    path = _place(room, asked, code)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps([value, _digest(asked, value)]), encoding="utf-8")
        partial.replace(path)


def _place(room: str, asked: str, code: str) -> Path:
    return Path(f"{cache_folder()}/{room}/{code or program()}/{hashlib.sha256(asked.encode()).hexdigest()[:32]}.json")


def _digest(asked: str, value: Any) -> str:
    return hashlib.sha256(json.dumps([asked, value], sort_keys=True).encode()).hexdigest()
