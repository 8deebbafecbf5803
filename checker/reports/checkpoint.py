"""What `models inspect` says of a checkpoint, as lines."""

from __future__ import annotations

from collections.abc import Iterator

from checker.lab.own.inspect import Inspection, Seen, nothing_known

MOST_ASIDE = 4  # names that are listed


def inspection_lines(inspection: Inspection) -> Iterator[str]:
    """What a checkpoint holds, what was left aside, and the entry to paste for each encoder, or why there is none."""
    if inspection.refused:
        yield f"refused: {inspection.refused}"
        return
    if not inspection.encoders:
        yield nothing_known(inspection.path)
        return
    count = len(inspection.encoders)
    what = "one encoder" if count == 1 else f"{count} encoders; say which one is meant by its key or prefix"
    yield f"{inspection.path}: {what}"
    for seen in inspection.encoders:
        yield ""
        yield from _of_one(inspection, seen)


def _of_one(inspection: Inspection, seen: Seen) -> Iterator[str]:
    yield f"key: {seen.key or '(none)'}, prefix: {seen.prefix or '(none)'}, layout: {seen.layout}"
    if seen.aside:
        tops = list(dict.fromkeys(name.partition(".")[0] for name in seen.aside))
        more = f" and {len(tops) - MOST_ASIDE} more" if len(tops) > MOST_ASIDE else ""
        yield f"left aside: {', '.join(tops[:MOST_ASIDE])}{more}"
    if seen.fault:
        yield f"cannot be loaded: {seen.fault}"
        return
    yield "all weights are there; for claims/models.yaml:"
    yield ""
    yield from inspection.entry(seen).splitlines()
