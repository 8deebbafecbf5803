"""Plug-ins from a project's folder and from installed packages, as a user meets them."""

from __future__ import annotations

import importlib.util
import json
import os
import py_compile
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.acceptance.test_cli import ROOT, run

MANUAL = (ROOT / "vault/Manual/Plug-ins.md").read_text()
(EXAMPLE, _) = re.findall(r"```python\n(.*?)```", MANUAL, re.DOTALL)
PEAK = "MAE has a higher attention peak than random initialisation"
DISTANCE = "MAE has shorter attention distance than DINO"
MARKER = "import pathlib\npathlib.Path(__file__).with_name('ran').touch()\nprint('loaded')\n"
TINY = """\
from checker.lab.models import MODELS, Model
from checker.lab.recipes import Recipe

MODELS.register("Tiny")(Model(name="Tiny", recipe=Recipe("brightness", "stripes", steps=2, batch=4)))
"""
STRIPES = """\
from checker.lab.data.base import DATA, Dataset, Split, generated

def draw(count, seed):
    import numpy as np

    across = np.random.default_rng(seed).integers(0, 2, min(count, 64))
    picture = np.broadcast_to((np.arange(32) // 4 % 2 * 255).astype(np.uint8), (3, 32, 32))
    images = np.stack([picture if each else picture.transpose(0, 2, 1) for each in across])
    return Split(images, {"direction": across}, across)

DATA.register("stripes")(
    Dataset("stripes", "striped pictures", ("stripes",), 2, {"direction": ("down", "across")}, generated(draw), __name__)
)
"""
BRIGHTNESS = """\
from torch import nn

from checker.lab.objectives.base import OBJECTIVES, Objective
from checker.lab.transformer import normalise

@OBJECTIVES.register("brightness")
class Brightness(Objective):
    def __init__(self, recipe, data):
        super().__init__(recipe, data)
        self.head = nn.Linear(recipe.architecture.width, 1)

    def loss(self, images, category, generator):
        tokens = self.encoder.forward_features(normalise(images))
        return (self.head(tokens[:, 0]).squeeze(1) - images.mean((1, 2, 3))).square().mean()
"""


@pytest.fixture(autouse=True)
def _settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECK_CLAIMS_SETTINGS", str(tmp_path_factory.mktemp("settings")))


@pytest.fixture
def make(make_vault: Callable[..., Path]) -> Callable[..., Path]:
    """A project with these claims and plug-ins."""

    def write(claims: list[str], plugins: Mapping[str, str]) -> Path:
        project = make_vault({"N.md": "".join(f"- {claim} #claim\n" for claim in claims)})
        for name, text in plugins.items():
            path = project / "plugins" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return project

    return write


