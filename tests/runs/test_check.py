"""From cases to outcomes with stand-in models whose attention is short or long by construction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from checker.evidence import Ledger, LossCurve, Run
from checker.lab import vocabulary
from checker.lab.checkpoints import read_card
from checker.lab.measure import Measurement
from checker.lab.models import MODELS
from checker.notes import Vault
from checker.runs.bench import Bench, Options
from checker.runs.check import check
from checker.runs.jobs import Job
from checker.runs.outcome import Outcome
from checker.runs.project import Project
from checker.runs.store import Details, Kept, Store, read_measurement, write_measurement
from checker.runs.survey import survey
from checker.scope import Scope
from checker.writing import status_of
from checker.writing.claim_note import render
from tests.conftest import LOCALITY, write_model
from tests.evidence.runs import with_verdict

WORDS = vocabulary()
LEVELS = {"MAE": 8.0, "SimMIM": 7.9, "DINO": 12.0, "supervised ViT": 12.5, "random initialisation": 16.5}


class Fake:
    """An executor that invents measurements of known size: `levels` px with a little noise, or what `spoil` makes of them."""

    def __init__(
        self, levels: Mapping[str, float], seed_sd: float = 0.02, spoil: Callable[[np.ndarray], np.ndarray] | None = None
    ):
        self.levels, self.seed_sd, self.spoil = levels, seed_sd, spoil
        self.titles: list[str] = []

    def __call__(self, jobs: Sequence[Job]) -> dict[Job, str | None]:
        results: dict[Job, str | None] = {}
        for job in jobs:
            self.titles.append(job.title)
            results[job] = None
            if job.kind == "train":
                results[job] = "it diverged"
                continue
            name = next(name for name in self.levels if f" of {name}," in job.title)
            noise = np.random.default_rng(0).normal(0, 0.1, (6, 256)) * self.levels[name] / 10
            offset = self.seed_sd * (-1, 1, 0)[int(job.title.split("seed ")[1].split(",")[0]) % 3]  # on average none
            values = self.levels[name] + offset + noise - noise.mean(1, keepdims=True)
            card = read_card(job.file)
            for metric, out in job.outs:
                write_measurement(out, Measurement(metric, card.weights, self.spoil(values) if self.spoil else values, 16.546))
        return results


def outcomes(
    project: Path,
    store: Store,
    execute: Fake,
    seeds: int | None = 3,
    last: Mapping[str, Mapping[Scope, Run]] | None = None,
) -> list[Outcome]:
    cases, problems = survey(Vault.open(project / "vault"), Project.find(project), WORDS)
    assert problems == []
    return check(cases, Bench(store, Options(seeds), execute), WORDS, last or {})


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("MAE has shorter attention distance than DINO", "supported"),
        ("MAE has longer attention distance than DINO", "refuted"),
        ("SimMIM has shorter attention distance than MAE", "refuted"),  # by less than 5 %
        ("MAE has 33.333 % shorter attention distance than DINO", "inconclusive"),
        ("MAE has shorter attention distance than DINO in layer 7", "untestable"),
        ("MAE has shorter attention distance", "needs spec"),
        ("MAE is nicer than DINO", "untestable"),
    ],
)
def test_words(make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path, sentence: str, word: str) -> None:
    project = make_vault({"N.md": f"- {sentence} #claim\n"})
    (outcome,) = outcomes(project, Store(tmp_path / "cache", stand_ins), Fake(LEVELS))
    assert outcome.word == word, outcome.reason
    if outcome.run:
        assert outcome.run.verdict.seeds == 3
        assert set(outcome.run.values) >= {"random initialisation"}


@pytest.mark.parametrize(("here", "seeds"), [(4, 3), (5, 5)])
def test_a_further_look_is_taken_by_itself_where_nothing_has_to_be_trained(
    make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path, here: int, seeds: int
) -> None:
    project = make_vault({"N.md": "- MAE has 33.333 % shorter attention distance than DINO #claim\n"})
    zoo = tmp_path / "zoo"
    zoo.mkdir()
    names = {MODELS[name].recipe.key(seed) for name in LEVELS for seed in range(here)}
    for path in stand_ins.glob("*.safetensors"):
        if path.stem in names:
            (zoo / path.name).symlink_to(path)
    execute = Fake(LEVELS, seed_sd=0.1)
    (outcome,) = outcomes(project, Store(tmp_path / "cache", zoo), execute, seeds=None)
    assert outcome.run is not None
    assert (outcome.word, outcome.run.verdict.seeds) == ("inconclusive", seeds)
    assert not any(title.startswith("train") for title in execute.titles)


def test_each_measurement_is_made_once_and_kept(make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path) -> None:
    project = make_vault(
        {"N.md": "- MAE has shorter attention distance than DINO #claim\n- DINO has longer attention distance than MAE #claim\n"}
    )
    store, execute = Store(tmp_path / "cache", stand_ins), Fake(LEVELS)
    first = outcomes(project, store, execute)
    assert len(execute.titles) == len(set(execute.titles)) == 9  # three models by three seeds
    again = outcomes(project, store, execute)
    assert len(execute.titles) == 9
    assert [outcome.run for outcome in again] == [outcome.run for outcome in first]


def test_a_training_that_fails_is_an_error_and_other_claims_go_on(
    make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path
) -> None:
    project = make_vault(
        {
            "N.md": "- MAE has shorter attention distance than DINO #claim\n- SimMIM has shorter attention distance than DINO #claim\n"
        }
    )
    some = tmp_path / "some"
    some.mkdir()
    missing = MODELS["MAE"].recipe.key(1)
    for path in stand_ins.glob("*.safetensors"):
        if path.stem != missing:
            (some / path.name).symlink_to(path)
    bad, good = outcomes(project, Store(tmp_path / "cache", some), Fake(LEVELS))
    assert (bad.word, bad.failed, bad.reason) == ("error", True, "MAE, seed 1: it diverged")
    assert good.word == "supported"
    kept = {bad.case.id: {"toy": with_verdict(word="supported")}}
    bad, _ = outcomes(project, Store(tmp_path / "cache", some), Fake(LEVELS), last=kept)
    assert (bad.word, bad.stale, bad.failed) == ("supported", True, True)  # the last good verdict stays, marked


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda values: np.full_like(values, np.nan), "nan"),
        (lambda values: np.where(np.arange(256) == 7, np.inf, values), "image 7"),
        (lambda values: np.full_like(values, 3.0), "zero variance"),
    ],
)
def test_what_is_no_measurement_is_never_a_verdict(
    make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path, spoil: Callable[[np.ndarray], np.ndarray], reason: str
) -> None:
    project = make_vault({"N.md": "- MAE has shorter attention distance than DINO #claim\n"})
    (outcome,) = outcomes(project, Store(tmp_path / "cache", stand_ins), Fake(LEVELS, spoil=spoil))
    assert (outcome.word, outcome.failed) == ("error", True)
    assert reason in outcome.reason


def test_a_model_that_learned_nothing_gives_no_verdict(make_vault: Callable[..., Path], tmp_path: Path) -> None:
    project = make_vault({"N.md": "- MAE has shorter attention distance than DINO #claim\n"})
    zoo = tmp_path / "zoo"
    for name in ("MAE", "DINO", "random initialisation"):
        for seed in range(3):
            write_model(zoo, name, seed, LOCALITY[name], learned=(name, seed) != ("MAE", 2))
    (outcome,) = outcomes(project, Store(tmp_path / "cache", zoo), Fake(LEVELS))
    assert outcome.word == "inconclusive"
    assert outcome.reason.startswith("model not competent: MAE, seed 2: probes read the data's factors with 30% accuracy")
    assert outcome.run is not None
    assert outcome.run.verdict.low is None
    assert outcome.run.verdict.curve == LossCurve(model="MAE, seed 2", points=((1, 1.0),))


def test_the_record_tells_how_many_images_were_measured(make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path) -> None:
    project = make_vault({"N.md": "- MAE has shorter attention distance than DINO #claim\n"})
    (outcome,) = outcomes(project, Store(tmp_path / "cache", stand_ins), Fake(LEVELS, spoil=lambda values: values[:, :21].copy()))
    assert outcome.run is not None
    assert (outcome.run.data.images, outcome.run.verdict.images) == (21, 21)
    note = render(outcome, status_of(outcome), Ledger(outcome.case.id), None, "2026-01-02", False)
    assert "images: 21\n" in note
    assert "| measured on | 21 images of `shapes`, layers: " in note


def test_later_looks_are_taken_only_while_undecided(make_vault: Callable[..., Path], tmp_path: Path) -> None:
    project = make_vault(
        {
            "N.md": "- MAE has shorter attention distance than DINO #claim\n- MAE has 33.333 % shorter attention distance than DINO #claim\n"
        }
    )
    zoo = tmp_path / "zoo"
    for name in ("MAE", "DINO", "random initialisation"):
        for seed in range(8):
            write_model(zoo, name, seed, LOCALITY[name])
    settled, open_ = outcomes(project, Store(tmp_path / "cache", zoo), Fake(LEVELS, seed_sd=0.1), seeds=8)
    assert settled.run is not None and open_.run is not None
    assert (settled.run.look, settled.run.verdict.seeds) == (1, 3)
    assert (open_.run.look, open_.run.verdict.seeds) == (3, 8)
    assert "at look 3 of 3, by O'Brien and Fleming's boundaries" in open_.run.verdict.rule


def test_a_shallower_run_does_not_undo_a_deeper_one(make_vault: Callable[..., Path], tmp_path: Path) -> None:
    project = make_vault({"N.md": "- MAE has 33.333 % shorter attention distance than DINO #claim\n"})
    zoo = tmp_path / "zoo"
    for name in ("MAE", "DINO", "random initialisation"):
        for seed in range(5):
            write_model(zoo, name, seed, LOCALITY[name])
    store = Store(tmp_path / "cache", zoo)
    (deep,) = outcomes(project, store, Fake(LEVELS, seed_sd=0.1), seeds=5)
    assert deep.run is not None
    (again,) = outcomes(project, store, Fake(LEVELS), seeds=3, last={deep.case.id: {"toy": deep.run}})
    assert again.run == deep.run
    changed = deep.run.model_copy(update={"code": deep.run.code.model_copy(update={"metric": "older"})})
    (renewed,) = outcomes(project, store, Fake(LEVELS), seeds=3, last={deep.case.id: {"toy": changed}})
    assert renewed.run is not None
    assert renewed.run.look == 1


def test_a_reference_that_cannot_be_measured_costs_no_verdict(
    make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path
) -> None:
    class Picky(Fake):
        def __call__(self, jobs: Sequence[Job]) -> dict[Job, str | None]:
            bad = [job for job in jobs if "random initialisation" in job.title]
            return {**super().__call__([job for job in jobs if job not in bad]), **dict.fromkeys(bad, "no such value")}

    project = make_vault({"N.md": "- MAE has shorter attention distance than DINO #claim\n"})
    (outcome,) = outcomes(project, Store(tmp_path / "cache", stand_ins), Picky(LEVELS))
    assert (outcome.word, outcome.failed) == ("supported", False)
    assert outcome.run is not None
    assert set(outcome.run.values) == {"MAE", "DINO"}
    project = make_vault_again(project, "- MAE has shorter attention distance than a randomly initialised ViT #claim\n")
    (outcome,) = outcomes(project, Store(tmp_path / "cache2", stand_ins), Picky(LEVELS))
    assert (outcome.word, outcome.failed, outcome.reason) == ("error", True, "no such value")


def make_vault_again(project: Path, text: str) -> Path:
    (project / "vault/N.md").write_text(text)
    return project


def test_what_is_only_planned_is_pending(make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path) -> None:
    project = make_vault({"N.md": "- MAE has shorter attention distance than DINO #claim\n"})
    cases, _ = survey(Vault.open(project / "vault"), Project.find(project), WORDS)
    for last, word, stale in (
        ({}, "unchecked", False),
        ({cases[0].id: {"toy": with_verdict(word="refuted")}}, "refuted", True),
    ):
        (outcome,) = check(cases, Bench(Store(tmp_path / "cache", stand_ins), Options(), lambda jobs: {}), WORDS, last)
        assert (outcome.word, outcome.stale, outcome.pending) == (word, stale, True)


SPEC = "claims/mae-attention-distance-dino.yaml"


def test_specs_follow_the_sentence_until_a_person_edits_them(make_vault: Callable[..., Path]) -> None:
    project = make_vault({"N.md": "- MAE has shorter attention distance than DINO #claim ^mae-attention-distance-dino\n"})
    (case,) = survey(Vault.open(project / "vault"), Project.find(project), WORDS)[0]
    assert case.spec_to_write is not None
    (project / SPEC).write_bytes(case.spec_to_write)

    note = project / "vault/N.md"
    note.write_text(note.read_text().replace("than DINO", "than DINO in the last 2 layers"))
    (case,) = survey(Vault.open(project / "vault"), Project.find(project), WORDS)[0]
    assert case.spec is not None
    assert case.spec.where.layers == "last 2"
    assert case.spec_to_write != case.spec_file

    (project / SPEC).write_text((project / SPEC).read_text().replace("0.05, unit", "0.5, unit"))
    (case,) = survey(Vault.open(project / "vault"), Project.find(project), WORDS)[0]
    assert (case.stale, case.spec_to_write) == (True, None)
    assert "the sentence changed" in case.reason

    note.write_text(note.read_text().replace(" in the last 2 layers", ""))
    (case,) = survey(Vault.open(project / "vault"), Project.find(project), WORDS)[0]
    assert (case.stale, case.edited, case.word) == (False, True, None)
    assert case.spec is not None
    assert case.spec.margin.value == 0.5


@pytest.mark.parametrize(
    ("old", "new", "word", "reason"),
    [
        ("subject: MAE", "subject: DINOv4", "untestable", "no model is called 'DINOv4' here; the nearest is 'DINOv3'"),
        ("subject: MAE", "subject: CLIP", None, ""),
        ("metric: attention_distance", "metric: attention_distances", "untestable", "the nearest is 'attention_distance'"),
        ("data: default", "data: cifar", "untestable", "no data set"),
        ("scope: any", "scope: pretrained", None, ""),
        ("baseline: DINO", "baseline: SimMIM\nscope: pretrained", "error", ":"),
        ("kind: compare", "kind: trend", "error", "trend"),
        ("unit: relative", "unit: nats", "error", "'nats'; attention distance takes `relative` or `px`"),
        ("relation: less", "relation: lesser", "error", ":8:1: relation"),
    ],
)
def test_specs_written_by_hand(make_vault: Callable[..., Path], old: str, new: str, word: str, reason: str) -> None:
    project = make_vault({"N.md": "- MAE has shorter attention distance than DINO #claim ^mae-attention-distance-dino\n"})
    (case,) = survey(Vault.open(project / "vault"), Project.find(project), WORDS)[0]
    assert case.spec_to_write is not None
    (project / SPEC).write_text(case.spec_to_write.decode().replace(old, new))
    (case,) = survey(Vault.open(project / "vault"), Project.find(project), WORDS)[0]
    assert case.word == word
    assert reason in case.reason
    assert case.spec_to_write is None


def test_ids_are_readable_and_unique(make_vault: Callable[..., Path]) -> None:
    sentence = "MAE has shorter attention distance than DINO"
    project = make_vault(
        {
            "A.md": f"- {sentence} #claim\n- {sentence} in layer 2 #claim\n",
            "B.md": f"- {sentence} #claim\n- MAE is “nice” #claim\n",
        }
    )
    cases, _ = survey(Vault.open(project / "vault"), Project.find(project), WORDS)
    assert [case.id for case in cases] == [
        "mae-attention-distance-dino",
        "mae-attention-distance-dino-layer-2",
        "mae-attention-distance-dino-2",
        "mae-is-nice",
    ]
    assert cases[2].named is not None
    assert cases[2].named.identity.source == "B#^mae-attention-distance-dino-2"


def test_doubled_block_ids_are_an_error_for_each(make_vault: Callable[..., Path]) -> None:
    sentence = "MAE has shorter attention distance than DINO #claim"
    project = make_vault({"A.md": f"- {sentence} ^x\n", "B.md": f"\n- {sentence} ^X\n"})
    cases, problems = survey(Vault.open(project / "vault"), Project.find(project), WORDS)
    assert cases == []
    assert [str(problem) for problem in problems] == [
        "A.md:1: the block id ^X occurs 2 times in the vault (A.md, B.md); rename all but one",
        "B.md:2: the block id ^X occurs 2 times in the vault (A.md, B.md); rename all but one",
    ]


def test_each_metric_is_measured_twice_once_and_what_differs_is_flagged(
    make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path
) -> None:
    class Twice(Fake):
        """Notes which jobs repeat what, and keeps that it came out differently by a share."""

        def __init__(self, share: float) -> None:
            super().__init__(LEVELS)
            self.share = share
            self.repeats: list[tuple[str, tuple[str, ...]]] = []

        def __call__(self, jobs: Sequence[Job]) -> dict[Job, str | None]:
            results = super().__call__(jobs)
            for job in jobs:
                self.repeats.append((job.title, job.repeat))
                for metric, out in job.outs:
                    kept = read_measurement(out)
                    assert kept is not None
                    if metric in job.repeat:
                        write_measurement(out, Kept.of(kept, Details(repeated=self.share)))
            return results

    project = make_vault(
        {"N.md": "- MAE has shorter attention distance than DINO #claim\n- MAE has lower attention entropy than DINO #claim\n"}
    )
    for share, flagged in [(0.0, {}), (0.02, {"attention_distance": 0.02})]:
        execute = Twice(share)
        store = Store(tmp_path / f"cache{share}", stand_ins)
        for _ in range(2):  # from the cache the second time
            first, second = outcomes(project, store, execute)
            assert first.run is not None and second.run is not None
            assert first.run.nondeterministic == flagged
            told = "not deterministic: attention_distance differs by 2.0% when the same is measured twice"
            assert (told in first.reason) is bool(flagged)
            assert first.run.verdict.reason in first.reason
        repeated = [repeat for _, repeat in execute.repeats if repeat]
        assert repeated == [("attention_distance", "attention_entropy")]
