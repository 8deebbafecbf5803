"""The table of trained models: what each saw, what it took, and what it can do beside its own initialisation."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from checker.lab.checkpoints import Card


def model_table(cards: Sequence[Card]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for title in ("objective", "data", "seed", "images seen", "CPU min", "own loss", "probe", "k-NN", "gate"):
        table.add_column(title, justify="left" if title in ("objective", "data", "gate") else "right", no_wrap=title != "gate")
    for card in cards:
        before, after = card.before, card.after
        trained = after.own_loss is not None
        table.add_row(
            card.recipe.objective,
            card.recipe.data,
            str(card.seed),
            f"{card.images_seen:,}",
            f"{card.cpu_seconds / 60:.1f}",
            f"{before.own_loss:.3f} → {after.own_loss:.3f}" if trained else "",
            f"{before.best:.2f} → {after.best:.2f}" if trained else f"{after.best:.2f}",
            f"{max(before.knn):.2f} → {max(after.knn):.2f}" if trained else f"{max(after.knn):.2f}",
            "baseline" if not trained else card.fault or "passes",
        )
    return table
