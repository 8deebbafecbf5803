from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from checker.errors import ConfigurationError, MeasurementError
from checker.lab.context import Context, within
from checker.lab.data import data_set
from checker.lab.data.base import SPLIT_SEEDS
from checker.lab.data.folder import folder_data, for_released, images_declared
from checker.lab.data.folder.splits import PARTS


def paint(path: Path, colour: tuple[int, int, int], size: tuple[int, int] = (6, 6)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)


def write_numbered(folder: Path, count: int, groups: tuple[str, ...]) -> dict[int, Path]:
    """Pictures whose colour is their number: red is the hundreds, green the rest, blue the group."""
    files = {}
    for number in range(count):
        group = number % max(1, len(groups))
        files[number] = Path(groups[group] if groups else "") / f"{number:04}.png"
        paint(folder / files[number], (number // 100, number % 100, group))
    return files


def numbers(images: np.ndarray) -> list[int]:
    return (images[:, 0, 0, 0].astype(int) * 100 + images[:, 1, 0, 0]).tolist()


def test_a_hash_of_the_path_decides_the_split(tmp_path: Path) -> None:
    files = write_numbered(tmp_path, 400, ("cat", "dog", "eel"))
    data = folder_data(str(tmp_path))
    bounds = dict(zip(PARTS, [0, 0.60, 0.75, 0.85, 0.90], strict=True))
    expected: dict[str, list[tuple[float, int]]] = {split: [] for split in PARTS}
    for number, file in files.items():
        place = int(sha256(file.as_posix().encode()).hexdigest()[:16], 16) / 2**64
        split = [name for name, start in bounds.items() if place >= start][-1]
        expected[split].append((place, number))
    assert set(PARTS) == set(SPLIT_SEEDS)
    found = []
    for split in PARTS:
        drawn = data.split(split, 1000, 2)
        assert numbers(drawn.images) == [number for _, number in sorted(expected[split])]
        assert (drawn.category == drawn.images[:, 2, 0, 0]).all()
        assert (drawn.factors["category"] == drawn.category).all()
        assert len(drawn.category) == pytest.approx(400 * PARTS[split], abs=4 * np.sqrt(400 * PARTS[split]))
        found += numbers(drawn.images)
    assert sorted(found) == list(range(400))
    assert data.factors == {"category": ("cat", "dog", "eel")}
    assert data.categories == 3
    assert data.name.startswith(f"folder:{tmp_path}@")


def test_more_pictures_leave_the_others_where_they_are(tmp_path: Path) -> None:
    write_numbered(tmp_path, 220, ())
    before = {split: set(numbers(folder_data(str(tmp_path)).split(split, 1000, 2).images)) for split in PARTS}
    write_numbered(tmp_path, 300, ())
    after = {split: set(numbers(folder_data(str(tmp_path)).split(split, 1000, 2).images)) for split in PARTS}
    assert all(before[split] <= after[split] for split in PARTS)


def test_the_first_pictures_are_of_all_categories(tmp_path: Path) -> None:
    write_numbered(tmp_path, 150, ("a", "b"))
    drawn = folder_data(str(tmp_path)).split("measure", 30, 2)
    assert len(drawn.category) == 30
    assert 5 < drawn.category.sum() < 25


@pytest.mark.parametrize("groups", [(), ("all",)])
def test_a_small_folder_without_categories_is_all_measured(tmp_path: Path, groups: tuple[str, ...]) -> None:
    write_numbered(tmp_path, 199, groups)
    data = folder_data(str(tmp_path))
    drawn = data.split("measure", 1000, 2)
    assert sorted(numbers(drawn.images)) == list(range(199))
    assert data.factors == drawn.factors == {}
    assert data.categories == 0
    assert not drawn.category.any()
    for split in set(PARTS) - {"measure"}:
        with pytest.raises(MeasurementError, match="has 199 pictures; training and probes need at least 200"):
            data.split(split, 1, 2)


def test_pictures_are_cropped_to_their_middle(tmp_path: Path) -> None:
    wide = np.zeros((10, 40, 3), np.uint8)
    wide[:, 15:25] = (10, 20, 30)
    Image.fromarray(wide).save(tmp_path / "wide.png")
    for size in (4, 10, 32):
        images = folder_data(str(tmp_path)).split("measure", 1, size).images
        assert images.shape == (1, 3, size, size)
        assert (images[0] == np.array([10, 20, 30])[:, None, None]).all()


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "1"])
def test_pictures_become_rgb(tmp_path: Path, mode: str) -> None:
    suffix = "tif" if mode == "CMYK" else "png"
    Image.new("RGB", (5, 5), (255, 255, 255)).convert(mode).save(tmp_path / f"white.{suffix}")
    assert (folder_data(str(tmp_path)).split("measure", 1, 5).images == 255).all()


