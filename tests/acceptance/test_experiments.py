"""Experiments of one's own, as the manual tells it: trusted, run, decided, edited, run again; and what fails or is hostile."""

from __future__ import annotations

import json
import re
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from checker import Workspace
from checker.cli.commands import app
from checker.runs.housekeeping import look_through, prune
from checker.runs.outcome import Outcome
from checker.runs.store import Store

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "vault/Manual/Experiments of your own.md").read_text()
NAMES = ("train.py", "source/rings.py", "configs/wide.json", "configs/narrow.json", "claims/experiments/rings.yaml", "vault/n.md")
SPEED = """\
command: sh run.sh {model} {seed} {out}
depends: [run.sh]
metric: {name: tokens per second, unit: 1/s, better: higher}
models: {fast: fast.txt, slow: slow.txt}
seeds: 3
timeout: 20s
"""
SCRIPT = 'echo "started $2"; echo "{\\"value\\": $(cat $1)$2}" > $3\n'


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECK_CLAIMS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CHECK_CLAIMS_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")


@pytest.fixture
def speed(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for name, text in {
        "claims/experiments/speed.yaml": SPEED,
        "run.sh": SCRIPT,
        "fast.txt": "9",
        "slow.txt": "1",
        "vault/n.md": "- fast has higher tokens per second than slow #claim\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def trust(folder: Path) -> str:
    result = CliRunner().invoke(app, ["trust", str(folder), "--yes"])
    assert result.exit_code == 0, result.stderr
    return result.stdout


def check(folder: Path) -> Outcome:
    workspace = Workspace.open(folder)
    checked = workspace.check()
    workspace.write(workspace.changes(checked, draw=False))
    (outcome,) = checked.outcomes
    return outcome


def ran(folder: Path) -> dict[str, list[int]]:
    found = json.loads(CliRunner().invoke(app, ["experiments", "--vault", str(folder), "--json"]).stdout)
    assert found["schema"] == 1
    models: dict[str, list[int]] = found["experiments"][0]["ran"]
    return models


def test_the_example_of_the_manual_is_decided_and_an_edit_makes_it_stale(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    for name, text in zip(NAMES, re.findall(r"```\w+\n(.*?)```", MANUAL, re.DOTALL), strict=False):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    assert check(folder).word == "untestable" and not (tmp_path / "cache/experiments").exists()
    assert "python train.py --model" in trust(folder)
    first = check(folder)
    assert (first.word, first.scope, first.stale) == ("supported", "own", False)
    assert ran(folder) == {"wide net": [0, 1, 2, 3, 4], "narrow net": [0, 1, 2, 3, 4]}
    (folder / "configs/wide.json").write_text('{"width": 48}')
    stale = check(folder)
    assert stale.stale and "configs/wide.json has changed since" in stale.reason
    assert ran(folder) == {"wide net": [], "narrow net": [0, 1, 2, 3, 4]}
    trust(folder)
    assert not check(folder).stale and ran(folder)["wide net"] == [0, 1, 2, 3, 4]


def test_evidence_holds_what_was_run_and_an_unrelated_file_reruns_nothing(speed: Path, tmp_path: Path) -> None:
    trust(speed)
    outcome = check(speed)
    assert outcome.word == "supported" and outcome.run is not None, outcome.reason
    origin = outcome.run.models["fast"].origin
    assert origin["command"] == "sh run.sh {model} {seed} {out}" and origin["values"] == "0: 90, 1: 91, 2: 92"
    assert {"experiment", "dependencies", "file", "hash", "logs"} <= set(origin)
    assert (tmp_path / "cache/experiments" / outcome.run.models["fast"].weights[1] / "output.log").read_text() == "started 1\n"
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "cache/experiments").rglob("*")}
    (speed / "other.py").write_text("")
    assert check(speed).word == "supported"
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "cache/experiments").rglob("*")}
    CliRunner().invoke(app, ["trust", str(speed), "--revoke"])
    assert not check(speed).stale  # its values are those of the files as they are


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("printf '\\033[31mred\\007\\n'; exit 3\n", "ended with exit code 3: [31mred"),
        ("true\n", "wrote no file {out}"),
        ("echo '{\"value\": NaN}' > $3\n", "output: NaN is no value"),
        ("cat ../project/secret.txt || exit 1\n", "ended with exit code 1"),
        ("kill -9 $$\n", "was ended by SIGKILL"),
        ("sleep 60\n", "over the time limit of 2 s; `timeout` of the experiment sets another"),
    ],
)
def test_a_command_that_fails_is_an_error_with_its_log(speed: Path, script: str, message: str) -> None:
    (speed / "run.sh").write_text(script)
    experiment = speed / "claims/experiments/speed.yaml"
    experiment.write_text(SPEED.replace("20s", "2s"))
    trust(speed)
    outcome = check(speed)
    assert outcome.word == "error" and outcome.failed and message in outcome.reason
    assert Path(outcome.reason.rpartition("its log is ")[2]).is_file() and outcome.reason.isprintable()


