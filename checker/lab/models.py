"""The models that a claim can name: their words, their recipes and their released weights. Nothing here imports torch.

A model may have a toy, trained here from `recipe`, released weights, which timm knows by `tag`, or both. The learning rates were
chosen by own loss and probes on a tuning seed (benchmarks/tune.py, benchmarks/tuning.jsonl) before any claim's metric was
computed on any of these models.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checker.lab import releases
from checker.lab.recipes import Architecture, Recipe
from checker.lab.registry import Registry
from checker.vocabulary import FamilyWord

RATES: dict[str, float] = json.loads(Path(__file__).with_name("rates.json").read_text())
"""Learning rates that were chosen for the second edition, by objective: benchmarks/tune.py writes them."""
SECOND_DATA = ("figures", "fashion")  # that the second edition alone is trained on
REGISTERS = Architecture(registers=4)  # as many as Darcet et al. 2024 settle on


@dataclass(frozen=True)
class Model:
    """A model by name: how sentences call it, the families it belongs to, how the lab trains its toy, and timm's tag for
    released weights with their licence. `local` is a path to weights that no tag names, `hub` is their repository on the Hugging
    Face hub ("" where they are not there, None where it is called as the tag), and `global_attention` says whether all patches
    attend to all patches. `second` is the recipe of the second edition, whose models take the place of those of
    `recipe` when they are all there (benchmarks/PROTOCOL.md)."""

    name: str
    recipe: Recipe | None = None
    second: Recipe | None = None
    tag: str | None = None
    licence: str = ""
    local: str | None = None
    hub: str | None = None
    global_attention: bool = True
    synonyms: tuple[str, ...] = ()
    families: tuple[str, ...] = ()

    @property
    def learned(self) -> bool:
        """Whether it was trained at all, here or by its authors."""
        return self.tag is not None or (self.recipe is not None and self.recipe.steps > 0)

    def recipe_on(self, data: str) -> Recipe:
        """The recipe of the toy that learns from `data`: the same but for the pictures."""
        assert self.recipe is not None, self.name
        return dataclasses.replace(self.recipe, data=data)


MODELS: Registry[Model] = Registry("model")
FAMILIES = (
    FamilyWord(
        "MIM",
        "masked image modelling",
        ("masked image modeling", "masked modelling", "masked modeling", "masked image models", "MIM-based"),
    ),
    FamilyWord(
        "CL", "contrastive learning", ("contrastive", "contrastive methods", "contrastive models", "contrastive objectives")
    ),
    FamilyWord("joint-embedding", "joint-embedding architectures", ("joint-embedding methods", "joint embedding", "JEA", "JEAs")),
    FamilyWord("image-text", "image-text models", ("image-text methods", "vision-language models")),
)
"""What models are counted to: a claim about a family is one about each of its members."""


def find_model(name: str) -> Model | None:
    """A registered model, one with a size (releases.txt), one that is named by a pretrained tag of timm, or one that a spec names
    by its weights: `local-dir:FOLDER` (with timm's config.json) or `ARCHITECTURE:FILE`, both relative to the project. None for
    any other name."""
    if name in MODELS:
        return MODELS[name]
    release = releases.by_name().get(name) or releases.by_tag().get(name)
    if release is not None:
        return _released(name, release)
    tag, colon, path = name.partition(":")
    if colon and tag and path:
        return Model(name=name, tag=tag, local=path)
    config = releases.pretrained_config(name)
    if config is None:
        return None
    attends = releases.attends_globally(name)
    return Model(
        name=name, tag=name, licence=config.license or "licence not stated", hub=config.hf_hub_id or "", global_attention=attends
    )


def _released(name: str, release: releases.Release) -> Model:
    """A release of the table: of a model of the registry, or of one that is only released."""
    line = releases.LINES.get(release.model)
    families = line.families if line else MODELS[release.model].families
    return Model(
        name=name,
        tag=release.tag,
        licence=release.licence,
        hub=None if release.hub else "",
        global_attention=line is None or line.global_attention,
        families=families,
    )


def _second(objective: str, steps: int, batch: int, learning_rate: float, **settings: Any) -> Recipe:
    """A recipe of the second edition: `learning_rate` is where its tuning begins, and what was chosen takes its place."""
    return Recipe(objective, SECOND_DATA[0], steps, RATES.get(objective, learning_rate), batch, edition=2, **settings)


def _add(model: Model) -> None:
    MODELS.register(model.name)(model)


_add(
    Model(
        name="MAE",
        synonyms=("masked autoencoder",),
        families=("MIM",),
        recipe=Recipe("mae", "shapes", steps=6000, beta2=0.95),
        second=_second("mae", 6000, 128, 2e-3, beta2=0.95, warmup=0.05),
        tag="vit_base_patch16_224.mae",
        licence="cc-by-nc-4.0",
    )
)
_add(
    Model(
        name="SimMIM",
        families=("MIM",),
        recipe=Recipe("simmim", "shapes", steps=7000),
        second=_second("simmim", 3600, 128, 2e-3),
    )
)
_add(
    Model(
        name="LUT",
        synonyms=("learning with unmasked tokens",),
        families=("MIM",),
        recipe=Recipe("lut", "shapes", steps=6000, learning_rate=2e-3, beta2=0.95),
        second=_second("lut", 2200, 128, 4e-3, beta2=0.95, warmup=0.05),
    )
)
_add(
    Model(
        name="I-JEPA",
        synonyms=("IJEPA",),
        families=("joint-embedding",),
        recipe=Recipe("ijepa", "shapes", steps=4000, learning_rate=5e-4),
        second=_second("ijepa", 4000, 128, 1e-3, weight_decay=0.04, final_weight_decay=0.4),
    )
)
_add(
    Model(
        name="SimCLR",
        families=("CL", "joint-embedding"),
        recipe=Recipe("simclr", "shapes", steps=2000, learning_rate=2e-3),
        second=_second("simclr", 1000, 256, 2.8e-3),
    )
)
_add(
    Model(
        name="MoCo-v3",
        synonyms=("MoCo v3", "MoCoV3"),
        families=("CL", "joint-embedding"),
        recipe=Recipe("moco-v3", "shapes", steps=1500),
        second=_second("moco-v3", 800, 256, 2.8e-3, weight_decay=0.1),
    )
)
_add(
    Model(
        name="DINO",
        families=("joint-embedding",),
        recipe=Recipe("dino", "shapes", steps=2000, weight_decay=0.04),
        second=_second("dino", 2000, 128, 2e-3, weight_decay=0.04, final_weight_decay=0.4),
        tag="vit_base_patch16_224.dino",
        licence="apache-2.0",
    )
)
_add(
    Model(
        name="DINOv2",
        synonyms=("DINO v2",),
        families=("joint-embedding",),
        recipe=Recipe("dinov2", "shapes", steps=2000, weight_decay=0.04),
        second=_second("dinov2", 2000, 128, 2e-3, weight_decay=0.04, final_weight_decay=0.4),
        tag="vit_base_patch14_dinov2.lvd142m",
        licence="apache-2.0",
    )
)
_add(
    Model(
        name="DINOv2 with registers",
        synonyms=("DINOv2 with register tokens", "DINOv2-reg"),
        families=("joint-embedding",),
        recipe=Recipe("dinov2", "shapes", steps=2000, weight_decay=0.04, architecture=REGISTERS),
        second=_second("dinov2", 2000, 128, 2e-3, weight_decay=0.04, final_weight_decay=0.4, architecture=REGISTERS),
        tag="vit_base_patch14_reg4_dinov2.lvd142m",
        licence="apache-2.0",
    )
)
_add(
    Model(
        name="DINOv3",
        synonyms=("DINO v3",),
        families=("joint-embedding",),
        tag="vit_base_patch16_dinov3.lvd1689m",
        licence="dinov3-license",
    )
)
_add(Model(name="CLIP", families=("image-text",), tag="vit_base_patch16_clip_quickgelu_224.openai", licence="apache-2.0"))
_add(Model(name="SigLIP", families=("image-text",), tag="vit_base_patch16_siglip_224.webli", licence="apache-2.0"))
_add(
    Model(
        name="supervised ViT",
        synonyms=("supervised vision transformer", "supervised model"),
        recipe=Recipe("supervised", "shapes", steps=2000, learning_rate=2e-3),
        second=_second("supervised", 4400, 128, 4e-3),
        tag="vit_base_patch16_224.augreg_in1k",
        licence="apache-2.0",
    )
)
_add(Model(name="DeiT", tag="deit_base_patch16_224.fb_in1k", licence="apache-2.0"))
_add(Model(name="BEiT", tag="beit_base_patch16_224.in22k_ft_in22k_in1k", licence="apache-2.0"))
_add(
    Model(
        name="random initialisation",
        synonyms=("random initialization", "randomly initialised ViT", "randomly initialized ViT", "untrained ViT"),
        recipe=Recipe("random", "shapes", steps=0),
        second=_second("random", 0, 256, 1e-3),
    )
)
