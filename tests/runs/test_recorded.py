"""Claims that a table of results decides: from the note to the evidence, and what a change of the table does."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from checker import Workspace
from checker.scope import Scope
from checker.workspace import Checked

CASES = Path(__file__).parents[1] / "lab" / "results" / "cases"
SENTENCES = {
    "01-csv-long": "supported",
    "02-csv-wide": "refuted",
    "07-wandb-runs-csv": "supported",
    "09-mlflow-filestore": "supported",
    "12-lightning-csvlogger": "supported",
    "17-inspect-ai": "supported",
    "19-lm-eval": "supported",
    "22-one-seed": "inconclusive",
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECK_CLAIMS_CACHE", str(tmp_path / "cache"))


def project(folder: Path, case: str, *sentences: str) -> Path:
    shutil.copytree(CASES / case, folder / "claims")
    (folder / "vault").mkdir()
    (folder / "vault" / "n.md").write_text("".join(f"- {sentence} #claim\n" for sentence in sentences))
    return folder


def checked(folder: Path) -> Checked:
    workspace = Workspace.open(folder)
    found = workspace.check()
    workspace.write(workspace.changes(found, draw=False))
    return found


@pytest.mark.parametrize("case", SENTENCES)
def test_the_sentence_of_a_case_is_decided_by_its_table(case: str, tmp_path: Path) -> None:
    sentence = json.loads((CASES / case / "truth.json").read_text())["sentence"]
    (outcome,) = checked(project(tmp_path, case, sentence)).outcomes
    assert outcome.word == SENTENCES[case], outcome.reason
    assert outcome.run is not None and outcome.run.scope is Scope.RECORDED
    assert f"{SENTENCES[case]} · recorded" in (tmp_path / "vault" / "n.md").read_text()


def test_a_changed_row_makes_the_claim_stale_and_a_second_run_changes_nothing(tmp_path: Path) -> None:
    folder = project(tmp_path, "01-csv-long", "LUT-B has higher ImageNet k-NN accuracy than MAE")
    (first,) = checked(folder).outcomes
    before = {path: path.read_bytes() for path in folder.rglob("*.*") if path.is_file() and "cache" not in path.parts}
    checked(folder)
    assert {path: path.read_bytes() for path in before} == before
    assert first.run is not None
    origin = first.run.models["MAE"].origin  # type: ignore[union-attr]
    assert origin["values"] == "0: 0.682, 1: 0.6731, 2: 0.6832, 4: 0.6806" and origin["missing"] == "seed 3"
    assert first.run.models["MAE"].seeds == (0, 1, 2, 4)
    table = folder / "claims" / "knn.csv"
    table.write_text(table.read_text().replace(",0.7147,", ",0.7247,"))
    (second,) = checked(folder).outcomes
    assert second.run is not None and second.run.key != first.run.key and second.run.values != first.run.values


def test_a_table_that_cannot_be_used_is_an_error_of_its_claims_and_the_verdict_stays_stale(tmp_path: Path) -> None:
    folder = project(tmp_path, "01-csv-long", "LUT-B has higher ImageNet k-NN accuracy than MAE")
    checked(folder)
    table = folder / "claims" / "knn.csv"
    table.write_text(table.read_text().replace("0.7147", "71.47"))
    (outcome,) = checked(folder).outcomes
    assert outcome.failed and outcome.stale and outcome.word == "supported"
    assert "71.47 is outside the unit 'share'" in outcome.reason


@pytest.mark.parametrize(
    ("place", "word"),
    [
        ("on the validation images", "inconclusive"),
        ("on the val set", "inconclusive"),
        ("on validation data", "inconclusive"),
        ("on the test images", "needs spec"),
        ("on the training set", "needs spec"),
    ],
)
def test_the_split_of_a_table_may_be_said_and_no_other_one(tmp_path: Path, place: str, word: str) -> None:
    folder = project(tmp_path, "05-parquet-per-example", f"LUT-B has higher accuracy {place} than MAE by more than 0 points.")
    (outcome,) = checked(folder).outcomes
    assert outcome.word == word, outcome.reason


def test_a_broken_results_yaml_is_reported_with_its_place(tmp_path: Path) -> None:
    folder = project(tmp_path, "01-csv-long", "LUT-B has higher ImageNet k-NN accuracy than MAE")
    (folder / "claims" / "results.yaml").write_text("- file: knn.csv\n  colums: {}\n")
    assert any("results.yaml:" in word.reason for word in Workspace.open(folder).words.missing)


def test_one_seed_refuses_and_better_turns_with_a_loss(tmp_path: Path) -> None:
    (tmp_path / "claims").mkdir()
    (tmp_path / "vault").mkdir()
    rows = "".join(f"{model},{seed},{value + 0.01 * seed}\n" for model, value in (("a", 1.0), ("b", 2.0)) for seed in range(3))
    (tmp_path / "loss.csv").write_text(f"model,seed,loss\n{rows}")
    (tmp_path / "claims" / "results.yaml").write_text(
        "- file: loss.csv\n  columns: {model: model, seed: seed, value: loss}\n"
        "  metric: {name: validation loss, unit: nats, better: lower, margin: 0.1}\n  models: {a: Ours, b: Theirs}\n"
    )
    (tmp_path / "vault" / "n.md").write_text("- Ours has better validation loss than Theirs #claim\n")
    (outcome,) = checked(tmp_path).outcomes
    assert outcome.word == "supported", outcome.reason


ONE_SEED = {
    "Ours beats its one rival": ("Ours", "Rival", "supported", "taken as fixed"),
    "one beside one": ("Rival", "Other", "inconclusive", "1 against 1 seeds"),
    "several each": ("Ours", "Theirs", "supported", ""),
}


@pytest.mark.parametrize("case", ONE_SEED)
def test_a_model_with_one_row_is_fixed_beside_several_seeds_and_undecided_beside_one(tmp_path: Path, case: str) -> None:
    subject, baseline, word, said = ONE_SEED[case]
    rows = [f"{model},{seed},{value + 0.01 * seed}" for model, value in (("Ours", 0.8), ("Theirs", 0.5)) for seed in range(3)]
    for folder in ("claims", "vault"):
        (tmp_path / folder).mkdir()
    (tmp_path / "t.csv").write_text("\n".join(["model,seed,top1", *rows, "Rival,0,0.6", "Other,0,0.2"]))
    (tmp_path / "claims" / "results.yaml").write_text(
        "- file: t.csv\n  columns: {model: model, seed: seed, value: top1}\n"
        "  metric: {name: table accuracy, unit: share, better: higher, margin: 0.01}\n"
    )
    sentences = (f"{subject} has higher table accuracy than {baseline}", f"table accuracy: {subject} > Rival > Other")
    (tmp_path / "vault" / "n.md").write_text("".join(f"- {sentence} #claim\n" for sentence in sentences))
    first, ranked = checked(tmp_path).outcomes
    assert (first.word, said in first.reason) == (word, True), first.reason
    assert ranked.word in ("inconclusive", "needs spec") and not ranked.failed, ranked.reason
