"""The plot of a claim: what was measured, and the effect against the line claimed. SVG, no clock in it.

The ground is clear, so one set of colours has to do on light and dark pages. Lines and letters have the grey with the most
contrast on both at once; the models have the colours of Okabe and Ito (2008) for any colour vision, the light ones darkened until
they too have a contrast of 3 on both. Asked for a colour scheme, the page would report the system's, which need not be its own.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

from checker.claims import select_layers
from checker.claims.spec import level_number
from checker.evidence import LossCurve, RecordedPart, Run
from checker.runs.question import REFERENCE

INK = "#7F7F7F"
COLOURS = ("#0072B2", "#C48800", "#009E73", "#D55E00", "#CC79A7", "#4A9BC9", "#A49500")
MARKERS = "osD^vP*"
STYLE = 2  # goes up when plots are to look another way, so that they are drawn again
CONFIDENCE = 0.95  # of the intervals over seeds at each layer
ROW = 0.4  # half the height of an interval's band
MOST_NAMES = 4  # in one row of ticks


def settings(salt: str) -> Any:
    """matplotlib's settings for all our plots, whatever a matplotlibrc in the working folder says; `salt` makes the ids in the
    SVG stable."""
    import matplotlib

    return {
        **{name: value for name, value in matplotlib.rcParamsDefault.items() if name != "backend"},
        "svg.hashsalt": salt,
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 10,
        **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK),
    }


def claim_plot(claim: str, run: Run, titles: Sequence[str]) -> bytes:
    """Draw one run of a ledger; `titles` are those of its metrics."""
    import matplotlib

    matplotlib.use("svg", force=False)
    from matplotlib.figure import Figure

    with matplotlib.rc_context(settings(claim)):
        rows = len(run.verdict.parts)
        figure = Figure(figsize=(8.2, 3.4 + 0.15 * max(0, rows - 6)), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=[2.2, 1])
        if run.spec.over is not None:
            _setting_curves(left, run, titles[0])
        elif run.other_values:
            _model_points(left, run, titles)
        elif _layered(run):
            _layer_curves(left, run, titles[0])
        else:
            _seed_points(left, run, titles[0])
        if run.verdict.reached:
            _intervals(right, run)
        elif run.verdict.curve is not None:
            _loss_curve(right, run.verdict.curve)
        for axes in (left, right):
            axes.spines[["top", "right"]].set_visible(False)
            axes.patch.set_alpha(0)
        figure.patch.set_alpha(0)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Description": plot_mark(run)})
    return buffer.getvalue()


def _intervals(axes: Any, run: Run) -> None:
    """The effect with its interval, and where it would have to lie for the claim to hold; a row for each part of a verdict
    that is made of several."""
    verdict = run.verdict
    own = RecordedPart(
        name="", word=verdict.word, effect=verdict.effect, low=verdict.low, high=verdict.high, lines=verdict.lines, p=verdict.p
    )
    parts = verdict.parts or (own,)
    numbers = [number for part in parts for number in (part.effect, part.low, part.high, *part.lines)]
    known = [number for number in (*numbers, run.effect_from) if number is not None]
    pad = 0.08 * (max(known) - min(known) or 1.0)
    left, right = min(known) - pad, max(known) + pad
    for place, part in enumerate(parts):
        low, high = (end if end is not None else edge for end, edge in ((part.low, left), (part.high, right)))
        axes.plot([low, high], [place, place], color=INK, linewidth=2)
        ends = [end for end in (part.low, part.high) if end is not None]
        axes.plot(ends, [place] * len(ends), color=INK, marker="|", markersize=9, linestyle="")
        axes.plot([part.effect], [place], color=INK, marker="D", markersize=5)
        claimed = {"below": (left, part.lines[0]), "above": (part.lines[-1], right)}
        start, end = claimed.get(run.claimed, (part.lines[0], part.lines[-1]))
        axes.fill_between([start, end], place - ROW, place + ROW, color=COLOURS[0], alpha=0.1, linewidth=0)
        axes.vlines(part.lines, place - ROW, place + ROW, color=COLOURS[0], linestyle="--", linewidth=1)
    if run.effect_from is not None:
        axes.axvline(run.effect_from, color=INK, linewidth=0.8)
    axes.set(xlim=(left, right), ylim=(len(parts) - 0.4, -0.6), xlabel=f"{run.effect_of}\n({run.effect_unit})")
    names = [part.name for part in verdict.parts]
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", labelsize=7, length=0)
    axes.set_title("shaded: as claimed", fontsize=8)
    axes.spines["left"].set_visible(False)


def _loss_curve(axes: Any, curve: LossCurve) -> None:
    """What the model that failed its gate learned, or did not."""
    steps, losses = zip(*curve.points, strict=True)
    axes.plot(steps, losses, color=INK)
    axes.set(xlabel="step", ylabel="training loss")
    axes.set_title(f"not competent: {curve.model}", fontsize=8)


def _layered(run: Run) -> bool:
    return run.values[run.about[0]].depth > 1


def _styles(run: Run) -> dict[str, dict[str, str]]:
    """Colour, marker and line of each model, the background first."""
    styles = {
        name: {"color": COLOURS[place % len(COLOURS)], "marker": MARKERS[place % len(MARKERS)], "linestyle": "-"}
        for place, name in enumerate(run.about)
    }
    background = {"color": INK, "marker": "", "linestyle": "--"}
    return {REFERENCE: background} | styles if REFERENCE in run.values else styles


def _layer_curves(axes: Any, run: Run, title: str) -> None:
    """The metric layer by layer, with an interval over seeds where there are several."""
    import numpy as np

    deepest = 0
    for name, style in _styles(run).items():
        rows = np.asarray(run.values[name].layers)  # (seeds, layers)
        deepest = max(deepest, rows.shape[1])
        _seed_band(axes, np.arange(1, rows.shape[1] + 1), rows, name, style)
    if run.uniform is not None:
        axes.axhline(run.uniform, color=INK, linestyle=":", linewidth=1, label="uniform attention")
    for layers in filter(None, (run.spec.where.layers, run.spec.than)):
        chosen = select_layers(layers, run.values[run.about[0]].depth)
        axes.axvspan(min(chosen) + 0.5, max(chosen) + 1.5, color=INK, alpha=0.1, linewidth=0)
    axes.set(xlabel="layer (shaded: what the claim is about)", ylabel=f"{title} ({run.unit})")
    axes.set_xticks(range(1, deepest + 1))
    axes.legend(frameon=False, fontsize=8)


def _setting_curves(axes: Any, run: Run, title: str) -> None:
    """The metric over the levels of a setting, the mean over the layers that the claim is about; a point for each seed."""
    import numpy as np

    ((setting, levels),) = (run.spec.over or {}).items()
    numbers = np.array([level_number(level) for level in levels])
    for place, subject in enumerate(run.spec.expand(run.spec.subject)):
        tables = [np.asarray(run.values[name].layers) for name in run.spec.measured(subject)]  # (seeds, layers) a level
        chosen = list(select_layers(run.spec.where.layers, tables[0].shape[1]))
        rows = np.stack([table[:, chosen].mean(1) for table in tables], 1)  # (seeds, levels)
        style = {"color": COLOURS[place % len(COLOURS)], "marker": MARKERS[place % len(MARKERS)], "linestyle": "-"}
        _seed_band(axes, numbers, rows, subject, style)
        axes.plot(np.tile(numbers, len(rows)), rows.ravel(), color=style["color"], marker=".", linestyle="", alpha=0.5)
    axes.set(xlabel=setting, ylabel=f"{title} ({run.unit})")
    axes.set_xticks(numbers, levels)
    axes.legend(frameon=False, fontsize=8)


def _seed_band(axes: Any, places: Any, rows: Any, name: str, style: Mapping[str, str]) -> None:
    """The mean over the seeds of `rows`, (seeds, places), and its interval where there are several."""
    from scipy.special import stdtrit

    seeds = len(rows)
    axes.plot(places, rows.mean(0), markersize=5, label=name, **style)
    if seeds > 1:
        half = stdtrit(seeds - 1, (1 + CONFIDENCE) / 2) * rows.std(0, ddof=1) / math.sqrt(seeds)
        axes.fill_between(places, rows.mean(0) - half, rows.mean(0) + half, color=style["color"], alpha=0.2, linewidth=0)


def _seed_points(axes: Any, run: Run, title: str) -> None:
    """A metric that gives one number a model: a point for each seed, and their mean."""
    import numpy as np

    styles = _styles(run)
    for place, (name, style) in enumerate(styles.items()):
        points = np.asarray(run.values[name].layers)[:, 0]  # (seeds,)
        axes.plot([place] * len(points), points, color=style["color"], marker="o", linestyle="", alpha=0.6)
        axes.plot([place - 0.2, place + 0.2], [points.mean()] * 2, color=style["color"], linewidth=2)
    crowded = len(styles) > MOST_NAMES
    axes.set_xticks(range(len(styles)), list(styles), rotation=30 if crowded else 0, ha="right" if crowded else "center")
    axes.set(xlim=(-0.6, len(styles) - 0.4), ylabel=f"{title} ({run.unit})")


def _model_points(axes: Any, run: Run, titles: Sequence[str]) -> None:
    """One metric against another: a small point for each seed, a large one for each model."""
    import numpy as np

    for name, style in _styles(run).items():
        if name not in run.about:
            continue
        fill, label = ("none", f"{name} (not competent)") if name in run.verdict.left_out else ("full", name)
        x, y = (np.asarray(table[name].means()) for table in (run.values, run.other_values))  # (seeds,)
        axes.plot(x, y, color=style["color"], marker=".", linestyle="", alpha=0.5)
        axes.plot([x.mean()], [y.mean()], color=style["color"], marker=style["marker"], fillstyle=fill, linestyle="", label=label)
    axes.set(xlabel=f"{titles[0]} ({run.unit})", ylabel=f"{titles[1]} ({run.other_unit})")
    axes.legend(frameon=False, fontsize=8)


def plot_mark(run: Run) -> str:
    """What a plot shows, as a mark inside it: an unchanged plot is not drawn again."""
    return f"check-claims {run.key} {STYLE}"
