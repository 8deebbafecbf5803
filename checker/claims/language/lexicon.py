"""The files of phrases next to the grammar: a name, then its phrases, parted by |; an indented line continues the one above."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def phrases_of(file: str) -> dict[str, tuple[str, ...]]:
    """The phrases of a file of this folder by their names. Lines that begin with `# ` are comments."""
    table: dict[str, tuple[str, ...]] = {}
    name = ""
    for line in (files("checker.claims.language") / file).read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("# "):
            continue
        if not line[0].isspace():
            name, line = line.split(None, 1)
        phrases = tuple(phrase.strip() for phrase in line.split("|") if phrase.strip())
        table[name] = (*table.get(name, ()), *phrases)
    return table
