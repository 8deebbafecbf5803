from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from checker.errors import MeasurementError
from checker.lab import competence, training
from checker.lab.augment import Look, random_crop, recolour, views
from checker.lab.checkpoints import load, read_card
from checker.lab.data import DATA
from checker.lab.learners import LEARNERS
from checker.lab.models import MODELS
from checker.lab.objectives import FIRST, OBJECTIVES, dino, lut, objective_of
from checker.lab.objectives.dinov2 import DINOv2
from checker.lab.objectives.dinov2 import block_mask as hidden_blocks
from checker.lab.objectives.ijepa import context_and_targets
from checker.lab.objectives.lut import LUT
from checker.lab.objectives.mae import normalised_patches, random_mask
from checker.lab.objectives.moco import info_nce
from checker.lab.objectives.simmim import block_mask
from checker.lab.recipes import LATER, Architecture, Recipe
from checker.lab.sources import scopes_of
from checker.lab.transformer import normalise

SMALL = Architecture(width=32, depth=2, heads=2)


@pytest.fixture(autouse=True)
def little_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "TRAIN_IMAGES", 200)
    monkeypatch.setattr(training, "HELD_OUT_IMAGES", 64)
    monkeypatch.setattr(competence, "PROBE_TRAIN", 100)
    monkeypatch.setattr(competence, "PROBE_TEST", 50)
    monkeypatch.setattr(training, "_pixels", lambda data: {"shape": 0.2, "texture": 0.2})


BOTH = [(edition, name) for edition, known in ((1, FIRST), (2, OBJECTIVES)) for name in sorted(known)]


def recipe(objective: str, steps: int, edition: int = 1) -> Recipe:
    return Recipe(objective, "shapes", steps=steps, batch=8, architecture=SMALL, edition=edition)


def test_every_model_has_an_objective_and_data() -> None:
    for model in MODELS.values():
        assert scopes_of(model.name)
        for recipe in (model.recipe, model.second):
            if recipe is not None:
                assert recipe.objective in OBJECTIVES or recipe.steps == 0
                assert recipe.objective in LEARNERS
                assert recipe.data in DATA
        assert (model.recipe is None) == (model.second is None)


def test_a_field_of_the_second_edition_changes_no_key_of_the_first() -> None:
    """The keys of two models that ship."""
    assert MODELS["MAE"].recipe == dataclasses.replace(Recipe("mae", "shapes", 6000), beta2=0.95)
    assert MODELS["MAE"].recipe.key(0) == "a7b26a07b7d626bb"
    assert set(Recipe("mae", "shapes", 1).as_dict()).isdisjoint(LATER)
    second = Recipe("mae", "shapes", 1, edition=2, final_weight_decay=0.4)
    assert Recipe.from_dict(second.as_dict()) == second
    assert len({second.key(0), Recipe("mae", "shapes", 1).key(0), Recipe("mae", "shapes", 1, edition=2).key(0)}) == 3


@pytest.mark.parametrize("registers", [0, 2])
@pytest.mark.parametrize(("edition", "objective"), BOTH)
def test_every_objective_trains_only_what_it_should(edition: int, objective: str, registers: int) -> None:
    torch.manual_seed(0)
    small = dataclasses.replace(recipe(objective, 10, edition), architecture=dataclasses.replace(SMALL, registers=registers))
    learner = objective_of(small)(small, DATA["shapes"])
    split = DATA["shapes"].split("train", 16)
    images, category = torch.from_numpy(split.images).float() / 255, torch.from_numpy(split.category)
    loss = learner.loss(images, category, torch.Generator().manual_seed(0))
    loss.backward()
    assert loss.isfinite()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in learner.encoder.blocks.parameters())
    assert all(p.grad is None for name, p in learner.named_parameters() if name.startswith("teacher"))
    if registers:
        assert learner.encoder.reg_token.grad.abs().sum() > 0
    again = learner.loss(images, category, torch.Generator().manual_seed(0))
    if (edition, objective) not in ((1, "dino"), (1, "dinov2"), (2, "dino")):  # their centre moves with every batch
        assert again == loss


