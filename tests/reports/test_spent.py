from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from checker.lab import vocabulary
from checker.notes import Vault
from checker.reports.spent import Spent
from checker.runs.bench import Bench, Options
from checker.runs.check import check
from checker.runs.jobs import Job
from checker.runs.project import Project
from checker.runs.store import Store
from checker.runs.survey import survey
from tests.runs.test_check import LEVELS, Fake

NOTE = """\
- MAE has shorter attention distance than DINO #claim ^a
- MAE has longer attention distance than DINO #claim ^b
- MAE is nice #claim ^c
"""


def test_the_time_of_shared_work_is_shared_out(
    make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    fake = Fake(LEVELS)

    def execute(jobs: Sequence[Job]) -> dict[Job, str | None]:
        clock[0] += len(jobs)
        return fake(jobs)

    project = make_vault({"N.md": NOTE})
    cases, _ = survey(Vault.open(project / "vault"), Project.find(project), vocabulary())
    spent = Spent(execute)
    bench = Bench(Store(tmp_path / "cache", stand_ins), Options(3), spent)
    seconds = spent.by_claim(check(cases, bench, vocabulary(), {}), bench)
    assert len(fake.titles) == clock[0] == 9  # three models, three seeds
    assert seconds == {"a": pytest.approx(4.5), "b": pytest.approx(4.5), "c": 0.0}
