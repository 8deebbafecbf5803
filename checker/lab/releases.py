"""Released weights that are named with a size, "DINOv2 ViT-L/14", and which of timm's tags they have. Nothing here imports torch.

The table is releases.txt. A model without a size there, "DINOv2", is one of the registry, whose entry says which tag it means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from checker.variant import sized

TAG = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")
PLAIN = ("vision_transformer", "vision_transformer_relpos", "deit", "beit", "eva")
"""The modules of timm whose networks attend from all patches to all patches; the others are measured by their features."""


@dataclass(frozen=True)
class Release:
    """One line of the table; `hub` says whether the Hugging Face hub has the weights."""

    model: str
    size: str
    tag: str
    licence: str
    hub: bool


@dataclass(frozen=True)
class Line:
    """Models that exist only as releases: what sentences call them, the families that they belong to, what stands before a size,
    and whether all patches attend to all patches."""

    name: str
    synonyms: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    prefix: str = "ViT-"
    global_attention: bool = True


LINES = {
    line.name: line
    for line in (
        Line("SigLIP 2", ("SigLIP2", "SigLIP-2"), ("image-text",)),
        Line("DeiT III", ("DeiT-III", "DeiT3", "DeiT 3")),
        Line("BEiT v2", ("BEiTv2", "BEiT-v2", "BEiT 2"), ("MIM",)),
        Line("EVA"),
        Line("EVA-02", ("EVA02", "EVA 02"), ("MIM",)),
        Line("AIMv2", ("AIM v2", "AIM-v2"), ("image-text",)),
        Line("OpenCLIP", (), ("image-text",)),
        Line("PE core", ("PE-core", "Perception Encoder core"), ("image-text",)),
        Line("PE spatial", ("PE-spatial", "Perception Encoder spatial")),
        Line("PE lang", ("PE-lang", "Perception Encoder lang")),
        Line("SAM", ("Segment Anything",), global_attention=False),
        Line("ResNet", ("supervised ResNet",), prefix="", global_attention=False),
        Line("ConvNeXt", ("supervised ConvNeXt",), prefix="", global_attention=False),
        Line("ConvNeXt V2", ("ConvNeXtV2", "ConvNeXt-V2"), prefix="", global_attention=False),
        Line("FCMAE ConvNeXt V2", ("FCMAE ConvNeXtV2",), prefix="", global_attention=False),
        Line("DINOv3 ConvNeXt", prefix="", global_attention=False),
        Line("Swin", ("Swin Transformer", "supervised Swin"), prefix="", global_attention=False),
        Line("Swin V2", ("SwinV2", "Swin Transformer V2"), prefix="", global_attention=False),
    )
}
CONVNETS = ("ResNet-50", "ConvNeXt-B")
"""The members of the family of convnets: of two designs, both supervised on the classes of ImageNet-1k."""


def _read() -> Iterator[Release]:
    for line in (files("checker.lab") / "releases.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            model, size, tag, licence, *elsewhere = (part.strip() for part in line.split("|"))
            yield Release(model, size, tag, licence, not elsewhere)


RELEASES = tuple(_read())


def prefix_of(model: str) -> str:
    """What stands before the size in the names of a model's releases."""
    return LINES[model].prefix if model in LINES else "ViT-"


@cache
def by_name() -> dict[str, Release]:
    """The releases that a name with a size means by itself: those of a size that has one tag."""
    sizes: dict[tuple[str, str], list[Release]] = {}
    for release in RELEASES:
        sizes.setdefault((release.model, release.size), []).append(release)
    return {sized(model, size, prefix_of(model)): found[0] for (model, size), found in sizes.items() if len(found) == 1}


@cache
def by_tag() -> dict[str, Release]:
    """The releases of the table by timm's tags of them: what is here of one needs no look into timm, which is slow to import."""
    return {release.tag: release for release in RELEASES}


@cache
def pretrained_config(tag: str) -> Any | None:
    """What timm says of the released weights of a tag, with its architecture; None for what is no pretrained tag of timm."""
    if not TAG.fullmatch(tag):
        return None
    import timm

    architecture = tag.partition(".")[0]
    if not timm.is_model(architecture) or tag not in timm.list_pretrained(f"{architecture}.*"):
        return None
    return timm.get_pretrained_cfg(tag)


@cache
def attends_globally(tag: str) -> bool:
    """Whether timm's architecture of a pretrained tag is one whose patches all attend to all patches."""
    import timm

    return timm.models.model_entrypoint(tag.partition(".")[0]).__module__.rpartition(".")[2] in PLAIN
