"""Write a vault of N notes with a usual mixture of what notes hold, the same one for the same N and seed.

python benchmarks/make_vault.py FOLDER N [SEED]
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

WORDS = """
the a of in and attention patch token model image layer mask encoder decoder loss training representation feature head distance
scale data result method paper learned self supervised contrastive transformer vision measure figure shows that with for when
larger small local global texture shape frequency rank
""".split()  # noqa: SIM905 (a paragraph of words reads better)


def make(root: Path, count: int, seed: int = 0) -> None:
    """Write `count` notes into a hundred folders below `root`."""
    rng = random.Random(seed)
    for number in range(count):
        folder = root / f"Folder {number % 100}"
        if number < 100:
            folder.mkdir(parents=True, exist_ok=True)
        (folder / f"Note {number}.md").write_text(_note(rng, number, count), encoding="utf-8")


def _words(rng: random.Random, count: int) -> str:
    return " ".join(rng.choices(WORDS, k=count))


def _link(rng: random.Random, count: int) -> str:
    """One in seven leads nowhere."""
    name = f"Note {rng.randrange(count) if rng.random() < 0.85 else count + rng.randrange(count)}"
    return rng.choice([f"[[{name}]]", f"[[{name}]]", f"[[{name}|{_words(rng, 2)}]]", f"[[{name}#Results]]"])


def _note(rng: random.Random, number: int, count: int) -> str:
    parts = []
    if rng.random() < 0.8:
        parts.append("---\n")
        if rng.random() < 0.2:
            parts.append(f"aliases: [{_words(rng, 2)}]\n")
        parts.append("tags:\n" + "".join(f"  - {rng.choice(WORDS)}\n" for _ in range(rng.randint(1, 3))))
        parts.append(f"created: 2026-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}\n")
        if rng.random() < 0.5:
            parts.append(f'up: "[[Note {rng.randrange(count)}]]"\n')
        parts.append("---\n\n")
    parts.append(f"# {_words(rng, 4)}\n\n")
    parts += [_block(rng, number, count) for _ in range(rng.randint(3, 9))]
    return "".join(parts)


def _block(rng: random.Random, number: int, count: int) -> str:
    def items(form: str) -> str:
        return "".join(form.format(_words(rng, rng.randint(3, 12))) for _ in range(rng.randint(2, 6))) + "\n"

    kind = rng.random()
    if kind < 0.5:
        return f"{_words(rng, rng.randint(20, 70))} {_link(rng, count)} {_words(rng, rng.randint(5, 30))}.\n\n"
    if kind < 0.65:
        return items("- {} " + _link(rng, count) + "\n")
    if kind < 0.72:
        return f"## {rng.choice(['Results', 'Method', _words(rng, 3)])}\n\n{_words(rng, 30)} #{rng.choice(WORDS)}\n\n"
    if kind < 0.78:
        return f"> [!note] {_words(rng, 3)}\n> {_words(rng, 25)} {_link(rng, count)}\n\n"
    if kind < 0.83:
        return items("- [ ] {}\n")
    if kind < 0.88:
        return f"The cost is `{_words(rng, 1)}` per {_words(rng, 4)}, see [{_words(rng, 2)}](https://example.org/{number}).\n\n"
    if kind < 0.92:
        return f"```python\nfor x in range({number}):\n    print(x)  # [[not a link]]\n```\n\n"
    if kind < 0.95:
        return f"With ${rng.choice('abc')}_{{ij}} = \\frac{{1}}{{N}}$ and {_words(rng, 10)}.\n\n"
    if kind < 0.98:
        return f"| a | b |\n|---|---|\n| {_words(rng, 2)} | {_words(rng, 3)} |\n\n"
    return f"{_words(rng, 12)} ^block{rng.randrange(1000)}\n\n"


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0)
