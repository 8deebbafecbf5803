"""What outcomes change on disk, as values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from checker.evidence import Run
from checker.notes import Vault
from checker.runs.bench import Bench, Options
from checker.runs.check import check
from checker.runs.outcome import Outcome
from checker.runs.project import Project
from checker.runs.store import Store
from checker.runs.survey import survey
from checker.writing import Journal, plan_changes, read_ledgers, write_changes
from checker.writing.claim_note import properties_of
from tests.runs.test_check import LEVELS, WORDS, Fake

ID = "mae-attention-distance-dino"
WANTED = (
    *("claim", "verdict", "scope", "fresh", "metric", "subject", "baseline", "effect", "low", "high", "unit", "seeds", "images"),
    *("checked", "source", "plot"),
)


def draw(name: str, run: Run) -> bytes:
    return f"<svg>{mark(run)}</svg>".encode()


def mark(run: Run) -> str:
    return f"check-claims {run.key}"


def test_a_claim_note_has_flat_properties_and_the_day_of_its_evidence(
    make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path
) -> None:
    project = Project.find(make_vault({"N.md": "- MAE has shorter attention distance than DINO #claim\n"}))
    (project.vault / "N.md").touch()

    def run(cache: str, levels: Mapping[str, float], today: str) -> tuple[list[str], Mapping[str, Any]]:
        cases, _ = survey(Vault.open(project.vault), project, WORDS)
        ledgers, _ = read_ledgers(project, [case.id for case in cases])
        bench = Bench(Store(tmp_path / cache, stand_ins), Options(3), Fake(levels))
        outcomes: list[Outcome] = check(cases, bench, WORDS, {name: ledger.newest for name, ledger in ledgers.items()})
        changes = plan_changes(project, outcomes, ledgers, draw, mark, today)
        done = write_changes(changes, Journal(project.vault, tmp_path / "journal"), [project.vault, project.claims])
        assert done.faults == []
        properties = properties_of(project.note(ID).read_bytes())
        assert properties is not None
        return [path.name for path in done.paths], properties

    written, properties = run("cache", LEVELS, "2026-01-02")
    assert written == [f"{ID}.yaml", f"{ID}.evidence.json", f"{ID}.svg", f"{ID}.md", "N.md"]
    assert set(WANTED) <= set(properties)
    assert not any(isinstance(properties[name], (list, dict)) for name in WANTED)
    assert (properties["verdict"], properties["checked"], properties["plot"]) == ("supported", "2026-01-02", f"[[{ID}.svg]]")
    assert re.search(r"^checked: 2026-01-02$", project.note(ID).read_text(), re.MULTILINE)  # a date to Obsidian, not a text

    assert run("cache", LEVELS, "2026-03-04") == ([], properties)  # the same evidence, whatever the day

    written, properties = run("another cache", LEVELS | {"DINO": 11.0}, "2026-05-06")
    assert written == [f"{ID}.evidence.json", f"{ID}.md"]
    assert properties["checked"] == "2026-05-06"


def test_evidence_that_changed_while_the_check_ran_is_not_overwritten(
    make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path
) -> None:
    project = Project.find(make_vault({"N.md": "- MAE has shorter attention distance than DINO #claim\n"}))

    def check_while(cache: str, levels: Mapping[str, float], meanwhile: bytes | None) -> list[str]:
        cases, _ = survey(Vault.open(project.vault), project, WORDS)
        ledgers, _ = read_ledgers(project, [case.id for case in cases])
        bench = Bench(Store(tmp_path / cache, stand_ins), Options(3), Fake(levels))
        outcomes = check(cases, bench, WORDS, {name: ledger.newest for name, ledger in ledgers.items()})
        if meanwhile is not None:
            project.evidence(ID).write_bytes(meanwhile)
        changes = plan_changes(project, outcomes, ledgers, draw, mark, "2026-01-02")
        return write_changes(changes, Journal(project.vault, tmp_path / "journal"), [project.vault, project.claims]).faults

    assert check_while("cache", LEVELS, None) == []
    theirs = project.evidence(ID).read_bytes().replace(b'"look": 1', b'"look": 2')
    faults = check_while("other", {**LEVELS, "DINO": 13.0}, theirs)
    assert len(faults) == 1
    assert f"{ID}.evidence.json" in faults[0]
    assert project.evidence(ID).read_bytes() == theirs
