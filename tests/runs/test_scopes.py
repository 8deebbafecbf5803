"""Released weights beside toys: which verdict leads, what is kept, and what happens when weights are absent or worthless."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file

from checker.errors import MeasurementError
from checker.lab import vocabulary
from checker.lab.context import Context
from checker.lab.models import MODELS, Model
from checker.lab.releases import by_name
from checker.notes import Vault
from checker.reports.plots import claim_plot, plot_mark
from checker.reports.table import as_json
from checker.runs.bench import Bench, Options
from checker.runs.check import check
from checker.runs.folder import JobFolder
from checker.runs.jobs import Job, run
from checker.runs.outcome import Outcome
from checker.runs.project import Project
from checker.runs.store import Store
from checker.runs.survey import survey
from checker.writing import plan_changes, read_ledgers, replace

SENTENCE = "MAE has 25 % shorter attention distance than DINO"
TODAY = "2026-01-02"
TAGS = {"MAE": "test_vit.r160_in1k", "DINO": "test_vit2.r160_in1k"}  # timm's own tiny models stand in for the large ones


def in_process(jobs: Sequence[Job]) -> dict[Job, str | None]:
    results: dict[Job, str | None] = {}
    for job in jobs:
        try:
            with tempfile.TemporaryDirectory() as name:
                folder = JobFolder(Path(name))
                folder.write(job, Context())
                try:
                    run(folder.read(), folder.path, lambda *_: None)
                finally:
                    folder.collect(job)
            results[job] = None
        except MeasurementError as error:
            results[job] = str(error)
    return results


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty Hugging Face cache, the network off, and few photographs; MAE and DINO have tiny released weights."""
    folder = tmp_path / "hub"
    folder.mkdir()
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(folder))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("checker.lab.measure.IMAGES", 8)
    for name, tag in TAGS.items():
        monkeypatch.setitem(MODELS._entries, name, dataclasses.replace(MODELS[name], tag=tag))
    return folder


def release(hub: Path, name: str, sharpness: float) -> None:
    """Weights that have the mark of training (norms off the identity) and attend the more sharply the larger `sharpness`; noise
    otherwise. They live in this test alone."""
    torch.manual_seed(len(name))
    module = timm.create_model(TAGS[name].partition(".")[0])
    for part in module.modules():
        if isinstance(part, torch.nn.LayerNorm):
            torch.nn.init.normal_(part.bias, std=0.1)
    for block in module.blocks:
        block.attn.qkv.weight.data.mul_(sharpness)
    snapshot = hub / f"models--timm--{TAGS[name]}" / "snapshots" / ("1" * 40)
    snapshot.mkdir(parents=True, exist_ok=True)
    (snapshot.parents[1] / "refs").mkdir(exist_ok=True)
    (snapshot.parents[1] / "refs" / "main").write_text("1" * 40)
    save_file({key: tensor.contiguous() for key, tensor in module.state_dict().items()}, snapshot / "model.safetensors")


def go(folder: Path, store: Store, last: Mapping[str, Mapping[str, Mapping[str, object]]] | None = None) -> tuple[Outcome, Bench]:
    project = Project.find(folder)
    cases, problems = survey(Vault.open(project.vault), project, vocabulary())
    assert problems == []
    bench = Bench(store, Options(), in_process, project.root)
    (outcome,) = check(cases, bench, vocabulary(), last or {})
    return outcome, bench


def test_without_released_weights_the_toy_leads(
    make_vault: Callable[..., Path], stand_ins: Path, hub: Path, tmp_path: Path
) -> None:
    outcome, bench = go(make_vault({"N.md": f"- {SENTENCE} #claim\n"}), Store(tmp_path / "cache", stand_ins))
    assert (outcome.scope, outcome.others) == ("toy", ())
    assert {want.name for want in bench.absent} == {"MAE", "DINO"}
    assert all("--download" in reason for reason in bench.absent.values())


