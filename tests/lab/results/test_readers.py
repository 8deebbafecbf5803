"""Each format gives the same two models and seeds; what did not finish never counts; nothing is executed."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.errors import CheckerError, ConfigurationError, MeasurementError
from checker.lab.results.entry import read_entries
from checker.lab.results.files import find_source
from checker.lab.results.table import formats, read_table
from checker.lab.results.values import Selection
from tests.lab.results import stores

FILES = Path(__file__).parent / "files"
METRIC = "metric: {name: accuracy, unit: share, better: higher, margin: 0}"
MODELS = "models: {mae: MAE, lut: LUT}"


def chosen(folder: Path, entry: str, models: str = MODELS) -> Selection:
    (found,) = read_entries(f"- {entry.strip()}\n  {METRIC}\n" + (f"  {models}\n" if models else ""))
    return read_table(found, folder).selection


def reasons(selection: Selection) -> list[tuple[str, str, str]]:
    return [(left.reason, left.model, left.seed) for left in selection.left_out]


STORES: dict[str, tuple[Callable[[Path], None], str]] = {
    "mlflow": (
        stores.mlflow_database,
        "experiment: probe\n  columns: {model: params.model, seed: params.seed, value: metrics.val/acc}",
    ),
    "tensorboard": (stores.tensorboard_runs, "take: last\n  columns: {model: folder.0, seed: folder.1, value: val/acc}"),
    "hydra": (stores.hydra_sweep, "columns: {model: config.model.name, seed: overrides.seed, value: metrics.test.acc}"),
    "dvclive": (stores.dvclive_runs, "columns: {model: params.model, seed: params.seed, value: metrics.test/acc}"),
    "hf-trainer": (stores.hf_runs, "take: {step: 30}\n  columns: {model: folder.0, seed: folder.1, value: eval_accuracy}"),
    "optuna": (stores.optuna_journal, "columns: {model: params.model, seed: user_attrs.seed, value: value}"),
}


@pytest.mark.parametrize("name", STORES)
def test_a_store_gives_its_finished_runs(name: str, tmp_path: Path) -> None:
    write, entry = STORES[name]
    write(tmp_path / "store")
    assert formats(find_source("store", tmp_path)) == [name]
    found = chosen(tmp_path, f"file: store\n  {entry}").means()
    assert {model: {seed: round(value, 5) for seed, value in seeds.items()} for model, seeds in found.items()} == stores.TRUTH


def test_what_did_not_finish_is_listed(tmp_path: Path) -> None:
    for name, left in {
        "mlflow": [("the run did not finish: FAILED", "mae", "2"), ("the run was deleted", "mae", "3")],
        "optuna": [
            *(("the run did not finish: PRUNED", "mae", "2"), ("the run did not finish: FAIL", "lut", "2")),
            ("the run did not finish: RUNNING", "lut", "3"),
        ],
        "hydra": [("no value", "LUT", "2")],
    }.items():
        write, entry = STORES[name]
        write(tmp_path / name)
        assert reasons(chosen(tmp_path, f"file: {name}\n  {entry}")) == left
    stores.hf_runs(tmp_path / "hf")
    entry = "file: hf\n  take: last\n  columns: {model: folder.0, seed: folder.1, value: eval_accuracy}"
    assert reasons(chosen(tmp_path, entry)) == [("the run did not finish: step 20 of 30", "lut", "seed2")]


def test_files_that_optuna_and_wandb_wrote(tmp_path: Path) -> None:
    optuna = chosen(FILES, "file: optuna.db\n  columns: {model: params.model, seed: params.seed, value: value}")
    assert optuna.means() == stores.TRUTH
    assert reasons(optuna) == [("the run did not finish: PRUNED", "mae", "5"), ("the run did not finish: FAIL", "lut", "6")]
    wandb = chosen(FILES, "file: wandb\n  columns: {model: config.model.name, seed: config.seed, value: summary.val/acc}")
    assert wandb.means() == stores.TRUTH
    assert reasons(wandb) == [("the run did not finish: exit code 1", "lut", "2")]
    first = chosen(FILES, "file: wandb\n  take: {step: 0}\n  columns: {model: model.name, seed: config.seed, value: val/acc}")
    assert first.means()["LUT"] == {"0": 0.51, "1": 0.52}


def test_a_crashed_wandb_run_has_no_end_and_never_counts(tmp_path: Path) -> None:
    whole = next((FILES / "wandb").glob("*.wandb"))
    data = whole.read_bytes()
    (tmp_path / "run-a.wandb").write_bytes(data[: data.index(b"summary") if b"summary" in data else len(data) - 200])
    with pytest.raises(CheckerError):
        chosen(
            tmp_path, "file: run-a.wandb\n  columns: {model: config.model.name, seed: config.seed, value: val/acc}\n  take: last"
        )


def test_a_chart_of_wandb_needs_a_step_and_single_runs(tmp_path: Path) -> None:
    stores.wandb_chart(tmp_path / "chart.csv")
    entry = "file: chart.csv\n  layout: wandb-chart\n  columns: {model: 'run:^([a-z]+)', seed: 'run:seed(.)', value: val/acc}"
    with pytest.raises(ConfigurationError, match="up to 3 steps; write `take: last`"):
        chosen(tmp_path, entry)
    assert chosen(tmp_path, f"{entry}\n  take: last").means() == stores.TRUTH
    text = (tmp_path / "chart.csv").read_text().replace('"0.68","0.68","0.68"', '"0.68","0.61","0.75"')
    (tmp_path / "chart.csv").write_text(text)
    with pytest.raises(ConfigurationError, match="is a mean: its smallest and largest values differ"):
        chosen(tmp_path, f"{entry}\n  take: last")


def test_steps_are_never_guessed(tmp_path: Path) -> None:
    stores.tensorboard_runs(tmp_path / "tb")
    columns = "columns: {model: folder.0, seed: folder.1, value: val/acc}"
    with pytest.raises(ConfigurationError, match="up to 3 steps"):
        chosen(tmp_path, f"file: tb\n  {columns}")
    assert chosen(tmp_path, f"file: tb\n  take: {{step: 1}}\n  {columns}").means()["MAE"]["0"] == pytest.approx(0.48)
    best = chosen(tmp_path, f"file: tb\n  take: best\n  {columns}")
    assert best.means()["LUT"]["1"] == pytest.approx(0.72) and "chosen by its value" in best.notes[0]
    with pytest.raises(MeasurementError, match="no value at step 7"):
        chosen(tmp_path, f"file: tb\n  take: {{step: 7}}\n  {columns}")


def test_samples_of_inspect_are_images_and_not_replicates(tmp_path: Path) -> None:
    for model in ("mae", "lut"):
        for seed in range(2):
            samples = [
                {"id": f"q{n}", "scores": {"match": {"value": "CI"[(n + seed) % 2 if model == "mae" else 0]}}} for n in range(4)
            ]
            log = {"status": "success", "eval": {"model": model, "metadata": {"seed": seed}}, "samples": samples}
            (tmp_path / f"{model}{seed}.json").write_text(json.dumps(log))
    entry = (
        "file: '*.json'\n  columns: {model: eval.model, seed: eval.metadata.seed, example: sample.id, value: sample.scores.match}"
    )
    found = chosen(tmp_path, entry)
    assert found.images == 4 and found.array("MAE").tolist() == [[1, 0, 1, 0], [0, 1, 0, 1]]


def test_an_eval_log_that_was_never_closed_is_not_finished(tmp_path: Path) -> None:
    for name, member in (("a", "header.json"), ("b", "_journal/start.json")):
        log = {
            "eval": {"model": "mae", "metadata": {"seed": 0}},
            "results": {"scores": [{"name": "m", "metrics": {"acc": {"value": 0.5}}}]},
        }
        with zipfile.ZipFile(tmp_path / f"{name}.eval", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(member, json.dumps(log | ({"status": "success"} if name == "a" else {})))
    found = chosen(tmp_path, "file: .\n  columns: {model: eval.model, seed: eval.metadata.seed, value: results.scores.m.acc}")
    assert found.means() == {"MAE": {"0": 0.5}}
    assert [left.reason for left in found.left_out] == ["the run did not finish: started"]


def test_a_store_with_several_experiments_asks_which(tmp_path: Path) -> None:
    stores.mlflow_database(tmp_path / "m.db")
    with sqlite3.connect(tmp_path / "m.db") as db:
        db.execute("INSERT INTO runs SELECT 'x', name, status, lifecycle_stage, 0 FROM runs LIMIT 1")
    with pytest.raises(ConfigurationError, match="several; write which as `experiment`: there is 'Default', 'probe'"):
        chosen(tmp_path, "file: m.db\n  columns: {model: params.model, seed: params.seed, value: metrics.val/acc}")


class TestHostile:
    def test_tags_of_python_objects_are_refused(self, tmp_path: Path) -> None:
        run = tmp_path / "version_0"
        run.mkdir()
        (run / "metrics.csv").write_text("step,acc\n1,0.5\n")
        (run / "hparams.yaml").write_text(f"model: !!python/object/apply:os.system ['touch {tmp_path}/done']\n")
        with pytest.raises(MeasurementError, match=r"hparams.yaml:1:8: could not determine a constructor"):
            chosen(tmp_path, "file: .\n  format: lightning\n  columns: {model: hparams.model, seed: hparams.seed, value: acc}")
        assert not (tmp_path / "done").exists()

    def test_a_database_is_only_read(self, tmp_path: Path) -> None:
        stores.mlflow_database(tmp_path / "m.db")
        before = (tmp_path / "m.db").read_bytes()
        chosen(
            tmp_path,
            "file: m.db\n  experiment: probe\n  columns: {model: params.model, seed: params.seed, value: metrics.val/acc}",
        )
        assert (tmp_path / "m.db").read_bytes() == before
        assert [path.name for path in tmp_path.iterdir()] == ["m.db"]

    def test_a_packed_bomb_is_bounded(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with zipfile.ZipFile(tmp_path / "a.eval", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("header.json", b" " * 3_000_000)
        monkeypatch.setattr("checker.lab.results.readers.inspect.MOST_DOCUMENT", 2**20)
        with pytest.raises(MeasurementError, match="more than 1 MiB unpacked"):
            chosen(tmp_path, "file: a.eval\n  columns: {model: a, seed: b, value: c}")

    def test_a_device_is_not_opened(self) -> None:
        with pytest.raises(ConfigurationError, match="not a regular file"):
            chosen(Path("/dev"), "file: zero\n  format: csv\n  columns: {model: a, seed: b, value: c}")

    @pytest.mark.parametrize("text", ["[" * 100_000, "{", '{"a": NaN', "\x00\x01"])
    def test_broken_json_is_an_error_with_its_file(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "r.json").write_text(text)
        with pytest.raises(CheckerError, match=r"r\.json"):
            chosen(tmp_path, "file: r.json\n  columns: {model: a, seed: b, value: c}")

    def test_a_pattern_that_could_run_for_ever_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "r.csv").write_text("m,s,v\na,1,0.5\n")
        with pytest.raises(ConfigurationError, match="a repetition inside a repetition"):
            chosen(tmp_path, "file: r.csv\n  columns: {model: 'm:(a+)+$', seed: s, value: v}")


def test_a_wide_parquet(tmp_path: Path) -> None:
    import pandas as pd

    pd.DataFrame({"seed": [0, 1], "mae": [0.68, 0.69], "lut": [0.71, 0.72], "d": [0.03, 0.03]}).to_parquet(tmp_path / "t.parquet")
    assert chosen(tmp_path, "file: t.parquet\n  layout: wide\n  columns: {seed: seed}").means() == stores.TRUTH


def test_records_of_json_in_all_its_forms(tmp_path: Path) -> None:
    rows = [{"cfg": {"m": m, "seed": s}, "test": {"acc": v}, "status": "done"} for (m, s), v in stores.VALUES.items()]
    rows.append({"cfg": {"m": "mae", "seed": 2}, "test": {"acc": 0.1}, "status": "killed"})
    columns = "columns: {model: cfg.m, seed: cfg.seed, value: test.acc}"
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + '{"cfg": {"m": "mae", "se')
    (tmp_path / "b.json").write_text(json.dumps(rows))
    for number, row in enumerate(rows):
        folder = tmp_path / "runs" / f"{row['cfg']['m']}" / f"s{number}"
        folder.mkdir(parents=True)
        (folder / "metrics.json").write_text(json.dumps(row))
    for file in ("a.jsonl", "b.json", "runs/*/*/metrics.json"):
        found = chosen(tmp_path, f"file: {file}\n  {columns}")
        assert found.means() == stores.TRUTH
        assert ("the run did not finish: killed", "mae", "2") in reasons(found)
