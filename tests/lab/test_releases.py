"""The table of released weights that are named with a size, held against timm's own list, and how each kind is loaded."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file

from checker.errors import MeasurementError
from checker.lab import pretrained, vocabulary
from checker.lab.data import DATA
from checker.lab.measure import measure
from checker.lab.models import MODELS, find_model
from checker.lab.releases import CONVNETS, LINES, RELEASES, by_name, prefix_of, pretrained_config
from checker.lab.sources import SOURCES, scopes_of
from checker.lab.subjects import Staged, subject_of
from checker.scope import Scope
from checker.variant import Variant, sized

LETTERS = {
    "Ti": "tiny", "T": "tiny", "S": "small", "S+": "small_plus", "M": "medium", "B": "base", "L": "large", "XL": "xlarge",
    "H": "huge", "H+": "huge_plus", "g": "giant", "g-opt": "giantopt", "G": "gigantic", "So400m": "so400m", "1B": "1b",
    "3B": "3b", "7B": "7b",
}  # fmt: skip
SMALL = {"ResNet-18": 5, "Swin-T": 4}  # stages


def test_every_tag_is_one_of_timms_pretrained_tags_with_its_licence() -> None:
    known = set(timm.list_pretrained())
    for release in RELEASES:
        assert release.tag in known, release
        config = timm.get_pretrained_cfg(release.tag)
        assert config is not None
        assert config.license == release.licence, release
        assert (config.hf_hub_id is not None) == release.hub, release


def test_every_tag_is_of_the_size_that_its_line_names() -> None:
    """The letter, the patch and the edge of the pictures are those of timm's name, and of its configuration."""
    for release in RELEASES:
        letter, patch, pixels = re.fullmatch(r"([^/@]+)(?:/(\d+))?(?:@(\d+))?", release.size).groups()  # type: ignore[union-attr]
        name = release.tag.partition(".")[0]
        assert re.search(rf"(?:^|_|resnet){LETTERS.get(letter, letter)}(?:_|$)", name), release
        if patch:
            assert f"patch{patch}" in name or (release.model == "SAM" and patch == "16"), release
        if pixels:
            assert timm.get_pretrained_cfg(release.tag).input_size[-1] == int(pixels), release


def test_a_name_of_a_registered_model_means_the_tag_of_the_table() -> None:
    for model in MODELS.values():
        if model.tag is not None:
            assert any(release.tag == model.tag and release.model == model.name for release in RELEASES), model.name
    assert {release.model for release in RELEASES} <= {*MODELS, *LINES}


def test_no_line_is_there_twice_and_names_come_back_from_specs() -> None:
    assert max(Counter((release.model, release.size, release.tag) for release in RELEASES).values()) == 1
    for release in RELEASES:
        name = sized(release.model, release.size, prefix_of(release.model))
        written = Variant(name).as_spec()
        assert (written if isinstance(written, str) else str(Variant.of_mapping(written))) == name
    assert Variant("MAE ViT-L/16").as_spec() == {"model": "MAE", "size": "L/16"}
    assert Variant("ResNet-50").as_spec() == "ResNet-50"


def test_a_size_with_several_tags_is_no_name() -> None:
    assert find_model("I-JEPA ViT-H/14") is None
    assert find_model("I-JEPA ViT-g/16") is not None
    assert all(name in by_name() for name in CONVNETS)


def test_a_release_is_released_weights_and_nothing_else() -> None:
    for name in by_name():
        assert scopes_of(name) == (Scope.PRETRAINED,), name


def test_any_pretrained_tag_names_a_model_and_no_other_text_does() -> None:
    model = find_model("vit_small_patch14_dinov2.lvd142m")
    assert model is not None
    assert (model.tag, model.licence, model.global_attention) == ("vit_small_patch14_dinov2.lvd142m", "apache-2.0", True)
    convnet = find_model("resnet50.a1_in1k")
    assert convnet is not None
    assert not convnet.global_attention
    for name in ("vit_small_patch14_dinov2.made_up", "vit_small_patch14_dinov2", "os.system", "a_b.c", "e.g"):
        assert pretrained_config(name) is None, name
        assert find_model(name) is None


