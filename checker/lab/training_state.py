"""The state of a training that is under way, as a file: what it needs to go on as if it had never stopped."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim import Optimizer


@dataclass(frozen=True)
class Progress:
    """How far a training is: steps done, points (step, loss) of its curve, CPU seconds spent."""

    step: int = 0
    curve: tuple[tuple[int, float], ...] = ()
    spent: float = 0.0


def write_state(path: Path, key: str, objective: nn.Module, optimiser: Optimizer, progress: Progress) -> None:
    """Keep the state of the model `key`, whole or not at all."""
    tensors = {f"model.{name}": tensor.clone().contiguous() for name, tensor in objective.state_dict().items()}
    for index, slots in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{index}.{slot}": tensor.clone() for slot, tensor in slots.items()}
    metadata = {"key": key, "step": progress.step, "curve": progress.curve, "spent": progress.spent}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".state-partial")
    save_file(tensors, temporary, metadata={"training": json.dumps(metadata)})
    temporary.replace(path)


def read_state(path: Path, key: str, objective: nn.Module, optimiser: Optimizer) -> Progress:
    """Load a sound state of the model `key` into objective and optimiser; without one leave them, at step 0."""
    try:
        with safe_open(path, framework="pt") as file:
            metadata = json.loads(file.metadata()["training"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    except (OSError, SafetensorError, KeyError, ValueError):
        return Progress()
    if metadata["key"] != key:
        return Progress()
    objective.load_state_dict({n.removeprefix("model."): t for n, t in tensors.items() if n.startswith("model.")})
    slots: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        if name.startswith("optimiser."):
            _, index, slot = name.split(".")
            slots.setdefault(int(index), {})[slot] = tensor
    optimiser.load_state_dict({**optimiser.state_dict(), "state": slots})
    return Progress(metadata["step"], tuple((step, loss) for step, loss in metadata["curve"]), metadata["spent"])
