"""The table of trained models: what each saw, what it took, and what it can do beside its own initialisation."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from checker.lab.checkpoints import Card

HEADER = ("objective", "data", "seed", "images seen", "CPU min", "own loss", "probe", "k-NN", "gate")
LEFT = ("objective", "data", "gate")


def model_row(card: Card) -> tuple[str, ...]:
    """The cells of one model, as HEADER names them; the best block's accuracies, before and after training."""
    before, after = card.before, card.after
    trained = card.recipe.steps > 0
    return (
        card.recipe.objective,
        card.recipe.data,
        str(card.seed),
        f"{card.images_seen:,}",
        f"{card.cpu_seconds / 60:.1f}",
        f"{before.own_loss:.3f} → {after.own_loss:.3f}" if trained else "",
        f"{before.best:.2f} → {after.best:.2f}" if trained else f"{after.best:.2f}",
        f"{max(before.knn):.2f} → {max(after.knn):.2f}" if trained else f"{max(after.knn):.2f}",
        (card.fault or "passes") if trained else "baseline",
    )


def model_table(cards: Sequence[Card]) -> Table:
    """One row a model."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for title in HEADER:
        table.add_column(title, justify="left" if title in LEFT else "right", no_wrap=title != "gate")
    for card in cards:
        table.add_row(*model_row(card))
    return table