def test_names_with_sizes_are_known_without_torch() -> None:
    script = (
        "import sys; from checker.lab import vocabulary; assert vocabulary().model('DINOv2 ViT-L/14').released;"
        "assert not {'torch', 'timm'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_metrics_of_attention_refuse_a_convnet_and_swin_by_name() -> None:
    source = SOURCES[Scope.PRETRAINED]
    words = vocabulary()
    metric = words.metric("attention_distance")
    assert metric is not None
    for name in ("ResNet-50", "ConvNeXt-B", "Swin-B", "resnet50.a1_in1k", "swin_tiny_patch4_window7_224.ms_in1k"):
        assert (
            source.cannot(name, metric, frozenset({"attention"}))
            == f"attention distance needs attention maps, and {name} has none"
        )
        assert source.cannot(name, metric, frozenset({"features"})) is None
    assert source.cannot("DINOv2 ViT-L/14", metric, frozenset({"attention"})) is None


def test_weights_that_the_hub_has_not_are_not_promised() -> None:
    model = find_model("I-JEPA ViT-g/16")
    assert model is not None
    assert "not on the Hugging Face hub" in pretrained.absent(model)
    assert pretrained.locate(model, Path()) is None
    with pytest.raises(MeasurementError, match="not on the Hugging Face hub"):
        pretrained.download(model)


def noise(name: str) -> dict[str, torch.Tensor]:
    """A state dict of an architecture with its head, whose norms are off the identity as any training leaves them: it is noise."""
    torch.manual_seed(0)
    state = timm.create_model(name, pretrained=False).state_dict()
    for part, tensor in state.items():
        if ("norm" in part or "bn" in part) and tensor.is_floating_point():
            tensor.add_(torch.rand_like(tensor) * 0.05)
    return {part: tensor.contiguous() for part, tensor in state.items()}


@pytest.mark.parametrize("name", SMALL)
def test_a_network_of_stages_is_loaded_and_measured(name: str, tmp_path: Path) -> None:
    model = find_model(name)
    assert model is not None and model.tag is not None
    path = tmp_path / "model.safetensors"
    save_file(noise(model.tag.partition(".")[0]), path)
    encoder = pretrained.load(model, path)
    assert (encoder.name, encoder.size, encoder.patch, encoder.depth) == (name, 224, 32, SMALL[name])
    assert encoder.mean == (0.485, 0.456, 0.406)
    loaded = encoder.module.state_dict()
    kept = noise(model.tag.partition(".")[0])
    assert all(torch.equal(loaded[part], kept[part]) for part in loaded if part in kept)
    subject = subject_of(encoder, DATA["shapes"], 2)
    assert isinstance(subject, Staged)
    assert len(subject.features) == SMALL[name]
    with pytest.raises(MeasurementError, match=f"^attention distance needs attention maps, and {name} has none$"):
        measure(["attention_distance"], subject)


def test_weights_of_another_convnet_and_untrained_ones_are_refused(tmp_path: Path) -> None:
    model = find_model("ResNet-18")
    assert model is not None
    path = tmp_path / "model.safetensors"
    save_file(noise("resnet34"), path)
    with pytest.raises(MeasurementError, match="does not hold the weights of resnet18"):
        pretrained.load(model, path)
    save_file(timm.create_model("resnet18", pretrained=False).state_dict(), path)
    with pytest.raises(MeasurementError, match="never trained"):
        pretrained.load(model, path)


@pytest.mark.parametrize("name", ["DINOv2 ViT-S/14", "DINOv2 ViT-S/14 with registers", "DINO ViT-S/8", "MAE ViT-H/14"])
def test_the_architecture_of_a_size_is_built_and_its_geometry_checked(name: str, tmp_path: Path) -> None:
    """Nothing is ever loaded into an architecture of another size: what the file holds is compared first."""
    model = find_model(name)
    assert model is not None
    path = tmp_path / "model.safetensors"
    save_file(noise("vit_tiny_patch16_224"), path)
    with pytest.raises(MeasurementError, match=r"does not hold the weights of .*: it has .*a width of 192, not"):
        pretrained.load(model, path)


def test_the_table_of_sizes_in_the_manual_is_that_of_the_releases() -> None:
    manual = (Path(__file__).parents[2] / "vault/Manual/Released weights.md").read_text(encoding="utf-8")
    sizes: dict[str, dict[str, list[str]]] = {}
    for release in RELEASES:
        sizes.setdefault(release.model, {}).setdefault(prefix_of(release.model) + release.size, []).append(release.tag)
    for model, found in sizes.items():
        one, several = (", ".join(size for size, tags in found.items() if (len(tags) == 1) is single) for single in (True, False))
        assert f"| {model} | {one} | {several} |\n" in manual