def test_the_stronger_scope_leads_and_both_are_kept(
    make_vault: Callable[..., Path], stand_ins: Path, hub: Path, tmp_path: Path
) -> None:
    folder, store = make_vault({"N.md": f"- {SENTENCE} #claim\n"}), Store(tmp_path / "cache", stand_ins)
    for name, sharpness in (("MAE", 1.0), ("DINO", 1.0)):
        release(hub, name, sharpness)
    outcome, _ = go(folder, store)
    assert outcome.scope == "pretrained"
    assert [said.scope for said in outcome.others] == ["toy"]
    assert outcome.run is not None
    assert outcome.run.models["MAE"].tag == TAGS["MAE"]
    assert outcome.run.data.name == "photographs"
    assert "about these checkpoints only" in outcome.run.verdict.rule
    assert outcome.word == "refuted"  # two noisy models do not differ by 25 %
    assert outcome.others[0].word == "supported"  # stand-ins built to
    assert outcome.disagrees

    project = Project.find(folder)
    ledgers, _ = read_ledgers(project, [outcome.case.id])
    for change in plan_changes(project, [outcome], ledgers, lambda name, run: claim_plot(name, run, "x"), plot_mark, TODAY):
        replace(change.path, change.new, change.old)
    assert "❌ refuted · pretrained" in (project.vault / "N.md").read_text()
    note = project.note(outcome.case.id).read_text()
    assert "The scopes disagree" in note
    assert "| toy | ✅ supported |" in note
    assert f"`{TAGS['MAE']}`" in note
    ledgers, _ = read_ledgers(project, [outcome.case.id])
    newest = ledgers[outcome.case.id].newest
    assert set(newest) == {"toy", "pretrained"}
    (claim,) = as_json([outcome], project, [], [], {})["claims"]
    assert (claim["scope"], claim["disagrees"], claim["beside"][0]["status"]) == ("pretrained", True, "supported")

    again, _ = go(folder, store, {outcome.case.id: newest})
    assert plan_changes(project, [again], ledgers, lambda name, run: b"", plot_mark, "2026-02-03") == []

    # On a machine without the weights the evidence still stands, as long as spec and code are the same ...
    for path in hub.rglob("model.safetensors"):
        path.unlink()
    elsewhere, _ = go(folder, store, {outcome.case.id: newest})
    assert (elsewhere.word, elsewhere.scope, elsewhere.stale) == ("refuted", "pretrained", False)
    # ... and is stale when they are not.
    older = {**newest, "pretrained": newest["pretrained"].model_copy(update={"key": "made by other code"})}
    changed, _ = go(folder, store, {outcome.case.id: older})
    assert (changed.word, changed.scope, changed.stale) == ("refuted", "pretrained", True)


def test_random_weights_are_an_error_and_the_toy_still_leads(
    make_vault: Callable[..., Path], stand_ins: Path, hub: Path, tmp_path: Path
) -> None:
    release(hub, "MAE", 1.0)
    snapshot = hub / f"models--timm--{TAGS['DINO']}" / "snapshots" / ("1" * 40)
    snapshot.mkdir(parents=True)
    (snapshot.parents[1] / "refs").mkdir()
    (snapshot.parents[1] / "refs" / "main").write_text("1" * 40)
    save_file(
        {key: tensor.contiguous() for key, tensor in timm.create_model("test_vit2").state_dict().items()},
        snapshot / "model.safetensors",
    )
    outcome, _ = go(make_vault({"N.md": f"- {SENTENCE} #claim\n"}), Store(tmp_path / "cache", stand_ins))
    assert (outcome.word, outcome.scope, outcome.failed) == ("supported", "toy", True)
    assert "these weights were never trained" in outcome.reason


def test_models_without_a_toy_wait_for_their_weights(
    make_vault: Callable[..., Path], stand_ins: Path, hub: Path, tmp_path: Path
) -> None:
    folder = make_vault({"N.md": "- CLIP has longer attention distance than MAE #claim\n"})
    outcome, _ = go(folder, Store(tmp_path / "cache", stand_ins))
    assert outcome.word == "untestable"
    assert outcome.reason.startswith(
        "the released weights of CLIP (vit_base_patch16_clip_quickgelu_224.openai, apache-2.0) are not on this"
    )


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        (
            "CLIP has longer attention distance than SimMIM",
            "pretrained: SimMIM has no released weights known here; toy: CLIP has no recipe to train a toy from",
        ),
        (
            "CLIP has higher k-NN accuracy than MAE",
            "pretrained: k-NN accuracy needs pictures with a known category, unlike photographs; toy: CLIP has no recipe",
        ),
        ("CLIP has higher training throughput than MAE", "pretrained: training throughput cannot be measured there; toy: CLIP"),
        (
            "SimMIM has longer attention distance than LUT on photographs",
            "toy: nothing is known of photographs, so what a toy learns from them could not be judged",
        ),
        (
            "MAE has higher shape bias than DINO on handwritten digits",
            "needs pictures with a known shape and texture, unlike hand",
        ),
        (
            "MAE attends more to the object than DINO on shape-by-texture images",
            "class-token attention on the object needs pictures with a known mask, unlike shape-by-texture images",
        ),
        ("MAE has longer attention distance than DINO on CIFAR-10", "CIFAR-10 is not in"),
    ],
)
def test_what_can_be_decided_in_no_scope_says_why(
    make_vault: Callable[..., Path], stand_ins: Path, hub: Path, tmp_path: Path, sentence: str, reason: str
) -> None:
    folder = make_vault({"N.md": f"- {sentence} #claim\n"})
    outcome, bench = go(folder, Store(tmp_path / "cache", stand_ins))
    assert outcome.word == "untestable"
    assert reason in outcome.reason
    assert not bench.models


