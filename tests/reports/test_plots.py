from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from checker.claims.spec import ClaimSpec, Margin, Where
from checker.evidence import LossCurve, Run, Values
from checker.reports.plots import COLOURS, INK, claim_plot, plot_mark
from tests.evidence.runs import run as kept_run
from tests.evidence.runs import with_verdict


def tables(**layers: list[list[float]]) -> dict[str, Values]:
    """Values of models of which only those layer by layer are drawn."""
    rows = {name.replace("_", " "): tuple(map(tuple, table)) for name, table in layers.items()}
    return {name: Values(layers=table, images=table) for name, table in rows.items()}


MAE, DINO, INIT = (
    [[8.0, 9.0, 7.0, 8.0], [8.1, 9.2, 7.1, 8.3]],
    [[12.0, 11.0, 12.5, 12.0], [12.2, 11.1, 12.4, 12.1]],
    [[16.0] * 4, [16.1] * 4],
)
SPEC = ClaimSpec(
    kind="compare",
    metric="attention_distance",
    subject="MAE",
    baseline="DINO",
    relation="less",
    margin=Margin(value=0.05),
    where=Where(layers="upper half"),
)
RUN = with_verdict(
    kept_run(
        key="abc123",
        about=("MAE", "DINO"),
        unit="px",
        effect_unit="px",
        effect_of="MAE minus DINO",
        effect_from=0.0,
        claimed="below",
        uniform=16.5,
        spec=SPEC,
        values=tables(MAE=MAE, DINO=DINO, random_initialisation=INIT),
    ),
    effect=-3.0,
    low=-4.0,
    high=-2.0,
    margin=0.5,
    lines=(-0.5,),
    parts=(),
)


def drawn(run: Run) -> str:
    return " ".join(ElementTree.fromstring(claim_plot("a", run, ["attention distance"])).itertext())


def test_the_plot_is_stable_and_says_what_it_shows() -> None:
    first, second = claim_plot("a", RUN, ["attention distance"]), claim_plot("a", RUN, ["attention distance"])
    assert first == second
    assert plot_mark(RUN).encode() in first
    text = " ".join(ElementTree.fromstring(first).itertext())
    for label in ("MAE", "DINO", "random initialisation", "uniform attention", "attention distance (px)", "MAE minus DINO"):
        assert label in text
    assert not re.search(rb"20\d\d-\d\d-\d\d", first)


@pytest.mark.parametrize(
    "run",
    [
        with_verdict(RUN, effect=3.0, low=1.0, high=None, margin=None, lines=(2.0,)).model_copy(
            update={"effect_from": 1.0, "claimed": "above"}
        ),
        with_verdict(RUN, effect=3.0, low=3.0, high=3.0, lines=(-0.5, 0.5)).model_copy(update={"claimed": "between"}),
        RUN.model_copy(
            update={
                "about": ("MAE", "random initialisation"),
                "spec": SPEC.model_copy(update={"where": Where(layers="layer 1")}),
            }
        ),
        RUN.model_copy(update={"values": tables(MAE=MAE[:1], DINO=DINO[:1], random_initialisation=INIT[:1])}),
        RUN.model_copy(update={"values": tables(MAE=[[8.0], [8.1]], DINO=[[12.0], [12.2]]), "uniform": None}),
        RUN.model_copy(update={"values": tables(MAE=MAE, DINO=DINO)}),
        RUN.model_copy(update={"values": tables(MAE=[[8.0] * 12], DINO=[[9.0] * 24])}),
        with_verdict(RUN, effect=None, low=None, high=None, margin=None, lines=()),
    ],
)
def test_odd_runs_are_drawn_too(run: Run) -> None:
    assert claim_plot("a", run, ["attention distance"]).startswith(b"<?xml")


def test_a_metric_of_the_whole_model_is_drawn_as_points() -> None:
    points = tables(MAE=[[8.0], [8.1]], DINO=[[12.0], [12.2]])
    run = RUN.model_copy(update={"values": points, "uniform": None})
    text = " ".join(ElementTree.fromstring(claim_plot("a", run, ["shape preference"])).itertext())
    assert "shape preference (px)" in text
    assert "layer" not in text


def test_a_course_over_a_setting_is_drawn_over_the_setting() -> None:
    levels = ("25 %", "50 %", "90 %")
    spec = ClaimSpec(
        kind="trend",
        metric="attention_distance",
        subject="MAE",
        relation="greater",
        over={"mask ratio": levels},
        margin=Margin(value=0.05),
        where=Where(layers="upper half"),
    )
    names = [f"MAE (mask ratio: {level})" for level in levels]
    values = dict(zip(names, tables(a=MAE, b=DINO, c=INIT).values(), strict=True))
    text = drawn(RUN.model_copy(update={"spec": spec, "about": tuple(names), "values": values}))
    assert all(label in text for label in ("mask ratio", *levels, "attention distance (px)"))
    assert "layer" not in text


def test_a_model_that_is_not_competent_shows_its_loss_curve() -> None:
    curve = LossCurve(model="MAE, seed 2", points=((100, 1.0), (200, 0.99)))
    text = drawn(with_verdict(RUN, effect=None, low=None, high=None, margin=None, lines=(), curve=curve))
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