@pytest.mark.parametrize(("edition", "objective"), BOTH)
def test_an_interrupted_training_ends_as_an_uninterrupted_one(
    edition: int, objective: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = recipe(objective, 6, edition)
    whole = training.train(wanted, 0, tmp_path / "whole.safetensors")
    monkeypatch.setattr(training, "SAVE_EVERY", -1.0)
    monkeypatch.setattr(training, "REPORT_EVERY", 1)

    def interrupt(step: int, steps: int, loss: float) -> None:
        if step == 4:
            raise KeyboardInterrupt

    path = tmp_path / "resumed.safetensors"
    with pytest.raises(KeyboardInterrupt):
        training.train(wanted, 0, path, interrupt)
    assert not path.exists()
    assert path.with_suffix(".state").exists()
    steps: list[int] = []
    resumed = training.train(wanted, 0, path, lambda step, of, loss: steps.append(step))
    assert steps == [5, 6]
    assert resumed.weights == whole.weights
    assert resumed.curve == whole.curve
    assert not path.with_suffix(".state").exists()


def test_the_state_of_another_recipe_is_not_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "SAVE_EVERY", -1.0)
    path = tmp_path / "m.safetensors"
    wanted = training.train(recipe("mae", 3), 0, tmp_path / "other.safetensors")
    path.with_suffix(".state").write_bytes(b"not a state")
    assert training.train(recipe("mae", 3), 0, path).weights == wanted.weights


def test_a_training_that_diverges_is_an_error(tmp_path: Path) -> None:
    wild = dataclasses.replace(recipe("mae", 40), learning_rate=1e12)
    with pytest.raises(MeasurementError, match=r"the loss is (nan|inf) at step \d+; it diverged \(it was [\d.e+]+ at step 1"):
        training.train(wild, 0, tmp_path / "m.safetensors")


def test_a_saved_model_is_what_was_trained(tmp_path: Path) -> None:
    card = training.train(recipe("supervised", 2), 3, tmp_path / "m.safetensors")
    assert read_card(tmp_path / "m.safetensors") == card
    encoder, loaded = load(tmp_path / "m.safetensors")
    assert loaded.recipe.key(3) == card.key
    assert not encoder.module.training
    assert not any(parameter.requires_grad for parameter in encoder.module.parameters())


@pytest.mark.parametrize("cut", [4, 300, -10])
def test_a_damaged_model_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "m.safetensors"
    training.train(recipe("random", 0), 0, path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(MeasurementError, match="delete it, and it is trained again"):
        load(path)


def test_a_flipped_weight_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    training.train(recipe("random", 0), 0, path)
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)
    with pytest.raises(MeasurementError, match="do not match their hash"):
        load(path)


def test_masks() -> None:
    kept, masked = random_mask(3, 64, 0.75, torch.Generator().manual_seed(0))
    assert kept.shape == (3, 16)
    assert torch.cat([kept, masked], 1).sort(1).values.equal(torch.arange(64).expand(3, -1))
    mask = block_mask(5, (8, 8), torch.Generator().manual_seed(0)).view(5, 8, 8)
    assert mask.sum((1, 2)).tolist() == [40] * 5  # 10 of 16 squares of 4 patches
    assert (mask[:, ::2, ::2] == mask[:, 1::2, 1::2]).all()


def test_targets_have_zero_mean_and_unit_variance_in_each_patch() -> None:
    target = normalised_patches(torch.rand(2, 3, 32, 32), 4)
    assert target.shape == (2, 64, 48)
    assert target.mean(-1).abs().max() < 1e-5
    assert (target.var(-1) - 1).abs().max() < 1e-2


