from __future__ import annotations

import copy
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from checker.reports.plots import COLOURS, INK, claim_plot, plot_mark

RUN: dict[str, Any] = {
    "key": "abc123",
    "about": ["MAE", "DINO"],
    "unit": "px",
    "effect_unit": "px",
    "effect_of": "MAE minus DINO",
    "effect_from": 0.0,
    "claimed": "below",
    "uniform": 16.5,
    "spec": {"subject": "MAE", "baseline": "DINO", "relation": "less", "where": {"layers": "upper half"}},
    "verdict": {"effect": -3.0, "low": -4.0, "high": -2.0, "margin": 0.5, "lines": [-0.5]},
    "values": {
        "MAE": {"layers": [[8.0, 9.0, 7.0, 8.0], [8.1, 9.2, 7.1, 8.3]]},
        "DINO": {"layers": [[12.0, 11.0, 12.5, 12.0], [12.2, 11.1, 12.4, 12.1]]},
        "random initialisation": {"layers": [[16.0] * 4, [16.1] * 4]},
    },
}


def test_the_plot_is_stable_and_says_what_it_shows() -> None:
    first, second = claim_plot("a", RUN, ["attention distance"]), claim_plot("a", RUN, ["attention distance"])
    assert first == second
    assert plot_mark(RUN).encode() in first
    text = " ".join(ElementTree.fromstring(first).itertext())
    for label in ("MAE", "DINO", "random initialisation", "uniform attention", "attention distance (px)", "MAE minus DINO"):
        assert label in text
    assert not re.search(rb"20\d\d-\d\d-\d\d", first)


@pytest.mark.parametrize(
    "change",
    [
        {
            "verdict": {"effect": 3.0, "low": 1.0, "high": None, "margin": None, "lines": [2.0]},
            "effect_from": 1.0,
            "claimed": "above",
        },
        {"verdict": {"effect": 3.0, "low": 3.0, "high": 3.0, "margin": 0.5, "lines": [-0.5, 0.5]}, "claimed": "between"},
        {"about": ["MAE", "random initialisation"], "spec": {"where": {"layers": "layer 1"}}},
        {"values": {name: {"layers": rows["layers"][:1]} for name, rows in RUN["values"].items()}},
        {
            "values": {name: {"layers": [row[:1] for row in rows["layers"]]} for name, rows in RUN["values"].items()},
            "uniform": None,
        },
        {"values": {name: RUN["values"][name] for name in ("MAE", "DINO")}},
        {"values": {"MAE": {"layers": [[8.0] * 12]}, "DINO": {"layers": [[9.0] * 24]}}},
    ],
)
def test_odd_runs_are_drawn_too(change: dict[str, Any]) -> None:
    run = copy.deepcopy(RUN) | change
    assert claim_plot("a", run, ["attention distance"]).startswith(b"<?xml")


def test_a_metric_of_the_whole_model_is_drawn_as_points() -> None:
    rows = {name: {"layers": [row[:1] for row in rows["layers"]]} for name, rows in RUN["values"].items()}
    text = " ".join(
        ElementTree.fromstring(claim_plot("a", RUN | {"values": rows, "uniform": None}, ["shape preference"])).itertext()
    )
    assert "shape preference (px)" in text
    assert "layer" not in text


def test_a_model_that_is_not_competent_shows_its_loss_curve() -> None:
    verdict = {
        **dict.fromkeys(("effect", "low", "high", "margin")),
        "lines": [],
        "curve": {"model": "MAE, seed 2", "points": [[100, 1.0], [200, 0.99]]},
    }
    text = " ".join(ElementTree.fromstring(claim_plot("a", RUN | {"verdict": verdict}, ["attention distance"])).itertext())
    assert "not competent: MAE, seed 2" in text
    assert "training loss" in text
    assert "as claimed" not in text


LIGHT, DARK = "#FFFFFF", "#1E1E1E"  # pages of Obsidian's two themes


def contrast(one: str, other: str) -> float:
    """As WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_a_plot_reads_on_light_and_dark_pages() -> None:
    assert min(contrast(INK, LIGHT), contrast(INK, DARK)) > 3.99  # 4.08 is the most that one colour can have on both
    for colour in COLOURS:
        assert min(contrast(colour, LIGHT), contrast(colour, DARK)) >= 3, colour
    assert len(set(COLOURS)) == len(COLOURS)
    svg = claim_plot("a", RUN, ["attention distance"]).decode().lower()
    used = set(re.findall(r"#[0-9a-f]{6}\b", svg)) - {colour.lower() for colour in COLOURS}
    assert used <= {INK.lower()}  # nothing black or white that one of the pages would swallow
    assert "opacity: 0" in svg.split("axes_1")[0]  # the ground is clear
