"""What is told of verdicts that changed, and the reasons that records give."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from checker.evidence import Run
from checker.reports.history import State, changes_between, reasons
from tests.evidence.runs import run, with_verdict
from tests.runs.test_repository import git
from tests.writing.conftest import Run as Command
from tests.writing.conftest import command  # noqa: F401

RUN = run()
OLD = State("CL is more shape-biased than MIM", "❌ refuted · toy", RUN)
NEW = replace(OLD, status="✅ supported · toy")


def other_weights() -> Run:
    name, model = next(iter(RUN.models.items()))
    return RUN.model_copy(
        update={"models": {**RUN.models, name: model.model_copy(update={"weights": ("0" * 16, *model.weights[1:])})}}
    )


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (NEW, []),
        (replace(NEW, statement="another"), [f"sentence: it was {OLD.statement!r}"]),
        (replace(NEW, run=None), ["evidence: removed"]),
        (replace(NEW, run=RUN.model_copy(update={"scope": "pretrained"})), ["scope: toy before, pretrained now"]),
        (
            replace(NEW, run=RUN.model_copy(update={"code": RUN.code.model_copy(update={"metric": "x", "decision": "y"})})),
            ["code: metric, decision rule"],
        ),
        (
            replace(NEW, run=RUN.model_copy(update={"data": RUN.data.model_copy(update={"name": "leaves"})})),
            [f"data: {RUN.data.images} images of {RUN.data.name} before, {RUN.data.images} images of leaves now"],
        ),
        (replace(NEW, run=with_verdict(RUN, seeds=8)), [f"seeds: {RUN.verdict.seeds} before, 8 now"]),
        (replace(NEW, run=other_weights()), [f"weights: those of {next(iter(RUN.models))}"]),
        (
            replace(OLD, status="❌ refuted · toy · stale · at risk"),
            [
                "stale: its spec, code, data or weights have changed since it was checked",
                "at risk: what it rests on is refuted or stale",
            ],
        ),
    ],
)
def test_reasons(new: State, why: list[str]) -> None:
    assert list(reasons(OLD, new)) == why


def test_claims_that_are_new_gone_or_changed() -> None:
    found = changes_between({"a": OLD, "b": OLD, "c": OLD}, {"a": NEW, "b": OLD, "d": NEW})
    assert [(each.id, each.before, each.after, each.why) for each in found] == [
        ("a", OLD.status, NEW.status, ()),
        ("c", OLD.status, "", ("no claim any more",)),
        ("d", "", NEW.status, ("new",)),
    ]


def test_the_command_compares_revisions(tmp_path: Path, command: Command) -> None:  # noqa: F811
    (tmp_path / "vault").mkdir()
    (tmp_path / "claims").mkdir()
    git(tmp_path, "init", "--initial-branch=main")
    note = tmp_path / "vault/N.md"
    note.write_text("- MAE is nice #claim ^a\n- DINO is nice #claim ^b\n")
    command(tmp_path)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "one")
    note.write_text("- MAE has shorter attention distance #claim ^a\n- SimMIM is nice #claim ^c\n")
    command(tmp_path)
    told = json.loads(command("diff", "HEAD", tmp_path, "--json").stdout)
    assert (told["schema"], told["from"], told["to"]) == (1, "HEAD", "the working tree")
    assert [(each["id"], each["before"], each["after"]) for each in told["changed"]] == [
        ("a", "∅ untestable", "🖉 needs spec"),
        ("b", "∅ untestable", ""),
        ("c", "", "∅ untestable"),
    ]
    assert told["changed"][0]["why"] == ["sentence: it was 'MAE is nice'"]
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "two")
    assert "0 claims changed status" in command("diff", "HEAD..", tmp_path).output
    assert "3 claims changed status: HEAD~1 to HEAD" in command("diff", "HEAD~1..HEAD", tmp_path).output
    for revision in ("nonsense", "--output=x", "HEAD..-p"):
        assert "the revision" in command("diff", "--", revision, tmp_path, code=2).output
    (tmp_path / "claims/c.evidence.json").write_text("{")
    assert "c.evidence.json" in command("diff", "HEAD", tmp_path, code=3).output
