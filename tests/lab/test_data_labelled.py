"""What a folder says of its pictures beside their places: tables of labels, masks, and sets that `datasets` saved."""

from __future__ import annotations

import json
import pickle
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from checker.errors import ConfigurationError, MeasurementError
from checker.lab.data.folder import folder_data
from checker.lab.data.folder.picture import read_mask, read_picture
from checker.lab.data.masks import has_masks
from checker.lab.source import modules_in
from tests.lab.test_data_folder import paint


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def shades(folder: Path, names: str = "a b c d", suffix: str = "png") -> None:
    """Pictures whose red is their number."""
    for number, name in enumerate(names.split()):
        paint(folder / f"{name}.{suffix}", (number, 0, 0))


def known(folder: Path) -> dict[int, str]:
    """The category of each picture, by its red."""
    data = folder_data(str(folder))
    drawn = data.split("measure", 99, 2)
    return {int(image[0, 0, 0]): data.factors["category"][each] for image, each in zip(drawn.images, drawn.category, strict=True)}


TABLES = {
    "labels.csv": "image,label\na.png,cat\nb.png,dog\nc.png,cat\nd.png,eel\n",
    "bom": "\ufefflabel,camera,image\r\ncat,x,a.png\r\ndog,y,b.png\r\n\r\ncat,,c.png\r\neel,,d.png",
    "quotes": 'image,label\n"a.png","cat"\nb.png, dog\nc.png,cat \nd.png,eel',
    "metadata.csv": "file_name,label\na.png,cat\nb.png,dog\nc.png,cat\nd.png,eel\n",
    "metadata.jsonl": "".join(
        json.dumps({"file_name": f"{name}.png", "label": label, "text": "x"}) + "\n"
        for name, label in zip("abcd", ("cat", "dog", "cat", "eel"), strict=True)
    ),
}


@pytest.mark.parametrize("table", TABLES)
def test_a_table_names_the_categories(tmp_path: Path, table: str) -> None:
    shades(tmp_path)
    write(tmp_path / (table if "." in table else "labels.csv"), TABLES[table])
    assert known(tmp_path) == {0: "cat", 1: "dog", 2: "cat", 3: "eel"}


def test_a_table_goes_before_folders(tmp_path: Path) -> None:
    shades(tmp_path, "left/a left/b right/a right/b")
    assert known(tmp_path) == {0: "left", 1: "left", 2: "right", 3: "right"}
    write(tmp_path / "labels.csv", "image,label\nleft/a.png,cat\nleft/b.png,dog\nright/a.png,cat\nright/b.png,dog")
    assert known(tmp_path) == {0: "cat", 1: "dog", 2: "cat", 3: "dog"}


def test_a_split_has_a_table_of_its_own(tmp_path: Path) -> None:
    shades(tmp_path / "val", "a b")
    shades(tmp_path / "train", "a b")
    for split, names in (("train", "dog cat"), ("val", "cat dog")):
        rows = [f"{file}.png,{name}" for file, name in zip("ab", names.split(), strict=True)]
        write(tmp_path / split / "metadata.csv", "\n".join(["file_name,label", *rows]))
    assert known(tmp_path) == {0: "cat", 1: "dog"}
    write(tmp_path / "val" / "metadata.csv", "file_name,label\na.png,cat\nb.png,eel")
    with pytest.raises(ConfigurationError, match="the split 'train' has no pictures of eel"):
        folder_data(str(tmp_path))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("", "labels.csv:1: empty; wanted the columns image,label"),
        ("picture,label\na.png,cat", "labels.csv:1: the columns are picture,label; wanted image,label"),
        ("image;label\na.png;cat", "labels.csv:1: the columns are image;label; wanted image,label"),
        ("image,label,label\na.png,cat,dog", "labels.csv:1: the columns are image,label,label"),
        ("image,label\na.png,cat\nb.png", "labels.csv:3: 1 cells, and the header has 2"),
        ("image,label\na.png,cat\nb.png,dog,eel", "labels.csv:3: 3 cells"),
        ("image,label\n\na.png,cat\nz.png,dog", "labels.csv:4: there is no picture z.png"),
        ("image,label\na.png,cat\n../b.png,dog", "labels.csv:3: there is no picture ../b.png"),
        ("image,label\na.png,cat\n/etc/passwd,dog", "labels.csv:3: there is no picture /etc/passwd"),
        ("image,label\na.png,cat\nb.png,dog\na.png,cat", "labels.csv:4: a.png is listed again, after line 2"),
        ("image,label\na.png,cat\nb.png, ", "labels.csv:3: the label is empty"),
        ("image,label\na.png,cat\n ,dog", "labels.csv:3: the image is empty"),
        ("image,label\na.png,cat\nb.png,dog\nc.png,cat", "labels.csv: no line names d.png"),
        ("image,label\na.png,x\nb.png,x\nc.png,x\nd.png,x", "labels.csv: every label is 'x'; it takes two or more"),
        ('image,label\n"a.png"x,cat', "labels.csv:2: not a table of CSV"),
        ('image,label\n"a.png,cat', "labels.csv:2: not a table of CSV"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_with_its_line(tmp_path: Path, table: str, message: str) -> None:
    shades(tmp_path)
    write(tmp_path / "labels.csv", table)
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        folder_data(str(tmp_path))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('{"file_name": "a.png", "label": "x"}\n[1]', "metadata.jsonl:2: not an object"),
        ('{"file_name": "a.png", "label": "x"}\n{', "metadata.jsonl:2: not JSON"),
        ("[" * 100_000, "metadata.jsonl:1: not JSON"),
        ('{"file_name": "a.png"}', "metadata.jsonl:1: 'label' is missing"),
        ('{"file_name": "a.png", "label": null}', "metadata.jsonl:1: the label is empty"),
    ],
)
def test_metadata_that_do_not_fit_are_refused_with_their_line(tmp_path: Path, table: str, message: str) -> None:
    shades(tmp_path)
    write(tmp_path / "metadata.jsonl", table)
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        folder_data(str(tmp_path))


