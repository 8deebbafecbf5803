"""Train one model from its recipe and a seed: resumable, repeatable, one thread.

Every random draw of a step comes from a generator seeded by (seed, step), so a run that was interrupted and taken up
again ends with the same weights as one that was not.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from timm.models.vision_transformer import VisionTransformer
from torch import Generator, Tensor

from checker.errors import MeasurementError
from checker.lab.checkpoints import Card, half, hash_weights, save
from checker.lab.competence import Competence, assess
from checker.lab.data import Dataset, data_set
from checker.lab.objectives import OBJECTIVES, Objective
from checker.lab.recipes import Recipe
from checker.lab.transformer import as_encoder, build

TRAIN_IMAGES, HELD_OUT_IMAGES = 20_000, 512
POINTS = 60  # of the kept loss curve
POINTS_TOLD = 5  # of it, where a training diverged
SAVE_EVERY = 60.0  # seconds between states that a killed training can be resumed from
REPORT_EVERY = 25  # steps

Report = Callable[[int, int, float], None]  # (step, steps, training loss)


def train(recipe: Recipe, seed: int, path: Path, report: Report = lambda step, steps, loss: None) -> Card:
    """Train, probe and write the model to `path`. A state beside it lets an interrupted training go on.

    Raises MeasurementError when the loss is not finite.
    """
    torch.set_num_threads(1)
    data = data_set(recipe.data)
    if not data.factors:
        raise MeasurementError(f"nothing is known of {data.title}, so what a toy learns from them could not be judged")
    torch.manual_seed(seed)
    if recipe.steps == 0:
        return _finish_untrained(recipe, seed, path)
    objective = OBJECTIVES[recipe.objective](recipe, data)
    held_out = _pictures(data.split("held-out", HELD_OUT_IMAGES))
    before = _assess(objective.encoder, data, _held_out_loss(objective, held_out))

    images, category = _pictures(data.split("train", TRAIN_IMAGES))
    learned = [parameter for parameter in objective.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(
        [
            {"params": [p for p in learned if p.ndim > 1], "weight_decay": recipe.weight_decay},
            {"params": [p for p in learned if p.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=recipe.learning_rate,
        betas=(0.9, recipe.beta2),
        fused=True,
    )
    state_path = path.with_suffix(".state")
    start, curve, spent = _resume(state_path, recipe, seed, objective, optimiser)
    began, saved, running = time.process_time() - spent, time.monotonic(), []
    objective.train()
    for step in range(start, recipe.steps):
        generator = Generator().manual_seed(seed * 1_000_003 + step)
        rows = torch.randint(len(images), (recipe.batch,), generator=generator)
        loss = objective.loss(images[rows].float() / 255, category[rows], generator)
        value = float(loss.detach())
        if not math.isfinite(value):
            raise MeasurementError(_diverged(recipe, seed, value, step, curve))
        optimiser.zero_grad()
        loss.backward()
        progress = step / recipe.steps
        for group in optimiser.param_groups:
            group["lr"] = recipe.learning_rate * _schedule(progress, recipe.warmup)
        objective.before_update(progress)
        optimiser.step()
        objective.after_update(progress)
        running.append(value)
        if (step + 1) % max(1, recipe.steps // POINTS) == 0:
            curve.append((step + 1, round(sum(running) / len(running), 4)))
            running = []
            if time.monotonic() - saved > SAVE_EVERY:
                _save_state(state_path, recipe, seed, objective, optimiser, step + 1, curve, time.process_time() - began)
                saved = time.monotonic()
        if (step + 1) % REPORT_EVERY == 0:
            report(step + 1, recipe.steps, value)

    after = _assess(objective.encoder, data, _held_out_loss(objective, held_out))
    tensors = half(objective.encoder)
    card = Card(
        recipe=recipe,
        seed=seed,
        weights=hash_weights(tensors),
        before=before,
        after=after,
        curve=tuple(curve),
        images_seen=recipe.steps * recipe.batch,
        cpu_seconds=round(time.process_time() - began, 1),
        versions=_versions(),
    )
    save(path, tensors, card)
    state_path.unlink(missing_ok=True)
    return card


def _diverged(recipe: Recipe, seed: int, loss: float, step: int, curve: list[tuple[int, float]]) -> str:
    """What is told of a training that came to nothing, with the last points of its curve."""
    way = ", ".join(f"{point:g} at step {at}" for at, point in [*curve[:1], *curve[1:][-POINTS_TOLD:]])
    told = f" (it was {way})" if way else ""
    return f"{recipe.objective}, seed {seed}: the loss is {loss} at step {step}; it diverged{told}"


def _assess(module: VisionTransformer, data: Dataset, own_loss: float | None) -> Competence:
    """Probe the encoder of an objective in evaluation mode, and leave it as it was."""
    training, learned = module.training, [parameter for parameter in module.parameters() if parameter.requires_grad]
    competence = assess(as_encoder(data.name, module), data, own_loss)
    for parameter in learned:
        parameter.requires_grad_(True)
    module.train(training)
    return competence


def _finish_untrained(recipe: Recipe, seed: int, path: Path) -> Card:
    encoder = build(recipe.architecture)
    competence = _assess(encoder, data_set(recipe.data), None)
    tensors = half(encoder)
    card = Card(recipe, seed, hash_weights(tensors), competence, competence, (), 0, 0.0, _versions())
    save(path, tensors, card)
    return card


def _pictures(split: Any) -> tuple[Tensor, Tensor]:
    return torch.from_numpy(split.images), torch.from_numpy(split.category)


def _schedule(progress: float, warmup: float) -> float:
    if progress < warmup:
        return (progress + 1e-9) / warmup
    return 0.5 * (1 + math.cos(math.pi * (progress - warmup) / (1 - warmup)))


@torch.no_grad()
def _held_out_loss(objective: Objective, held_out: tuple[Tensor, Tensor]) -> float:
    """The objective on held-out images, with the same crops and masks each time it is asked.

    In evaluation mode, so that nothing that the objective tracks while it learns is touched.
    """
    was_training = objective.training
    objective.eval()
    kept = {name: tensor.clone() for name, tensor in objective.named_buffers()}
    generator = Generator().manual_seed(0)
    images, category = held_out
    losses = [
        float(objective.loss(batch.float() / 255, labels, generator))
        for batch, labels in zip(images.split(64), category.split(64), strict=True)
    ]
    for name, tensor in objective.named_buffers():
        tensor.copy_(kept[name])
    objective.train(was_training)
    return round(sum(losses) / len(losses), 4)


def _save_state(
    path: Path,
    recipe: Recipe,
    seed: int,
    objective: Objective,
    optimiser: torch.optim.Optimizer,
    step: int,
    curve: list[tuple[int, float]],
    spent: float,
) -> None:
    tensors = {f"model.{name}": tensor.clone().contiguous() for name, tensor in objective.state_dict().items()}
    for index, slots in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{index}.{slot}": tensor.clone() for slot, tensor in slots.items()}
    metadata = {"key": recipe.key(seed), "step": step, "curve": curve, "spent": spent}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".state-partial")
    save_file(tensors, temporary, metadata={"training": json.dumps(metadata)})
    temporary.replace(path)


def _resume(
    path: Path, recipe: Recipe, seed: int, objective: Objective, optimiser: torch.optim.Optimizer
) -> tuple[int, list[tuple[int, float]], float]:
    """Load the state beside a model, if there is a sound one of the same recipe; else start at step 0."""
    try:
        with safe_open(path, framework="pt") as file:
            metadata = json.loads(file.metadata()["training"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    except (OSError, SafetensorError, KeyError, ValueError):
        return 0, [], 0.0
    if metadata["key"] != recipe.key(seed):
        return 0, [], 0.0
    model = {name.removeprefix("model."): t for name, t in tensors.items() if name.startswith("model.")}
    objective.load_state_dict(model)
    slots: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        if name.startswith("optimiser."):
            _, index, slot = name.split(".")
            slots.setdefault(int(index), {})[slot] = tensor
    optimiser.load_state_dict({**optimiser.state_dict(), "state": slots})
    return metadata["step"], [(step, loss) for step, loss in metadata["curve"]], metadata["spent"]


def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("torch", "timm", "lightly", "numpy")}
