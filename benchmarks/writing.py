"""What write-back promises, at full size: random documents, real notes, an editor that saves all the time, kills at any moment.

    python benchmarks/writing.py --vault NOTES --documents 5000 --saves 2000 --kills 500

The result stands in WRITING.md beside this file. The same checks run at small size in tests/writing.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

from checker.claims import find_claims
from checker.errors import NoteError
from checker.notes import parse
from checker.writing import Change, Journal, write_changes
from checker.writing.journal import last, undo
from tests.writing.documents import check_formatted, check_writing, document, edited, odd_document, with_claims
from tests.writing.stress import Writer, compare_and_replace, kills, no_waiting, our_writer, plain_replace, race


def documents(count: int) -> Iterator[tuple[bytes, Random]]:
    for seed in range(count):
        random = Random(seed)
        yield document(random), random


def notes(vault: Path) -> Iterator[tuple[bytes, Random]]:
    for path in sorted(vault.rglob("*.md")):
        random = Random(str(path.relative_to(vault)))
        try:
            yield with_claims(path.read_bytes(), random), random
        except NoteError:
            yield path.read_bytes(), random


def promises(texts: Iterable[tuple[bytes, Random]], folder: Path, cache: Path) -> str:
    """Write and clear each text in memory; then write all of them to disk and undo that."""
    began = time.process_time()
    before: list[bytes] = []
    changes: list[Change] = []
    kinds: Counter[str] = Counter()
    statuses = with_any = 0
    for number, (data, random) in enumerate(texts):
        count, written = check_writing(data, random)
        statuses, with_any = statuses + count, with_any + bool(count)
        if count:
            kinds.update(claim.block.kind for claim in find_claims(parse(PurePosixPath("n.md"), written))[0])
        path = folder / f"{number}.md"
        path.write_bytes(data)
        before.append(data)
        changes.append(Change(path, data, written))
    took = time.process_time() - began
    done = write_changes((change for change in changes if change.old != change.new), Journal(folder, cache), [folder])
    on_disk = [(folder / f"{number}.md").read_bytes() for number in range(len(before))]
    undone, faults = undo(last(folder, cache))
    back = [(folder / f"{number}.md").read_bytes() for number in range(len(before))]
    held = on_disk == [change.new for change in changes] and back == before and not done.faults and not faults
    forms = ", ".join(f"{count} in a {kind}" for kind, count in kinds.most_common())
    return (
        f"{len(before)} texts, {with_any} with claims, {statuses} statuses ({forms}); {took:.0f} s of CPU; on disk and undone: "
        f"{len(done.paths)} written, {len(undone)} undone, {'exact' if held else 'NOT EXACT'}"
    )


def odd(random: Random) -> bytes:
    return random.choice((document, odd_document))(random)


def in_memory(count: int) -> str:
    """Documents of the forms that once went wrong: written and cleared, and again after an editor changed the statuses."""
    written = after = 0
    for seed in range(count):
        written += check_writing(odd_document(Random(seed)), Random(seed))[0]
        random = Random(seed)
        after += check_formatted(odd(random), random, lambda data, random=random: edited(data, random))
    return f"{count} documents, {written} statuses; {count} that were edited between two checks, {after} statuses"


def formatted(command: str, count: int, folder: Path) -> str:
    """The same with a formatter, run once on all documents, between the two checks."""
    folder.mkdir()
    texts: list[bytes] = []

    def collect(data: bytes) -> bytes:
        texts.append(data)
        return data

    for seed in range(count):
        random = Random(seed)
        check_formatted(odd(random), random, collect)
    for number, data in enumerate(texts):
        (folder / f"{number}.md").write_bytes(data)
    names = [f"{number}.md" for number in range(len(texts))]
    done = subprocess.run([*shlex.split(command), *names], cwd=folder, capture_output=True)
    formed = [(folder / name).read_bytes() for name in names]
    changed = sum(old != new for old, new in zip(texts, formed, strict=True))
    after = iter(formed)
    statuses = wrong = 0
    for seed in range(count):
        random = Random(seed)
        try:
            statuses += check_formatted(odd(random), random, lambda data: next(after))
        except AssertionError as error:
            wrong += 1
            print(f"{command}: document {seed} differs", *(error.args[0] if error.args else ()), sep="\n", file=sys.stderr)
    name = command.split("/")[-1]
    return (
        f"{name} (exit {done.returncode}): {len(texts)} documents, {changed} changed by it, {statuses} statuses, {wrong} differ"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vault", type=Path)
    parser.add_argument("--documents", type=int, default=5000)
    parser.add_argument("--odd", type=int, default=5000)
    parser.add_argument("--formatter", action="append", default=[], help="a command that formats the files it is given, in place")
    parser.add_argument("--saves", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--pause", type=float, default=0.006, help="seconds between two saves, on average")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        fresh = iter(range(1000))

        def places() -> tuple[Path, Path]:
            number = next(fresh)
            (root / f"vault{number}").mkdir()
            return root / f"vault{number}", root / f"cache{number}"

        if options.documents:
            print("random documents:", promises(documents(options.documents), *places()), flush=True)
        if options.odd:
            print("odd forms:", in_memory(options.odd), flush=True)
        for number, command in enumerate(options.formatter):
            print("formatter:", formatted(command, options.odd, root / f"formatted{number}"), flush=True)
        if options.vault:
            print("notes of a vault:", promises(notes(options.vault), *places()), flush=True)
        if options.saves:
            print(
                "| editor saves | writer | saves | edits lost | in the journal | statuses written | saves given back | gave up |"
            )
            print("|---|---|---|---|---|---|---|---|")
            with no_waiting():
                for how in ("in place", "by renaming"):
                    writers: dict[str, Callable[[Path, Path], Writer]] = {
                        "this one": our_writer,
                        "compare, then replace": lambda folder, cache: compare_and_replace,
                        "plain replace": lambda folder, cache: plain_replace,
                    }
                    for title, writer in writers.items():
                        folder, cache = places()
                        came = race(folder, writer(folder, cache), cache, options.saves, options.pause, how)
                        cells = (how, title, came.saves, came.lost, came.rescued, came.written, came.returned, came.gave_up)
                        print(f"| {' | '.join(str(cell) for cell in cells)} |", flush=True)
        if options.kills:
            print(kills(*places(), options.kills, Random(0)), flush=True)


if __name__ == "__main__":
    main()