def test_only_what_is_trusted_is_there_to_run(speed: Path) -> None:
    (speed / "helper.sh").write_text("echo '{\"value\": 1}' > $3\n")
    (speed / "run.sh").write_text(". ./helper.sh\n")
    trust(speed)
    assert "helper.sh" in check(speed).reason


def test_a_changed_script_or_experiment_does_not_run_before_it_is_trusted_again(speed: Path, tmp_path: Path) -> None:
    trust(speed)
    (speed / "run.sh").write_text(f"touch {tmp_path}/ran; {SCRIPT}")
    assert "run.sh has changed since" in check(speed).reason
    (speed / "run.sh").write_text(SCRIPT)
    (speed / "claims/experiments/speed.yaml").write_text(SPEED.replace("sh run.sh", f"sh -c 'touch {tmp_path}/ran' -- run.sh"))
    assert "speed.yaml has changed since" in check(speed).reason
    assert not (tmp_path / "ran").exists()


def unused() -> set[str]:
    """What `cache --prune` would take of the runs that are kept, by the values that they gave."""
    kinds = {kind.name: kind for kind in look_through(Store.default())}
    return {(path / "output").read_text() if (path / "output").exists() else path.name for path in kinds["experiments"].unused}


def test_a_run_is_kept_while_its_experiment_leads_to_it(speed: Path, tmp_path: Path) -> None:
    trust(speed)
    assert check(speed).word == "supported"
    assert unused() == set()
    (Store.default().runs / "half").mkdir()
    (Store.default().runs / "half" / "output.log").write_text("a run that failed")
    assert unused() == {"half"}
    kinds = look_through(Store.default())
    assert [path.name for path in prune(kinds)] == ["half"]
    (speed / "slow.txt").write_text("2")  # its runs lead nowhere now
    assert {json.loads(text)["value"] for text in unused()} == {10, 11, 12}
    experiment = speed / "claims" / "experiments" / "speed.yaml"
    text = experiment.read_text()
    for cannot_be_read in ("command: [", text.replace("run.sh]", "gone.sh]")):
        experiment.write_text(cannot_be_read)
        assert unused() == set()
    experiment.write_text(text)
    for folder in Store.default().runs.iterdir():
        if (folder / "output").read_text().strip() == '{"value": 90}':
            (folder / "run.json").unlink()  # kept by an earlier version
    experiment.unlink()
    assert {json.loads(text)["value"] for text in unused()} == {91, 92, 10, 11, 12}
    speed.rename(tmp_path / "away")
    assert unused() == set()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "package", "options"),
    [("slurm", "submitit", {"cluster": "local"}), ("dask", "distributed", {}), ("ray", "ray", {})],
)
def test_runs_go_through_the_same_services_as_measurements(
    speed: Path, tmp_path: Path, name: str, package: str, options: dict[str, str]
) -> None:
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed; the extra `cluster` brings it")
    if name == "dask":
        options = options | {"store": f"file://{tmp_path}/shared"}
    words = [word for key, value in options.items() for word in ("--executor-option", f"{key}={value}")]
    arguments = ["check", str(speed), "--executor", name, *words, "--json"]

    def run() -> dict[str, object]:
        result = CliRunner().invoke(app, arguments)
        assert result.stdout, result.stderr + repr(result.exception)
        (claim,) = json.loads(result.stdout)["claims"]
        return claim

    assert "is not trusted" in str(run()["reason"])
    trust(speed)
    assert run()["status"] == "supported"
    logs = {path.read_text().strip() for path in Store.default().runs.glob("*/output.log")}
    assert logs == {"started 0", "started 1", "started 2"}
    (speed / "run.sh").write_text("echo no luck; exit 3")
    trust(speed)
    claim = run()
    assert (claim["status"], claim["fresh"]) == ("supported", False)
    assert "ended with exit code 3: no luck" in str(claim["reason"])
