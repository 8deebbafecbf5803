"""What a run costs when nothing has changed, and what the small commands cost: processor seconds of the whole process.

    python benchmarks/second_run.py --notes VAULT [--before CHECKOUT]

Each command is run in turn with the floors, several times, and the least of each counts: a floor is what the libraries cost that
the command cannot do without. With a checkout of an earlier state, both states take turns, and what they print is compared. The
result stands in SECOND_RUN.md beside this file.
"""

from __future__ import annotations

import argparse
import os
import pstats
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parents[1]
SENTENCE = "MAE has shorter attention distance than DINO"
FLOORS = {"a bare interpreter": "pass", "import typer, pydantic, yaml": "import typer, pydantic, yaml"}
STAGES = {  # functions by which a profile is read, each with its file
    "workspace/workspace.py:open": "words and plug-ins",
    "workspace/workspace.py:survey": "survey of the vault",
    "writing/changes.py:read_ledgers": "evidence of the claims",
    "runs/controls.py:ask": "controls of the lab",
    "runs/standing.py:standing": "which evidence stands",
    "runs/standing.py:spot_check": "spot check",
    "runs/check.py:check": "outcomes",
    "workspace/workspace.py:_with_strongest": "what the evidence does support",
    "workspace/workspace.py:changes": "what would be written",
    "cli/check.py:_print": "the table",
}
START = (  # a tree of this project without an installed one in its way
    "import sys; sys.meta_path[:] = [each for each in sys.meta_path if 'editable' not in str(each).lower()];"
    "sys.path.insert(0, {tree!r}); from checker.cli import main; main({arguments!r})"
)
SECONDS = re.compile(r"[\d.]+ s\n*$")


def spent(command: list[str], where: Path, cache: Path) -> tuple[float, str]:
    """Processor seconds of a process and its children, and what it printed but for the seconds that it names."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command, cwd=where, env=environment | {"CHECK_CLAIMS_CACHE": str(cache)}, capture_output=True, text=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, SECONDS.sub("", done.stdout)


def profile(start: list[str], where: Path, cache: Path) -> str:
    """Shares of the seconds of a run under a profiler, by stage."""
    out = where / "profile"
    spent([sys.executable, "-m", "cProfile", "-o", str(out), *start], where, cache)
    stats = pstats.Stats(str(out)).stats  # type: ignore[attr-defined]
    whole = sum(row[2] for row in stats.values())
    found: dict[str, float] = defaultdict(float)
    for (file, _, function), row in stats.items():
        stage = STAGES.get(f"{Path(file).parent.name}/{Path(file).name}:{function}")
        if stage is not None:
            found[stage] += row[3]
    rows = [f"| {stage} | {100 * found[stage] / whole:.0f} % |" for stage in STAGES.values()]
    return "\n".join(("| part of a second run | of its time, profiled |", "|---|---|", *rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=Path, required=True, help="a vault to count, which is copied first")
    parser.add_argument("--before", type=Path, help="a checkout of an earlier state")
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    trees = {"before": options.before.resolve()} if options.before else {}
    trees |= {"now": HERE}
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        shutil.copytree(options.notes, top / "notes")
        for part in ("vault", "claims"):
            shutil.copytree(HERE / part, top / "project" / part)
        work = {
            "check, nothing changed": ["check", "--spot-seed", "1", str(top / "project")],
            f'read "{SENTENCE}"': ["read", SENTENCE],
            "notes": ["notes", str(top / "notes")],
            "--help": ["--help"],
        }
        floors = {title: [sys.executable, "-c", code] for title, code in FLOORS.items()}
        starts = {
            (title, state): [sys.executable, "-c", START.format(tree=str(tree), arguments=arguments)]
            for title, arguments in work.items()
            for state, tree in trees.items()
        }
        for _ in range(2):  # the first run measures what its spot check draws, and both compile
            printed = {pair: spent(start, top, top / pair[1])[1] for pair, start in starts.items()}
        least: dict[object, float] = defaultdict(lambda: float("inf"))
        for _ in range(options.runs):
            for title, command in floors.items():
                least[title] = min(least[title], spent(command, top, top / "now")[0])
            for pair, start in starts.items():
                least[pair] = min(least[pair], spent(start, top, top / pair[1])[0])
        floor = least[list(FLOORS)[-1]]
        print("\n".join(f"{title}: {least[title]:.3f} s" for title in FLOORS))
        print(f"\n| command | {' | '.join(f'{state} | of the floor' for state in trees)} | prints the same |")
        print("|---|" + "---|---|" * len(trees) + "---|")
        for title in work:
            cells = [f"{least[title, state]:.3f} s | {least[title, state] / floor:.1f} x" for state in trees]
            same = len({printed[title, state] for state in trees}) == 1
            print(f"| `{title}` | {' | '.join(cells)} | {'yes' if same else 'no'} |")
        script = top / "second_run.py"
        script.write_text(START.format(tree=str(HERE), arguments=work["check, nothing changed"]), encoding="utf-8")
        print("\n" + profile([str(script)], top, top / "now"))


if __name__ == "__main__":
    main()
