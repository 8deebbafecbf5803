"""Every kind of claim from its sentence to its verdict, evidence, plot and note, on stand-ins of known size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from checker.evidence import Ledger, decide_again, parse_ledger, print_ledger
from checker.reports.plots import claim_plot
from checker.runs.store import Store
from checker.writing.changes import status_of
from checker.writing.claim_note import render
from tests.runs.test_check import LEVELS, Fake, outcomes


@pytest.mark.parametrize(
    ("sentence", "word", "effect_of", "claimed"),
    [
        ("MAE does not have shorter attention distance than DINO", "refuted", "MAE minus DINO", "above -0.600 px"),
        ("MAE does not have longer attention distance than SimMIM", "supported", "MAE minus SimMIM", "below 0.395 px"),
        ("MIM (MAE and SimMIM) has shorter attention distance than DINO", "supported", "MAE minus DINO, the pair that decides of 2", "below -0.600 px"),
        ("MAE has shorter attention distance than DINO in all layers", "supported", "MAE minus DINO", "below -0.600 px"),
        ("MAE has longer attention distance than DINO in most layers", "refuted", "MAE minus DINO", "above 0.600 px"),
        ("DINO has twice the attention distance of MAE", "refuted", "DINO divided by MAE", "above 2.000 times"),
        ("DINO's attention distance is 1.2 times that of MAE", "supported", "DINO divided by MAE", "above 1.200 times"),
        ("MAE's attention distance is less than 10 px", "supported", "mean of MAE", "below 10.000 px"),
        ("MAE's attention distance does not exceed 7 px", "refuted", "mean of MAE", "below 7.000 px"),
        ("the attention distance of MAE increases with depth", "refuted", "slope over the depth of MAE", "above 0.400 px over the depth"),
        ("the attention distance of MAE does not increase with depth", "supported", "slope over the depth of MAE", "below 0.400 px over the depth"),
        ("MAE has high-norm tokens", "supported", "images of MAE that show it", "above 0.050 of the images"),
        ("MAE has no high-norm tokens", "refuted", "images of MAE that show it", "below 0.050 of the images"),
        ("MAE and SimMIM have similar attention distance within 1 px", "supported", "MAE minus SimMIM", "between -1.000 and 1.000 px"),
        ("MAE and DINO have similar attention distance within 1 px", "refuted", "MAE minus DINO", "between -1.000 and 1.000 px"),
        ("DINO > MAE in attention distance", "supported", "difference of the pair that decides", "above 0.400 px"),
        ("MAE > SimMIM > DINO in attention distance", "refuted", "difference of the pair that decides", "above 0.600 px"),
    ],
)  # fmt: skip
def test_kinds(
    make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path, sentence: str, word: str, effect_of: str, claimed: str
) -> None:
    project = make_vault({"N.md": f"- {sentence} #claim\n"})
    (outcome,) = outcomes(project, Store(tmp_path / "cache", stand_ins), Fake(LEVELS))
    assert outcome.run is not None, outcome.reason
    assert (outcome.word, outcome.run.effect_of) == (word, effect_of), outcome.reason
    ledger = parse_ledger(print_ledger(Ledger(outcome.case.id).with_run(outcome.run)).encode(), "x")
    assert ledger.runs[0] == outcome.run
    assert decide_again(ledger.runs[0]) == outcome.run.verdict
    note = render(outcome, status_of(outcome), ledger, None, "2026-01-02", False)
    assert f"| claimed | {claimed} |" in note
    assert f"verdict: {word}\n" in note
    drawn = " ".join(ElementTree.fromstring(claim_plot("a", outcome.run, ["the metric"])).itertext())
    assert "shaded: as claimed" in drawn
    for part in outcome.run.verdict.parts:
        assert part.name in drawn
        assert f"| {part.name} |" in note


def test_a_correlation_is_over_models(make_vault: Callable[..., Path], stand_ins: Path, tmp_path: Path) -> None:
    sentence = "attention distance correlates positively with attention entropy across MAE, SimMIM, DINO and supervised ViT"
    project = make_vault({"N.md": f"- {sentence} #claim\n"})
    (outcome,) = outcomes(project, Store(tmp_path / "cache", stand_ins), Fake(LEVELS))
    assert outcome.run is not None, outcome.reason
    verdict = outcome.run.verdict
    assert (outcome.word, verdict.effect) == ("inconclusive", 1.0)  # four models never decide
    assert "models" in verdict.reason
    assert decide_again(outcome.run) == verdict
    drawn = " ".join(ElementTree.fromstring(claim_plot("a", outcome.run, ["attention distance", "entropy"])).itertext())
    assert "attention distance (px)" in drawn
    assert "entropy (nats)" in drawn
    note = render(outcome, status_of(outcome), Ledger(outcome.case.id).with_run(outcome.run), None, "2026-01-02", False)
    assert "The other metric, in nats." in note
