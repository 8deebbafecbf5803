"""The formats in which results are kept. A new one is a file here and a line in READERS."""

from checker.lab.results.readers.base import Reader
from checker.lab.results.readers.csv import CSV
from checker.lab.results.readers.dvclive import DVCLIVE
from checker.lab.results.readers.hf_trainer import HF_TRAINER
from checker.lab.results.readers.hydra import HYDRA
from checker.lab.results.readers.inspect import INSPECT
from checker.lab.results.readers.jsonl import JSONL
from checker.lab.results.readers.lightning import LIGHTNING
from checker.lab.results.readers.lm_eval import LM_EVAL
from checker.lab.results.readers.mlflow import MLFLOW
from checker.lab.results.readers.optuna import OPTUNA
from checker.lab.results.readers.parquet import PARQUET
from checker.lab.results.readers.tensorboard import TENSORBOARD
from checker.lab.results.readers.wandb import WANDB
from checker.lab.results.readers.wandb_offline import WANDB_OFFLINE

READERS: dict[str, Reader] = {
    reader.name: reader
    for reader in (
        *(WANDB, CSV, PARQUET, MLFLOW, OPTUNA, WANDB_OFFLINE, HYDRA, LIGHTNING, TENSORBOARD, HF_TRAINER, DVCLIVE, LM_EVAL),
        *(INSPECT, JSONL),
    )
}
