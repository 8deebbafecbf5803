"""Stores of runs, written as their tools write them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

VALUES = {("mae", 0): 0.68, ("mae", 1): 0.69, ("lut", 0): 0.71, ("lut", 1): 0.72}
TRUTH = {"MAE": {"0": 0.68, "1": 0.69}, "LUT": {"0": 0.71, "1": 0.72}}


def mlflow_database(path: Path) -> None:
    """The tables of SqlAlchemyStore that matter: finished runs, a failed one, a deleted one, another experiment."""
    db = sqlite3.connect(path)
    db.executescript(
        "CREATE TABLE experiments (experiment_id INTEGER, name TEXT, lifecycle_stage TEXT);"
        "CREATE TABLE runs (run_uuid TEXT, name TEXT, status TEXT, lifecycle_stage TEXT, experiment_id INTEGER);"
        "CREATE TABLE params (key TEXT, value TEXT, run_uuid TEXT); CREATE TABLE tags (key TEXT, value TEXT, run_uuid TEXT);"
        "CREATE TABLE metrics (key TEXT, value REAL, timestamp INTEGER, step INTEGER, is_nan BOOLEAN, run_uuid TEXT);"
        "CREATE TABLE latest_metrics (key TEXT, value REAL, timestamp INTEGER, step INTEGER, is_nan BOOLEAN, run_uuid TEXT);"
        "INSERT INTO experiments VALUES (0, 'Default', 'active'), (1, 'probe', 'active'), (2, 'old', 'deleted');"
    )
    runs = [*((model, seed, value, "FINISHED", "active", 1) for (model, seed), value in VALUES.items())]
    runs += [
        ("mae", 2, 0.1, "FAILED", "active", 1),
        ("mae", 3, 0.99, "FINISHED", "deleted", 1),
        ("mae", 0, 0.5, "FINISHED", "active", 2),
    ]
    for number, (model, seed, value, status, stage, experiment) in enumerate(runs):
        run = f"{number:032x}"
        db.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?)", (run, f"{model}-{seed}", status, stage, experiment))
        db.executemany("INSERT INTO params VALUES (?, ?, ?)", [("model", model, run), ("seed", str(seed), run)])
        points = [
            ("val/acc", value - 0.1, 1, 0, 0, run),
            ("val/acc", value - 0.3, 2, 1, 0, run),
            ("val/acc", value, 3, 1, 0, run),
        ]
        db.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", points)
        db.execute("INSERT INTO latest_metrics VALUES (?, ?, ?, ?, ?, ?)", points[-1])
    db.commit()
    db.close()


def tensorboard_runs(root: Path) -> None:
    """A folder a run; one was restarted from step 1, so that its second file overwrites the end of the first."""
    from torch.utils.tensorboard import SummaryWriter

    for (model, seed), value in VALUES.items():
        with SummaryWriter(str(root / model / f"seed_{seed}")) as writer:
            for step in range(3):
                writer.add_scalar("val/acc", value - 0.1 * (2 - step), step)
    with SummaryWriter(str(root / "mae" / "seed_0"), purge_step=1, filename_suffix=".restarted") as writer:
        for step in (1, 2):
            writer.add_scalar("val/acc", 0.68 - 0.2 * (2 - step), step)


def hydra_sweep(root: Path) -> None:
    for number, ((model, seed), value) in enumerate(VALUES.items()):
        job = root / str(number)
        (job / ".hydra").mkdir(parents=True)
        (job / ".hydra" / "config.yaml").write_text(f"model:\n  name: {model}\n  lr: 1e-3\nseed: {seed}\n")
        (job / ".hydra" / "overrides.yaml").write_text(f"- model.name={model}\n- seed={seed}\n")
        (job / ".hydra" / "hydra.yaml").write_text("hydra:\n  job:\n    name: train\n    num: 0\n")
        (job / "train.log").write_text("[INFO] done\n")
        (job / "metrics.json").write_text(json.dumps({"test": {"acc": value}}))
    died = root / "4" / ".hydra"
    died.mkdir(parents=True)
    (died / "config.yaml").write_text("model:\n  name: lut\nseed: 2\n")
    (died / "overrides.yaml").write_text("- seed=2\n")
    (root / "multirun.yaml").write_text("hydra: {}\n")


def dvclive_runs(root: Path) -> None:
    for (model, seed), value in VALUES.items():
        run = root / f"{model}-{seed}" / "dvclive"
        (run / "plots" / "metrics" / "test").mkdir(parents=True)
        (run / "params.yaml").write_text(f"model: {model}\nseed: {seed}\n")
        (run / "metrics.json").write_text(json.dumps({"test": {"acc": value}, "step": 2}))
        rows = "".join(f"{step}\t{value - 0.1 * (2 - step)}\n" for step in range(3))
        (run / "plots" / "metrics" / "test" / "acc.tsv").write_text(f"step\tacc\n{rows}")


def hf_runs(root: Path) -> None:
    for (model, seed), value in VALUES.items():
        _trainer(root / model / f"seed{seed}", value, 30)
        _trainer(root / model / f"seed{seed}" / "checkpoint-10", value, 10)
    _trainer(root / "lut" / "seed2" / "checkpoint-20", 0.2, 20)


def _trainer(folder: Path, value: float, steps: int) -> None:
    folder.mkdir(parents=True)
    log = [{"step": step, "epoch": step / 10, "eval_accuracy": value - 0.01 * (30 - step)} for step in range(10, steps + 1, 10)]
    log.insert(1, {"step": 10, "loss": 0.3})
    state = {"global_step": steps, "max_steps": 30, "num_train_epochs": 3, "best_metric": value, "log_history": log}
    (folder / "trainer_state.json").write_text(json.dumps(state))
    (folder / "training_args.bin").write_bytes(b"\x80\x04cposix\nsystem\n.")


def wandb_chart(path: Path) -> None:
    names = [f"{model}-seed{seed}" for model, seed in VALUES]
    head = ["Step", *(f"{name} - {what}" for name in names for what in ("val/acc", "val/acc__MIN", "val/acc__MAX"))]
    rows = [[step, *(value - 0.1 * (2 - step) for value in VALUES.values() for _ in range(3))] for step in range(3)]
    path.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in [head, *rows]) + "\n")


def optuna_journal(path: Path) -> None:
    """As JournalFileBackend writes it: two finished trials a model, a pruned, a failed and a running one."""
    operations: list[dict[str, object]] = [{"op_code": 0, "worker_id": "w", "study_name": "probe", "directions": [2]}]
    kind = json.dumps({"name": "CategoricalDistribution", "attributes": {"choices": ["mae", "lut"]}})
    ends = [
        *((model, seed, value, 1) for (model, seed), value in VALUES.items()),
        ("mae", 2, 0.1, 2),
        ("lut", 2, None, 3),
        ("lut", 3, None, 0),
    ]
    for number, (model, seed, value, state) in enumerate(ends):
        operations += [
            {"op_code": 4, "worker_id": "w", "study_id": 0, "datetime_start": "2026-05-01T00:00:00"},
            {
                "op_code": 5,
                "trial_id": number,
                "param_name": "model",
                "param_value_internal": ["mae", "lut"].index(str(model)),
                "distribution": kind,
            },
            {"op_code": 8, "trial_id": number, "user_attr": {"seed": seed}},
            {"op_code": 7, "trial_id": number, "step": 0, "intermediate_value": 0.2},
        ]
        if state:
            operations.append({"op_code": 6, "trial_id": number, "state": state, "values": None if value is None else [value]})
    path.write_text("".join(json.dumps({"worker_id": "w", **operation}) + "\n" for operation in operations))
