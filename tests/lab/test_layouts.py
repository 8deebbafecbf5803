"""Checkpoints of the layouts that people have: each loads exactly, or is refused with the sentence that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from checker.lab.own.contents import read_contents
from checker.lab.own.entries import Entry, parse_models
from checker.lab.own.inspect import Inspection, inspect
from checker.lab.own.load import load_entry, load_seed
from tests.lab.checkpoints import IMAGES, LAYOUTS, Made

NEEDS = {"transformers": "transformers", "open_clip": "open_clip"}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_checkpoint_loads_exactly(name: str, tmp_path: Path) -> None:
    for word, package in NEEDS.items():
        if word in name:
            pytest.importorskip(package)
    made = LAYOUTS[name](tmp_path)
    folder = made.file == "."
    entry = Entry.model_validate({"normalise": None if folder else "imagenet", **made.entry, "seeds": [made.file]})
    loaded = load_entry(entry, read_contents(tmp_path / made.file), made.file)
    with torch.no_grad():
        tokens = loaded.module.forward_features(IMAGES)
    assert made.answer is not None
    torch.testing.assert_close(tokens, made.answer, atol=1e-5, rtol=1e-4)
    several = bool({"key", "prefix"} & set(made.entry))
    inspection = inspect(tmp_path / made.file)
    assert not inspection.refused
    assert (len(inspection.encoders) > 1) == several
    assert all(not seen.fault for seen in inspection.encoders)
    if not several:
        _the_entry_to_paste_loads_the_same(inspection, made, tmp_path, tokens)


def _the_entry_to_paste_loads_the_same(inspection: Inspection, made: Made, folder: Path, tokens: torch.Tensor) -> None:
    """Once a person has answered what no file shows."""
    text = inspection.entry(inspection.encoders[0])
    for question, reply in (("num_heads: '?'", "num_heads: 2"), ("act_layer: '?'", "act_layer: gelu")):
        text = text.replace(question, reply)
    if "open_clip" in made.entry or "norm_eps" in made.entry.get("arguments", {}):
        text = text.replace("arguments: {", "arguments: {norm_eps: 1e-05, ")
    ((_, model),) = parse_models(text, "models.yaml", folder).items()
    again = load_seed(model, 0)
    with torch.no_grad():
        torch.testing.assert_close(again.module.forward_features(IMAGES), tokens, atol=1e-6, rtol=1e-5)
