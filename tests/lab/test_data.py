from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from checker.errors import ConfigurationError
from checker.lab.data import DATA, data_set
from checker.lab.data.base import SPLIT_SEEDS, squared
from checker.lab.data.shape_texture import SHAPES, TEXTURES, render
from checker.lab.registry import Registry

SHIPPED = ["shapes", "figures", "leaves", "digits", "photographs"]


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("split", SPLIT_SEEDS)
def test_every_split_has_pictures_with_their_factors(name: str, split: str) -> None:
    data = DATA[name]
    drawn = data.split(split, 150)
    assert drawn.images.shape == (150, 3, 32, 32)
    assert drawn.images.dtype == np.uint8
    assert drawn.images.flags.c_contiguous
    assert list(drawn.factors) == list(data.factors)
    for factor, levels in drawn.factors.items():
        assert sorted(set(levels)) == list(range(len(data.factors[factor])))
    assert set(drawn.category) == set(range(max(1, data.categories)))
    assert drawn.category.dtype == np.int64


@pytest.mark.parametrize("name", SHIPPED)
def test_the_same_pictures_each_time_and_none_in_two_splits(name: str) -> None:
    seen: set[bytes] = set()
    for split in SPLIT_SEEDS:
        first, again = DATA[name].split(split, 60), DATA[name].split(split, 60)
        assert (first.images == again.images).all()
        assert (first.category == again.category).all()
        pictures = {picture.tobytes() for picture in first.images}
        assert len(pictures) == 60
        assert not pictures & seen
        seen |= pictures


@pytest.mark.parametrize("name", ["figures", "leaves", "digits", "photographs"])
@pytest.mark.parametrize(("few", "many"), [(1, 40), (40, 200)])
def test_fewer_pictures_are_the_first_of_more(name: str, few: int, many: int) -> None:
    short, long = DATA[name].split("measure", few), DATA[name].split("measure", many)
    assert (short.images == long.images[:few]).all()
    assert (short.category == long.category[:few]).all()
    assert len(short.category) == few
    assert len(long.category) == many


@pytest.mark.parametrize("name", ["shapes", "figures", "leaves"])
def test_a_training_seed_draws_other_pictures_of_the_same_kind(name: str) -> None:
    data = DATA[name]
    sets = [data.split("train", 300, seed=seed) for seed in (0, 1)] + [data.split(split, 300) for split in SPLIT_SEEDS]
    pictures = [picture.tobytes() for split in sets for picture in split.images]
    assert len(set(pictures)) == len(pictures)
    assert all(set(split.category) == set(range(data.categories)) for split in sets)
    assert (data.split("train", 300, seed=1).images == sets[1].images).all()


@pytest.mark.parametrize(("count", "kept"), [(100, 100), (800, 640), (20_000, 640)])
def test_a_training_seed_chooses_among_the_pictures_there_are(count: int, kept: int) -> None:
    digits = DATA["digits"]
    train = {picture.tobytes() for picture in digits.split("train", 800).images}
    chosen = [[picture.tobytes() for picture in digits.split("train", count, seed=seed).images] for seed in (0, 1)]
    for pictures in chosen:
        assert len(pictures) == kept
        assert set(pictures) <= train
        assert len(set(pictures)) == kept  # digits of the training part are all different
    assert chosen[0] != chosen[1]
    assert set(chosen[0]) != set(chosen[1])


@pytest.mark.parametrize("name", SHIPPED)
def test_a_training_seed_changes_no_other_split(name: str) -> None:
    for split in set(SPLIT_SEEDS) - {"train"}:
        assert (DATA[name].split(split, 20, seed=3).images == DATA[name].split(split, 20).images).all()


@pytest.mark.parametrize("name", ["figures", "leaves"])
def test_masks_come_with_their_pictures(name: str) -> None:
    split = DATA[name].split("measure", 120)
    assert split.masks is not None
    assert split.masks.shape == (120, 32, 32)
    assert split.masks.dtype == bool
    assert (split.masks.any((1, 2)) & ~split.masks.all((1, 2))).mean() > 0.95
    shares = split.patch_masks(4)
    assert shares is not None
    assert shares.shape == (120, 8, 8)
    assert shares[7, 2, 5] == split.masks[7, 8:12, 20:24].mean()
    assert (split[np.array([3, 1])].masks == split.masks[[3, 1]]).all()
    with pytest.raises(ValueError, match="patches of 5"):
        split.patch_masks(5)


def test_nothing_is_masked_where_nothing_is_known() -> None:
    assert DATA["digits"].split("measure", 3).patch_masks(4) is None


