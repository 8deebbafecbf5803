"""The files that `check-claims init` adds to a vault."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checker.runs.outcome import Outcome
from checker.runs.project import Project
from checker.writing.changes import Change
from checker.writing.claim_note import properties_of
from checker.writing.obsidian.claim_map import claim_map

SHIPPED = Path(__file__).parent
TEMPLATES = "Templates"  # where the vault names no folder of its own for them
STYLED = "/* One line a claim, written by each check. */\n"  # in the snippet, what follows is ours
COLOURS = {"supported": "supported", "refuted": "refuted", "inconclusive": "inconclusive"}
LINE = re.compile(r'a\.internal-link\[data-href="([\w-]+)"\] \{.*\}')


@dataclass(frozen=True)
class Addition:
    """A file of ours in a vault, and what it is for."""

    path: Path
    data: bytes
    purpose: str


def base_file(project: Project) -> Path:
    return project.notes / "Claims.base"


def snippet_file(project: Project) -> Path:
    return project.vault / ".obsidian" / "snippets" / "check-claims.css"


def map_file(project: Project) -> Path:
    return project.notes / "Claims.canvas"


def template_file(project: Project) -> Path:
    """In the folder that Obsidian's template plug-in is set to."""
    folder: Any = None
    with contextlib.suppress(OSError, ValueError, AttributeError):
        folder = json.loads((project.vault / ".obsidian" / "templates.json").read_bytes()).get("folder")
    inside = isinstance(folder, str) and folder.strip("/") and ".." not in Path(folder).parts
    return project.vault / (str(folder).strip("/") if inside else TEMPLATES) / "New claim.md"


def additions(project: Project, with_map: bool) -> list[Addition]:
    """All files that init adds, as they would be now."""
    known = dict(claim_properties(project))
    style = {name: str(properties.get("verdict")) for name, properties in known.items()}
    snippet = _shipped("check-claims.css").decode() + "".join(_line(name, style[name]) for name in sorted(style))
    found = [
        Addition(base_file(project), _shipped("Claims.base"), "tables and cards of all claims (Bases, Obsidian 1.10 or newer)"),
        Addition(snippet_file(project), snippet.encode(), "colours of the status links; switch it on under Appearance"),
        Addition(template_file(project), _shipped("Claim.md"), "an empty claim callout, for the core plug-in Templates"),
    ]
    if with_map:
        found.append(Addition(map_file(project), claim_map(project, known).encode(), "the claims by verdict, and their notes"))
    return found


def add(found: Iterable[Addition]) -> tuple[list[Change], list[str]]:
    """The changes that put the files there, and those that are left as they are because a person has changed them."""
    changes, left = [], []
    for addition in found:
        old = addition.path.read_bytes() if addition.path.is_file() else None
        if old is not None and old != addition.data and not is_ours(addition, old):
            left.append(f"{addition.path}: exists already and is not the file that check-claims writes; left as it is")
        elif old != addition.data:
            changes.append(Change(addition.path, old, addition.data))
    return changes, left


def is_ours(addition: Addition, data: bytes) -> bool:
    """Whether a file is as the program made it: the one of now or, where it follows the claims, an earlier one."""
    if addition.path.suffix == ".css":
        return data.decode("utf-8", "replace").partition(STYLED)[:2] == addition.data.decode().partition(STYLED)[:2]
    if addition.path.suffix == ".canvas":
        try:
            content = json.loads(data)
            return all(str(node["id"]).startswith("claims-") for node in (*content["nodes"], *content["edges"]))
        except (ValueError, KeyError, TypeError):
            return False
    return data == addition.data


def restyle(project: Project, outcomes: Sequence[Outcome], gone: Collection[str]) -> list[Change]:
    """The change of the snippet, where the vault has it, that gives status links the colours of what these outcomes say."""
    path = snippet_file(project)
    if not path.is_file():
        return []
    old = path.read_bytes()
    head, mark, tail = old.decode("utf-8", "replace").partition(STYLED)
    if not mark:
        return []
    lines = {match[1]: f"{match[0]}\n" for match in LINE.finditer(tail) if match[1] not in gone}
    lines |= {outcome.case.id: _line(outcome.case.id, outcome.word) for outcome in outcomes if not outcome.pending}
    new = (head + mark + "".join(lines[name] for name in sorted(lines))).encode()
    return [Change(path, old, new)] if new != old else []


def claim_properties(project: Project) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The properties of every claim note in place."""
    for path in sorted(project.notes.glob("*.md")):
        properties = properties_of(path.read_bytes()) if path.is_file() else None
        if properties is not None:
            yield path.stem, properties


def _line(name: str, word: str) -> str:
    if not re.fullmatch(r"[\w-]+", name):
        return ""
    return f'a.internal-link[data-href="{name}"] {{ --claim-status: var(--claim-{COLOURS.get(word, "open")}); }}\n'


def _shipped(name: str) -> bytes:
    return (SHIPPED / name).read_bytes()
