"""How a check runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class CheckOptions:
    """Options of `Workspace.check`.

    `seeds`: the most seeds a model may have; missing ones are trained. None: the looks whose models exist already.
    `fresh`: train every model anew.
    `remeasure`: measure every claim anew, also those whose recorded evidence stands.
    `spot_seed`: draw the spot check with this seed, of all evidence that stands. None: draw it at random, of what is new to this
    machine.
    `budget`: seconds after which no new job begins.
    `workers`: processes; 0: one for each processor.
    `executor` and its `executor_options`: where jobs run.
    `dry_run`: run nothing; outcomes come from measurements that exist, others are pending.
    """

    seeds: int | None = None
    fresh: bool = False
    remeasure: bool = False
    spot_seed: int | None = None
    budget: float | None = None
    workers: int = 0
    executor: str = "local"
    executor_options: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