def test_a_picture_is_turned_the_way_up_that_its_camera_wrote_down(tmp_path: Path) -> None:
    upper = np.zeros((8, 8, 3), np.uint8)
    upper[:4] = 255
    exif = Image.Exif()
    exif[0x0112] = 3  # orientation: half a turn
    Image.fromarray(upper).save(tmp_path / "turned.png", exif=exif)
    image = folder_data(str(tmp_path)).split("measure", 1, 8).images[0, 0]
    assert not image[:4].any()
    assert (image[4:] == 255).all()


def test_other_and_hidden_files_are_no_pictures(tmp_path: Path) -> None:
    paint(tmp_path / "one.PNG", (1, 2, 3))
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / "._one.png").write_bytes(b"what a file system left behind")
    paint(tmp_path / ".thumbnails" / "one.png", (1, 2, 3))
    assert len(folder_data(str(tmp_path)).split("measure", 10, 2).category) == 1


@pytest.mark.parametrize("content", [b"", b"no picture at all", "cut"])
def test_an_unreadable_picture_is_named(tmp_path: Path, content: bytes | str) -> None:
    if isinstance(content, str):
        noise = np.random.default_rng(0).integers(0, 255, (40, 40, 3), np.uint8)
        Image.fromarray(noise).save(tmp_path / "whole.png")
        content = (tmp_path / "whole.png").read_bytes()[:2000]
        (tmp_path / "whole.png").unlink()
    (tmp_path / "broken.png").write_bytes(content)
    with pytest.raises(MeasurementError, match=r"broken\.png: the picture cannot be read"):
        folder_data(str(tmp_path)).split("measure", 1, 8)


def test_a_picture_of_sixteen_bits_is_refused(tmp_path: Path) -> None:
    Image.fromarray(np.full((4, 4), 40_000, np.uint16)).save(tmp_path / "deep.png")
    with pytest.raises(MeasurementError, match=r"deep\.png: the picture cannot be read \(pixels of more than 8 bits"):
        folder_data(str(tmp_path)).split("measure", 1, 4)


@pytest.mark.parametrize("exists", [True, False])
def test_an_empty_folder_is_refused(tmp_path: Path, exists: bool) -> None:
    folder = tmp_path / "pictures"
    if exists:
        folder.mkdir()
    with pytest.raises(
        ConfigurationError, match="there are no pictures in this folder; put some" if exists else "no such folder"
    ):
        folder_data(str(folder))


