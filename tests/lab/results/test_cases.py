"""Real files with dirt and a known truth: the values that count, what is reported, and the verdict."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from checker.errors import MeasurementError
from checker.lab.results.entry import read_entries
from checker.lab.results.table import load_entries, read_table
from checker.verdicts import compare_recorded

CASES = Path(__file__).parent / "cases"
REPORTED = {
    "01-csv-long": ["dataset is not in1k", "no value", "the same again, with the same value"],
    "02-csv-wide": ["no seed: 'mean'", "no seed: 'std'", "no seed: 'paper'"],
    "05-parquet-per-example": ["split is not val", "layer is not 12", "the same again, with the same value"],
    "07-wandb-runs-csv": [
        *("the run did not finish: crashed", "the run did not finish: failed", "the run did not finish: running"),
        *("epoch is not 99", "the same again, with the same value"),
    ],
    "09-mlflow-filestore": [
        *("the run was deleted", "the run did not finish: RUNNING", "the run did not finish: FAILED"),
        *("params.dataset is not stl10", "its value is NaN"),
    ],
    "12-lightning-csvlogger": ["no value", "a conflict: the same model and seed with different values"],
    "17-inspect-ai": ["the run did not finish: error", "limit is not null", "the same again, with the same value"],
    "19-lm-eval": ["n-shot.qa_easy is not 0", "config.limit is not null", "the same again, with the same value"],
    "22-one-seed": [],
}


@pytest.mark.parametrize("name", REPORTED)
def test_a_case_has_the_values_that_count_and_its_verdict(name: str) -> None:
    truth = json.loads((CASES / name / "truth.json").read_text())
    (entry,) = load_entries(CASES / name)
    chosen = read_table(entry, CASES / name).selection
    values = {model: {seed: round(value, 6) for seed, value in seeds.items()} for model, seeds in chosen.means().items()}
    expected = truth["values"]
    if name == "12-lightning-csvlogger":  # two values for one seed: neither counts
        del expected["Swin-T"]["0"]
    assert values == expected
    verdict = compare_recorded(
        chosen.array(truth["subject"]), chosen.array(truth["baseline"]), "greater", margin=truth["metric"]["margin"]
    )
    assert verdict.word == truth["verdict"]
    assert list(dict.fromkeys(left.reason for left in chosen.left_out)) == REPORTED[name]
    if chosen.images == 1 and "interval95" in truth and not chosen.conflicts:
        assert (verdict.low, verdict.high) == pytest.approx(truth["interval95"], abs=2e-6)


def test_what_is_missing_or_contradicts_itself_is_named() -> None:
    def chosen(name: str):
        return read_table(load_entries(CASES / name)[0], CASES / name).selection

    assert {(missing.model, missing.seed) for missing in chosen("01-csv-long").missing} == {("LUT-B", "4"), ("MAE", "3")}
    conflict = chosen("12-lightning-csvlogger").conflicts[0]
    assert (conflict.model, conflict.seed, conflict.values) == ("Swin-T", "0", (0.8156, 0.865))
    assert conflict.places == ("version_4/metrics.csv", "version_10/metrics.csv")
    assert "compared on the 360 images that all share, of 400" in chosen("05-parquet-per-example").notes


def test_the_pivot_of_the_wide_table_gives_the_same_values() -> None:
    truth = json.loads((CASES / "02-csv-wide" / "truth.json").read_text())["values"]
    entry = load_entries(CASES / "02-csv-wide")[0].model_copy(
        update={"file": "linear_probe_pivot.csv", "where": {"dataset": "in1k"}}
    )
    assert read_table(entry, CASES / "02-csv-wide").selection.means() == truth


def test_a_paper_table_with_spreads_is_refused() -> None:
    (entry,) = read_entries(
        "- file: paper_table.csv\n  columns: {model: Method, value: 'ImageNet k-NN (n=5)'}\n"
        "  metric: {name: k-NN, unit: '%', better: higher, margin: 1}\n"
    )
    with pytest.raises(MeasurementError, match=r"paper_table.csv: line 2: '68.0 ± 0.4' is a mean with a spread"):
        read_table(entry, CASES / "22-one-seed")


def test_one_seed_a_side_decides_nothing_whatever_the_numbers() -> None:
    verdict = compare_recorded(np.array([[0.9]]), np.array([[0.1]]), "greater")
    assert verdict.word == "inconclusive" and verdict.low == -np.inf and verdict.high == np.inf and verdict.p == 1
    assert "one seed" in verdict.reason


def test_one_seed_beside_several_is_taken_as_fixed_as_a_checkpoint_is() -> None:
    verdict = compare_recorded([[0.9], [0.91], [0.9]], [[0.1]], "greater")
    assert verdict.word == "supported"
    assert verdict.reason.endswith("the single checkpoint on one side is taken as fixed")
    assert verdict.low == pytest.approx(0.9033 - 0.1 - 4.3027 * 0.005774 / 3**0.5, abs=1e-4)  # Student's t, 2 degrees of freedom
    assert compare_recorded([[0.9], [0.3], [0.6]], [[0.5]], "greater").word == "inconclusive"
