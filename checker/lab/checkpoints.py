"""Trained models as files: safetensors, half precision, with everything that made them in the metadata."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError, NewerError
from checker.lab.competence import Competence, why_not_competent, why_nothing_learned
from checker.lab.learners import LEARNERS
from checker.lab.recipes import Recipe

if TYPE_CHECKING:
    import numpy as np
    from timm.models.vision_transformer import VisionTransformer
    from torch import Tensor

    from checker.lab.encoder import Encoder


SCHEMA = 1  # of model files


@dataclass(frozen=True)
class Card:
    """What is known of a trained model without loading it. Read from the head of its file."""

    recipe: Recipe
    seed: int
    weights: str  # hash of the tensors
    before: Competence
    after: Competence
    curve: tuple[tuple[int, float], ...]  # (step, training loss), smoothed over the steps between
    images_seen: int
    cpu_seconds: float
    versions: Mapping[str, str]
    pixels: Mapping[str, float] = field(default_factory=dict)  # what is read from the raw pixels: factor -> accuracy

    @property
    def key(self) -> str:
        return self.recipe.key(self.seed)

    @property
    def fault(self) -> str | None:
        """Why this model may not enter a verdict, or None. The untrained baseline has nothing to show."""
        if self.recipe.steps == 0:
            return None
        if self.recipe.edition == 1:
            return why_not_competent(self.before, self.after)
        return why_nothing_learned(LEARNERS[self.recipe.objective], self.before, self.after, self.pixels)

    def as_dict(self) -> dict[str, Any]:
        return {
            "recipe": self.recipe.as_dict(),
            "seed": self.seed,
            "weights": self.weights,
            "before": self.before.as_dict(),
            "after": self.after.as_dict(),
            "curve": [list(point) for point in self.curve],
            "images_seen": self.images_seen,
            "cpu_seconds": self.cpu_seconds,
            "versions": dict(self.versions),
            **({"pixels": dict(self.pixels)} if self.pixels else {}),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Card:
        return cls(
            **{
                **values,
                "recipe": Recipe.from_dict(values["recipe"]),
                "before": Competence.from_dict(values["before"]),
                "after": Competence.from_dict(values["after"]),
                "curve": tuple((int(step), float(loss)) for step, loss in values["curve"]),
            }
        )


def hash_weights(tensors: Mapping[str, Tensor]) -> str:
    """A hash of names, shapes and bytes that does not depend on how a file is laid out."""
    return _hash({name: tensor.detach().contiguous().numpy() for name, tensor in tensors.items()})


def _hash(arrays: Mapping[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.shape} torch.{array.dtype}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()[:16]


def is_sound(path: Path) -> bool:
    """Whether a model file is whole and its weights are those that its card names. Without torch.

    Raises NewerError for a file that a newer version wrote.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return _hash(load_file(path)) == read_card(path).weights
    except NewerError:
        raise
    except (MeasurementError, SafetensorError, OSError, ValueError, KeyError):
        return False


def half(encoder: VisionTransformer) -> dict[str, Tensor]:
    """The encoder's tensors in half precision, as they are kept."""
    return {name: tensor.detach().half().contiguous() for name, tensor in encoder.state_dict().items()}


def save(path: Path, tensors: dict[str, Tensor], card: Card) -> None:
    """Write a model file, whole or not at all."""
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".partial")
    try:
        save_file(tensors, temporary, metadata={"card": json.dumps(card.as_dict(), sort_keys=True), "schema": str(SCHEMA)})
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise MeasurementError(f"{path}: cannot be written ({error.strerror or error})") from error


def read_card(path: Path) -> Card:
    """Read the card of a model file without torch. Raises MeasurementError when the file is not one of ours, NewerError when a
    newer version wrote it."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > 10_000_000:
                raise ValueError("header too long")
            header = json.loads(file.read(length))
        schema = int(header["__metadata__"].get("schema", 1))
        if schema > SCHEMA:
            raise NewerError(f"{path}: written by a newer version (schema {schema}); update check-claims")
        return Card.from_dict(json.loads(header["__metadata__"]["card"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MeasurementError(f"{path}: not a model file ({error}); delete it, and it is trained again") from error


def load(path: Path) -> tuple[Encoder, Card]:
    """Load an encoder in float32, in evaluation mode. Raises MeasurementError when the bytes do not match their hash."""
    from safetensors.torch import load_file

    from checker.lab.transformer import as_encoder, build

    card = read_card(path)
    try:
        tensors = load_file(path)
    except Exception as error:  # safetensors raises its own type for a truncated file
        raise MeasurementError(f"{path}: damaged ({error}); delete it, and it is trained again") from error
    if hash_weights(tensors) != card.weights:
        raise MeasurementError(f"{path}: the weights do not match their hash; delete it, and it is trained again")
    module = build(card.recipe.architecture)
    module.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
    return as_encoder(path.name, module, card.weights), card
