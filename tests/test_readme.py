"""What the README and the manual say is run or compared with the program."""

from __future__ import annotations

import contextlib
import io
import re
import tomllib
from pathlib import Path, PurePosixPath

import pytest

from checker.claims import exact_spec, find_claims, is_untouched, kind, parse_spec, print_spec, read_sentence
from checker.lab import vocabulary
from checker.lab.checkpoints import read_card
from checker.lab.metrics import METRICS
from checker.lab.models import MODELS
from checker.notes import parse
from checker.reports.models import HEADER, model_rows
from checker.runs.store import Store

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_the_python_in_the_readme_prints_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})
    assert printed.getvalue().split() == code.rsplit("# ", 1)[1].split()


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {re.match(r"[a-z0-9-]+", dependency)[0] for dependency in project["dependencies"]}  # type: ignore[index]
    rows = re.findall(r"^\| ([a-z0-9, -]+) \| \w", README, re.MULTILINE)
    assert {name.strip() for row in rows for name in row.split(",")} - {"dependency"} == names


def test_the_links_of_the_readme_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target.replace("%20", " ")).exists(), target


def test_the_sentences_of_the_manual_are_understood() -> None:
    manual = (ROOT / "vault/Manual/Writing a claim.md").read_text()
    block, *_ = re.findall(r"```text\n(.*?)```", manual, re.DOTALL)
    readings = {read_sentence(line, vocabulary()).reading for line in block.splitlines()}
    assert len(readings) == 1
    assert readings != {""}
    for clause in re.findall(r"\"((?:in|averaged|by|on) [^\"]+)\"", manual):
        assert read_sentence(f"MAE has shorter attention distance than DINO {clause}", vocabulary()).status == "ok", clause


KINDS = {
    "comparison": "compare",
    "of families": "compare",
    "by a factor": "compare",
    "absence": "presence",
}


def test_the_kinds_of_the_manual_are_all_kinds_and_are_understood() -> None:
    manual = (ROOT / "vault/Manual/Writing a claim.md").read_text()
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", manual.split("## What can be said")[1].split("\n## ")[0], re.MULTILINE)[2:]
    for name, sentence in rows:
        meaning = read_sentence(sentence, vocabulary()).spec
        assert meaning is not None and meaning.kind == KINDS.get(name, name), sentence
    kinds = {KINDS.get(name, name) for name, _ in rows}
    assert kinds == set(kind.KINDS)


def test_the_claim_blocks_of_the_manual_are_read() -> None:
    manual = (ROOT / "vault/Manual/Writing a claim.md").read_text()
    specs = []
    for text in re.findall(r"````markdown\n(.*?)````", manual, re.DOTALL):
        (claim,), problems = find_claims(parse(PurePosixPath("N.md"), text.encode()))
        specs.append(exact_spec(claim, None, vocabulary()))
        assert not problems
    plain, changed = specs
    assert (plain.margin.value, plain.margin.unit, plain.where.layers) == (1.5, "px", "last 2")
    assert changed.names == ("MAE (decoder depth: 1)", "MAE")


def test_the_spec_in_the_manual_is_a_spec() -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "vault/Manual/Files it writes.md").read_text(), re.DOTALL)
    assert print_spec(parse_spec(text, "manual")) == text
    assert is_untouched(text)


def test_the_table_of_models_in_the_manual_is_that_of_the_models_that_ship() -> None:
    store = Store.default()
    cards = [read_card(path) for path in store.shipped.glob("*.safetensors")]
    manual = (ROOT / "vault/Manual/The lab.md").read_text()
    rows = [f"| {' | '.join(row)} |" for row in model_rows(cards)]
    table = manual.split(f"| {' | '.join(HEADER)} |\n")[1].split("\n\n")[0].splitlines()[1:]
    assert table == rows


def test_the_table_of_released_weights_is_that_of_the_registry() -> None:
    manual = (ROOT / "vault/Manual/Released weights.md").read_text()
    for model in MODELS.values():
        tag = f"`{model.tag}`" if model.tag else ""
        assert f"| {model.name} | {'yes' if model.recipe else ''} | {tag} | {model.licence} |\n" in manual


def test_the_table_of_metrics_is_that_of_the_registry() -> None:
    manual = (ROOT / "vault/Manual/Metrics.md").read_text()
    rows = re.findall(r"^\| \[\[.*?\]\] \| `(\w+)` \| (.*?) \| (\w+) \| (.*?) \| (.*?) \| (.*?) ?\|$", manual, re.MULTILINE)
    expected = set()
    for metric in METRICS.values():
        word = metric.word
        margin = (
            f"{100 * word.margin.value:g} %" if word.margin.unit == "relative" else f"{word.margin.value:g} {word.margin.unit}"
        )
        expected.add((word.name, word.unit, metric.reads, word.layers or "whole model", margin, ", ".join(word.factors)))
    assert set(rows) == expected
