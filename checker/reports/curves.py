"""A metric layer by layer for all models at once: one small panel a model, the same axes in each."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.table import Table

from checker.reports.plots import COLOURS, INK, settings
from checker.runs.question import REFERENCE

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLUMNS = 5


def curves_figure(title: str, unit: str, rows: Mapping[str, NDArray[Any]], uniform: float | None) -> bytes:
    """Draw `rows`, a (seeds, layers) array for each model: every seed thin, their mean thick, with the random
    initialisation and uniform attention in each panel. SVG, the same bytes for the same numbers."""
    import matplotlib
    import numpy as np

    matplotlib.use("svg", force=False)
    from matplotlib.figure import Figure

    names = [name for name in rows if name != REFERENCE]
    across = min(COLUMNS, len(names))
    down = math.ceil(len(names) / across)
    with matplotlib.rc_context(settings(f"{title} curves")):
        figure = Figure(figsize=(2.1 * across + 0.4, 2.0 * down + 0.5), layout="constrained")
        panels = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
        for panel, name in zip(panels.flat, names, strict=False):
            values = np.asarray(rows[name])
            layers = np.arange(1, values.shape[1] + 1)
            if REFERENCE in rows:
                panel.plot(layers, np.asarray(rows[REFERENCE]).mean(0), color=INK, linestyle="--", linewidth=1.2)
            if uniform is not None:
                panel.axhline(uniform, color=INK, linestyle=":", linewidth=1)
            for seed in values:
                panel.plot(layers, seed, color=COLOURS[0], linewidth=0.8, alpha=0.5)
            panel.plot(layers, values.mean(0), color=COLOURS[0], linewidth=2.2, marker="o", markersize=3.5)
            panel.set_title(name, fontsize=9)
            panel.set_xticks(layers)
        for panel in panels.flat[len(names) :]:
            panel.set_visible(False)
        for panel in panels.flat[max(0, len(names) - across) : len(names)]:
            panel.tick_params(labelbottom=True)  # also where the row below has no panel
        for panel in panels.flat:
            panel.spines[["top", "right"]].set_visible(False)
            panel.patch.set_alpha(0)
        figure.supxlabel(
            "layer (thin: one seed; dashed: random initialisation; dotted: uniform attention)", fontsize=9, color=INK
        )
        figure.supylabel(f"{title} ({unit})", fontsize=9, color=INK)
        figure.patch.set_alpha(0)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def curves_table(unit: str, rows: Mapping[str, NDArray[Any]], uniform: float | None) -> Table:
    """One row a model: the mean over seeds at each layer, and how many seeds there are."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("model")
    table.add_column("seeds", justify="right")
    depth = max(values.shape[1] for values in rows.values())
    for layer in range(depth):
        table.add_column(f"layer {layer + 1}" if depth > 1 else unit, justify="right")
    for name, values in rows.items():
        table.add_row(name, str(len(values)), *(f"{value:.3f}" for value in values.mean(0)))
    if uniform is not None:
        table.add_row("uniform attention", "", *[f"{uniform:.3f}"] * depth, style="dim")
    return table
