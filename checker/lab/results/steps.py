"""Of a run that logged several values, the one that counts: the last, the best, or that of a step. Never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.errors import ConfigurationError
from checker.lab.results.cells import EMPTY_CELL
from checker.lab.results.entry import AtStep, Entry
from checker.lab.results.rows import FILE, RUN, STEP

if TYPE_CHECKING:
    import pandas as pd


def take(frame: pd.DataFrame, entry: Entry) -> tuple[pd.DataFrame, list[str]]:
    """The rows (`model`, `seed`, `number`, STEP, RUN) that count, and notes.

    A step that a run logged again, after it was resumed, counts as it was logged last. Raises ConfigurationError where runs have
    several steps and the entry does not say which.
    """
    import pandas as pd

    if frame.empty or frame[STEP].isna().all():
        if isinstance(entry.take, AtStep):
            raise ConfigurationError(f"{entry.file}: no row has a step; write which column it is as `step`")
        return (frame, []) if entry.take != "best" else (_best(frame, [frame[RUN], frame["model"], frame["seed"]], entry), [])
    steps = pd.to_numeric(frame[STEP], errors="coerce")
    alone = frame[RUN] == ""
    run = frame[RUN].where(~alone, frame[FILE] + "\0" + frame["model"] + "\0" + frame["seed"])
    if "item" in frame.columns:
        run = run + "\0" + frame["item"]
    logged = frame["why"] != EMPTY_CELL
    some = logged.groupby(run).transform("any")
    frame, run, steps, alone = (part[logged | ~some] for part in (frame, run, steps, alone))
    again = pd.DataFrame({"run": run, "step": steps})[~alone].duplicated(keep="last").reindex(frame.index, fill_value=False)
    frame, run, steps = (part[~again] for part in (frame, run, steps))
    several = steps.groupby(run).nunique() > 1
    if entry.take is None and several.any():
        raise ConfigurationError(
            f"{entry.file}: a run has up to {int(steps.groupby(run).nunique().max())} steps; write `take: last`, `take: best` or "
            f"`take: {{step: {steps.max():g}}}`"
        )
    if entry.take is None:
        return frame, []
    if isinstance(entry.take, AtStep):
        return frame[steps == entry.take.step], []
    if entry.take == "best":
        note = "the best step of each run was chosen by its value, so the values look better than they are"
        return _best(frame, [run], entry), [note]
    last = steps.groupby(run).transform("max")
    ends = last.groupby(run).first()
    notes = [] if ends.nunique() == 1 else [f"the last steps of the runs differ, from {ends.min():g} to {ends.max():g}"]
    return frame[(steps == last) | steps.isna()], notes


def _best(frame: pd.DataFrame, by: list[pd.Series], entry: Entry) -> pd.DataFrame:
    ordered = frame.assign(**{"(order)": range(len(frame))}).sort_values(
        "number", ascending=entry.metric.better == "lower", kind="stable", na_position="last"
    )
    first = ordered.groupby([key.reindex(ordered.index) for key in by], sort=False).head(1)
    return first.sort_values("(order)").drop(columns="(order)")
