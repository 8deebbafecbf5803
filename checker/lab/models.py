"""The models that a claim can name, with their words and their recipes. Light: nothing here imports torch.

The learning rates were chosen by own loss and probes on a tuning seed (benchmarks/tune.py, benchmarks/tuning.jsonl)
before any claim's metric was computed on any of these models.
"""

from __future__ import annotations

from dataclasses import dataclass

from checker.lab.recipes import Recipe
from checker.lab.registry import Registry


@dataclass(frozen=True)
class Model:
    """A model by name: how sentences call it, the families it belongs to, and how the lab trains its toy."""

    name: str
    recipe: Recipe
    synonyms: tuple[str, ...] = ()
    families: tuple[str, ...] = ()


MODELS: Registry[Model] = Registry("model")


def _add(model: Model) -> None:
    MODELS.register(model.name)(model)


_add(
    Model(
        name="MAE",
        synonyms=("masked autoencoder",),
        families=("MIM",),
        recipe=Recipe("mae", "shapes", steps=6000, beta2=0.95),
    )
)
_add(
    Model(
        name="SimMIM",
        families=("MIM",),
        recipe=Recipe("simmim", "shapes", steps=7000),
    )
)
_add(
    Model(
        name="DINO",
        families=("joint-embedding",),
        recipe=Recipe("dino", "shapes", steps=2000, weight_decay=0.04),
    )
)
_add(
    Model(
        name="supervised ViT",
        synonyms=("supervised vision transformer", "supervised model"),
        recipe=Recipe("supervised", "shapes", steps=2000, learning_rate=2e-3),
    )
)
_add(
    Model(
        name="random initialisation",
        synonyms=("random initialization", "randomly initialised ViT", "randomly initialized ViT", "untrained ViT"),
        recipe=Recipe("random", "shapes", steps=0),
    )
)
