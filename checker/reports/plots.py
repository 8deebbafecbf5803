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


def claim_plot(claim: str, run: Mapping[str, Any], title: str) -> bytes:
    """Draw one run of a ledger."""
    import matplotlib
    import numpy as np

    matplotlib.use("svg", force=False)
    from matplotlib.figure import Figure
    from scipy.special import stdtrit

    settings: Any = {
        "svg.hashsalt": claim,
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 10,
        **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK),
    }
    spec, verdict, unit = run["spec"], run["verdict"], run["unit"]
    with matplotlib.rc_context(settings):
        figure = Figure(figsize=(8.2, 3.4), layout="constrained")
        curves, effect = figure.subplots(1, 2, width_ratios=[2.2, 1])
        looks = {
            spec["subject"]: (SUBJECT, "o", "-"),
            spec["baseline"]: (BASELINE, "s", "-"),
            REFERENCE: (OTHER, "", "--"),
        }
        depth = 0
        for name in dict.fromkeys([REFERENCE, spec["baseline"], spec["subject"]]):
            rows = np.asarray(run["values"][name]["layers"])  # (seeds, layers)
            seeds, depth = rows.shape
            layers = np.arange(1, depth + 1)
            colour, marker, line = (looks | {REFERENCE: looks.get(name, looks[REFERENCE])})[name]
            curves.plot(layers, rows.mean(0), color=colour, marker=marker, linestyle=line, markersize=5, label=name)
            if seeds > 1:
                half = stdtrit(seeds - 1, (1 + CONFIDENCE) / 2) * rows.std(0, ddof=1) / math.sqrt(seeds)
                curves.fill_between(layers, rows.mean(0) - half, rows.mean(0) + half, color=colour, alpha=0.2, linewidth=0)
        curves.axhline(run["uniform"], color=INK, linestyle=":", linewidth=1, label="uniform attention")
        chosen = select_layers(spec["where"]["layers"], depth)
        curves.axvspan(min(chosen) + 0.5, max(chosen) + 1.5, color=INK, alpha=0.1, linewidth=0)
        curves.set(xlabel="layer (shaded: what the claim is about)", ylabel=f"{title} ({unit})", xticks=layers)
        curves.legend(frameon=False, fontsize=8)

        if verdict["low"] is not None:
            arms = [[verdict["effect"] - verdict["low"]], [verdict["high"] - verdict["effect"]]]
            effect.errorbar([verdict["effect"]], [0], xerr=arms, color=INK, marker="D", capsize=5, linewidth=2)
        else:
            effect.plot([verdict["effect"]], [0], color=INK, marker="D")
        side = -1 if spec["relation"] == "less" else 1
        line = side * verdict["margin"]
        effect.axvline(0, color=INK, linewidth=0.8)
        effect.axvline(line, color=SUBJECT, linestyle="--", linewidth=1)
        low, high = effect.get_xlim()
        effect.set_xlim(min(low, line - 0.1 * (high - low)), max(high, line + 0.1 * (high - low)))
        low, high = effect.get_xlim()
        effect.axvspan(*((low, line) if side < 0 else (line, high)), color=SUBJECT, alpha=0.1, linewidth=0)
        effect.set_xlim(low, high)
        effect.set(yticks=[], ylim=(-1, 1), xlabel=f"{spec['subject']} minus {spec['baseline']} ({unit})")
        effect.set_title("shaded: as claimed", fontsize=8)
        for axes in (curves, effect):
            axes.spines[["top", "right"]].set_visible(False)
            axes.patch.set_alpha(0)
        effect.spines["left"].set_visible(False)
        figure.patch.set_alpha(0)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Description": plot_mark(run)})
    return buffer.getvalue()


def plot_mark(run: Mapping[str, Any]) -> str:
    """What a plot shows, as a mark inside it: an unchanged plot is not drawn again."""
    return f"check-claims {run['key']}"
