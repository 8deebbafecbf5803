"""`check-claims results` and `results inspect`, as they are typed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from checker.cli.commands import app

CASES = Path(__file__).parents[1] / "lab" / "results" / "cases"


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["results", *arguments])
    return result.exit_code, result.stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "vault").mkdir()
    shutil.copytree(CASES / "01-csv-long", tmp_path / "claims")
    return tmp_path


def test_tables_are_listed_with_their_values_and_what_was_left_out(project: Path) -> None:
    code, text = run("--vault", str(project))
    assert code == 0
    assert "knn.csv: ImageNet k-NN accuracy (share, higher is better, margin 0.01)" in text
    assert "0: 0.7126  1: 0.7147  2: 0.7125  3: 0.7052" in text
    assert "  missing: MAE, seed 3\n" in text
    assert "  left out: 1 row of LUT-B seed 4: no value (knn.csv: line 14)\n" in text


def test_the_list_for_programs(project: Path) -> None:
    code, text = run("--vault", str(project), "--json")
    (table,) = json.loads(text)["tables"]
    assert code == 0 and json.loads(text)["schema"] == 1
    assert table["format"] == "csv" and table["values"]["MAE"]["4"] == 0.6806 and table["refused"] is None
    assert {"model": "MAE", "seed": "3"} in table["missing"]
    assert table["left_out"][0] == {
        "reason": "dataset is not in1k",
        "rows": 15,
        "model": None,
        "seed": None,
        "places": [f"knn.csv: line {line}" for line in (3, 4, 6, 7, 9)],
    }


def test_a_conflict_and_a_table_that_cannot_be_used_are_errors(project: Path) -> None:
    table = project / "claims" / "knn.csv"
    table.write_text(table.read_text() + "0,runs/lut_vitb_300e/ckpt-last.pth,x,1,in1k,20,0.5,0.5\n")
    code, text = run("--vault", str(project))
    assert code == 3 and "conflict: LUT-B, seed 1 has the values 0.7147 and 0.5" in text
    table.unlink()
    code, text = run("--vault", str(project), "--json")
    assert code == 3 and "no such file" in json.loads(text)["tables"][0]["refused"]


def test_no_tables_is_said(tmp_path: Path) -> None:
    (tmp_path / "vault").mkdir()
    code, text = run("--vault", str(tmp_path))
    assert code == 0 and "no tables" in text


def test_inspect_prints_an_entry_and_never_chooses(tmp_path: Path) -> None:
    code, text = run("inspect", str(CASES / "01-csv-long" / "knn.csv"))
    assert code == 1
    assert "    model: method\n    seed: seed\n    value: ?  # top1 | top5\n" in text
    assert "    better: ?  # higher | lower\n" in text
    code, text = run("inspect", str(CASES / "05-parquet-per-example" / "per_image.parquet"), "--json")
    found = json.loads(text)
    assert code == 0 and found["clear"] and found["formats"] == ["parquet"] and found["refused"] is None
    assert found["choices"]["value"] == ["correct"] and found["choices"]["image"] == ["image_id"]
    (tmp_path / "x.bin").write_bytes(b"\x80\x04cposix\nsystem\n.")
    code, text = run("inspect", str(tmp_path / "x.bin"), "--json")
    assert code == 1 and json.loads(text)["formats"] == []


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("07-wandb-runs-csv/wandb_export_2026-06-01T10_07_23.233+02_00.csv", "wandb"),
        ("09-mlflow-filestore/mlruns", "mlflow"),
        ("12-lightning-csvlogger/lightning_logs", "lightning"),
        ("17-inspect-ai/logs", "inspect"),
        ("19-lm-eval/output", "lm-eval"),
    ],
)
def test_inspect_sees_the_format(file: str, kind: str) -> None:
    _, text = run("inspect", str(CASES / file), "--json")
    assert json.loads(text)["formats"] == [kind]
    assert json.loads(text)["choices"]["model"]


def test_an_entry_that_is_not_filled_in_is_refused_with_its_place(project: Path) -> None:
    _, text = run("inspect", str(project / "claims" / "knn.csv"))
    (project / "claims" / "results.yaml").write_text(text[text.index("- file") :])
    result = CliRunner().invoke(app, ["results", "--vault", str(project)])
    assert result.exit_code == 2 and "results.yaml:" in result.stderr
