"""The table of what raw pixels alone reveal of each data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table

from checker.lab.floors import Floor

HEADER = ("data", "factor", "chance", "linear probe", "k-NN", "pictures", "verdicts about what a model knows")
LEFT = ("data", "factor", "verdicts about what a model knows")


def floor_rows(measured: Mapping[str, Sequence[Floor]], missing: Mapping[str, str]) -> list[tuple[str, ...]]:
    """One row a factor, as HEADER names its cells; one for each data set without known factors, or that is `missing`, with the
    reason."""
    rows = []
    for name, floors in measured.items():
        for floor in floors:
            shares = (f"{share:.3f}" for share in (floor.chance, floor.probe, floor.knn))
            word = "yes" if floor.carries_knowledge else "no: raw pixels give it away"
            rows.append((name, floor.factor, *shares, f"{floor.pictures:,}", word))
        if not floors:
            rows.append((name, "none known", "", "", "", "", "no"))
    return rows + [(name, "", "", "", "", "", reason) for name, reason in missing.items()]


def floor_table(measured: Mapping[str, Sequence[Floor]], missing: Mapping[str, str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for title in HEADER:
        table.add_column(title, justify="left" if title in LEFT else "right", no_wrap=title != HEADER[-1])
    for row in floor_rows(measured, missing):
        table.add_row(*row)
    return table
