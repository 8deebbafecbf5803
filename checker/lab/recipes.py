"""What is trained: the architecture and the recipe of one toy model, as plain values."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Setting = int | float
"""The value of a knob or an intervention."""

STRICT = {"strict": True, "extra": "forbid"}  # where a recipe is read from a file: no other fields, and no text for a number


@dataclass(frozen=True)
class Architecture:
    """A plain ViT, the same for every objective, so that only the objective differs. Sizes in pixels or channels."""

    __pydantic_config__ = STRICT

    image_size: int = 32
    patch_size: int = 4
    width: int = 64
    depth: int = 6
    heads: int = 4
    registers: int = 0

    @property
    def grid(self) -> tuple[int, int]:
        side = self.image_size // self.patch_size
        return side, side

    @property
    def prefix_tokens(self) -> int:
        """Tokens before the patches: the class token and the registers."""
        return 1 + self.registers


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a trained model, but its seed.

    `learning_rate` is the peak of a linear warm-up (`warmup` of the steps) followed by a cosine to zero. `edition` 2 trains by
    the protocols of the papers, on pictures drawn from the seed; 1 is how the first models were trained. `final_weight_decay` is
    where a cosine takes the weight decay to; None leaves it where it is. `settings` are the knobs that were set, by name.
    """

    __pydantic_config__ = STRICT

    objective: str
    data: str
    steps: int
    learning_rate: float = 1e-3
    batch: int = 32
    weight_decay: float = 0.05
    beta2: float = 0.999
    warmup: float = 0.1
    architecture: Architecture = field(default_factory=Architecture)
    edition: int = 1
    final_weight_decay: float | None = None
    settings: tuple[tuple[str, Setting], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values, without the LATER fields that are at their defaults, so that a new one changes no key."""
        values = dataclasses.asdict(self)
        return {name: value for name, value in values.items() if name not in LATER or value != LATER[name]}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Recipe:
        settings = tuple((name, value) for name, value in values.get("settings", ()))
        return cls(**{**values, "architecture": Architecture(**values["architecture"]), "settings": settings})

    def key(self, seed: int) -> str:
        """The content address of the model that this recipe gives with `seed`."""
        text = f'{{"recipe": {self._text}, "seed": {json.dumps(seed)}}}'
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def name(self) -> str:
        """The content address of the recipe itself, for all seeds."""
        return hashlib.sha256(self._text.encode()).hexdigest()[:16]

    @cached_property
    def _text(self) -> str:
        return json.dumps(self.as_dict(), sort_keys=True)

    def file_name(self, seed: int) -> str:
        """What the file of that model is called, wherever it is kept."""
        return f"{self.key(seed)}.safetensors"


LATER = {
    field.name: field.default
    for field in dataclasses.fields(Recipe)
    if field.name in ("edition", "final_weight_decay", "settings")
}
"""Fields that the first edition's keys know nothing of, with their defaults. Every new field of a recipe belongs here."""