def test_a_picture_beside_categories_is_refused(tmp_path: Path) -> None:
    for name in ("a/1.png", "b/2.png", "loose.png"):
        paint(tmp_path / name, (0, 0, 0))
    with pytest.raises(ConfigurationError, match=r"loose\.png lies beside the folders of categories a, b"):
        folder_data(str(tmp_path))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A folder from which paths of data are counted."""
    with within(Context(tmp_path)):
        yield tmp_path


@pytest.mark.usefixtures("project")
def test_the_name_holds_what_the_pictures_are(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    for level in (9, 99):
        Image.new("RGB", (8, 8), (level, 8, 7)).save(tmp_path / "pictures" / f"{level}.png")
    data = folder_data("pictures")
    assert data_set(data.name).name == data_set("folder:pictures").name == data.name
    Image.new("RGB", (8, 8), (10, 8, 7)).save(tmp_path / "pictures" / "9.png")
    assert folder_data("pictures").name != data.name
    with pytest.raises(ConfigurationError, match="the pictures have changed"):
        data_set(data.name)


@pytest.mark.parametrize("names", [("train", "val"), ("Train", "validation"), ("TRAIN", "VAL", "test"), ("train", "test")])
def test_the_root_of_an_image_set_keeps_its_splits(tmp_path: Path, names: tuple[str, ...]) -> None:
    for place, name in enumerate(names):
        for number in range(40):
            paint(tmp_path / name / f"n0{number % 2}" / f"{number}.png", (place, number, number % 2))
    data = folder_data(str(tmp_path))
    assert data.factors == {"category": ("n00", "n01")}
    measured = data.split("measure", 1000, 2)
    assert set(measured.images[:, 0, 0, 0].tolist()) == {1}
    assert sorted(measured.images[:, 1, 0, 0].tolist()) == list(range(40))
    assert (measured.category == measured.images[:, 2, 0, 0]).all()
    learnt = [data.split(part, 1000, 2) for part in ("train", "probe-train", "held-out")]
    seen = [int(number) for part in learnt for number in part.images[:, 1, 0, 0]]
    assert {int(red) for part in learnt for red in part.images[:, 0, 0, 0]} == {0}
    assert len(seen) == len(set(seen))
    rest = data.split("probe-test", 1000, 2)
    if len(names) == 3:
        assert sorted(rest.images[:, 1, 0, 0].tolist()) == list(range(40))
    else:
        assert sorted(seen + rest.images[:, 1, 0, 0].tolist()) == list(range(40))


def test_a_lone_split_is_cut_or_measured(tmp_path: Path) -> None:
    for name in ("a", "b"):
        paint(tmp_path / "one" / "val" / name / "1.png", (0, 0, 0))
        for number in range(150):
            paint(tmp_path / "two" / "train" / name / f"{number}.png", (0, 0, 0))
    one, two = folder_data(str(tmp_path / "one")), folder_data(str(tmp_path / "two"))
    assert one.factors == two.factors == {"category": ("a", "b")}
    assert len(one.split("measure", 9, 2).images) == 2
    with pytest.raises(MeasurementError, match="has no folder train; training and probes need one"):
        one.split("probe-train", 9, 2)
    assert sum(len(two.split(part, 1000, 2).images) for part in PARTS) == 300


def test_splits_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    for file in ("train/cat/1.png", "train/dog/1.png", "val/cat/1.png"):
        paint(tmp_path / file, (0, 0, 0))
    with pytest.raises(ConfigurationError, match="the split 'val' has no pictures of dog; every split needs every category"):
        folder_data(str(tmp_path))
    paint(tmp_path / "val/dog/1.png", (0, 0, 0))
    folder_data(str(tmp_path))
    paint(tmp_path / "validation/dog/1.png", (0, 0, 0))
    with pytest.raises(ConfigurationError, match="two folders hold the split 'val': keep one of train, val, validation"):
        folder_data(str(tmp_path))
    (tmp_path / "validation/dog/1.png").rename(tmp_path / "loose.png")
    with pytest.raises(ConfigurationError, match=r"loose\.png lies beside the splits train, val"):
        folder_data(str(tmp_path))


def test_categories_that_are_called_like_a_split_are_categories(tmp_path: Path) -> None:
    for name in ("train", "car"):
        paint(tmp_path / name / "1.png", (0, 0, 0))
    assert folder_data(str(tmp_path)).factors == {"category": ("car", "train")}


def test_released_models_are_measured_on_all_pictures(tmp_path: Path) -> None:
    """Nothing is trained, so nothing is set apart for it; where probes are fitted, half of the pictures are for them."""
    files = write_numbered(tmp_path, 300, ("a", "b"))
    every = data_set(for_released(f"folder:{tmp_path}", probed=False))
    assert sorted(numbers(every.split("measure", 1000, 2).images)) == sorted(files)
    assert data_set(every.name).name == every.name
    half = data_set(for_released(f"folder:{tmp_path}", probed=True))
    learnt, measured = (numbers(half.split(part, 1000, 2).images) for part in ("probe-train", "measure"))
    assert sorted(learnt + measured) == sorted(files)
    assert 120 < len(measured) < 180
    with pytest.raises(MeasurementError, match="training"):
        every.split("train", 1, 2)
    assert for_released("shapes", probed=True) == "shapes"


def test_a_count_is_declared_in_the_name(tmp_path: Path) -> None:
    write_numbered(tmp_path, 30, ())
    data = data_set(f"folder:{tmp_path}?images=500")
    assert data.name.startswith(f"folder:{tmp_path}?images=500@")
    assert images_declared(data.name) == 500
    assert images_declared(f"folder:{tmp_path}") is None and images_declared("shapes") is None
    assert images_declared(for_released(data.name, probed=False)) == 500
    for wrong in ("?images=0", "?images=many", "?images=-3", "?pictures=3", "?", "?images"):
        with pytest.raises(ConfigurationError, match=r"after the folder stands \?images=N"):
            data_set(f"folder:{tmp_path}{wrong}")
