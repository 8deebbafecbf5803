"""A plan as text for people, and as JSON for programs."""

from __future__ import annotations

from typing import Any

from checker.reports.text import clean
from checker.runs.plan import Plan

WORDS = {"train": ("training", "trainings"), "measure": ("measurement", "measurements"), "decide": ("decision", "decisions")}


def as_text(plan: Plan, workers: int) -> str:
    """One line a job, with its estimated time and the claims that want it; the totals last."""
    jobs = [step for step in plan.steps if step.kind != "decide"]
    if not jobs:
        return "\nnothing to run"
    lines = ["\nwould run:"]
    for step in jobs:
        claims = f"{len(step.claims)} claim{'s' if len(step.claims) > 1 else ''}"
        lines.append(f"  {duration(step.seconds):>7}  {clean(step.title)} ({claims})")
    counts = [(len(plan.of(kind)), words) for kind, words in WORDS.items()]  # type: ignore[arg-type]
    counted = ", ".join(f"{count} {words[count != 1]}" for count, words in counts if count)
    lines.append(f"{counted}; about {duration(plan.seconds)} of work, on {workers} worker{'s' if workers > 1 else ''}")
    return "\n".join(lines)


def as_json(plan: Plan) -> list[dict[str, Any]]:
    """The steps in order; `after` are places in this list."""
    return [
        {
            "kind": step.kind,
            "title": step.title,
            "seconds": round(step.seconds, 1),
            "claims": list(step.claims),
            "after": list(step.after),
        }
        for step in plan.steps
    ]


def duration(seconds: float) -> str:
    """Seconds as people say them: 3 s, 12 min, 1.5 h."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s" if seconds else "0 s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