def test_a_table_in_another_encoding_is_refused(tmp_path: Path) -> None:
    shades(tmp_path)
    (tmp_path / "labels.csv").write_bytes("image,label\na.png,Käse\n".encode("latin-1"))
    with pytest.raises(ConfigurationError, match="not UTF-8, at byte 19"):
        folder_data(str(tmp_path))


def half(file: Path, size: tuple[int, int], left: bool, mark: int = 1, mode: str = "L") -> None:
    """A mask with its left or right half marked."""
    marks = np.zeros(size[::-1], np.uint8)
    marks[:, slice(0, size[0] // 2) if left else slice(size[0] // 2, None)] = mark
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(marks).convert(mode).save(file)


@pytest.mark.parametrize(
    ("pictures", "masks"),
    [
        ("{}.jpg", "masks/{}.png"),
        ("images/{}.jpg", "masks/{}.png"),
        ("cat/{0}.jpg dog/{0}.jpg", "masks/cat/{0}.png masks/dog/{0}.png"),
        ("images/cat/{0}.jpg images/dog/{0}.jpg", "masks/cat/{0}.bmp masks/dog/{0}.gif"),
        ("val/{}.jpg", "masks/val/{}.tif"),
        ("val/images/{}.jpg", "val/masks/{}.png"),
    ],
)
def test_masks_lie_under_the_paths_of_their_pictures(tmp_path: Path, pictures: str, masks: str) -> None:
    for number in range(3):
        for picture in pictures.split():
            paint(tmp_path / picture.format(number), (255 * (number % 2), 0, 0), (8, 8))
        for mask in masks.split():
            half(tmp_path / mask.format(number), (8, 8), left=number % 2 == 1)
    data = folder_data(str(tmp_path))
    drawn = data.split("measure", 99, 8)
    assert len(drawn.images) == 3 * len(pictures.split())
    assert data.factors == ({"category": ("cat", "dog")} if "cat" in pictures else {})
    assert drawn.masks is not None
    for image, mask in zip(drawn.images, drawn.masks, strict=True):
        assert mask[:, :4].all() == (image[0, 0, 0] > 128) != mask[:, 4:].all()
    assert has_masks(data.name)


def test_a_mask_is_cut_and_resized_as_its_picture_is(tmp_path: Path) -> None:
    paint(tmp_path / "a.png", (0, 0, 0), (40, 20))
    marks = np.zeros((20, 40), np.uint8)
    marks[:, 10:20], marks[:, :10] = 255, 255  # of the central square the left half
    (tmp_path / "masks").mkdir()
    Image.fromarray(marks).save(tmp_path / "masks" / "a.png")
    masks = folder_data(str(tmp_path)).split("measure", 1, 4).masks
    assert masks is not None and masks.tolist() == [[[True, True, False, False]] * 4]


def test_masks_and_labels_count_for_what_the_pictures_are(tmp_path: Path) -> None:
    shades(tmp_path)
    names = [folder_data(str(tmp_path)).name]
    for name in "abcd":
        half(tmp_path / "masks" / f"{name}.png", (6, 6), left=True)
    names.append(folder_data(str(tmp_path)).name)
    half(tmp_path / "masks" / "a.png", (6, 6), left=False)
    names.append(folder_data(str(tmp_path)).name)
    for label in ("cat", "dog"):
        write(tmp_path / "labels.csv", f"image,label\na.png,{label}\nb.png,eel\nc.png,eel\nd.png,eel")
        names.append(folder_data(str(tmp_path)).name)
    assert len(set(names)) == len(names)


def test_pictures_and_masks_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    shades(tmp_path, "a b")
    half(tmp_path / "masks" / "a.png", (6, 6), left=True)
    with pytest.raises(ConfigurationError, match=r"masks/ has no mask of b\.png; it would be called masks/b\.png"):
        folder_data(str(tmp_path))
    half(tmp_path / "masks" / "b.png", (7, 6), left=True)
    with pytest.raises(MeasurementError, match=r"b\.png: its mask has 7 x 6 pixels, and the picture 6 x 6"):
        folder_data(str(tmp_path)).split("measure", 9, 4)
    shades(tmp_path, "a", "bmp")
    with pytest.raises(ConfigurationError, match=r"a\.bmp and a\.png share the mask masks/a\.png"):
        folder_data(str(tmp_path))


@pytest.mark.parametrize(
    ("marks", "problem"),
    [
        (np.array([[0, 1], [255, 0]], np.uint8), "255 among 2 other marks"),
        (np.array([[[0, 0, 0], [1, 2, 3]]], np.uint8), "a mask has one channel"),
        (np.zeros((2, 2, 4), np.uint8), "a mask has one channel"),
        (np.zeros((2, 2, 2), np.uint8), "a mask has one channel"),
    ],
)
def test_a_mask_that_leaves_in_doubt_what_is_object_is_refused(tmp_path: Path, marks: np.ndarray, problem: str) -> None:
    Image.fromarray(marks).save(tmp_path / "mask.png")
    with pytest.raises(MeasurementError, match=f"^mask: .*{problem}"):
        read_mask(tmp_path / "mask.png", "mask")


@pytest.mark.parametrize(
    "marks",
    [
        np.array([[0, 1], [2, 0]], np.uint8),
        np.array([[0, 255], [255, 0]], np.uint8),
        np.array([[0, 300], [70, 0]], np.uint16),
        np.array([[False, True], [True, False]]),
        np.array([[[0] * 3, [255] * 3], [[255] * 3, [0] * 3]], np.uint8),
    ],
)
def test_every_mark_but_0_is_object(tmp_path: Path, marks: np.ndarray) -> None:
    Image.fromarray(marks).save(tmp_path / "mask.png")
    assert read_mask(tmp_path / "mask.png", "mask").tolist() == [[False, True], [True, False]]


def test_a_mask_that_jpeg_has_blurred_is_refused(tmp_path: Path) -> None:
    half(tmp_path / "mask.jpg", (6, 6), left=True)
    with pytest.raises(MeasurementError, match="JPEG blurs the marks of a mask"):
        read_mask(tmp_path / "mask.jpg", "mask")


def test_links_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    folder, secret = tmp_path / "pictures", tmp_path / "secret"
    shades(folder, "a b")
    shades(secret, "c")
    (folder / "link.png").symlink_to(folder / "a.png")
    assert len(folder_data(str(folder)).split("measure", 9, 2).images) == 3
    for name, target in (("c.png", secret / "c.png"), ("more", secret), ("again", folder), ("labels.csv", secret / "c.png")):
        link = folder / name
        link.symlink_to(target)
        with pytest.raises(ConfigurationError, match=rf"{name}: a link .*, which is not followed"):
            folder_data(str(folder))
        link.unlink()


def test_a_huge_picture_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    file = tmp_path / "huge.png"
    Image.new("1", (20_000, 6_000)).save(file)
    assert file.stat().st_size < 100_000
    with pytest.raises(MeasurementError, match=r"huge\.png: 20000 x 6000 pixels are more than 100 million"):
        folder_data(str(tmp_path)).split("measure", 1, 2)


@pytest.mark.parametrize("name", ["run.png", "masks/a.png", "labels.csv"])
def test_what_is_no_picture_does_nothing(tmp_path: Path, name: str) -> None:
    """A pickle, or PostScript, which Pillow has another program draw, under the name of a picture."""

    class Run:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (Path(tmp_path / "ran"),)  # type: ignore[return-value]

    for content in (pickle.dumps(Run()), b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n"):
        shades(tmp_path, "a")
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
        with pytest.raises((MeasurementError, ConfigurationError), match=Path(name).name):
            folder_data(str(tmp_path)).split("measure", 9, 4)
    assert not (tmp_path / "ran").exists()


def test_a_picture_that_is_cut_short_is_named_without_its_bytes() -> None:
    with pytest.raises(MeasurementError, match=r"^row 3: the picture cannot be read \(no picture\)"):
        read_picture(b"\x89PNG nothing", "row 3")


def test_all_code_of_folders_decides_whether_values_stand() -> None:
    names = modules_in("checker.lab.data.folder")
    assert {f"checker.lab.data.folder.{each}" for each in ("files", "labels", "picture", "saved", "splits", "whole")} <= set(
        names
    )
    assert modules_in("checker.lab.data.digits") == ("checker.lab.data.digits",)


def save(folder: Path, parts: dict[str, int], labels: str = "classes", masks: bool = False) -> None:
    datasets = pytest.importorskip("datasets")
    columns = {"image": datasets.Image()}
    if labels:
        columns["label"] = datasets.ClassLabel(names=["cat", "dog"]) if labels == "classes" else datasets.Value("string")
    if masks:
        columns["mask"] = datasets.Image()
    made = {}
    for part, count in parts.items():
        held: dict[str, list[object]] = {"image": [Image.new("RGB", (4, 4), (row, 0, 0)) for row in range(count)]}
        if labels:
            held["label"] = [row % 2 if labels == "classes" else ("cat", "dog")[row % 2] for row in range(count)]
        if masks:
            held["mask"] = [Image.new("L", (4, 4), row % 2) for row in range(count)]
        made[part] = datasets.Dataset.from_dict(held, features=datasets.Features(columns))
    (made[""] if "" in made else datasets.DatasetDict(made)).save_to_disk(str(folder))


@pytest.mark.parametrize("labels", ["classes", "text"])
def test_a_saved_set_is_read(tmp_path: Path, labels: str) -> None:
    save(tmp_path / "set", {"": 6}, labels, masks=True)
    before = sorted(tmp_path.rglob("*"))
    data = folder_data(str(tmp_path / "set"))
    drawn = data.split("measure", 99, 4)
    reds = drawn.images[:, 0, 0, 0]
    assert sorted(reds.tolist()) == list(range(6))
    assert data.factors == {"category": ("cat", "dog")}
    assert (drawn.category == reds % 2).all()
    assert drawn.masks is not None and (drawn.masks == (reds % 2 == 1)[:, None, None]).all()
    assert folder_data(f"{tmp_path / 'set'}@{data.name.partition('@')[2]}").name == data.name
    assert sorted(tmp_path.rglob("*")) == before


def test_the_parts_of_a_saved_set_are_its_splits(tmp_path: Path) -> None:
    save(tmp_path / "set", {"train": 100, "validation": 10, "test": 20})
    data = folder_data(str(tmp_path / "set"))
    assert len(data.split("measure", 999, 4).images) == 10
    assert len(data.split("probe-test", 999, 4).images) == 20
    assert len(data.split("train", 999, 4).images) > 50
    save(tmp_path / "other", {"train": 10, "extra": 10})
    with pytest.raises(ConfigurationError, match=r"dataset_dict\.json: a part is called 'extra'; wanted train"):
        folder_data(str(tmp_path / "other"))


def test_a_saved_set_without_labels_has_pictures_alone(tmp_path: Path) -> None:
    save(tmp_path / "set", {"": 5}, labels="")
    data = folder_data(str(tmp_path / "set"))
    assert (data.factors, data.split("measure", 9, 2).masks) == ({}, None)


def test_a_saved_set_reads_no_file_beside_its_own(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    save(tmp_path / "elsewhere", {"": 5})
    save(tmp_path / "set", {"": 5})
    state = tmp_path / "set" / "state.json"
    written = json.loads(state.read_text())
    for name in (
        "../elsewhere/data-00000-of-00001.arrow",
        str(tmp_path / "elsewhere" / "data-00000-of-00001.arrow"),
        "none.arrow",
        3,
    ):
        state.write_text(json.dumps(written | {"_data_files": [{"filename": name}]}))
        with pytest.raises(ConfigurationError, match=r"state\.json: .* is no file that lies beside it"):
            folder_data(str(tmp_path / "set"))
    for text in ("{", "[]", '{"_data_files": 3}'):
        state.write_text(text)
        with pytest.raises(ConfigurationError, match=r"state\.json"):
            folder_data(str(tmp_path / "set"))
    paint(tmp_path / "outside.png", (1, 2, 3))
    save(tmp_path / "places", {"": 1}, labels="")
    rows = tmp_path / "places" / "data-00000-of-00001.arrow"
    with pyarrow.OSFile(str(rows), "rb") as file:
        held = pyarrow.ipc.open_stream(file).read_all()
    place = pyarrow.array([{"bytes": None, "path": str(tmp_path / "outside.png")}], held.schema.field("image").type)
    with pyarrow.OSFile(str(rows), "wb") as file, pyarrow.ipc.new_stream(file, held.schema) as stream:
        stream.write_table(pyarrow.table([place], held.schema))
    with pytest.raises(MeasurementError, match=r"row 0 holds no picture \(only the place of one, .*outside\.png\)"):
        folder_data(str(tmp_path / "places")).split("measure", 1, 2)


def test_the_package_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("state.json", "dataset_info.json"):
        write(tmp_path / name, "{}")
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'check-claims\[data\]'"):
        folder_data(str(tmp_path))
