"""The Python API: its names, and the examples of the manual."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

import checker

ROOT = Path(__file__).parents[1]
EXAMPLES = dict(re.findall(r"## ([^\n]+)\n\n```python\n(.*?)```", (ROOT / "vault/Manual/Python.md").read_text(), re.DOTALL))
PRINTED = {
    "Check one claim": r"[\s\S]*(supported|refuted|inconclusive) toy",
    "Plan before you check": r"\d+ trainings",
    "Read a sentence": r"ok\nthe mean attention distance of MAE.*",
    "Follow links": r"True\nTrue",
    "Decide from your own numbers": "supported",
    "Write statuses": r"- MAE is small #claim \[\[small\|✅ supported · toy\]\] \^small",
}


def test_every_name_is_there_and_nothing_else() -> None:
    for name in checker.__all__:
        assert getattr(checker, name).__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        checker.nothing  # noqa: B018
    assert set(checker.__all__) <= set(dir(checker))


def test_importing_it_is_light() -> None:
    code = "import sys, checker; print(len([m for m in sys.modules if m.startswith('checker.')]))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "0"


@pytest.mark.parametrize("title", [pytest.param(t, marks=[pytest.mark.slow] if "heck" in t else []) for t in PRINTED])
def test_the_examples_of_the_manual_run(title: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("CHECK_CLAIMS_CACHE", str(tmp_path))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(EXAMPLES[title], title, "exec"), {})
    assert re.fullmatch(PRINTED[title], printed.getvalue().strip()), printed.getvalue()


def test_every_example_is_tested() -> None:
    assert set(EXAMPLES) == set(PRINTED)