def test_a_metric_that_the_default_photographs_cannot_give_is_left_to_the_toys(
    make_vault: Callable[..., Path], stand_ins: Path, hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checker.lab.measure.IMAGES", 64)
    monkeypatch.setattr("checker.lab.subjects.base.PROBE_PICTURES", 300)
    for name in TAGS:
        release(hub, name, 1.0)
    folder = make_vault({"N.md": "- MAE has higher linear probe accuracy than DINO #claim\n"})
    outcome, bench = go(folder, Store(tmp_path / "c", stand_ins))
    assert {want.scope for want in bench.models} == {"toy"}
    assert (outcome.scope, outcome.failed) == ("toy", False), outcome.reason


def test_different_grids_are_compared_as_shares_of_uniform(
    make_vault: Callable[..., Path], stand_ins: Path, hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MODELS._entries, "DINO", dataclasses.replace(MODELS["DINO"], tag="deit_tiny_patch16_224.fb_in1k"))
    monkeypatch.setitem(TAGS, "DINO", "deit_tiny_patch16_224.fb_in1k")
    release(hub, "MAE", 1.0)
    release(hub, "DINO", 1.0)
    outcome, _ = go(make_vault({"N.md": f"- {SENTENCE} #claim\n"}), Store(tmp_path / "cache", stand_ins))
    assert outcome.run is not None
    assert (outcome.run.unit, outcome.run.uniform) == ("of uniform", 1.0)
    assert all(0.5 < value < 1.2 for name in TAGS for row in outcome.run.values[name].layers for value in row)


def test_what_a_convolutional_network_lacks_is_said_before_anything_is_loaded(
    make_vault: Callable[..., Path], stand_ins: Path, hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    convnet = Model(name="CLIP", tag="resnet18.a1_in1k", global_attention=False)
    monkeypatch.setitem(MODELS._entries, "CLIP", convnet)
    folder = make_vault({"N.md": "- CLIP has longer attention distance than DeiT #claim\n"})
    outcome, _ = go(folder, Store(tmp_path / "cache", stand_ins))
    assert outcome.word == "untestable"
    assert "pretrained: attention distance needs attention maps, and CLIP has none" in outcome.reason


SIZED = {"MAE ViT-L/16": "MAE", "DINO ViT-B/16": "DINO"}
OF_SIZES = "- MAE ViT-L/16 has 25 % shorter attention distance than DINO ViT-B/16 #claim\n"


def test_a_claim_about_sizes_is_decided_by_the_released_weights_of_those_sizes(
    make_vault: Callable[..., Path], stand_ins: Path, hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, stand_in in SIZED.items():
        monkeypatch.setitem(by_name(), name, dataclasses.replace(by_name()[name], tag=TAGS[stand_in]))
        release(hub, stand_in, 1.0)
    outcome, _ = go(make_vault({"N.md": OF_SIZES}), Store(tmp_path / "cache", stand_ins))
    assert (outcome.scope, outcome.others) == ("pretrained", ())
    assert outcome.run is not None
    assert set(outcome.run.values) == set(SIZED)
    assert [outcome.run.models[name].tag for name in SIZED] == [TAGS[name] for name in SIZED.values()]  # type: ignore[union-attr]


def test_a_size_whose_weights_are_absent_is_never_decided_by_a_toy(
    make_vault: Callable[..., Path], stand_ins: Path, hub: Path, tmp_path: Path
) -> None:
    outcome, bench = go(make_vault({"N.md": OF_SIZES}), Store(tmp_path / "cache", stand_ins))
    assert (outcome.word, outcome.others) == ("untestable", ())
    assert "MAE ViT-L/16 (vit_large_patch16_224.mae, cc-by-nc-4.0) are not on this machine" in outcome.reason
    assert set(SIZED) == {want.name for want in bench.absent}


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        ("{model: DINO, size: L/16}", "timm has no DINO ViT-L/16; there are: DINO ViT-S/16, DINO ViT-S/8"),
        ("{model: I-JEPA, size: H/14}", "can be several released weights; name the tag: vit_huge_patch14_gap_224.in1k_ijepa"),
        ("{model: MAE, size: L/16, with: {mask ratio: 50 %}}", "the mask ratio of MAE ViT-L/16 cannot be set"),
    ],
)
def test_a_spec_with_a_size_that_there_is_not_is_refused_by_name(
    make_vault: Callable[..., Path], stand_ins: Path, hub: Path, tmp_path: Path, subject: str, reason: str
) -> None:
    block = f"```claim\nkind: compare\nmetric: attention_distance\nsubject: {subject}\nbaseline: DINO\nrelation: less\n```\n"
    outcome, _ = go(make_vault({"N.md": f"It is so. #claim\n\n{block}"}), Store(tmp_path / "cache", stand_ins))
    assert outcome.word == "untestable"
    assert reason in outcome.reason