def test_masks_of_leaves_mark_where_the_brightness_changes() -> None:
    split = DATA["leaves"].split("measure", 200)
    assert split.masks is not None
    steps = abs(np.diff(split.images.astype(float).mean(1), axis=2))
    flat = ~(split.masks[:, :, 1:] | split.masks[:, :, :-1])
    assert steps[flat].max() == 0
    assert steps[~flat].mean() > 5


def test_there_is_no_other_split() -> None:
    with pytest.raises(KeyError, match="validation"):
        DATA["digits"].split("validation", 1)


def test_squared_takes_the_middle_and_a_box_takes_what_it_says() -> None:
    columns = np.broadcast_to(np.arange(40, dtype=np.uint8)[None, :, None], (20, 40, 3))
    picture = Image.fromarray(np.ascontiguousarray(columns))
    middle = squared(picture, 20)
    assert (middle == np.arange(10, 30)).all()
    assert (squared(picture, 8, (3, 2, 11, 10)) == np.arange(3, 11)).all()


def test_squared_averages_what_is_too_fine_to_show() -> None:
    checks = (np.indices((64, 64)).sum(0) % 2 * 255).astype(np.uint8)
    picture = Image.fromarray(np.ascontiguousarray(np.broadcast_to(checks[:, :, None], (64, 64, 3))))
    small = squared(picture, 16)[:, 2:-2, 2:-2].astype(int)
    assert abs(small - 127.5).max() < 3  # sampling without antialiasing would give 0 or 255


def test_shapes_are_drawn_from_independent_factors() -> None:
    split = DATA["shapes"].split("measure", 400)
    shape, texture = split.factors["shape"], split.factors["texture"]
    assert (split.category == shape * len(TEXTURES) + texture).all()
    assert split.category.max() < DATA["shapes"].categories
    assert abs(np.corrcoef(shape, texture)[0, 1]) < 0.15


def test_every_shape_and_texture_shows() -> None:
    rng = np.random.default_rng(0)
    shapes = np.repeat(np.arange(len(SHAPES)), 40)
    areas = (render(shapes, np.zeros_like(shapes), rng).mean(1) > 120).mean((1, 2)).reshape(len(SHAPES), 40).mean(1)
    assert len(set(areas.round(3))) == len(SHAPES)
    textures = np.repeat(np.arange(len(TEXTURES)), 40)
    pictures = render(np.zeros_like(textures), textures, rng)[:, :, 12:20, 12:20].astype(float)
    roughness = np.abs(np.diff(pictures, axis=3)).mean((1, 2, 3)).reshape(len(TEXTURES), 40).mean(1)
    assert roughness[TEXTURES.index("plain")] < 0.5 * np.delete(roughness, TEXTURES.index("plain")).min()


@pytest.mark.parametrize("name", list(DATA))
def test_registered_names_are_found(name: str) -> None:
    assert data_set(name) is DATA[name]
    assert DATA[name].name == name


def test_a_folder_is_found_by_its_path(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), (9, 8, 7)).save(tmp_path / "one.png")
    data = data_set(f"folder:{tmp_path}")
    assert data.name.startswith(f"folder:{tmp_path}@")
    assert data.split("measure", 5, 4).images[0, :, 0, 0].tolist() == [9, 8, 7]


def test_a_class_of_torchvision_is_found_before_its_files_are() -> None:
    assert data_set("torchvision:STL10").categories == 10


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("shape", r"did you mean shapes\?"),
        ("Dead leaves", r"did you mean leaves\?"),
        ("CIFAR-10", r"did you mean cifar10\?"),
        (
            "qqqq",
            "called 'qqqq'; there are: cifar10, digits, fashion, figures, imagenette, leaves, photographs, shapes, folder:PATH",
        ),
        ("folder:", "there are: "),
        ("url:x", "there are: "),
        ("torchvision:CIFAR1", r"did you mean CIFAR10\?"),
        ("hf:../../etc", "not the name of a repository|needs the package"),
    ],
)
def test_other_names_are_refused_with_near_misses(name: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        data_set(name)


def test_importing_the_data_sets_is_light() -> None:
    heavy = ("numpy", "PIL", "sklearn", "skimage", "torch", "huggingface_hub")
    code = f"import sys, checker.lab.data; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_a_registry_refuses_a_second_entry_and_names_what_it_has() -> None:
    registry: Registry[int] = Registry("thing")
    registry.register("one")(1)
    with pytest.raises(ConfigurationError, match="two thing entries"):
        registry.register("one")(2)
    with pytest.raises(ConfigurationError, match="there are: one"):
        registry["two"]
