from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
from rich.console import Console

from checker.reports.curves import curves_figure, curves_table

ROWS = {name: np.arange(12.0).reshape(2, 6) + shift for shift, name in enumerate(("MAE", "DINO", "random initialisation"))}


def test_one_panel_a_model_and_the_same_bytes_again() -> None:
    first = curves_figure("attention distance", "px", ROWS, 16.5)
    assert first == curves_figure("attention distance", "px", ROWS, 16.5)
    text = [part.strip() for part in ElementTree.fromstring(first).itertext() if part.strip()]
    assert text.count("MAE") == text.count("DINO") == 1
    assert "random initialisation" not in text  # it stands in every panel, not in one of its own
    assert "attention distance (px)" in text


def test_the_table_holds_means_over_seeds() -> None:
    console = Console(width=160, record=True)
    console.print(curves_table("px", ROWS, 16.5))
    lines = console.export_text().splitlines()
    assert lines[1].split() == ["MAE", "2", *(f"{value:.3f}" for value in np.arange(6) + 3.0)]
    assert lines[-1].split()[:3] == ["uniform", "attention", "16.500"]
