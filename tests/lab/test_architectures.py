"""Attention of timm's architectures: exact where there is one global map a block, refused by name where there is none."""

from __future__ import annotations

from typing import Any

import pytest
import timm
import torch
from torch import Tensor

from checker.errors import MeasurementError
from checker.lab.attention import visit_attention
from checker.lab.encoder import Encoder, describe

SIZE = 64  # pixels; two blocks are enough to see that each is watched

GLOBAL = {
    "vit_tiny_patch16_224": 1,
    "vit_small_patch32_224": 1,
    "vit_base_patch16_224": 1,
    "vit_small_patch14_dinov2": 1,
    "vit_small_patch14_reg4_dinov2": 5,
    "vit_small_patch16_dinov3": 5,
    "vit_base_patch16_clip_224": 1,
    "vit_base_patch16_clip_quickgelu_224": 1,
    "vit_base_patch16_siglip_224": 0,
    "vit_base_patch16_siglip_gap_224": 0,
    "vit_wee_patch16_reg1_gap_256": 1,
    "vit_small_patch16_rope_224": 1,
    "vit_relpos_small_patch16_224": 0,
    "vit_relpos_base_patch16_clsgap_224": 1,
    "vit_srelpos_small_patch16_224": 0,
    "flexivit_small": 1,
    "deit_tiny_patch16_224": 1,
    "deit_tiny_distilled_patch16_224": 2,
    "deit3_small_patch16_224": 1,
    "beit_base_patch16_224": 1,
    "beitv2_base_patch16_224": 1,
    "eva02_tiny_patch14_224": 1,
    "eva_giant_patch14_224": 1,
    "vit_pe_core_tiny_patch16_384": 1,
    "vit_pe_spatial_tiny_patch16_512": 1,
    "test_vit": 1,
}
OTHERS = [
    "swin_tiny_patch4_window7_224",
    "swinv2_tiny_window8_256",
    "pvt_v2_b0",
    "maxvit_pico_rw_256",
    "hiera_tiny_224",
    "davit_tiny",
    "volo_d1_224",
    "mvitv2_tiny",
    "xcit_nano_12_p16_224",
    "cait_xxs24_224",
    "convit_tiny",
    "coat_tiny",
    "vit_tiny_r_s16_p8_224",
    "samvit_base_patch16",
    "resnet18",
    "mobilevit_xxs",
]


def build(name: str) -> Encoder:
    torch.manual_seed(0)
    patch = 14 if "patch14" in name else 32 if "patch32" in name else 16
    size = SIZE - SIZE % patch if patch != 14 else 70
    options: dict[str, Any] = {"num_classes": 0, "img_size": size}
    if name != "test_vit":
        options["depth"] = 2
    if name == "eva_giant_patch14_224":
        options |= {"embed_dim": 96, "num_heads": 4}
    module = timm.create_model(name, **options)
    return describe(name, module, size, (0.5,) * 3, (0.5,) * 3, "")


def unfused(encoder: Encoder, images: Tensor) -> list[Tensor]:
    """The maps as timm's own unfused path has them, at the door of the attention's dropout."""
    seen: list[Tensor] = []
    attentions = [module for module in encoder.module.blocks.modules() if hasattr(module, "fused_attn")]
    hooks = [m.attn_drop.register_forward_pre_hook(lambda module, given: seen.append(given[0])) for m in attentions]
    kept = [module.fused_attn for module in attentions]
    for module in attentions:
        module.fused_attn = False
    with torch.inference_mode():
        encoder.module.forward_features(images)
    for module, fused, hook in zip(attentions, kept, hooks, strict=True):
        module.fused_attn = fused
        hook.remove()
    return seen


@pytest.mark.parametrize(("name", "prefix"), GLOBAL.items())
def test_maps_are_exact(name: str, prefix: int) -> None:
    encoder = build(name)
    assert encoder.prefix == prefix
    images = torch.randn(3, 3, encoder.size, encoder.size)
    maps: dict[int, list[Tensor]] = {}
    visit_attention(encoder, images, lambda block, rows, attention: maps.setdefault(block, []).append(attention))
    seen = [torch.cat(parts) for parts in maps.values()]
    expected = unfused(encoder, images)
    assert len(seen) == len(expected) == encoder.depth
    for got, wanted in zip(seen, expected, strict=True):
        assert got.shape == (3, wanted.shape[1], encoder.tokens, encoder.tokens)
        assert torch.allclose(got, wanted, atol=2e-6)
        assert torch.allclose(got.sum(-1), torch.ones_like(got.sum(-1)), atol=1e-5)


@pytest.mark.parametrize("name", OTHERS)
def test_what_has_no_global_attention_is_refused_by_name(name: str) -> None:
    torch.manual_seed(0)
    module = timm.create_model(name, num_classes=0)
    config = module.pretrained_cfg
    size = config["input_size"][-1]
    with pytest.raises(MeasurementError, match=rf"{name}: {type(module).__name__} .*attention"):
        visit_attention(
            describe(name, module, size, (0.5,) * 3, (0.5,) * 3, ""), torch.randn(1, 3, size, size), lambda *seen: None
        )


def test_more_than_twenty_architectures_are_covered() -> None:
    assert len(GLOBAL) >= 20
