"""Known answers: class tokens and norms that know, or do not know, where a planted object is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from checker.errors import MeasurementError
from checker.lab.data import DATA, Dataset, Split
from checker.lab.data.masks import has_masks
from checker.lab.encoder import Encoder
from checker.lab.metrics.background_norm_share import background_norm_share
from checker.lab.metrics.object_attention import jaccard, object_attention, object_overlap, segment
from checker.lab.objects import object_shares
from checker.lab.subjects import Transformer
from tests.lab.planted import everywhere, planted

COUNT = 5


def pictures_with(masks: np.ndarray | None) -> Dataset:
    """Black pictures whose object is white."""

    def draw(name: str, count: int, size: int) -> Split:
        white = np.zeros((COUNT, 32, 32), bool) if masks is None else masks
        images = np.repeat(white[:, None, :32, :32].astype(np.uint8) * 255, 3, 1)
        return Split(images, {}, np.zeros(COUNT, np.int64), masks).first(count)

    return Dataset("planted", "planted images", (), 0, {}, draw, __name__)


def corner(rows: int, columns: int) -> np.ndarray:
    masks = np.zeros((COUNT, 32, 32), bool)
    masks[:, :rows, :columns] = True
    return masks


class Looking(nn.Module):
    """A block whose attention, in each of two heads, is that of the given logits of patches for every token."""

    def __init__(self, logits: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.logits = logits

    def forward(self, pictures: Tensor) -> Tensor:
        keys = F.pad(self.logits(pictures), (1, 0), value=-20.0)[..., None]  # (B, 2, 65, 1)
        F.scaled_dot_product_attention(torch.ones_like(keys), keys, keys, scale=1.0)
        return pictures


class Lookers(nn.Module):
    def __init__(self, *logits: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(map(Looking, logits))

    def forward_features(self, pictures: Tensor) -> Tensor:
        for block in self.blocks:
            pictures = block(pictures)
        return pictures


def looking(data: Dataset, *logits: Callable[[Tensor], Tensor]) -> Transformer:
    return Transformer(Encoder("planted", Lookers(*logits), 32, 4, 1, len(logits), (0.0,) * 3, (1.0,) * 3, ""), data, COUNT)


def uniform(pictures: Tensor) -> Tensor:
    return torch.zeros(len(pictures), 2, 64)


def at_object(pictures: Tensor) -> Tensor:
    """The first head looks at white patches alone, the second at black ones."""
    white = F.avg_pool2d(pictures[:, :1], 4).flatten(1) * 40
    return torch.cat([white, 40 - white]).unflatten(0, (2, -1)).transpose(0, 1)


def test_uniform_attention_lies_on_the_object_by_its_area() -> None:
    found = object_attention(looking(pictures_with(corner(16, 8)), uniform, at_object))
    assert found.shape == (2, COUNT)
    assert found[0].tolist() == pytest.approx([1 / 8] * COUNT, rel=1e-6)
    assert found[1].tolist() == pytest.approx([1 / 2] * COUNT, rel=1e-6)  # one of two heads


def test_a_patch_counts_by_its_share_of_the_object() -> None:
    found = object_attention(looking(pictures_with(corner(16, 6)), uniform))
    assert found[0].tolist() == pytest.approx([16 * 6 / 1024] * COUNT, rel=1e-6)


def test_the_best_head_counts() -> None:
    """The head on the object cuts out the fewest of its 8 patches with 60 % of it: 5. On the other side nothing is shared."""
    found = object_overlap(looking(pictures_with(corner(16, 8)), at_object))
    assert found[0].tolist() == pytest.approx([5 / 8] * COUNT)


def test_the_segment_of_the_authors() -> None:
    """Sorted from the least on, what is beyond 1 - 0.6 of the cumulated attention is kept, for each head."""
    shares = torch.rand(3, 20, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    shares /= shares.sum(-1, keepdim=True)
    for head in shares:
        order, total, kept = sorted(range(20), key=lambda patch: float(head[patch])), 0.0, set()
        for patch in order:
            total += float(head[patch])
            if total > 0.4:
                kept.add(patch)
        assert set(segment(head).nonzero().flatten().tolist()) == kept


@pytest.mark.parametrize(
    ("kept", "value"),
    [([0, 1, 2, 3], 1.0), ([0, 1], 0.5), ([2, 3, 4, 5], 1 / 3), ([4, 5], 0.0)],
)
def test_jaccard(kept: list[int], value: float) -> None:
    shares = torch.zeros(8, dtype=torch.float64)
    shares[kept] = 1 / len(kept)
    objects = torch.tensor([1.0, 1, 1, 1, 0, 0, 0, 0], dtype=torch.float64)
    area = (shares > 0).double()
    both = float(area @ objects)
    assert both / (float(area.sum()) + 4 - both) == pytest.approx(value)
    if len(kept) == 2:  # of two equal patches both are needed for 60 %
        assert jaccard(shares, objects).item() == pytest.approx(value)


def norms(scale: Callable[[Tensor], Tensor]) -> Encoder:
    """Patch tokens of norm 1, but for those that `scale` (batch, 64) makes longer."""
    return planted(lambda pictures: everywhere(torch.eye(3)[:1].expand(len(pictures), -1)) * scale(pictures)[..., None])


def test_high_norms_on_the_object_do_not_count() -> None:
    data = pictures_with(corner(16, 8))

    def white(pictures: Tensor) -> Tensor:
        return 1 + 9 * F.avg_pool2d(pictures[:, :1], 4).flatten(1)

    def last_four(pictures: Tensor) -> Tensor:
        return torch.cat([torch.ones(60), torch.full((4,), 10.0)]).expand(len(pictures), -1)

    assert background_norm_share(Transformer(norms(white), data, COUNT)).tolist() == [[0.0] * COUNT]
    assert background_norm_share(Transformer(norms(last_four), data, COUNT)).tolist() == [[1 / 16] * COUNT]


def test_a_patch_with_a_pixel_of_the_object_is_no_background() -> None:
    data = pictures_with(corner(1, 1))

    def first(pictures: Tensor) -> Tensor:
        return torch.cat([torch.full((1,), 10.0), torch.ones(63)]).expand(len(pictures), -1)

    assert background_norm_share(Transformer(norms(first), data, COUNT)).tolist() == [[0.0] * COUNT]


@pytest.mark.parametrize(
    ("masks", "message"),
    [
        (None, "planted images have no masks"),
        (np.ones((COUNT, 32, 32), bool), "picture 0 is all object or none"),
        (np.zeros((COUNT, 32, 32), bool), "picture 0 is all object or none"),
        (np.eye(64, dtype=bool)[None].repeat(COUNT, 0), "masks of 64 x 64 pixels, and planted sees 32 x 32"),
    ],
)
def test_pictures_whose_objects_are_not_known(masks: np.ndarray | None, message: str) -> None:
    with pytest.raises(MeasurementError, match=message):
        object_shares(looking(pictures_with(masks), uniform))


def test_models_without_a_class_token() -> None:
    subject = looking(pictures_with(corner(16, 8)), lambda pictures: torch.zeros(len(pictures), 2, 63))
    subject.encoder = Encoder("planted", subject.encoder.module, 32, 4, 0, 1, (0.0,) * 3, (1.0,) * 3, "")
    with pytest.raises(MeasurementError, match="no class token"):
        object_attention(subject)


def test_which_data_have_masks() -> None:
    assert {name for name in ("figures", "leaves", "shapes", "digits") if has_masks(name)} == {"figures", "leaves"}
    assert all(name in DATA for name in ("figures", "leaves"))
