from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from pathlib import Path

import pytest

from checker.browse import export, open_site
from checker.browse.page import FOLDER, MODULES, STATIC, STYLE, bundle, exported_page, static_file
from checker.workspace import Workspace
from tests.browse.conftest import CHECKED, write_vault

TOP = re.compile(r"^(?:export )?(?:async )?(?:const|let|function|class) (\{[^}]*\}|\w+)", re.MULTILINE)
USED = re.compile(r'^import \{([^}]*)\} from "\./(\w+\.js)";$', re.MULTILINE)


def test_every_file_is_known() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(STATIC)


def test_scripts_import_only_from_those_before_them_by_the_names_they_have() -> None:
    for index, name in enumerate(MODULES):
        text = static_file(name)
        imports = USED.findall(text)
        assert len(imports) == len(re.findall(r"^import\b", text, re.MULTILINE)), name
        for names, other in imports:
            assert other in MODULES[:index], f"{name} imports {other}"
            exported = set(re.findall(r"^export (?:async )?(?:const|function|class) (\w+)", static_file(other), re.MULTILINE))
            assert {each.strip() for each in names.split(",")} <= exported, f"{name} from {other}"


def test_no_name_stands_at_the_top_of_two_scripts() -> None:
    names = [name for module in MODULES for name in TOP.findall(static_file(module))]
    assert sorted(names) == sorted(set(names))
    assert not {"history", "location", "document", "window", "fetch"} & set(names)
    assert not re.search(r"^(?:import|export)\b", bundle(), re.MULTILINE)


def test_the_exported_page_names_what_may_run() -> None:
    page = exported_page("A </title><script>", {"notes": {"x": {"html": "</script><script>alert(1)</script>"}}})
    (script,) = re.findall(r'<script type="module">(.*?)</script>', page, re.DOTALL)
    policy = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[0]
    assert f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert page.count("<script") == 2
    assert "<title>A &lt;/title&gt;&lt;script&gt; · check-claims</title>" in page
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert json.loads(data)["notes"]["x"]["html"] == "</script><script>alert(1)</script>"


def test_the_exported_page_holds_all_and_loads_nothing(tmp_path: Path) -> None:
    site = open_site(Workspace.open(write_vault(tmp_path / "project")), None)
    (site.vault.root / "Alone.md").write_text("![[big.png]]\n")
    (site.vault.root / "big.png").write_bytes(b"x" * 3_000_001)
    site = site.with_new_files()
    page, left_out = export(site)
    assert left_out == ["big.png"]
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    inside = json.loads(data)
    assert set(inside["notes"]) == {str(path) for path in site.note_paths} - {f"Claims/{CHECKED}.md"}
    assert set(inside["claim"]) == {CHECKED, "mae-is-lovely"}
    assert inside["files"]["picture.png"].startswith("data:image/png;base64,")
    head = page.split('<script type="application/json"')[0]
    assert not re.search(r'(?:src|href)="(?!data:)', head.split("<style>")[0])
    assert "http://www.w3.org/2000/svg" in page
    assert not re.search(r"@import|url\(", static_file(STYLE))


def schemes() -> list[str]:
    """The blocks of the style that set all colours: light, dark by the system's wish, and dark by choice."""
    return re.findall(r"\{([^{}]*--ground: [^{}]*)\}", static_file(STYLE))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
VISION = {
    "usual": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}


def lab(colour: str, matrix: list[list[float]]) -> tuple[float, float, float]:
    """CIE L*a*b* of a colour as some vision has it."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    ]
    r, g, b = (min(1.0, max(0.0, sum(w * part for w, part in zip(row, linear, strict=True)))) for row in matrix)
    x, y, z = 0.4124 * r + 0.3576 * g + 0.1805 * b, 0.2126 * r + 0.7152 * g + 0.0722 * b, 0.0193 * r + 0.1192 * g + 0.9505 * b
    fx, fy, fz = ((part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116) for part in (x / 0.9505, y, z / 1.089))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("block", [0, 1, 2])
def test_status_colours_are_read_by_everyone(block: int) -> None:
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", schemes()[block]))
    words = {name.removeprefix("word-"): value for name, value in colours.items() if name.startswith("word-")}
    assert set(words) == {"supported", "refuted", "inconclusive", "needs-spec", "untestable", "error", "unchecked"}
    for name, value in words.items():
        assert contrast(value, colours["ground"]) >= 4.5, name
        assert contrast(value, colours["surface"]) >= 4.5, name
    for vision, matrix in VISION.items():
        seen = {name: lab(words[name], matrix) for name in words if name not in ("untestable", "unchecked")}
        for one, other in itertools.combinations(seen, 2):
            apart = sum((a - b) ** 2 for a, b in zip(seen[one], seen[other], strict=True)) ** 0.5
            verdicts = {one, other} <= {"supported", "refuted", "inconclusive"}
            assert apart > (25 if verdicts else 7), (vision, one, other, apart)


def test_the_two_dark_schemes_are_one() -> None:
    light, *dark = (re.sub(r"color-scheme: dark;|\s+", "", found) for found in schemes())
    assert dark == [dark[0]] * 2
    assert light != dark[0]
