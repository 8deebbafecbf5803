"""How alike models are, as a table and as a picture."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping

from rich.table import Table

from checker.reports.plots import INK, settings

Pairs = Mapping[tuple[str, str], float]


def alike_table(title: str, pairs: Pairs) -> Table:
    """One row and one column a model; a number stands for each pair, and an empty cell where there is one seed only."""
    names = list(dict.fromkeys(name for name, _ in pairs))
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0), title=title, title_justify="left")
    table.add_column("model", no_wrap=True)
    for name in names:
        table.add_column(name, justify="right")
    for name in names:
        table.add_row(name, *(_shown(pairs[name, other]) for other in names))
    return table


def alike_figure(title: str, pairs: Pairs) -> bytes:
    """The matrix as squares with their numbers, darker for more alike. SVG, the same bytes for the same numbers."""
    import matplotlib
    import numpy as np

    matplotlib.use("svg", force=False)
    from matplotlib.figure import Figure

    names = list(dict.fromkeys(name for name, _ in pairs))
    values = np.array([[pairs[name, other] for other in names] for name in names])
    with matplotlib.rc_context(settings(title)):
        figure = Figure(figsize=(1.6 + 0.62 * len(names), 1.4 + 0.5 * len(names)), layout="constrained")
        axes = figure.subplots()
        axes.imshow(values, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        for row, column in np.ndindex(values.shape):
            dark = values[row, column] > 0.55
            axes.text(
                column,
                row,
                _shown(float(values[row, column])),
                ha="center",
                va="center",
                fontsize=8,
                color="white" if dark else "black",
            )
        axes.set_xticks(range(len(names)), names, rotation=45, ha="right", rotation_mode="anchor")
        axes.set_yticks(range(len(names)), names)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set_title(title, fontsize=9, color=INK)
        figure.patch.set_alpha(0)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def _shown(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.2f}"