def test_info_nce_is_the_cross_entropy_of_its_definition() -> None:
    torch.manual_seed(0)
    queries, keys = torch.randn(4, 8), torch.randn(4, 8)
    expected = 0.0
    for i in range(4):
        similar = [float(torch.cosine_similarity(queries[i], keys[j], 0)) / 0.2 for j in range(4)]
        expected -= 2 * 0.2 * math.log(math.exp(similar[i]) / sum(math.exp(s) for s in similar)) / 4
    assert float(info_nce(queries, keys)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("seed", range(20))
def test_what_ijepa_asks_for_is_never_what_it_shows(seed: int) -> None:
    context, targets = context_and_targets(6, (8, 8), torch.Generator().manual_seed(seed))
    assert len(targets) == 4
    for row in range(6):
        shown = set(context[row].tolist())
        assert len(shown) == context.shape[1]  # no patch twice
        for target in targets:
            asked = set(target[row].tolist())
            assert not asked & shown
            rows, columns = ({place // 8 for place in asked}, {place % 8 for place in asked})
            assert len(asked) == len(rows) * len(columns)  # a whole rectangle
            assert 0.1 * 64 <= len(asked) <= 0.25 * 64


def test_the_teacher_of_lut_sees_the_other_view_whole() -> None:
    """With a teacher that cannot tell views apart and a perfect predictor the second loss is 0, whatever is hidden."""
    torch.manual_seed(0)
    learner = OBJECTIVES["lut"](recipe("lut", 10, 2), DATA["shapes"])
    assert isinstance(learner, LUT)
    images = torch.rand(8, 3, 32, 32)
    whole = float(learner.loss(images, torch.zeros(8), torch.Generator().manual_seed(0)).detach())
    for part in (learner.teacher_projector, learner.projector, learner.predictor):
        last = [layer for layer in part.layers if isinstance(layer, torch.nn.Linear)][-1]
        torch.nn.init.zeros_(last.weight)
        torch.nn.init.ones_(last.bias)
    alike = float(learner.loss(images, torch.zeros(8), torch.Generator().manual_seed(0)).detach())
    assert alike < whole
    generator = torch.Generator().manual_seed(0)
    view = normalise(random_crop(images, 32, lut.CROP_AREA, generator))
    recolour(random_crop(images, 32, lut.CROP_AREA, generator), lut.SECOND_LOOK, generator)
    kept, masked = random_mask(8, 64, 0.75, generator)
    assert alike == pytest.approx(float(learner.restoration(learner.see(view, kept), view, kept, masked).detach()), abs=1e-5)


def test_masks_of_dinov2_hide_rectangles_of_some_images_and_repeat() -> None:
    masks = [hidden_blocks(40, (8, 8), torch.Generator().manual_seed(3)) for _ in range(2)]
    assert masks[0].equal(masks[1])
    share = masks[0].float().mean((1, 2))
    assert (share == 0).sum() >= 20
    assert 0.5 >= share.max() > 0.1


def test_a_toy_learns_from_any_data_with_factors(tmp_path: Path) -> None:
    card = training.train(dataclasses.replace(recipe("supervised", 3), data="digits"), 0, tmp_path / "digits.safetensors")
    assert set(card.after.probe) == {"digit"}
    assert load(tmp_path / "digits.safetensors")[1].recipe.data == "digits"


def test_data_of_which_nothing_is_known_teach_no_toy(tmp_path: Path) -> None:
    with pytest.raises(
        MeasurementError, match="nothing is known of photographs, so what a toy learns from them could not be judged"
    ):
        training.train(dataclasses.replace(recipe("mae", 3), data="photographs"), 0, tmp_path / "m.safetensors")


@pytest.mark.parametrize("objective", ["dino", "dinov2", "ijepa"])
def test_self_distillation_keeps_the_teacher(objective: str) -> None:
    learner = OBJECTIVES[objective](recipe(objective, 10, 2), DATA["shapes"])
    assert learner.kept is learner.teacher


def test_the_second_edition_learns_from_pictures_drawn_from_the_seed() -> None:
    first, second = (
        [training.training_pictures(recipe("mae", 1, edition), seed, DATA["shapes"], 20).images for seed in (0, 1)]
        for edition in (1, 2)
    )
    assert (first[0] == first[1]).all()
    assert (second[0] != second[1]).any()


def test_weight_decay_follows_a_cosine() -> None:
    wanted = dataclasses.replace(recipe("supervised", 100, 2), weight_decay=0.04, final_weight_decay=0.4)
    run = training.Run(wanted, 0, DATA["shapes"], 20, torch.device("cpu"))
    found = []
    for step in (0, 50, 99):
        run.step(step)
        found.append([group["weight_decay"] for group in run.optimiser.param_groups])
    assert [decayed for decayed, _ in found] == pytest.approx([0.04, 0.22, 0.4], abs=1e-3)
    assert all(spared == 0 for _, spared in found)


def test_the_teacher_grows_less_sharp_and_then_stays() -> None:
    assert [dino.teacher_temperature(progress) for progress in (0, 0.05, 0.1, 1)] == pytest.approx([0.04, 0.055, 0.07, 0.07])


def test_balanced_answers_use_all_prototypes_alike() -> None:
    torch.manual_seed(0)
    learner = OBJECTIVES["dinov2"](recipe("dinov2", 10, 2), DATA["shapes"])
    assert isinstance(learner, DINOv2)
    shares = learner.balanced(torch.randn(4096, 8) * 0.05 + torch.arange(8) * 0.02)  # one prototype is liked best by far
    assert shares.sum(1).numpy() == pytest.approx(1, abs=1e-4)
    assert shares.mean(0).numpy() == pytest.approx(1 / 8, rel=0.05)


PLAIN = Look(0, 0, 0, 0, jittered=0, grey=0)


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        (PLAIN, lambda images: images),
        (dataclasses.replace(PLAIN, solarised=1.0), lambda images: torch.where(images < 0.5, images, 1 - images)),
        (dataclasses.replace(PLAIN, jittered=1.0), lambda images: images),  # by no amount at all
    ],
)
def test_looks(look: Look, expected: Callable[[torch.Tensor], torch.Tensor]) -> None:
    images = torch.rand(6, 3, 32, 32)
    seen = recolour(images, look, torch.Generator().manual_seed(0))
    assert torch.allclose(seen, expected(images), atol=1e-5)


def test_colourless_pictures_have_three_equal_channels() -> None:
    seen = recolour(torch.rand(6, 3, 8, 8), dataclasses.replace(PLAIN, grey=1.0), torch.Generator().manual_seed(0))
    assert (seen[:, 0] == seen[:, 1]).all()
    assert (seen[:, 0] == seen[:, 2]).all()


def test_a_blur_keeps_half_of_the_finest_surface_and_no_less() -> None:
    wave = torch.sin(torch.arange(32) * 2 * math.pi / 4 + 0.3).expand(200, 3, 32, 32) / 2 + 0.5
    seen = recolour(wave, dataclasses.replace(PLAIN, blurred=1.0), torch.Generator().manual_seed(0))
    contrast = (seen[..., 4:-4].std((1, 2, 3)) / wave[..., 4:-4].std((1, 2, 3))).tolist()
    assert 0.48 < min(contrast) < 0.6
    assert max(contrast) > 0.9


def test_hue_leaves_grey_grey_and_turns_colour() -> None:
    grey = torch.rand(5, 1, 8, 8).expand(-1, 3, -1, -1)
    turned = dataclasses.replace(PLAIN, hue=0.5, jittered=1.0)
    assert torch.allclose(recolour(grey, turned, torch.Generator().manual_seed(0)), grey, atol=1e-5)
    red = torch.tensor([0.6, 0.4, 0.4])[:, None, None].expand(5, 3, 8, 8)
    seen = recolour(red, turned, torch.Generator().manual_seed(0))
    assert (seen - red).abs().amax((1, 2, 3)).min() > 0.01
    assert torch.allclose(seen.std(1), red.std(1), atol=0.05)


def test_views_lie_one_after_the_other_and_differ() -> None:
    images = torch.rand(4, 3, 32, 32)
    seen = views(images, (PLAIN, PLAIN), 16, (0.5, 1.0), torch.Generator().manual_seed(0))
    assert seen.shape == (8, 3, 16, 16)
    assert (seen[:4] != seen[4:]).any()
    assert torch.equal(seen, views(images, (PLAIN, PLAIN), 16, (0.5, 1.0), torch.Generator().manual_seed(0)))


@pytest.mark.parametrize("objective", ["dino", "lut", "mae", "moco-v3", "supervised"])
def test_an_objective_keeps_to_the_device_of_its_pictures(objective: str) -> None:
    """On a GPU that is not there: torch's fake tensors refuse what mixes devices. The other objectives draw sizes, which fakes have not."""
    run = training.Run(recipe(objective, 10, 2), 0, DATA["shapes"], 20, torch.device("cpu"))
    images, category = run.images[:8].float() / 255, run.category[:8]
    torch.__future__.set_overwrite_module_params_on_conversion(True)
    try:
        with FakeTensorMode(allow_non_fake_inputs=True):
            loss = run.objective.to("cuda").loss(images.to("cuda"), category.to("cuda"), torch.Generator())
    finally:
        torch.__future__.set_overwrite_module_params_on_conversion(False)
    assert loss.device.type == "cuda"
