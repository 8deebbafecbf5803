"""The table of trained models: what each saw, what it took, and what it can do compared with its own initialisation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from statistics import fmean

from rich.table import Table

from checker.lab.checkpoints import Card
from checker.lab.competence import mean_of
from checker.lab.learners import LEARNERS, Token

HEADER = ("model", "data", "seeds", "images seen", "CPU min", "own loss", "probe by layer, from best at random", "k-NN", "gate")
LEFT = ("model", "data", "probe by layer, from best at random", "gate")


def model_rows(cards: Sequence[Card]) -> list[tuple[str, ...]]:
    """One row a recipe, as HEADER names its cells; numbers are means over its seeds, before and after training.

    Models of the second edition are read after the last block, at the token of their paper; what the other token and the raw
    pixels give stands in brackets.
    """

    def recipe(card: Card) -> tuple[str, str]:
        registers = card.recipe.architecture.registers
        edition = ", second edition" if card.recipe.edition > 1 else ""
        return card.recipe.objective + (f" with {registers} registers" if registers else "") + edition, card.recipe.data

    ordered = sorted(cards, key=lambda card: (card.recipe.data != "shapes", card.recipe.data, recipe(card), card.seed))
    return [_row(*name, list(group)) for name, group in groupby(ordered, key=recipe)]


def _row(name: str, data: str, cards: list[Card]) -> tuple[str, ...]:
    trained = cards[0].recipe.steps > 0

    def mean(of: Callable[[Card], float | None]) -> float:
        return fmean(value for card in cards if (value := of(card)) is not None)

    probe, knn = _by_layer(cards) if cards[0].recipe.edition == 1 else _by_token(cards)
    faults = [f"seed {card.seed}: {card.fault}" for card in cards if card.fault]
    collapsed = f"{len(faults)} of {len(cards)} seeds did not learn: " if faults else ""
    return (
        name,
        data,
        str(len(cards)),
        f"{cards[0].images_seen:,}",
        f"{mean(lambda card: card.cpu_seconds / 60):.1f}",
        f"{mean(lambda card: card.before.own_loss):.3f} → {mean(lambda card: card.after.own_loss):.3f}" if trained else "",
        probe,
        knn,
        (collapsed + "; ".join(faults) or "passes") if trained else "baseline",
    )


def _by_layer(cards: list[Card]) -> tuple[str, str]:
    """Probe and k-NN of the mean patch token."""
    layers = [fmean(values) for values in zip(*(card.after.by_block for card in cards), strict=True)]
    probe = " ".join(f"{value:.2f}" for value in layers)
    last = fmean(max(card.after.knn) for card in cards)
    if cards[0].recipe.steps == 0:
        return probe, f"{last:.2f}"
    best, first = fmean(card.before.best for card in cards), fmean(max(card.before.knn) for card in cards)
    return f"{best:.2f} → {probe}", f"{first:.2f} → {last:.2f}"


def _by_token(cards: list[Card]) -> tuple[str, str]:
    """Probe and k-NN of the last block at the token of the paper, then at the other one."""
    token = LEARNERS[cards[0].recipe.objective].token
    other: Token = "patches" if token == "class" else "class"
    readings = [(card.before.read_at(token), card.after.read_at(token), card.after.read_at(other)) for card in cards]
    before, after, initial = ([fmean(values) for values in zip(*read, strict=True)] for read in zip(*readings, strict=True))
    pixels = fmean(mean_of(card.pixels) for card in cards)
    return (
        f"{token} {before[0]:.2f} → {after[0]:.2f} ({other} {initial[0]:.2f}, pixels {pixels:.2f})",
        f"{before[1]:.2f} → {after[1]:.2f} ({initial[1]:.2f})",
    )


def model_table(cards: Sequence[Card]) -> Table:
    """One row a recipe."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for title in HEADER:
        table.add_column(title, justify="left" if title in LEFT else "right", no_wrap=title != "gate")
    for row in model_rows(cards):
        table.add_row(*row)
    return table
