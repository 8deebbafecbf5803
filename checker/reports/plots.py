"""The plot of a claim: the metric layer by layer with intervals, and the effect against its margin. SVG, no clock in it.

Lines and letters are mid-grey on a clear ground and the two models are blue and orange (Okabe and Ito 2008), so that it
reads on light and dark pages and with any colour vision.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from typing import Any

from checker.claims import select_layers
from checker.runs.check import REFERENCE

INK = "#808080"
SUBJECT, BASELINE, OTHER = "#0072B2", "#E69F00", "#808080"
CONFIDENCE = 0.95  # of the intervals over seeds at each layer


def settings(salt: str) -> Any:
    """matplotlib's settings for all our plots; `salt` makes the ids in the SVG stable."""
    return {
        "svg.hashsalt": salt,
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 10,
        **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK),
    }


def claim_plot(claim: str, run: Mapping[str, Any], title: str) -> bytes:
    """Draw one run of a ledger."""
    import matplotlib

    matplotlib.use("svg", force=False)
    from matplotlib.figure import Figure

    verdict = run["verdict"]
    with matplotlib.rc_context(settings(claim)):
        figure = Figure(figsize=(8.2, 3.4), layout="constrained")
        curves, effect = figure.subplots(1, 2, width_ratios=[2.2, 1])
        _layer_curves(curves, run, title) if _layered(run) else _seed_points(curves, run, title)

        _loss_curve(effect, verdict["curve"]) if "curve" in verdict else _interval(effect, run)
        for axes in (curves, effect):
            axes.spines[["top", "right"]].set_visible(False)
            axes.patch.set_alpha(0)
        figure.patch.set_alpha(0)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Description": plot_mark(run)})
    return buffer.getvalue()


def _interval(axes: Any, run: Mapping[str, Any]) -> None:
    """The effect with its interval, and where it would have to lie for the claim to hold."""
    spec, verdict, unit = run["spec"], run["verdict"], run["unit"]
    if verdict["low"] is not None:
        arms = [[verdict["effect"] - verdict["low"]], [verdict["high"] - verdict["effect"]]]
        axes.errorbar([verdict["effect"]], [0], xerr=arms, color=INK, marker="D", capsize=5, linewidth=2)
    else:
        axes.plot([verdict["effect"]], [0], color=INK, marker="D")
    side = -1 if spec["relation"] == "less" else 1
    line = side * verdict["margin"]
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.axvline(line, color=SUBJECT, linestyle="--", linewidth=1)
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, line - 0.1 * (high - low)), max(high, line + 0.1 * (high - low)))
    low, high = axes.get_xlim()
    axes.axvspan(*((low, line) if side < 0 else (line, high)), color=SUBJECT, alpha=0.1, linewidth=0)
    axes.set_xlim(low, high)
    axes.set(yticks=[], ylim=(-1, 1), xlabel=f"{spec['subject']} minus {spec['baseline']} ({unit})")
    axes.set_title("shaded: as claimed", fontsize=8)
    axes.spines["left"].set_visible(False)


def _loss_curve(axes: Any, curve: Mapping[str, Any]) -> None:
    """What the model that failed its gate learned, or did not."""
    steps, losses = zip(*curve["points"], strict=True)
    axes.plot(steps, losses, color=INK)
    axes.set(xlabel="step", ylabel="training loss")
    axes.set_title(f"not competent: {curve['model']}", fontsize=8)


def _layered(run: Mapping[str, Any]) -> bool:
    return len(run["values"][run["spec"]["subject"]]["layers"][0]) > 1


def _looks(run: Mapping[str, Any]) -> dict[str, tuple[str, str, str]]:
    """Colour, marker and line of each model, the background first."""
    spec = run["spec"]
    looks = {spec["baseline"]: (BASELINE, "s", "-"), spec["subject"]: (SUBJECT, "o", "-")}
    return {REFERENCE: (OTHER, "", "--"), **looks} if REFERENCE in run["values"] else looks


def _layer_curves(axes: Any, run: Mapping[str, Any], title: str) -> None:
    """The metric layer by layer, with an interval over seeds where there are several."""
    import numpy as np
    from scipy.special import stdtrit

    deepest = 0
    for name, (colour, marker, line) in _looks(run).items():
        rows = np.asarray(run["values"][name]["layers"])  # (seeds, layers)
        seeds, depth = rows.shape
        deepest = max(deepest, depth)
        layers = np.arange(1, depth + 1)
        axes.plot(layers, rows.mean(0), color=colour, marker=marker, linestyle=line, markersize=5, label=name)
        if seeds > 1:
            half = stdtrit(seeds - 1, (1 + CONFIDENCE) / 2) * rows.std(0, ddof=1) / math.sqrt(seeds)
            axes.fill_between(layers, rows.mean(0) - half, rows.mean(0) + half, color=colour, alpha=0.2, linewidth=0)
    if run["uniform"] is not None:
        axes.axhline(run["uniform"], color=INK, linestyle=":", linewidth=1, label="uniform attention")
    depth = len(run["values"][run["spec"]["subject"]]["layers"][0])
    chosen = select_layers(run["spec"]["where"]["layers"], depth)
    axes.axvspan(min(chosen) + 0.5, max(chosen) + 1.5, color=INK, alpha=0.1, linewidth=0)
    axes.set(xlabel="layer (shaded: what the claim is about)", ylabel=f"{title} ({run['unit']})")
    axes.set_xticks(range(1, deepest + 1))
    axes.legend(frameon=False, fontsize=8)


def _seed_points(axes: Any, run: Mapping[str, Any], title: str) -> None:
    """A metric that gives one number a model: a point for each seed, and their mean."""
    import numpy as np

    looks = _looks(run)
    for place, (name, (colour, _, _)) in enumerate(looks.items()):
        points = np.asarray(run["values"][name]["layers"])[:, 0]  # (seeds,)
        axes.plot([place] * len(points), points, color=colour, marker="o", linestyle="", alpha=0.6)
        axes.plot([place - 0.2, place + 0.2], [points.mean()] * 2, color=colour, linewidth=2)
    axes.set(xticks=range(len(looks)), xticklabels=list(looks), xlim=(-0.6, len(looks) - 0.4), ylabel=f"{title} ({run['unit']})")


def plot_mark(run: Mapping[str, Any]) -> str:
    """What a plot shows, as a mark inside it: an unchanged plot is not drawn again."""
    return f"check-claims {run['key']}"
