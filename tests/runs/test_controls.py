"""The published findings that the lab is asked, and how its answers are kept and used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from checker.claims import ClaimSpec
from checker.evidence import Controls, Ledger, print_ledger
from checker.lab import vocabulary
from checker.lab.models import MODELS
from checker.notes import Vault
from checker.reports.controls import group_rows
from checker.runs.bench import Bench, Options
from checker.runs.case import Case
from checker.runs.check import check
from checker.runs.controls import Answer, Held, ask, controls, of_record, wanted_by
from checker.runs.outcome import Outcome
from checker.runs.project import Project
from checker.runs.store import Store
from checker.runs.survey import survey
from checker.writing import status_of
from checker.writing.claim_note import TRUST, render
from tests.runs.test_check import LEVELS, Fake

WORDS = vocabulary()
ASKED = [controls()["walmer-supervised"], controls()["xie-distance"]]
PAGE = Path(__file__).parents[2] / "vault" / "Manual" / f"{TRUST}.md"


def test_every_control_reads_to_a_spec_of_the_relation_that_its_paper_found() -> None:
    specs = {control.id: control.spec(WORDS) for control in controls().values()}
    assert len(specs) >= 38
    assert {spec.scope for spec in specs.values()} == {"toy"}
    assert {spec.where.data for spec in specs.values()} == {"default"}


def test_no_finding_is_listed_twice() -> None:
    sentences = Counter(control.sentence for control in controls().values())
    specs = Counter(control.spec(WORDS).hash() for control in controls().values())
    assert max(sentences.values()) == max(specs.values()) == 1


def test_every_control_has_its_citation() -> None:
    for control in controls().values():
        assert control.paper and control.place and control.finding, control.id


def asked(
    tmp_path: Path, zoo: Path, kept: Path, levels: dict[str, float] = LEVELS, train: bool = False
) -> tuple[list[Answer], Fake]:
    execute = Fake(levels)
    bench = Bench(Store(tmp_path / "cache", zoo), Options(3), execute)
    return ask(ASKED, bench, WORDS, kept=kept, train=train), execute


def keep(answers: list[Answer], folder: Path) -> None:
    folder.mkdir()
    for answer in answers:
        assert answer.outcome.run is not None
        text = print_ledger(Ledger(answer.control.id).with_run(answer.outcome.run))
        (folder / f"{answer.control.id}.evidence.json").write_text(text)


def test_the_lab_agrees_with_a_finding_or_contradicts_it(stand_ins: Path, tmp_path: Path) -> None:
    answers, _ = asked(tmp_path, stand_ins, tmp_path / "none", {**LEVELS, "SimMIM": 15.0})
    assert {answer.control.id: answer.word for answer in answers} == {"walmer-supervised": "agree", "xie-distance": "contradict"}
    assert not any(answer.recorded for answer in answers)


def test_what_is_recorded_of_the_same_models_is_not_measured_again(stand_ins: Path, tmp_path: Path) -> None:
    first, _ = asked(tmp_path, stand_ins, tmp_path / "none")
    keep(first, tmp_path / "kept")
    again, execute = asked(tmp_path / "elsewhere", stand_ins, tmp_path / "kept")
    assert execute.titles == []
    assert all(answer.recorded and not answer.outcome.stale for answer in again)
    assert [answer.word for answer in again] == [answer.word for answer in first]


def test_a_record_of_other_models_is_noticed_and_the_control_asked_again(
    stand_ins: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = asked(tmp_path, stand_ins, tmp_path / "none")
    keep(first, tmp_path / "kept")
    monkeypatch.setattr("checker.runs.controls.still_stands", lambda run, spec: False)
    again, execute = asked(tmp_path / "elsewhere", stand_ins, tmp_path / "kept", {**LEVELS, "SimMIM": 15.0})
    assert execute.titles != []
    assert [answer.word for answer in again] == ["agree", "contradict"]
    assert not any(answer.recorded for answer in again)


def test_where_the_models_of_today_are_not_here_the_earlier_record_counts_and_is_stale(stand_ins: Path, tmp_path: Path) -> None:
    first, _ = asked(tmp_path, stand_ins, tmp_path / "none")
    keep(first, tmp_path / "kept")
    empty = tmp_path / "empty"
    empty.mkdir()
    answers, execute = asked(tmp_path / "elsewhere", empty, tmp_path / "kept")
    assert execute.titles == []
    assert all(answer.outcome.stale and not answer.recorded for answer in answers)
    assert [answer.word for answer in answers] == [answer.word for answer in first]
    unasked, execute = asked(tmp_path / "elsewhere", empty, tmp_path / "none")
    assert [(answer.word, answer.outcome.word) for answer in unasked] == [("open", "unchecked")] * 2
    _, execute = asked(tmp_path / "elsewhere", empty, tmp_path / "none", train=True)
    assert any(title.startswith("train") for title in execute.titles)


def cases(project: Path) -> list[Case]:
    found, problems = survey(Vault.open(project / "vault"), Project.find(project), WORDS)
    assert problems == []
    return found


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("MAE has shorter attention distance than DINO", "walmer-supervised"),
        ("DINO has higher linear reconstruction error than MAE", None),
        ("MAE has shorter attention distance than DINO at toy scale", None),
        ("MAE has lower attention entropy than DINO", "beyond-cls-selective"),
    ],
)
def test_only_the_controls_of_what_is_claimed_are_asked(
    make_vault: Callable[..., Path], sentence: str, wanted: str | None
) -> None:
    found = wanted_by(cases(make_vault({"N.md": f"- {sentence} #claim\n"})), WORDS)
    assert bool(found) is (wanted is not None)
    assert wanted is None or wanted in [control.id for control in found]


def outcome(
    project: Path, tmp_path: Path, zoo: Path, controls_of: Callable[[ClaimSpec], Controls | None], seeds: int | None = 3
) -> tuple[Outcome, Fake]:
    execute = Fake(LEVELS, seed_sd=0.1)
    bench = Bench(Store(tmp_path / "cache", zoo), Options(seeds), execute)
    (found,) = check(cases(project), bench, WORDS, {}, controls_of=controls_of)
    return found, execute


def contradicting(spec: ClaimSpec) -> Controls | None:
    return None if spec.scope == "toy" else Controls(contradict=("a", "b"), asked="0" * 16)


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("MAE has shorter attention distance than DINO", "inconclusive"),
        ("MAE has longer attention distance than DINO", "inconclusive"),
        ("MAE has longer attention distance than DINO at toy scale", "refuted"),
    ],
)
def test_a_lab_that_contradicts_papers_gives_no_word_on_them(
    make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path, sentence: str, word: str
) -> None:
    found, _ = outcome(make_vault({"N.md": f"- {sentence} #claim\n"}), tmp_path, stand_ins, contradicting)
    assert found.word == word
    assert found.run is not None
    assert found.run.verdict.effect is not None
    assert ("contradicts 2 published findings" in found.reason) is (word == "inconclusive")


def test_nothing_is_trained_for_a_word_that_is_not_given(
    make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path
) -> None:
    project = make_vault({"N.md": "- MAE has 33.333 % shorter attention distance than DINO #claim\n"})
    zoo = tmp_path / "zoo"
    zoo.mkdir()
    names = {MODELS[name].recipe.key(seed) for name in LEVELS for seed in range(5)}
    for path in stand_ins.glob("*.safetensors"):
        if path.stem in names:
            (zoo / path.name).symlink_to(path)
    found, execute = outcome(project, tmp_path, zoo, contradicting, seeds=8)
    assert found.run is not None
    assert (found.word, found.run.verdict.seeds) == ("inconclusive", 5)  # as deep as the models that are here go
    assert not any(title.startswith("train") for title in execute.titles)


def test_the_claim_note_says_how_the_lab_stands(make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path) -> None:
    project = make_vault({"N.md": "- MAE has shorter attention distance than DINO #claim\n"})
    found, _ = outcome(project, tmp_path, stand_ins, contradicting)
    assert found.run is not None
    ledger = Ledger(found.case.id).with_run(found.run)
    text = render(found, status_of(found), ledger, None, "2026-01-01", True)
    head = text.split("---\n", 2)[2].splitlines()[:8]
    told = "The lab on other published findings (attention distance, comparisons): 0 agree, 2 contradict, 0 open."
    assert f"{told} `check-claims lab controls` lists them." in head
    linked = render(found, status_of(found), ledger, None, "2026-01-01", True, manual=True)
    assert f"{told} [[{TRUST}]]." in linked


def test_a_record_that_was_edited_does_not_answer_otherwise(stand_ins: Path, tmp_path: Path) -> None:
    first, _ = asked(tmp_path, stand_ins, tmp_path / "none")
    keep(first, tmp_path / "kept")
    path = tmp_path / "kept" / "xie-distance.evidence.json"
    path.write_text(path.read_text().replace('"word": "supported"', '"word": "refuted"'))
    again, _ = asked(tmp_path / "elsewhere", stand_ins, tmp_path / "kept")
    assert [answer.word for answer in again] == ["agree", "agree"]


def test_the_evidence_of_every_control_comes_with_the_package_and_is_of_today() -> None:
    bench = Bench(Store.default(), Options(), lambda jobs: {})
    answers = ask(list(controls().values()), bench, WORDS)
    assert [answer.control.id for answer in answers if not answer.recorded] == [], "check-claims lab controls --out"
    held = of_record(WORDS)
    assert held.words == Held(answers).words


def test_the_manual_shows_what_the_record_says() -> None:
    page = PAGE.read_text(encoding="utf-8")
    answers = ask(list(controls().values()), Bench(Store.default(), Options(), lambda jobs: {}), WORDS)
    for row in group_rows(answers, WORDS):
        assert f"| {' | '.join(row)} |" in page
    for answer in answers:
        control = answer.control
        assert f"| {answer.word} | {control.sentence} | {control.paper} | {control.place} | {control.verified} |" in page
    counts = Counter(answer.word for answer in answers)
    assert f"{counts['agree']} agree, {counts['contradict']} contradict, {counts['open']} open" in page
    told = f"agree with {counts['agree']} of {len(answers)} findings, contradict {counts['contradict']}"
    assert f"{told} and leave {counts['open']} open" in (PAGE.parent / "The lab.md").read_text(encoding="utf-8")


def test_a_finding_is_left_out_of_its_own_controls() -> None:
    control = controls()["walmer-moco"]
    found = of_record(WORDS)(control.spec(WORDS).model_copy(update={"scope": "any"}))
    assert found is not None
    named = (*found.agree, *found.contradict, *found.open)
    assert control.id not in named
    assert "walmer-supervised" in named
    other = replace(control, sentence="MoCo-v3 has shorter attention distance than MAE", expected="less")
    swapped = of_record(WORDS)(other.spec(WORDS).model_copy(update={"scope": "any"}))
    assert swapped == found
