"""What it costs to read a vault, beside obsidiantools, graphmark and headless-vault-kit, and beside reading the bytes alone.

Every way runs in a process of its own, all of them in turn in one run; CPU seconds are user and system time. "Work" is what the
process spends after its imports, "process" all of it. The peers live in an environment of their own:

    python -m venv /tmp/peers && /tmp/peers/bin/pip install -r benchmarks/peers.txt
    python benchmarks/vault.py --peers /tmp/peers/bin/python --vault NOTES --notes 10000 --notes 100000
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent))
from make_vault import make

# Each prints {"work": CPU seconds after the imports, "base": MB before the work, "peak": MB, "found": what it counted}.
HEAD = """
import json, resource, sys, time
from pathlib import Path
root = Path(sys.argv[1])
def memory(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
"""
TAIL = """
print(json.dumps({"work": time.process_time() - began, "base": base, "peak": memory(), "found": found}))
"""
BEGIN = "base = memory(); began = time.process_time()\n"
READ = (
    """
import os
"""
    + BEGIN
    + """
found = sum(len(Path(folder, name).read_bytes()) for folder, _, names in os.walk(root) for name in names if name.endswith(".md"))
"""
)
STAT = (
    """
import os
"""
    + BEGIN
    + """
found, folders = 0, [str(root)]
while folders:
    with os.scandir(folders.pop()) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            else:
                entry.stat()
                found += 1
"""
)
OURS = (
    """
from checker.notes.vault import Vault
from checker.notes.counts import counts
"""
    + BEGIN
    + """
found = counts(Vault.open(root, Path(sys.argv[2])))["links"]
"""
)
# What a cold run imports on the way, imported before: the other ways' imports do not count as work either.
OURS_COLD = OURS.replace(
    "from checker.notes.counts import counts\n",
    "from checker.notes.counts import counts\nimport checker.strict_yaml, checker.notes.markdown as m; m.markdown()\n",
)
PARSED = (
    """
from checker.notes.vault import Vault
from checker.notes.markdown import markdown; markdown()
"""
    + BEGIN
    + """
notes = Vault.open(root).notes
found = sum(len(note.all_links) for note in notes)
"""
)
OBSIDIANTOOLS = (
    """
import warnings; warnings.simplefilter("ignore")
import obsidiantools.api
"""
    + BEGIN
    + """
vault = obsidiantools.api.Vault(root).connect().gather()
found = sum(map(len, vault.wikilinks_index.values()))
"""
)
GRAPHMARK = (
    """
import graphmark
"""
    + BEGIN
    + """
graph = graphmark.build(root)
found = graphmark.stats(graph).get("edges") if hasattr(graphmark.stats(graph), "get") else str(graphmark.stats(graph))
"""
)


@dataclass(frozen=True)
class Cost:
    """Medians over rounds: CPU seconds of the work and the whole process, and MB that the work added at its peak."""

    work: float | None
    process: float
    memory: float | None
    found: object


def run(command: list[str], environment: dict[str, str] | None = None) -> Cost:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | (environment or {}))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if result.returncode:
        raise SystemExit(f"{command[:3]}: {result.stderr[-2000:]}")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    try:
        told = json.loads(result.stdout.strip().splitlines()[-1])
        return Cost(told["work"], spent, told["peak"] - told["base"], told["found"])
    except (ValueError, KeyError, TypeError, IndexError):
        return Cost(None, spent, None, "")


def several(rounds: int, way: Callable[[], Cost]) -> Cost:
    costs = [way() for _ in range(rounds)]
    work = [cost.work for cost in costs if cost.work is not None]
    memory = [cost.memory for cost in costs if cost.memory is not None]
    return Cost(
        median(work) if work else None, median(c.process for c in costs), max(memory) if memory else None, costs[-1].found
    )


def measure(root: Path, peers: str, rounds: int, slow: bool) -> dict[str, Cost]:
    """All ways on one vault."""
    notes = sorted(root.rglob("*.md"))

    def script(code: str, python: str = sys.executable, *arguments: str) -> Cost:
        return run([python, "-c", HEAD + code + TAIL, str(root), *arguments])

    def changed(way: Callable[[], Cost]) -> Callable[[], Cost]:
        def change_and_go() -> Cost:
            note = notes[len(notes) // 2]
            note.write_text(
                note.read_text(encoding="utf-8").rstrip("\n") + f"\n\nOne more line {time.time_ns()}.\n", encoding="utf-8"
            )
            cost = way()
            time.sleep(2.1)  # until its time stamp counts as settled
            way()
            return cost

        return change_and_go

    found = {"read the bytes": several(rounds, lambda: script(READ)), "scandir + stat": several(rounds, lambda: script(STAT))}

    def cold() -> Cost:
        with tempfile.TemporaryDirectory() as cache:
            return script(OURS_COLD, sys.executable, cache)

    found["check-claims, cold"] = several(rounds, cold)
    with tempfile.TemporaryDirectory() as cache:
        time.sleep(2.1)
        script(OURS, sys.executable, cache)
        warm: Callable[[], Cost] = lambda: script(OURS, sys.executable, cache)  # noqa: E731
        found["check-claims, warm"] = several(3 * rounds, warm)
        found["check-claims, one note changed"] = several(rounds, changed(warm))
    with tempfile.TemporaryDirectory() as cache:
        command = [str(Path(sys.executable).with_name("check-claims")), "notes", str(root), "--json"]
        run(command, {"CHECK_CLAIMS_CACHE": cache})
        found["`check-claims notes`, warm"] = several(3 * rounds, lambda: run(command, {"CHECK_CLAIMS_CACHE": cache}))
    if len(notes) <= 20_000:
        found["check-claims, every note parsed whole"] = several(1, lambda: script(PARSED))
    found["graphmark"] = several(rounds, lambda: script(GRAPHMARK, peers))
    hvk = str(Path(peers).with_name("hvk"))
    with tempfile.TemporaryDirectory() as index:
        scan: Callable[[], Cost] = lambda: run([hvk, "--vault", str(root), "--index", index, "scan"])  # noqa: E731
        found["headless-vault-kit, cold"] = several(1, scan)
        found["headless-vault-kit, warm"] = several(rounds, scan)
        found["headless-vault-kit, one note changed"] = several(rounds, changed(scan))
    if slow:
        found["obsidiantools (connect, gather)"] = several(1, lambda: script(OBSIDIANTOOLS, peers))
    return found


def table(name: str, notes: int, found: dict[str, Cost]) -> str:
    floor, stat = found["read the bytes"], found["scandir + stat"]
    assert floor.work and stat.work
    lines = [f"## {name}: {notes:,} notes", ""]
    lines += [
        "| way | work, CPU s | process, CPU s | work / reading | work / scandir + stat | KB a note |",
        "|---|---|---|---|---|---|",
    ]
    for way, cost in found.items():
        work = f"{cost.work:.3f}" if cost.work is not None else ""
        ratios = [f"{cost.work / base.work:.1f}" if cost.work is not None else "" for base in (floor, stat)]
        memory = f"{cost.memory * 1024 / notes:.1f}" if cost.memory is not None else ""
        lines.append(f"| {way} | {work} | {cost.process:.3f} | {ratios[0]} | {ratios[1]} | {memory} |")
    ours = found["check-claims, cold"]
    for peer in ("obsidiantools (connect, gather)", "graphmark"):
        if peer in found and found[peer].work is not None and ours.work:
            lines.append(f"\n{peer} costs {found[peer].work / ours.work:.1f} times our cold work.")
    warm, one = found["check-claims, warm"], found["check-claims, one note changed"]
    lines.append(f"\nOne changed note costs {one.process / warm.process:.2f} times a warm process.")
    return "\n".join(lines) + "\n"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--peers", required=True, help="the Python of an environment with the peers")
    arguments.add_argument("--vault", type=Path, action="append", default=[], help="a vault; a copy of it is measured")
    arguments.add_argument("--notes", type=int, action="append", default=[], help="notes of a vault to make")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--slow-up-to", type=int, default=10_000, help="notes up to which obsidiantools takes part")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        vaults: list[tuple[str, Path]] = []
        for vault in chosen.vault:
            copy = Path(folder) / "copy" / vault.name
            subprocess.run(["cp", "-r", "--no-preserve=mode", str(vault), str(Path(folder) / vault.name)], check=True)
            vaults.append((vault.name, Path(folder) / copy.name))
        for count in chosen.notes:
            make(Path(folder) / str(count), count)
            vaults.append(("generated", Path(folder) / str(count)))
        for name, root in vaults:
            notes = sum(1 for _ in root.rglob("*.md"))
            print(table(name, notes, measure(root, chosen.peers, chosen.rounds, notes <= chosen.slow_up_to)), flush=True)


if __name__ == "__main__":
    main()
