"""Known answers: models whose features are planted, and the command on the models that ship."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch

from checker.lab.alike import seeds_alike
from checker.reports.alike import alike_figure, alike_table
from tests.acceptance.test_cli import run


def normal(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_pairs_of_seeds_are_averaged_layer_by_layer() -> None:
    first, second = normal(2, 12, 4, seed=0), normal(2, 12, 4, seed=1)
    turned = first.flip(2) * 3 + 1  # the same geometry
    found = seeds_alike({"A": [first, turned], "B": [second], "C": [first]})
    assert found["A", "A"].tolist() == pytest.approx([1, 1], abs=1e-6)
    assert found["A", "C"].tolist() == pytest.approx([1, 1], abs=1e-6)
    assert found["A", "B"].tolist() == pytest.approx(found["C", "B"].tolist(), abs=1e-6)
    assert found["A", "B"].equal(found["B", "A"])
    assert found["B", "B"].isnan().all()  # one seed has no other to be like
    assert len(found) == 9


def test_the_table_and_the_picture_show_each_pair() -> None:
    pairs = {("A", "A"): 0.9, ("A", "B"): 0.25, ("B", "A"): 0.25, ("B", "B"): math.nan}
    table = alike_table("CKA", pairs)
    assert [list(column.cells) for column in table.columns] == [["A", "B"], ["0.90", "0.25"], ["0.25", ""]]
    assert alike_figure("CKA", pairs) == alike_figure("CKA", pairs)
    assert alike_figure("CKA", pairs).count(b"0.25") == 2


def test_the_command_compares_what_ships(tmp_path: Path) -> None:
    result = run("lab", "similarity", "MAE", "random initialisation", "--json", cwd=tmp_path, cache=tmp_path)
    pairs = {(row["a"], row["b"]): row["cka"] for row in json.loads(result.stdout)["pairs"]}
    assert all(len(values) == 6 for values in pairs.values())
    assert pairs["MAE", "MAE"][-1] > pairs["MAE", "random initialisation"][-1]
    assert pairs["MAE", "random initialisation"] == pairs["random initialisation", "MAE"]
    unknown = run("lab", "similarity", "MAEE", cwd=tmp_path, cache=tmp_path)
    assert unknown.returncode == 2
    assert "no model is called" in unknown.stderr
