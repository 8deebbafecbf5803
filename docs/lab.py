"""Bring the manual's table of models and its figure of attention distance up to the models that ship.

python docs/lab.py
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from checker.lab.checkpoints import read_card
from checker.reports.models import HEADER, model_rows
from checker.runs.store import Store

MANUAL = Path(__file__).parents[1] / "vault" / "Manual"
DATA = ("shapes", "leaves")


def main() -> None:
    """Rewrite the table and draw the figures."""
    cards = [read_card(path) for path in Store.default().shipped.glob("*.safetensors")]
    page = MANUAL / "The lab.md"
    head = f"| {' | '.join(HEADER)} |\n"
    before, after = page.read_text().split(head)
    rest = after.split("\n\n", 1)[1]
    rows = "".join(f"| {' | '.join(row)} |\n" for row in model_rows(cards))
    page.write_text(f"{before}{head}{'|---' * len(HEADER)}|\n{rows}\n{rest}")
    for data in DATA:
        if any(card.recipe.data == data for card in cards):
            figure = MANUAL / f"attention-distance-{data}.svg"
            command = ["lab", "measure", "attention_distance", "--data", data, "--plot", str(figure)]
            subprocess.run([sys.executable, "-m", "checker.cli", *command], check=True)


if __name__ == "__main__":
    main()
