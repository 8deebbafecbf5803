"""Shared: a small vault with a claim that was checked, the page of it served by the command, and a browser."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.processes import started

ROOT = Path(__file__).parents[2]
COMMAND = shutil.which("check-claims") or str(Path(sys.executable).with_name("check-claims"))
CHECKED = "mae-attention-distance-dino"
HOSTILE = """# Hostile

<script>document.title = "owned"; window.owned = 1</script>
<img src="x" onerror="window.owned = 2">
<svg onload="window.owned = 3"><script>window.owned = 4</script></svg>
<a href="javascript:window.owned = 5">link</a> [md](javascript:window.owned=6) <a href="data:text/html,<script>1</script>">data</a>
<iframe src="https://example.org"></iframe><object data="x"></object><form action="https://example.org"><button>go</button></form>
<style>body { display: none }</style><div class="panel stage" style="position: fixed; inset: 0" id="app">over</div>
<math><mtext><img src=x onerror="window.owned = 7"></mtext></math> $\\text{<img src=x onerror="window.owned = 8">}$
![remote](https://example.org/pixel.png) <img src="https://example.org/pixel.png">
<b onclick="window.owned = 9" title="</b><script>window.owned = 10</script>">bold</b>
"""
NOTES = {
    "Home.md": f"""---
tags: [start]
kind: index
aliases: [Start]
---
# Home

See [[Alpha]], [[Folder/Beta|the second]], [[Alpha#Part two]] and [[Not written]]. ==Marked== text, $x_i^2$, `code [[Alpha]]`. #topic/one

- MAE has shorter attention distance than DINO #claim [[{CHECKED}|✅ supported · toy]] ^{CHECKED}
- MAE is lovely #claim

> [!warning]- Mind this
> Folded [[Alpha]].

- [ ] open
- [x] done

$$
\\frac{{a}}{{b}}
$$

| a | b |
|---|--:|
| [[Alpha\\|cell]] | 2 |

A foot[^1] and %%hidden words%% the rest.

[^1]: The note below.

![[Alpha#Part two]]

![[picture.png|40]]
""",
    "Alpha.md": "---\nkind: leaf\n---\n# Alpha\n\nBack to [[Home]] at once.\n\n## Part two\n\nTranscluded words. ^para\n\n## Part three\n\nOther.\n",
    "Folder/Beta.md": "---\nkind: leaf\n---\nOn to [[Gamma]] and [[Home]]. #topic\n\n```python\nprint('x')\n```\n",
    "Folder/Gamma.md": "From here to [[Delta]].\n",
    "Delta.md": "The end of the line.\n",
    "Alone.md": "Nothing is linked here.\n",
    "A <b>title<b> & 'more'.md": "Markup in the title. [[Home]]\n",
    "Hostile.md": HOSTILE,
}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf"
    "c0f01f0005000201e5a7d8a50000000049454e44ae426082"
)


def write_vault(project: Path) -> Path:
    """The vault, as a project with a claim that has evidence; the note of that claim comes with it."""
    for name, text in NOTES.items():
        path = project / "vault" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (project / "vault" / "picture.png").write_bytes(PNG)
    (project / "vault" / "drawing.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>')
    (project / "vault" / "Claims").mkdir()
    (project / "claims").mkdir()
    for suffix in (".yaml", ".evidence.json"):
        text = (ROOT / "claims" / f"{CHECKED}{suffix}").read_text(encoding="utf-8")
        (project / "claims" / f"{CHECKED}{suffix}").write_text(text.replace("Masked Image Modelling#", "Home#"), encoding="utf-8")
    for suffix in (".md", ".svg"):
        shutil.copy(ROOT / "vault" / "Claims" / f"{CHECKED}{suffix}", project / "vault" / "Claims")
    return project


class Served:
    """A running `check-claims browse`."""

    def __init__(self, project: Path, process: subprocess.Popen[str], address: str, token: str) -> None:
        self.project, self.process, self.address, self.token = project, process, address, token

    @property
    def vault(self) -> Path:
        return self.project / "vault"

    def stop(self) -> int:
        """End it as Ctrl-C does. Returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=20)


@contextmanager
def serve(project: Path, cache: Path) -> Iterator[Served]:
    """The command on a free port, for as long as the context lasts, however it ends."""
    environment = os.environ | {"CHECK_CLAIMS_CACHE": str(cache), "PYTHONWARNINGS": "ignore"}
    arguments = [COMMAND, "browse", str(project), "--port", "0", "--no-open"]
    with started(arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout
        line = process.stdout.readline()
        match = re.search(r"(http://127\.0\.0\.1:\d+/)#token=([\w-]+)", line)
        assert match, line + process.stdout.read()
        found = Served(project, process, match[1], match[2])
        yield found
        found.stop()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(write_vault(tmp_path_factory.mktemp("page")), tmp_path_factory.mktemp("cache")) as found:
        yield found


@pytest.fixture(scope="module")  # its event loop must be gone before other tests run one of their own
def chromium() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no chromium on this machine; `apt-get install chromium` brings it")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Open an address in a fresh context and wait until the page has drawn itself; what it logs as an error fails the test."""
    contexts: list[Any] = []
    faults: list[str] = []

    def opened(address: str, **options: Any) -> Any:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.goto(address)
        page.wait_for_selector("html[data-ready]")
        page.faults = faults
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults


def until(holds: Callable[[], bool], seconds: float = 10.0) -> float:
    """Wait until something holds, and say how long that took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "it did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - began
