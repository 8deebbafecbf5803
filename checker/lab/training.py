"""Train one model from its recipe and a seed: resumable, repeatable, one thread.

Every random draw of a step comes from a generator seeded by (seed, step), so a run that was interrupted and taken up
again ends with the same weights as one that was not. A GPU is used where there is one.
"""

from __future__ import annotations

import ctypes
import math
import time
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path

import torch
from timm.models.vision_transformer import VisionTransformer
from torch import Generator

from checker.errors import MeasurementError
from checker.lab.checkpoints import Card, half, hash_weights, save
from checker.lab.competence import Competence, assess
from checker.lab.data import Dataset, Split, data_set
from checker.lab.floors import floors
from checker.lab.objectives import Objective, objective_of
from checker.lab.recipes import Recipe
from checker.lab.training_code import CODE, training_code
from checker.lab.training_state import Progress, read_state, write_state
from checker.lab.transformer import as_encoder, build

TRAIN_IMAGES, HELD_OUT_IMAGES = 20_000, 512
HELD_OUT_BATCH = {1: 64, 2: 256}  # by the edition of the recipe
POINTS = 60  # of the kept loss curve
POINTS_TOLD = 5  # of it, where a training diverged
SAVE_EVERY = 60.0  # seconds between states that a killed training can be resumed from
REPORT_EVERY = 25  # steps
MMAP_THRESHOLD, TRIM_THRESHOLD = -3, -1  # glibc's numbers for mallopt

Report = Callable[[int, int, float], None]  # (step, steps, training loss)


def device() -> torch.device:
    """Where models are trained."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Run:
    """An objective on its way through the steps of its recipe."""

    def __init__(self, recipe: Recipe, seed: int, data: Dataset, pictures: int, device: torch.device) -> None:
        """Initialise the objective from torch's global generator and draw `pictures` to learn from."""
        torch.manual_seed(seed)
        self.recipe, self.seed, self.device = recipe, seed, device
        self.objective: Objective = objective_of(recipe)(recipe, data).to(device)
        split = training_pictures(recipe, seed, data, pictures)
        self.images, self.category = (torch.from_numpy(part).to(device) for part in (split.images, split.category))
        learned = [parameter for parameter in self.objective.parameters() if parameter.requires_grad]
        self.optimiser = torch.optim.AdamW(
            [
                {"params": [p for p in learned if p.ndim > 1], "weight_decay": recipe.weight_decay},
                {"params": [p for p in learned if p.ndim <= 1], "weight_decay": 0.0},
            ],
            lr=recipe.learning_rate,
            betas=(0.9, recipe.beta2),
            fused=True,
        )

    def step(self, step: int) -> float:
        """Learn from the batch of this step and return its loss; nothing is learned from one that is not finite."""
        generator = Generator().manual_seed(self.seed * 1_000_003 + step)
        rows = torch.randint(len(self.images), (self.recipe.batch,), generator=generator).to(self.device)
        progress = self.objective.progress = step / self.recipe.steps
        loss = self.objective.loss(self.images[rows].float() / 255, self.category[rows], generator)
        value = float(loss.detach())
        if not math.isfinite(value):
            return value
        self.optimiser.zero_grad()
        loss.backward()
        decayed, _ = self.optimiser.param_groups
        decayed["weight_decay"] = self._weight_decay(progress)
        for group in self.optimiser.param_groups:
            group["lr"] = self.recipe.learning_rate * _schedule(progress, self.recipe.warmup)
        self.objective.before_update(progress)
        self.optimiser.step()
        self.objective.after_update(progress)
        return value

    def _weight_decay(self, progress: float) -> float:
        first, last = self.recipe.weight_decay, self.recipe.final_weight_decay
        return first if last is None else last + 0.5 * (first - last) * (1 + math.cos(math.pi * progress))

    @torch.no_grad()
    def held_out_loss(self, held_out: Split) -> float:
        """The objective on held-out images, with the same crops and masks each time it is asked.

        In evaluation mode, so that nothing that the objective tracks while it learns is touched.
        """
        objective, size = self.objective, HELD_OUT_BATCH[self.recipe.edition]
        was_training = objective.training
        objective.eval()
        kept = {name: tensor.clone() for name, tensor in objective.named_buffers()}
        generator = Generator().manual_seed(0)
        images, category = (torch.from_numpy(part).to(self.device) for part in (held_out.images, held_out.category))
        losses = [
            float(objective.loss(batch.float() / 255, labels, generator))
            for batch, labels in zip(images.split(size), category.split(size), strict=True)
        ]
        for name, tensor in objective.named_buffers():
            tensor.copy_(kept[name])
        objective.train(was_training)
        return round(sum(losses) / len(losses), 4)


