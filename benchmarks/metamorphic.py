"""Does the reader drop a word? Into sentences that read well, at every place, go words and clauses that restrict or turn a claim;
the spec must never be the one without them. `python benchmarks/metamorphic.py [PROCESSES [SHARE]]` writes METAMORPHIC.md; with a
share (0 to 1), a random part of them is tried."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from multiprocessing import Pool
from pathlib import Path

from checker.claims import read_sentence
from checker.lab import vocabulary

CASES = Path(__file__).parents[1] / "tests" / "claims" / "cases"
REPORT = Path(__file__).with_name("METAMORPHIC.md")
WORDS = vocabulary()


def lines(name: str) -> list[str]:
    """The lines of a file of cases, without comments."""
    text = (CASES / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def inserted(sentence: str, insertion: str) -> Iterator[str]:
    """The sentence with the insertion at every place, its ends included; none where it says that already."""
    words = sentence.split()
    if insertion.casefold() in sentence.casefold():
        return
    for place in range(len(words) + 1):
        text = " ".join([*words[:place], insertion, *words[place:]])
        yield text.replace(" ,", ",")


def tried(sentence: str, share: float) -> tuple[Counter[str], list[str]]:
    """What a share of the insertions into one sentence are read as, counted, and those that are read as if not there."""
    chance = random.Random(sentence)
    alone = read_sentence(sentence, WORDS).spec
    assert alone is not None, sentence
    counts: Counter[str] = Counter()
    dropped = []
    for insertion in lines("insertions.txt"):
        for text in inserted(sentence, insertion):
            if chance.random() >= share:
                continue
            reading = read_sentence(text, WORDS)
            counts["another spec" if reading.spec else reading.status] += 1
            if reading.spec == alone:
                dropped.append(text)
    return counts, dropped


if __name__ == "__main__":
    start = time.time()
    processes = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    share = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
    sentences = lines("read-well.txt")
    with Pool(processes) as pool:
        results = pool.map(partial(tried, share=share), sentences, chunksize=1)
    counts = sum((one for one, _ in results), Counter())
    dropped = [text for _, texts in results for text in texts]
    report = [
        "# Does the reader drop a word?",
        "",
        f"Made by `python benchmarks/metamorphic.py`: into each of {len(sentences)} sentences that read well, at every place,",
        f"each of {len(lines('insertions.txt'))} words and clauses that restrict or turn a claim (`tests/claims/cases`)"
        + (f"; of these a random {share:.0%}." if share < 1 else "."),
        "",
        "| read as | sentences |",
        "|---|---|",
        *(f"| {name} | {count:,} |" for name, count in counts.most_common()),
        f"| all | {counts.total():,} |",
        f"| **the spec without the insertion** | **{len(dropped)}** |",
        "",
        *(f"- {text}" for text in dropped),
    ]
    REPORT.write_text("\n".join(report).rstrip() + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(dropped)} of {counts.total()} dropped, {time.time() - start:.0f} s\n")
