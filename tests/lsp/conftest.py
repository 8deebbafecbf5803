"""A project whose claims a table decides, so that a check takes a moment."""

from __future__ import annotations

from pathlib import Path

import pytest

NOTE = """\
# Ideas 😀

- DINO has higher ImageNet k-NN accuracy than MAE #claim
- MAE has higher ImageNet k-NN accuracy than DINO #claim ^wrong
- See [[Other]] and [[Nowhere]], 😀 [[Other#Nope]]
- MAE attends more locally than DINO #claim

MAE has shorter attention distance than DINO. Nothing else.
"""
OTHER = """\
---
aliases: [Second]
tags: [vision]
---
# Other

## Results and more

A block of text. ^block

[[Ideas]]
"""
RESULTS = """\
- file: claims/knn.csv
  columns: {model: method, seed: seed, value: top1}
  metric: {name: ImageNet k-NN accuracy, unit: share, better: higher, margin: 0.01}
  models: {mae: MAE, dino: DINO}
"""
TABLE = "method,seed,top1\n" + "".join(
    f"mae,{seed},{0.50 + seed / 1000}\ndino,{seed},{0.60 + seed / 1000}\n" for seed in range(4)
)


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECK_CLAIMS_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "vault").mkdir()
    (tmp_path / "claims").mkdir()
    (tmp_path / "vault/Ideas.md").write_text(NOTE, encoding="utf-8")
    (tmp_path / "vault/Other.md").write_text(OTHER, encoding="utf-8")
    (tmp_path / "claims/results.yaml").write_text(RESULTS)
    (tmp_path / "claims/knn.csv").write_text(TABLE)
    return tmp_path
