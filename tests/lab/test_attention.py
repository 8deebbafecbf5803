from __future__ import annotations

import pytest
import torch
from timm.models.vision_transformer import VisionTransformer
from torch import Tensor

from checker.errors import MeasurementError
from checker.lab import attention
from checker.lab.attention import visit_attention
from checker.lab.encoder import Encoder, describe


def model(**options: object) -> VisionTransformer:
    torch.manual_seed(0)
    settings = {"img_size": 16, "patch_size": 4, "embed_dim": 32, "depth": 3, "num_heads": 2, "num_classes": 0}
    return VisionTransformer(**settings | options).eval()  # type: ignore[arg-type]


def encoder(vit: VisionTransformer) -> Encoder:
    return describe("small", vit, 16, (0.5,) * 3, (0.5,) * 3, "")


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
    seen: list[list[Tensor]] = [[], [], []]
    visit_attention(encoder(vit), images, lambda block, rows, maps: seen[block].append(maps))
    with torch.no_grad():
        expected = by_hand(vit, images)
    for got, wanted in zip(seen, expected, strict=True):
        assert torch.allclose(torch.cat(got), wanted, atol=1e-6)
    assert [block.attn.fused_attn for block in vit.blocks] == [fused] * 3


def test_few_maps_are_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    vit, images = model(), torch.randn(5, 3, 16, 16)
    monkeypatch.setattr(attention, "MAP_ELEMENTS", 2 * 2 * 17 * 17)  # of two images
    seen: list[tuple[int, slice, Tensor]] = []
    visit_attention(encoder(vit), images, lambda *call: seen.append(call))
    assert [(block, rows.start, len(maps)) for block, rows, maps in seen] == [
        (block, start, count) for block in range(3) for start, count in ((0, 2), (2, 2), (4, 1))
    ]
    monkeypatch.undo()
    whole: list[Tensor] = []
    visit_attention(encoder(vit), images, lambda block, rows, maps: whole.append(maps))
    assert torch.allclose(torch.cat([maps for block, _, maps in seen if block == 1]), whole[1], atol=1e-7)


def test_a_model_without_global_attention_is_refused() -> None:
    vit = model()
    vit.blocks[1] = torch.nn.Identity()
    with pytest.raises(
        MeasurementError, match="small: VisionTransformer made 2 global attention calls over 17 tokens in 3 blocks"
    ):
        visit_attention(encoder(vit), torch.randn(1, 3, 16, 16), lambda block, rows, maps: None)


@pytest.mark.parametrize("twice", [0, 2])
def test_two_calls_in_a_block_are_not_taken_for_two_blocks(twice: int) -> None:
    vit = model()
    attention_of = vit.blocks[twice].attn
    plain = attention_of.forward
    attention_of.forward = lambda x, *rest, **options: plain(plain(x, *rest, **options))
    with pytest.raises(MeasurementError, match="4 global attention calls over 17 tokens in 3 blocks"):
        visit_attention(encoder(vit), torch.randn(1, 3, 16, 16), lambda block, rows, maps: None, whole=True)
    if twice == 0:
        with pytest.raises(MeasurementError, match="4 global attention calls"):
            visit_attention(encoder(vit), torch.randn(1, 3, 16, 16), lambda block, rows, maps: None)


def test_the_rest_of_the_pass_runs_only_when_it_is_wanted() -> None:
    vit, ran = model(), []
    vit.norm.register_forward_hook(lambda *_: ran.append(1))
    visit_attention(encoder(vit), torch.randn(1, 3, 16, 16), lambda block, rows, maps: None)
    assert ran == []
    visit_attention(encoder(vit), torch.randn(1, 3, 16, 16), lambda block, rows, maps: None, whole=True)
    assert ran == [1]


def test_the_answer_is_that_of_the_fused_call() -> None:
    vit, images = model(), torch.randn(2, 3, 16, 16)
    outputs = []
    vit.norm.register_forward_hook(lambda module, given, out: outputs.append(out))
    visit_attention(encoder(vit), images, lambda block, rows, maps: None, whole=True)
    with torch.inference_mode():
        vit.forward_features(images)
    assert torch.allclose(outputs[0], outputs[1], atol=1e-5)
