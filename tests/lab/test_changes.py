"""Knobs and interventions: what they do, what they leave as it is, and what they refuse."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import timm
import torch

from checker.errors import SpecError
from checker.lab.changes import CHANGES, Knob, as_set, with_settings
from checker.lab.changes.quantised import quantised
from checker.lab.checkpoints import load
from checker.lab.data import DATA, data_set
from checker.lab.models import MODELS
from checker.lab.objectives import objective_of
from checker.lab.recipes import Architecture, Recipe
from checker.lab.sources import SOURCES, Wanted, refusal, scopes_of
from checker.lab.training import Run
from checker.lab.training_code import training_code
from checker.scope import Scope
from checker.variant import Variant
from tests.conftest import write_model

SMALL = Architecture(width=32, depth=2, heads=2)
TOY = SOURCES[Scope.TOY]
DEPTH, BITS = CHANGES["decoder depth"], CHANGES["quantised to"]


def mae(edition: int) -> Recipe:
    return Recipe("mae", "shapes", steps=3, batch=4, architecture=SMALL, edition=edition)


@pytest.mark.parametrize("edition", [1, 2])
@pytest.mark.parametrize("depth", [0, 1, 4])
def test_a_decoder_of_another_depth_learns(edition: int, depth: int) -> None:
    recipe = with_settings(mae(edition), [(DEPTH, depth)])
    with as_set(recipe):
        objective = objective_of(recipe)(recipe, DATA["shapes"])
    *blocks, _ = objective.decoder
    assert len(blocks) == depth
    generator = torch.Generator().manual_seed(0)
    objective.loss(torch.rand(4, 3, 32, 32, generator=generator), torch.zeros(4), generator).backward()
    assert all(parameter.grad is not None for block in blocks for parameter in block.parameters())
    plain = objective_of(recipe)(recipe, DATA["shapes"])
    assert len(plain.decoder) == 3  # outside of the block nothing is changed


def test_a_setting_changes_the_key_and_the_code_of_its_own_models_alone() -> None:
    recipe = MODELS["MAE"].recipe
    assert recipe is not None
    deeper = TOY.recipe("MAE (decoder depth: 4)", "shapes")
    assert deeper == replace(recipe, settings=(("decoder depth", 4),))
    assert Recipe.from_dict(deeper.as_dict()) == deeper
    assert len({recipe.key(0), deeper.key(0), TOY.recipe("MAE (decoder depth: 1)", "shapes").key(0)}) == 3
    assert training_code(deeper) != training_code(recipe)
    assert TOY.recipe("MAE (decoder depth: 2)", "shapes") == recipe  # which has two blocks anyway
    assert "settings" not in recipe.as_dict()


def test_weights_are_rounded_to_few_levels_in_each_output_channel() -> None:
    weight = torch.tensor([[1.0, -0.6, 0.2, 0.0], [10.0, 4.0, -2.0, 0.1], [0.0, 0.0, 0.0, 0.0]])
    # 3 bits: steps of a third of the largest
    expected = torch.tensor([[1.0, -2 / 3, 1 / 3, 0.0], [10.0, 10 / 3, -10 / 3, 0.0], [0.0, 0.0, 0.0, 0.0]])
    assert torch.allclose(quantised(weight, 3), expected)
    kernel = torch.randn(5, 3, 2, 2)
    assert all(len(channel.unique()) <= 15 for channel in quantised(kernel, 4))
    assert torch.allclose(quantised(kernel, 16), kernel, atol=1e-4 * float(kernel.abs().max()))


def test_a_convolution_is_quantised_too() -> None:
    module = timm.create_model("resnet18", pretrained=False, num_classes=0)
    BITS.apply(module, 2)  # type: ignore[union-attr]
    assert all(len(channel.unique()) <= 3 for channel in module.conv1.weight)


def test_what_is_loaded_is_quantised_and_known_by_another_hash(tmp_path: Path) -> None:
    card = write_model(tmp_path, "MAE", 0, 0.3)
    file = tmp_path / f"{card.key}.safetensors"
    plain, _ = load(file)
    name = "MAE (quantised to: 4 bit)"
    encoder, _ = TOY.load(name, 0, file)
    weight, before = (each.module.blocks[0].attn.qkv.weight for each in (encoder, plain))
    assert torch.equal(weight, quantised(before, 4))
    assert torch.equal(encoder.module.pos_embed, plain.module.pos_embed)
    hashes = {TOY.load(f"MAE (quantised to: {bits} bit)", 0, file)[0].weights for bits in (4, 8)}
    assert len({*hashes, plain.weights}) == 3
    assert encoder.weights in hashes


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("DINO (decoder depth: 2)", "the decoder depth of DINO cannot be set: DINO has no decoder; it can be set for MAE"),
        ("CLIP (decoder depth: 2)", "the decoder depth of CLIP cannot be set: in this scope it is not trained here"),
        ("MAE (decoder depth: 99)", "'99' is out of range: decoder depth takes whole numbers from 0 to 8"),
        ("MAE (decoder depth: 1.5)", "'1.5' is out of range: decoder depth takes whole numbers from 0 to 8"),
        ("MAE (quantised to: 4 layers)", "'4 layers' is no value here: quantised to takes whole numbers from 2 to 16 bit"),
        ("MAE (decoder dept: 2)", "no change is called 'decoder dept' here; the nearest is 'decoder depth'"),
        ("MAE (pruned to: 0.5)", "'0.5' is no value here: pruned to takes numbers from 1 to 99 %"),
        ("MAE (position embeddings: half)", "'half' is no value here: position embeddings takes zero or shuffled"),
        (
            "MAE (last layers removed: 6)",
            "MAE is not available with last layers removed 6: it has 6 layers, and one has to be left",
        ),
        ("SimCLR (layer removed: 7)", "SimCLR is not available with layer removed 7: it has 6 layers"),
        (
            "MAE (encoder depth: 2, last layers removed: 2)",
            "MAE is not available with last layers removed 2: it has 2 layers, and one has to be left",
        ),
        (
            "MAE (heads removed: 4)",
            "MAE is not available with heads removed 4: it has 4 heads in a layer, and one has to be left",
        ),
        ("MAE (registers at test time: none)", "MAE is not available with registers at test time none: it has no registers"),
        (
            "MAE (resolution: 30 pixels)",
            "MAE is not available with resolution 30 pixel: its patches of 4 pixels do not tile such a picture",
        ),
        ("MAE (heads: 5)", "MAE is not available with heads 5: 5 heads do not share its 64 channels evenly"),
        ("MAE (width: 66)", "MAE is not available with width 66 channel: its 4 heads do not share 66 channels evenly"),
        (
            "LUT (mask ratio: 25 %)",
            "LUT is not available with mask ratio 25 %: its two views show different patches, so each hides at least 50 %",
        ),
        (
            "DINO (mask ratio: 25 %)",
            "the mask ratio of DINO cannot be set: DINO has no masked patches to restore at a ratio of their own; "
            "it can be set for MAE, SimMIM, LUT",
        ),
        (
            "DINO (label noise: 10 %)",
            "the label noise of DINO cannot be set: DINO has no labels to learn from; it can be set for supervised ViT",
        ),
    ],
)
def test_what_cannot_be_changed_is_refused_by_name(name: str, reason: str) -> None:
    assert Scope.TOY not in scopes_of(name)
    assert refusal(name) == reason


def test_where_a_changed_model_is() -> None:
    assert scopes_of("MAE (decoder depth: 1)") == (Scope.TOY,)
    assert scopes_of("MAE (quantised to: 4 bit)") == (Scope.PRETRAINED, Scope.TOY)
    assert scopes_of("CLIP (quantized to: 8 bits)") == (Scope.PRETRAINED,)
    assert refusal("no such model (quantised to: 4 bit)") is None
    assert str(Wanted("MAE (decoder depth: 1)", Scope.TOY, "shapes", 2)) == "MAE (decoder depth: 1), seed 2"


@pytest.mark.parametrize(
    "label", ["MAE", "DINOv2 with registers", "test_vit:weights (1).pth", "MAE (decoder depth: 2, a b: 4 bit)"]
)
def test_a_label_is_read_as_it_is_written(label: str) -> None:
    assert str(Variant.parse(label)) == label
    fields = Variant.parse(label).as_spec()
    assert isinstance(fields, str) or Variant.of_mapping(fields) == Variant.parse(label)


@pytest.mark.parametrize("text", ["", "two", "-1", "4 bit"])
def test_a_value_that_is_none(text: str) -> None:
    with pytest.raises(SpecError, match="decoder depth takes whole numbers from 0 to 8"):
        DEPTH.value(text)


def test_the_knob_of_the_manual_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    manual = (Path(__file__).parents[2] / "vault/Manual/Plug-ins.md").read_text()
    (text,) = re.findall(r"```python\n(\"\"\"Peak learning rate.*?)```", manual, re.DOTALL)
    entries = CHANGES.entries()
    try:
        exec(text, {"__name__": "peak_learning_rate"})
        recipe, plain = (TOY.recipe(name, "shapes") for name in ("MAE (peak learning rate: 0.01)", "MAE"))
        assert recipe == replace(plain, learning_rate=0.01, settings=(("peak learning rate", 0.01),))
        assert refusal("MAE (peak learning rate: 7)") == "'7' is out of range: peak learning rate takes numbers from 1e-05 to 0.1"
    finally:
        CHANGES.restore(entries)


@pytest.mark.parametrize("edition", [1, 2])
@pytest.mark.parametrize(
    ("change", "text"),
    [
        ("mask ratio", "50 %"),
        ("decoder width", "32"),
        ("patch size", "8"),
        ("heads", "4"),
        ("registers", "2"),
        ("batch size", "2"),
    ],
)
def test_a_set_knob_trains(change: str, text: str, edition: int) -> None:
    knob = CHANGES[change]
    assert isinstance(knob, Knob)
    recipe = with_settings(mae(edition), [(knob, knob.value(text))])
    with as_set(recipe):
        run = Run(recipe, 0, data_set("shapes"), 8, torch.device("cpu"))
        seen: list[int] = []
        run.objective.encoder.blocks[0].register_forward_hook(lambda module, given, out: seen.append(out.shape[1]))
        assert run.step(0) > 0
    patches = (32 // recipe.architecture.patch_size) ** 2
    ratio = 0.5 if change == "mask ratio" else 0.75
    assert seen == [recipe.architecture.prefix_tokens + patches - int(patches * ratio)]
    assert run.objective.decoder[-1].normalized_shape == ((32 if change == "decoder width" else 64),)
    assert training_code(recipe) is not None
    assert recipe.name != mae(edition).name


@pytest.mark.parametrize("objective", ["mae", "simmim", "lut"])
@pytest.mark.parametrize("edition", [1, 2])
def test_the_defaults_of_constants_are_those_of_the_objectives(objective: str, edition: int) -> None:
    recipe = Recipe(objective, "shapes", steps=1, edition=edition)
    modules = [sys.modules[base.__module__] for base in objective_of(recipe).__mro__]
    for knob in (each for each in CHANGES.values() if isinstance(each, Knob) and each.constants is not None):
        value = knob.default(recipe)
        for name, constant in (knob.constants(value) if value is not None and knob.constants else {}).items():
            assert {getattr(module, name) for module in modules if hasattr(module, name)} == {constant}


def test_some_of_the_pictures_and_some_of_their_labels() -> None:
    recipe = Recipe("supervised", "shapes", steps=3, batch=4, architecture=SMALL)
    share, noise = CHANGES["training share"], CHANGES["label noise"]
    assert isinstance(share, Knob) and isinstance(noise, Knob)
    changed = with_settings(recipe, [(share, 25), (noise, 50)])
    plain = data_set("shapes").split("train", 40)
    with as_set(changed):
        found, other = data_set("shapes").split("train", 40), data_set("shapes").split("probe-train", 40)
    assert len(found.category) == 10
    assert (found.images == plain.images[:10]).all()
    assert int((found.category != plain.category[:10]).sum()) == 5
    assert len(other.category) == 40
    assert data_set("shapes").split("train", 40).category.tolist() == plain.category.tolist()
