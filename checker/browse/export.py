"""The page of a vault as one file: all notes, claims and pictures inside."""

from __future__ import annotations

import base64
import mimetypes
import re
from typing import Any

from checker.browse.page import exported_page
from checker.browse.site import Site

LARGEST = 3_000_000  # bytes of a picture that is taken along
MOST = 60_000_000  # bytes of all of them
FILE = re.compile(r'data-file="([^"]*)"')


def export(site: Site) -> tuple[str, list[str]]:
    """The page, and the files that it does not hold because they are too large."""
    notes: dict[str, Any] = {}
    for path in sorted(site.note_paths - site.claim_notes.keys()):
        notes[str(path)] = site.note(path)
    claims = {case.id: site.claim(case.id) for case in site.cases}
    files, left_out = _files(site, notes)
    data = {
        "graph": site.graph(),
        "claims": site.claims(),
        "notes": notes,
        "claim": claims,
        "files": files,
        "properties": {key: site.values(key) for key in site.properties()},
    }
    return exported_page(site.name, data), left_out


def _files(site: Site, notes: dict[str, Any]) -> tuple[dict[str, str], list[str]]:
    """The pictures that notes show, as data addresses."""
    import html

    names = {html.unescape(name) for note in notes.values() for name in FILE.findall(note["html"] or "")}
    found: dict[str, str] = {}
    left_out, room = [], MOST
    for path in sorted(site.files):
        if str(path) not in names:
            continue
        file = site.vault.root / path
        size = file.stat().st_size
        kind = mimetypes.guess_type(path.name)[0] or ""
        if size > min(LARGEST, room) or not kind.startswith("image/"):
            left_out.append(str(path))
            continue
        room -= size
        found[str(path)] = f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"
    return found, left_out
