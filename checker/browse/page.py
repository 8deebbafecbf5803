"""The page itself: one shell, served with its files beside it or written with everything inside it."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("static")
STYLE = "page.css"
MODULES = (
    "dom.js", "words.js", "source.js", "address.js", "model.js", "spatial.js", "draw.js", "force.js", "look.js",
    "tools.js", "list.js", "graph.js", "plot.js", "note.js", "claims.js", "check.js", "claim.js", "search.js", "main.js",
)  # fmt: skip
"""The scripts, each after those that it imports."""
STATIC = {STYLE: "text/css; charset=utf-8", **dict.fromkeys(MODULES, "text/javascript; charset=utf-8")}
IMPORT = re.compile(r"^import\s[^;]*?;\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:const|let|function|class)\b)", re.MULTILINE)


@cache
def static_file(name: str) -> str:
    """The text of one of our files."""
    return (FOLDER / name).read_text(encoding="utf-8")


def live_page(title: str, can_check: bool) -> str:
    """The page as the server gives it."""
    head = f'<link rel="stylesheet" href="static/{STYLE}">\n<script type="module" src="static/{MODULES[-1]}"></script>'
    return _shell(title, head, {"live": True, "canCheck": can_check, "title": title})


def bundle() -> str:
    """All scripts as one: they import only from one another, and no name at their top stands twice."""
    return "\n".join(EXPORT.sub("", IMPORT.sub("", static_file(name))) for name in MODULES)


def exported_page(title: str, data: dict[str, Any]) -> str:
    """The page as one file, with all that it shows inside. It loads nothing: its policy names its own script and style."""
    style, script = static_file(STYLE), bundle()
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:; media-src data:;"
        " base-uri 'none'; form-action 'none'"
    )
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n<style>{style}</style>\n'
        f'<script type="module">{script}</script>'
    )
    return _shell(title, head, {"live": False, "canCheck": False, "title": title, **data})


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _shell(title: str, head: str, data: dict[str, Any]) -> str:
    shown = html.escape(title)
    inside = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c").replace("\u2028", "\\u2028")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{shown} · check-claims</title>
<link rel="icon" href="data:,">
{head}
</head>
<body>
<noscript>This page draws a graph and needs JavaScript, which it carries itself.</noscript>
<div id="app"></div>
<script type="application/json" id="data">{inside}</script>
</body>
</html>
"""