def training_pictures(recipe: Recipe, seed: int, data: Dataset, count: int) -> Split:
    """What is learned from: a set drawn from the seed, so that seeds repeat the whole experiment; in the first edition one set
    for all seeds."""
    if recipe.edition == 1:
        return data.split("train", count)
    return data.split("train", count, recipe.architecture.image_size, seed=seed)


def train(
    recipe: Recipe, seed: int, path: Path, report: Report = lambda step, steps, loss: None, state: Path | None = None
) -> Card:
    """Train, probe and write the model to `path`. The file `state`, beside it if none is named, lets an interrupted training go
    on.

    Raises MeasurementError when the loss is not finite.
    """
    torch.set_num_threads(1)
    keep_freed_memory()
    data, versions = data_set(recipe.data), _versions(recipe)
    if not data.factors:
        raise MeasurementError(f"nothing is known of {data.title}, so what a toy learns from them could not be judged")
    if recipe.steps == 0:
        torch.manual_seed(seed)
        encoder = build(recipe.architecture)
        competence = _assess(encoder, data, None)
        return _finish(path, recipe, seed, encoder, (competence, competence), Progress(), versions)
    run = Run(recipe, seed, data, TRAIN_IMAGES, device())
    held_out = data.split("held-out", HELD_OUT_IMAGES)
    before = _assess(run.objective.encoder, data, run.held_out_loss(held_out))

    state = state or path.with_suffix(".state")
    done = read_state(state, recipe.key(seed), run.objective, run.optimiser)
    began, saved, running = time.process_time() - done.spent, time.monotonic(), []
    run.objective.train()
    for step in range(done.step, recipe.steps):
        value = run.step(step)
        if not math.isfinite(value):
            raise MeasurementError(_diverged(recipe, seed, value, step, done.curve))
        running.append(value)
        if (step + 1) % max(1, recipe.steps // POINTS) == 0:
            done = Progress(
                step + 1, (*done.curve, (step + 1, round(sum(running) / len(running), 4))), time.process_time() - began
            )
            running = []
            if time.monotonic() - saved > SAVE_EVERY:
                write_state(state, recipe.key(seed), run.objective, run.optimiser, done)
                saved = time.monotonic()
        if (step + 1) % REPORT_EVERY == 0:
            report(step + 1, recipe.steps, value)

    run.objective.progress = 1.0
    after = _assess(run.objective.kept, data, run.held_out_loss(held_out))
    done = Progress(recipe.steps, done.curve, time.process_time() - began)
    card = _finish(path, recipe, seed, run.objective.kept, (before, after), done, versions)
    state.unlink(missing_ok=True)
    return card


def _finish(
    path: Path,
    recipe: Recipe,
    seed: int,
    encoder: VisionTransformer,
    moments: tuple[Competence, Competence],
    done: Progress,
    versions: dict[str, str],
) -> Card:
    tensors = half(encoder.cpu())
    card = Card(
        recipe=recipe,
        seed=seed,
        weights=hash_weights(tensors),
        before=moments[0],
        after=moments[1],
        curve=done.curve,
        images_seen=recipe.steps * recipe.batch,
        cpu_seconds=round(done.spent, 1),
        versions=versions,
        pixels=_pixels(recipe.data) if recipe.edition > 1 else {},
    )
    save(path, tensors, card)
    return card


@cache
def _pixels(data: str) -> dict[str, float]:
    """How often raw pixels name each factor of a data set, by a linear probe or by k-NN, whichever does better."""
    drawn = data_set(data)
    return {floor.factor: floor.best for floor in floors(drawn) if floor.factor in drawn.factors}


def _diverged(recipe: Recipe, seed: int, loss: float, step: int, curve: tuple[tuple[int, float], ...]) -> str:
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


def _schedule(progress: float, warmup: float) -> float:
    if progress < warmup:
        return (progress + 1e-9) / warmup
    return 0.5 * (1 + math.cos(math.pi * (progress - warmup) / (1 - warmup)))


def keep_freed_memory() -> None:
    """Let glibc keep what a step frees for the next one: handing large blocks back and getting them again, page by page, costs
    up to a fifth of a step. Other C libraries are left as they are."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(MMAP_THRESHOLD, 2**30)
    mallopt(TRIM_THRESHOLD, 2**31 - 1)


def _versions(recipe: Recipe) -> dict[str, str]:
    """Of what trained a model: packages, the code, and the device where it is not the CPU."""
    versions = {name: version(name) for name in ("torch", "timm", "lightly", "numpy")}
    code = training_code(recipe)
    if code is not None:
        versions[CODE] = code
    return versions if device().type == "cpu" else {**versions, "device": torch.cuda.get_device_name()}
