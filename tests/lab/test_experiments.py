"""Experiment files, what they depend on, and what a command may leave: everything else is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.errors import ConfigurationError, MeasurementError
from checker.lab.experiments.entry import Experiment, parse_experiment
from checker.lab.experiments.files import read_experiment, read_experiments
from checker.lab.experiments.output import read_output

TEXT = """\
command: python bench.py --model {model} --seed {seed} --out {out}
depends: [bench.py, src/**/*.py]
metric: {name: tokens per second, unit: 1/s, better: higher}
models: {ours: configs/ours.toml, baseline: configs/base.toml}
"""
FILE = "claims/experiments/speed.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("bench.py", "src/deep/a.py", "configs/ours.toml", "configs/base.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / FILE).parent.mkdir(parents=True)
    (tmp_path / FILE).write_text(TEXT)
    return tmp_path


def test_the_file_of_the_design_is_read() -> None:
    found = parse_experiment(TEXT, "speed.yaml")
    assert found.seeds == (0, 1, 2, 3, 4) and found.metric.margin is None
    assert found.arguments("ours", 3, "/a b/out")[-5:] == ["configs/ours.toml", "--seed", "3", "--out", "/a b/out"]


def test_a_placeholder_stays_within_its_argument_and_is_replaced_once() -> None:
    found = parse_experiment(TEXT.replace("configs/ours.toml", "'a b {seed};rm.toml'"), "x")
    assert found.arguments("ours", 0, "out")[3] == "a b {seed};rm.toml"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("depends:", "depend:", "x.yaml:2:1: there is no key `depend`; did you mean `depends`?"),
        ("better: higher", "better: higher, nmae: 1", "x.yaml:3:62: there is no key `metric.nmae`; did you mean `name`?"),
        ("better: higher", "better: up", "x.yaml:3:46: metric.better: input should be 'higher' or 'lower'"),
        ("[bench.py", "[../bench.py", "x.yaml:2:11: depends.0: '../bench.py' must lie inside the project"),
        ("[bench.py", "[/etc/passwd", "x.yaml:2:11: depends.0: '/etc/passwd' must be a path from the folder of the project"),
        ("configs/ours", "~/ours", "x.yaml:4:10: models.ours: '~/ours.toml' must be a path from the folder of the project"),
        ("python bench.py", "python ../bench.py", "x.yaml:1:1: command: '../bench.py' must lie inside the project"),
        ("python bench.py", "/bin/sh x", "x.yaml:1:1: command: '/bin/sh' must be a path from the folder of the project"),
        ("python bench.py", "python --a=/etc/x", "x.yaml:1:1: command: '/etc/x' must be a path from the folder of the project"),
        (" --out {out}", "", "x.yaml:1:1: command: lacks {out}"),
        ("{out}", "'{out}", "x.yaml:1:1: command: cannot be split into words"),
        ("models:", "seeds: [1, 1]\nmodels:", "x.yaml:4:1: seeds: the seed 1 is listed twice"),
        ("models:", "timeout: soon\nmodels:", "x.yaml:4:1: timeout: timeout 'soon' is not a time"),
        ("models:", "memory: -1\nmodels:", "x.yaml:4:1: memory: input should be greater than 0"),
        ("models: {", "models: {ours: a.toml, ", "x.yaml:4:"),
        ("models: {", "models: !!python/object:os.system {", "x.yaml:4:"),
    ],
)
def test_a_file_that_is_not_well_formed_is_refused_with_its_place(old: str, new: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        parse_experiment(TEXT.replace(old, new, 1), "x.yaml")
    assert str(error.value).startswith(message)


def test_the_address_follows_contents_and_nothing_else(root: Path) -> None:
    def addresses() -> list[str]:
        found = read_experiment(root / FILE, root)
        return [found.address("ours", 0), found.address("ours", 1), found.address("baseline", 0)]

    first = addresses()
    assert len(set(first)) == 3
    (root / "README.md").write_text("an unrelated file")
    (root / FILE).write_text(TEXT.replace("better: higher", "better: higher, margin: 3"))
    (root / "bench.py").touch()
    assert addresses() == first
    (root / "configs/ours.toml").write_text("edited")
    assert [old == new for old, new in zip(first, addresses(), strict=True)] == [False, False, True]
    (root / "src/deep/new.py").write_text("")
    assert not set(addresses()) & set(first)


def test_links_out_of_the_project_and_files_that_are_not_there_are_refused(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "x.py").write_text("")
    found = read_experiment(root / FILE, root)
    (root / "src/linked.py").symlink_to(outside / "x.py")
    with pytest.raises(ConfigurationError, match=r"src/linked.py leads out of the project"):
        found.address("ours", 0)
    (root / "src/linked.py").unlink()
    (root / "configs/ours.toml").unlink()
    (root / "configs/ours.toml").symlink_to("/etc/hostname")
    with pytest.raises(ConfigurationError, match=r"configs/ours.toml leads out"):
        found.address("ours", 0)
    (root / "bench.py").unlink()
    with pytest.raises(ConfigurationError, match=r"there is no file bench.py"):
        found.address("baseline", 0)


def test_a_broken_file_and_a_metric_that_is_there_twice_take_no_others_along(root: Path) -> None:
    folder = (root / FILE).parent
    (folder / "again.yaml").write_text(TEXT)
    (folder / "other.yaml").write_text(TEXT.replace("tokens per second", "loss"))
    (folder / "broken.yaml").write_text("command: [")
    found, faults = read_experiments(root)
    assert list(found) == ["other"] and sorted(file.stem for file in faults) == ["again", "broken", "speed"]


SHARE = parse_experiment(TEXT.replace("1/s", "share"), "x")
IMAGES = SHARE.model_copy(update={"images": 2})


@pytest.mark.parametrize(
    ("text", "experiment", "values"),
    [
        ('{"value": 0.5}', SHARE, [0.5]),
        ("0.5\n", SHARE, [0.5]),
        ("value\n0.5\n", SHARE, [0.5]),
        ('\ufeff{"values": [0.5, 1]}', IMAGES, [0.5, 1]),
        ('{"values": {"b": 0.25, "a": 1}}', IMAGES, [1, 0.25]),
        ('"image","value"\nb,0.25\na,1\n', IMAGES, [1, 0.25]),
    ],
)
def test_values_are_read(text: str, experiment: Experiment, values: list[float], tmp_path: Path) -> None:
    (tmp_path / "output").write_text(text, encoding="utf-8")
    assert read_output(tmp_path / "output", experiment).values.tolist() == values


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"value": NaN}', "NaN is no value"),
        ("value\nnan\n", "the value is nan, and no finite number"),
        ('{"value": 1e999}', "the value is inf, and no finite number"),
        ('{"value": 1' + "0" * 400 + "}", "too large"),
        ('{"value": true}', "the value is true, and no number"),
        ('{"value": "0.5"}', "and no number"),
        ('{"value": null}', "and no number"),
        ('{"value": 0.5, "loss": 1}', "has the keys 'value', 'loss'"),
        ('{"value": 0.5, "value": 0.6}', "the same key stands twice"),
        ('{"values": [0.5, 0.6]}', "has 2 values, and not 1; where they are of images"),
        ("[0.5]", "is a bare list"),
        ('{"value": 71}', "'share' goes from 0 to 1"),
        ("", "is neither"),
        ("accuracy\n0.5\n", "is neither"),
        ("value\n0.5\n0.6\n", "has 2 values"),
        ("value\n0,5\n", "row 2 has 2 cells"),
        ('{"value": ', "Expecting value"),
        ("[" * 100_000, "nested too deep"),
    ],
)
def test_anything_else_is_an_error_that_names_the_file(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "output").write_text(text)
    with pytest.raises(MeasurementError) as error:
        read_output(tmp_path / "output", SHARE)
    assert str(error.value).startswith("output: ") and message in str(error.value)


def test_no_file_and_a_link_are_no_output(tmp_path: Path) -> None:
    with pytest.raises(MeasurementError, match="wrote no file"):
        read_output(tmp_path / "output", SHARE)
    (tmp_path / "real").write_text("0.5")
    (tmp_path / "output").symlink_to(tmp_path / "real")
    with pytest.raises(MeasurementError, match="wrote no file"):
        read_output(tmp_path / "output", SHARE)
