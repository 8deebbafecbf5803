"""The layouts of checkpoints that are known: one file for each family of projects that name their parts alike."""

from __future__ import annotations

from checker.lab.layouts import clip, convnet, huggingface, mmpretrain, plain, torchvision
from checker.lab.layouts.base import LAYOUTS, Layout

__all__ = ["LAYOUTS", "Layout", "clip", "convnet", "huggingface", "mmpretrain", "plain", "torchvision"]
