"""The table of trained models: what each saw, what it took, and what it can do beside its own initialisation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from statistics import fmean

from rich.table import Table

from checker.lab.checkpoints import Card

HEADER = ("model", "data", "seeds", "images seen", "CPU min", "own loss", "probe by layer, from best at random", "k-NN", "gate")
LEFT = ("model", "data", "probe by layer, from best at random", "gate")


def model_rows(cards: Sequence[Card]) -> list[tuple[str, ...]]:
    """One row a recipe, as HEADER names its cells; numbers are means over its seeds, before and after training."""

    def recipe(card: Card) -> tuple[str, str]:
        registers = card.recipe.architecture.registers
        return card.recipe.objective + (f" with {registers} registers" if registers else ""), card.recipe.data

    ordered = sorted(cards, key=lambda card: (card.recipe.data != "shapes", card.recipe.data, recipe(card)))
    return [_row(*name, list(group)) for name, group in groupby(ordered, key=recipe)]


def _row(name: str, data: str, cards: list[Card]) -> tuple[str, ...]:
    trained = cards[0].recipe.steps > 0
    layers = [fmean(values) for values in zip(*(card.after.by_block for card in cards), strict=True)]

    def mean(of: Callable[[Card], float | None]) -> float:
        return fmean(value for card in cards if (value := of(card)) is not None)

    probe = " ".join(f"{value:.2f}" for value in layers)
    first, last = mean(lambda card: max(card.before.knn)), mean(lambda card: max(card.after.knn))
    faults = [f"seed {card.seed}: {card.fault}" for card in cards if card.fault]
    return (
        name,
        data,
        str(len(cards)),
        f"{cards[0].images_seen:,}",
        f"{mean(lambda card: card.cpu_seconds / 60):.1f}",
        f"{mean(lambda card: card.before.own_loss):.3f} → {mean(lambda card: card.after.own_loss):.3f}" if trained else "",
        f"{mean(lambda card: card.before.best):.2f} → {probe}" if trained else probe,
        f"{first:.2f} → {last:.2f}" if trained else f"{last:.2f}",
        ("; ".join(faults) or "passes") if trained else "baseline",
    )


def model_table(cards: Sequence[Card]) -> Table:
    """One row a recipe."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for title in HEADER:
        table.add_column(title, justify="left" if title in LEFT else "right", no_wrap=title != "gate")
    for row in model_rows(cards):
        table.add_row(*row)
    return table
