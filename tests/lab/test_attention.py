from __future__ import annotations

import pytest
import torch
from timm.models.vision_transformer import VisionTransformer
from torch import Tensor

from checker.errors import MeasurementError
from checker.lab.attention import visit_attention


def model(**options: object) -> VisionTransformer:
    torch.manual_seed(0)
    settings = {"img_size": 16, "patch_size": 4, "embed_dim": 32, "depth": 3, "num_heads": 2, "num_classes": 0}
    return VisionTransformer(**settings | options).eval()  # type: ignore[arg-type]


def by_hand(vit: VisionTransformer, images: Tensor) -> list[Tensor]:
    """Attention as the unfused path computes it, block by block."""
    x = vit.norm_pre(vit.patch_drop(vit._pos_embed(vit.patch_embed(images))))
    maps = []
    for block in vit.blocks:
        h = block.norm1(x)
        batch, tokens, width = h.shape
        q, k, _ = block.attn.qkv(h).reshape(batch, tokens, 3, 2, width // 2).permute(2, 0, 3, 1, 4)
        q, k = block.attn.q_norm(q), block.attn.k_norm(k)
        maps.append((q @ k.transpose(-2, -1) * block.attn.scale).softmax(-1))
        x = block(x)
    return maps


@pytest.mark.parametrize("options", [{}, {"reg_tokens": 4}, {"qk_norm": True}, {"class_token": False, "global_pool": "avg"}])
@pytest.mark.parametrize("fused", [True, False])
def test_maps_are_exact(options: dict[str, object], fused: bool) -> None:
    vit, images = model(**options), torch.randn(2, 3, 16, 16)
    for block in vit.blocks:
        block.attn.fused_attn = fused
    seen: list[Tensor] = []
    visit_attention(vit, images, lambda block, attention: seen.append(attention))
    with torch.no_grad():
        expected = by_hand(vit, images)
    assert len(seen) == 3
    for got, wanted in zip(seen, expected, strict=True):
        assert torch.allclose(got, wanted, atol=1e-6)
    assert [block.attn.fused_attn for block in vit.blocks] == [fused] * 3


def test_a_model_without_global_attention_is_refused() -> None:
    vit = model()
    vit.blocks[1] = torch.nn.Identity()
    with pytest.raises(MeasurementError, match="2 global attention calls over 17 tokens in 3 blocks"):
        visit_attention(vit, torch.randn(1, 3, 16, 16), lambda block, attention: None)