@pytest.fixture
def package(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have a package with these modules and entry points among those that are installed."""

    def install(modules: Mapping[str, str], entries: Mapping[str, str]) -> None:
        folder = tmp_path_factory.mktemp("packages")
        for name, text in modules.items():
            (folder / f"{name}.py").write_text(text)
        info = folder / "some_metrics-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: some-metrics\nVersion: 1.2\n")
        lines = [line for kind, entry in entries.items() for line in (f"[check_claims.{kind}]", entry)]
        (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")])))

    return install


def statuses(project: Path, cache: Path, code: int) -> tuple[dict[str, tuple[str, str]], str]:
    """Sentence -> status and reason, and what was told besides."""
    result = run(".", "--json", cwd=project, cache=cache)
    assert result.returncode == code, result.stderr
    answer = json.loads(result.stdout)
    return {claim["statement"]: (claim["status"], claim["reason"]) for claim in answer["claims"]}, result.stderr


def test_the_example_of_the_manual_waits_for_trust_and_is_then_measured(make: Callable[..., Path], ci_cache: Path) -> None:
    project = make([PEAK, "MAE is nice"], {"attention_peak.py": EXAMPLE, "marker.py": MARKER})
    waits = "plugins/attention_peak.py is not trusted; look at it, then run check-claims trust"
    found, told = statuses(project, ci_cache, 0)
    assert found == {PEAK: ("untestable", waits), "MAE is nice": ("untestable", "no metric here is named in it")}
    assert waits in told
    assert not (project / "plugins/ran").exists()
    asked = run("trust", cwd=project, cache=ci_cache)
    assert asked.returncode == 2  # nobody can answer here
    assert "plugins/attention_peak.py" in asked.stdout

    assert run("trust", "--yes", cwd=project, cache=ci_cache).returncode == 0
    (command,) = re.findall(r'check-claims read "(.*)"', MANUAL)
    read = json.loads(run("read", command, "--json", cwd=project, cache=ci_cache).stdout)
    assert (read["status"], read["specs"][0]["metric"]) == ("ok", "attention_peak")
    found, told = statuses(project, ci_cache, 0)
    assert found[PEAK][0] in ("supported", "refuted", "inconclusive")
    assert "not trusted" not in told
    assert (project / "plugins/ran").exists()
    (evidence,) = (project / "claims").glob("*peak*.evidence.json")
    (entry,) = json.loads(evidence.read_text())["runs"]
    assert entry["uniform"] == pytest.approx(1 / 64, abs=1e-4)  # attention that prefers none of 64 patches
    values = [value for model in entry["values"].values() for row in model["images"] for value in row]
    assert len(values) == 2 * 5 * 256  # the second look settles it
    assert all(1 / 64 <= value <= 1 for value in values)
    written = b"".join(path.read_bytes() for path in project.rglob("*.md"))
    assert str(project).encode() not in written
    assert run("--ci", "--fail-on", "stale", cwd=project, cache=ci_cache).returncode == 0  # nothing is left to do


def test_trust_is_for_the_files_as_they_are(make: Callable[..., Path], tmp_path: Path) -> None:
    project = make([], {"attention_peak.py": EXAMPLE, "objectives/brightness.py": BRIGHTNESS})
    file = project / "plugins/attention_peak.py"

    def waits() -> bool:
        return "is not trusted" in run("read", PEAK, cwd=project, cache=tmp_path).stderr

    assert run("trust", "--yes", cwd=project, cache=tmp_path).returncode == 0
    assert not waits()
    file.write_text(EXAMPLE + "\n")
    assert waits()
    file.write_text(EXAMPLE)
    assert not waits()
    (project / "plugins/objectives/more.py").write_text("")
    assert waits()
    run("trust", "--yes", cwd=project, cache=tmp_path)
    assert not waits()
    run("trust", "--revoke", cwd=project, cache=tmp_path)
    assert waits()


def test_one_that_fails_errs_its_own_claims_and_no_others(make: Callable[..., Path], ci_cache: Path) -> None:
    spread = "MAE has a larger patch spread than DINO"
    registered = EXAMPLE.replace("attention_peak", "patch_spread").replace("attention peak", "patch spread")
    taken = EXAMPLE.replace("attention_peak", "attention_distance")
    project = make(
        [spread, DISTANCE, "MAE is nice"],
        {"patch_spread.py": f"{registered}\nraise RuntimeError('no \\x1b[31mluck')\n", "mae.py": "1 +\n", "distance.py": taken},
    )
    run("trust", "--yes", cwd=project, cache=ci_cache)
    found, told = statuses(project, ci_cache, 3)
    line = registered.count("\n") + 2
    assert found[spread][0] == "error"
    assert found[spread][1].startswith(f"the plug-in plugins/patch_spread.py:{line} failed: RuntimeError: no")
    assert found[DISTANCE][0] == "supported"
    assert found["MAE is nice"][0] == "untestable"
    assert f"plugins/patch_spread.py:{line} failed: RuntimeError: no  [31mluck" in told
    assert "plugins/mae.py:1 failed: SyntaxError" in told
    assert "two metric entries are called 'attention_distance'; rename one of them" in told
    assert run("words", "patch spread", cwd=project, cache=ci_cache).returncode == 2  # it left nothing behind


def test_compiled_files_are_not_run(make: Callable[..., Path], tmp_path: Path) -> None:
    """A project may bring any bytes; only sources have been looked at."""
    project = make([], {"marker.py": "", "attention_peak.py": EXAMPLE})
    hostile = tmp_path / "hostile.py"
    hostile.write_text(MARKER.replace("__file__", repr(str(project / "plugins/marker.py"))))
    compiled = importlib.util.cache_from_source(str(project / "plugins/marker.py"))
    py_compile.compile(str(hostile), compiled, doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    run("trust", "--yes", cwd=project, cache=tmp_path)
    assert run("words", "attention peak", cwd=project, cache=tmp_path).returncode == 0
    assert not (project / "plugins/ran").exists()


def test_installed_packages_bring_theirs_by_entry_points(
    make: Callable[..., Path], package: Callable[..., None], tmp_path: Path
) -> None:
    (entry,) = re.findall(r'\[project\.entry-points\."check_claims\.metrics"\]\n(\w+) = ', MANUAL)
    package({"my_peak": EXAMPLE}, {"metrics": f"{entry} = my_peak\npatch_spread = not_there"})
    project = make([PEAK, "MAE has a larger patch spread than DINO"], {})
    result = run("--dry-run", "--json", cwd=project, cache=tmp_path)
    assert result.returncode == 3
    claims = json.loads(result.stdout)["claims"]
    assert [(claim["status"], claim["spec"] is not None) for claim in claims] == [("unchecked", True), ("error", False)]
    assert "the plug-in some-metrics 1.2 (not_there) failed: ModuleNotFoundError" in result.stderr


@pytest.mark.slow
def test_a_model_learns_an_objective_from_data_that_are_all_plugged_in(
    make: Callable[..., Path], package: Callable[..., None], tmp_path: Path
) -> None:
    claim = "Tiny has shorter attention distance than random initialisation on stripes"
    package({"stripes_data": STRIPES}, {"data": "stripes = stripes_data"})
    project = make([claim], {"tiny.py": TINY, "objectives/brightness.py": "raise RuntimeError('no luck')\n"})
    run("trust", "--yes", cwd=project, cache=tmp_path / "cache")
    found, _ = statuses(project, tmp_path / "cache", 3)
    assert found[claim][0] == "error"
    assert "the plug-in plugins/objectives/brightness.py:1 failed: RuntimeError: no luck" in found[claim][1]
    (project / "plugins/objectives/brightness.py").write_text(BRIGHTNESS)
    run("trust", "--yes", cwd=project, cache=tmp_path / "cache")
    found, _ = statuses(project, tmp_path / "cache", 0)
    assert found[claim][0] == "inconclusive"
    assert "model not competent: Tiny" in found[claim][1]  # two steps teach nothing, and that is seen
