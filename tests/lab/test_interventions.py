"""What each intervention does to a model, where the answer is known without a model that has learned anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import timm
import torch
from timm.models.vision_transformer import VisionTransformer

from checker.errors import MeasurementError
from checker.lab.changes import CHANGES, Change, Intervention
from checker.lab.changes.heads_removed import head_sizes
from checker.lab.models import MODELS
from checker.lab.recipes import Architecture
from checker.lab.sources import SOURCES, refusal
from checker.lab.subjects import token_maps
from checker.lab.transformer import as_encoder, build
from checker.scope import Scope
from tests.conftest import write_model

PICTURES = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))


def network(**sizes: int) -> VisionTransformer:
    torch.manual_seed(0)
    return build(replace(Architecture(width=16, depth=3, heads=4), **sizes)).eval().requires_grad_(False)


def done(name: str, text: str, module: Any) -> Any:
    change = CHANGES[name]
    assert isinstance(change, Intervention)
    change.apply(module, change.value(text))
    return module


def layers(module: VisionTransformer) -> torch.Tensor:
    """The tokens after each layer: (depth, pictures, tokens, width)."""
    return next(maps for _, maps in token_maps(as_encoder("", module), PICTURES))


def test_the_smallest_weights_of_each_layer_are_zero() -> None:
    before, after = network(), done("pruned to", "50 %", network())
    for one, other in zip(before.modules(), after.modules(), strict=True):
        if isinstance(one, torch.nn.Linear | torch.nn.Conv2d):
            gone = other.weight == 0
            assert int(gone.sum()) == one.weight.numel() // 2
            assert float(one.weight[gone].abs().max()) <= float(one.weight[~gone].abs().min())
            assert torch.equal(other.weight[~gone], one.weight[~gone])
    assert torch.equal(before.pos_embed, after.pos_embed)
    convolutional = done("pruned to", "90 %", timm.create_model("resnet18", num_classes=0))
    assert float((convolutional.conv1.weight == 0).float().mean()) == pytest.approx(0.9, abs=1e-4)


def test_the_layers_that_are_left_give_what_they_gave() -> None:
    assert torch.equal(layers(done("last layers removed", "2", network())), layers(network())[:1])
    assert torch.equal(layers(done("layer removed", "3", network())), layers(network())[:2])
    without_first = done("layer removed", "1", network())
    assert [*without_first.blocks] == [*without_first.blocks][:2]
    first, second = network(), without_first
    assert torch.equal(second.blocks[0].mlp.fc1.weight, first.blocks[1].mlp.fc1.weight)


def test_a_removed_head_adds_nothing_and_the_others_what_they_added() -> None:
    module = network()
    for block in module.blocks:  # the second head of each layer writes nothing
        block.attn.proj.weight[:, 4:8] = 0
    before = layers(module)
    assert all(int(head_sizes(block.attn).argmin()) == 1 for block in module.blocks)
    done("heads removed", "1", module)
    assert torch.allclose(layers(module), before, atol=1e-6)
    assert {block.attn.num_heads for block in module.blocks} == {3}
    assert module.blocks[0].attn.qkv.weight.shape == (36, 16)


def test_the_size_of_a_head_is_that_of_its_map() -> None:
    attention = network().blocks[0].attn
    value, output = attention.qkv.weight[32 + 4 : 32 + 8], attention.proj.weight[:, 4:8]
    assert float(head_sizes(attention)[1]) == pytest.approx(float((output @ value).square().sum().sqrt()))


def test_without_position_embeddings_the_order_of_patches_is_nothing() -> None:
    turned = PICTURES.flip(3)  # patches of one pixel would move; here those of constant pictures do
    flat = torch.nn.functional.interpolate(torch.rand(2, 3, 8, 8), scale_factor=4)  # each patch has one colour
    module = done("position embeddings", "zero", network())
    one, other = (module.forward_features(pictures) for pictures in (flat, flat.flip(3)))
    assert torch.allclose(one[:, 0], other[:, 0], atol=1e-5)
    assert torch.allclose(one[:, 1:].view(2, 8, 8, 16), other[:, 1:].view(2, 8, 8, 16).flip(2), atol=1e-5)
    plain = network()
    assert torch.equal(module.pos_embed[:, :1], plain.pos_embed[:, :1])
    assert not torch.allclose(plain.forward_features(turned)[:, 0], plain.forward_features(PICTURES)[:, 0], atol=1e-5)


def test_shuffled_position_embeddings_are_the_same_ones_elsewhere() -> None:
    before, after = network().pos_embed, done("position embeddings", "shuffled", network()).pos_embed
    assert not torch.equal(before, after)
    assert torch.equal(before[0, 1:].sort(0).values, after[0, 1:].sort(0).values)


def test_without_its_registers_a_model_is_the_one_that_never_had_any() -> None:
    module = done("registers at test time", "none", network(registers=2))
    assert as_encoder("", module).tokens == 65
    plain = network()
    plain.load_state_dict(module.state_dict())
    assert torch.equal(module.forward_features(PICTURES), plain.forward_features(PICTURES))


def test_another_resolution_asks_for_more_patches() -> None:
    module = done("resolution", "48 pixels", network())
    assert module.pos_embed.shape[1] == 1 + 12 * 12
    assert torch.equal(done("resolution", "32 pixels", network()).pos_embed, network().pos_embed)
    flat = network()
    flat.pos_embed[:, 1:] = 0.25  # nothing to interpolate
    assert torch.allclose(done("resolution", "64 pixels", flat).pos_embed[:, 1:], torch.tensor(0.25), atol=1e-5)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("last layers removed", "3", "one has to be left"),
        ("layer removed", "4", "it has 3"),
        ("heads removed", "4", "one has to be left"),
        ("registers at test time", "none", "no registers"),
        ("resolution", "30", "do not tile"),
    ],
)
def test_what_cannot_be_done_to_a_network_says_so(name: str, text: str, reason: str) -> None:
    with pytest.raises(MeasurementError, match=reason):
        done(name, text, network())


def test_what_is_loaded_is_described_as_it_is(tmp_path: Path) -> None:
    card = write_model(tmp_path, "MAE", 0, 0.3)
    file = tmp_path / f"{card.key}.safetensors"
    toy = SOURCES[Scope.TOY]
    plain, _ = toy.load("MAE", 0, file)
    found = {
        text: toy.load(f"MAE ({text})", 0, file)[0]
        for text in ("last layers removed: 2", "resolution: 48 pixel", "position embeddings: zero", "pruned to: 50 %")
    }
    assert found["last layers removed: 2"].depth == plain.depth - 2
    assert (found["resolution: 48 pixel"].size, found["resolution: 48 pixel"].grid) == (48, (12, 12))
    assert len({plain.weights, *(encoder.weights for encoder in found.values())}) == 5


def test_a_convolutional_network_has_no_position_embeddings(monkeypatch: pytest.MonkeyPatch) -> None:
    model = replace(MODELS["CLIP"], global_attention=False)
    monkeypatch.setattr("checker.lab.sources.released._model", lambda name: model)
    reason = "'position embeddings' needs tokens on one grid of patches, and CLIP has none"
    assert refusal("CLIP (position embeddings: zero)") == reason
    assert refusal("CLIP (pruned to: 50 %)") is None


@pytest.mark.parametrize("change", CHANGES.values(), ids=lambda change: change.name)
def test_a_value_in_words_is_read_as_the_same_value(change: Change) -> None:
    for value in [its for _, its in change.words] or [change.least, change.most]:
        assert change.value(change.say(value)) == value


def test_the_manual_lists_every_change_with_its_values() -> None:
    page = (Path(__file__).parents[2] / "vault/Manual/What a change does.md").read_text()
    for change in CHANGES.values():
        assert f"| `{change.name}` | {change.values} |" in page
        assert change.title in page
