"""The names of residual networks: torchvision's, which timm keeps, and those of the same layers in an nn.Sequential (lightly)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.layouts.base import LAYOUTS, Layout, Tensors, rename

if TYPE_CHECKING:
    from torch import Tensor

SEQUENTIAL = (  # conv1, bn1, relu, maxpool and the four stages, as lightly cuts them out of a torchvision network
    (r"0\.(weight|bias)", r"conv1.\1"),
    (r"1\.(weight|bias|running_mean|running_var|num_batches_tracked)", r"bn1.\1"),
    *((rf"{stage + 3}\.(.+)", rf"layer{stage}.\1") for stage in (1, 2, 3, 4)),
)


def _sequential(tensors: Tensors) -> dict[str, Tensor]:
    return rename(tensors, SEQUENTIAL)


LAYOUTS.register("resnet")(Layout("resnet", "conv1.weight", dict, ("bn1.running_mean", "layer1.0.conv1.weight")))
LAYOUTS.register("resnet-sequential")(
    Layout("resnet-sequential", "0.weight", _sequential, ("1.running_mean", "4.0.conv1.weight"))
)
