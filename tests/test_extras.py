"""What a base install lacks is named with the command that brings it, and nothing that it has needs what it lacks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from checker.cli.commands import app
from checker.errors import ConfigurationError, MeasurementError
from checker.extras import extra
from checker.lab.data import DATA
from checker.lab.models import MODELS
from checker.runs.jobs import run
from checker.runs.services import open_executor

BROUGHT_BY_EXTRAS = (
    "lightly",
    "pytorch_lightning",
    "skimage",
    "sklearn",
    "ray",
    "dask",
    "distributed",
    "submitit",
    "datasets",
    "pygls",
    "lsprotocol",
)


@pytest.fixture
def base_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if no extra were installed."""
    for name in list(sys.modules):
        if name.partition(".")[0] in BROUGHT_BY_EXTRAS or name.startswith(("checker.lab.objectives", "checker.lab.training")):
            monkeypatch.delitem(sys.modules, name)
    for name in BROUGHT_BY_EXTRAS:
        monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.usefixtures("base_install")
def test_a_training_says_what_it_needs(tmp_path: Path) -> None:
    recipe = MODELS["MAE"].recipe
    assert recipe is not None
    job: dict[str, Any] = {"kind": "train", "recipe": recipe.as_dict(), "seed": 0}
    with pytest.raises(MeasurementError, match=r"training needs the package lightly; pip install 'check-claims\[train\]'"):
        run(job, tmp_path, lambda done, of, loss: None)


@pytest.mark.usefixtures("base_install")
def test_photographs_say_what_they_need() -> None:
    with pytest.raises(MeasurementError, match=r"needs the package skimage; pip install 'check-claims\[photographs\]'"):
        DATA["photographs"].split("measure", 1, 32)


@pytest.mark.usefixtures("base_install")
@pytest.mark.parametrize(("name", "package"), [("ray", "ray"), ("dask", "dask"), ("slurm", "submitit")])
def test_an_executor_says_what_it_needs(name: str, package: str, tmp_path: Path) -> None:
    message = rf"--executor {name} needs the package {package}; pip install 'check-claims\[cluster\]'"
    with pytest.raises(ConfigurationError, match=message), open_executor(name, {}, 1, tmp_path):
        pass


@pytest.mark.usefixtures("base_install")
def test_a_language_server_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(sys.modules):
        if name.startswith("checker.lsp"):
            monkeypatch.delitem(sys.modules, name)
    result = CliRunner().invoke(app, ["lsp"])
    assert result.exit_code == 2
    assert "check-claims lsp needs the package lsprotocol; pip install 'check-claims[editor]'" in result.stderr


@pytest.mark.usefixtures("base_install")
def test_all_data_sets_but_photographs_need_no_extra() -> None:
    for name in ("shapes", "figures", "leaves", "digits"):
        assert len(DATA[name].split("measure", 1).images) == 1


def test_a_module_of_this_package_is_no_extra() -> None:
    with pytest.raises(ModuleNotFoundError), extra("train", "training"):
        import checker.nowhere  # type: ignore[import-not-found]  # noqa: F401


def test_checking_imports_nothing_that_an_extra_brings() -> None:
    """A toy that ships is measured with every metric of the lab."""
    code = (
        "import sys; from checker.lab.metrics import METRICS; from checker.lab.checkpoints import load;"
        "from checker.lab.data import DATA; from checker.lab.measure import measure; from checker.lab.subjects import Transformer;"
        "from checker.lab.models import MODELS; from checker.runs.store import Store; import checker.runs.check, checker.browse.site;"
        "recipe = MODELS['MAE'].recipe; encoder, card = load(Store.default().model(recipe, 0));"
        "measure(['attention_distance', 'reconstruction_error'], Transformer(encoder, DATA['shapes'], 4, card));"
        f"print([m for m in {BROUGHT_BY_EXTRAS} if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
