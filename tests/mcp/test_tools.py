"""What an assistant is answered, by the SDK's own client over stdio."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.acceptance.test_cli import tree
from tests.mcp.client import Asking, RefusedError, serving

NOTE = """\
# Attention

- MAE has shorter attention distance than DINO #claim ^shorter
- MAE is nice #claim ^nice
- MAE has shorter attention distance than [[Nowhere]]

SimMIM has shorter attention distance than DINO. MAE attends more locally than SimCLR.
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("assistant")
    (project / "vault").mkdir()
    (project / "claims").mkdir()
    (project / "vault/Attention.md").write_text(NOTE)
    (project / "vault/Other.md").write_text("See [[Attention]].\n")
    (project / "vault/Long.md").write_text("".join(f"line {number} {'x' * 90}\n" for number in range(1, 1001)))
    return project


@pytest.fixture(scope="module")
def ask(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    before = tree(project)
    with serving(project, tmp_path_factory.mktemp("cache")) as asking:
        yield asking
    assert tree(project) == before  # whatever was asked


def test_every_tool_has_schemas_and_only_reads(ask: Asking) -> None:
    tools = ask.tools()
    assert set(tools) == {
        *("search_notes", "read_note", "links", "path", "lint", "propose", "vocabulary", "read", "draft", "validate"),
        *("claims", "explain", "evidence", "plan"),
    }
    for tool in tools.values():
        Draft202012Validator.check_schema(tool.input_schema)
        Draft202012Validator.check_schema(tool.output_schema)
        assert tool.annotations.read_only_hint and tool.description


def test_notes_are_found_and_read(ask: Asking) -> None:
    found = ask("search_notes", words="attention DISTANCE")
    assert [(each["note"], each["lines"][0]["line"]) for each in found["notes"]] == [("Attention.md", 3)]
    note = ask("read_note", note="Attention")
    assert (note["text"], note["lines"], note["next_line"]) == (NOTE, 8, None)


def test_a_long_note_is_read_in_parts(ask: Asking) -> None:
    text, line = "", 1
    while line is not None:
        part = ask("read_note", note="Long.md", first_line=line)
        assert len(part["text"]) <= 20_000
        text, line = text + part["text"] + "\n", part["next_line"]
    assert text.count("line ") == 1000
    with pytest.raises(RefusedError, match="has 1001 lines"):
        ask("read_note", note="Long.md", first_line=5000)


def test_links_and_paths(ask: Asking) -> None:
    found = ask("links", note="Attention")
    assert [(each["note"], each["link"]) for each in found["links"]] == [(None, "Nowhere")]
    assert [(each["note"], each["how"]) for each in found["backlinks"]] == [("Other.md", "wiki")]
    assert ask("path", start="Attention", end="Other") == {"steps": ["Attention.md", "Other.md"]}
    assert ask("path", start="Attention", end="Long") == {"steps": []}


def test_claims_are_listed_and_explained(ask: Asking) -> None:
    claims = ask("claims")["claims"]
    assert [(each["id"], each["line"], bool(each["reading"])) for each in claims] == [("shorter", 3, True), ("nice", 4, False)]
    told = ask("explain", claim="^shorter")
    assert told["reading"].startswith("the mean attention distance of MAE") and told["evidence"] == []
    assert ask("evidence", claim="shorter") == {"claim": "shorter", "runs": [], "recorded": 0}
    with pytest.raises(RefusedError, match="no claim here is called 'shorte'; did you mean shorter"):
        ask("explain", claim="shorte")


def test_sentences_are_proposed(ask: Asking) -> None:
    found = ask("propose")
    assert [(each["line"], bool(each["reading"]), len(each["choices"])) for each in found["proposals"]] == [
        (7, True, 0),
        (7, False, 2),
    ]
    assert (found["notes"], found["next_note"]) == (3, "")


def test_faults_are_listed(ask: Asking) -> None:
    assert [(each["note"], each["kind"]) for each in ask("lint")["faults"]] == [("Attention.md", "broken-link")]


def test_a_plan_is_a_dry_run_without_a_digest(ask: Asking) -> None:
    plan = ask("plan", claims=["shorter", "nice"])
    assert [each["id"] for each in plan["claims"]] == ["shorter", "nice"] and plan["steps"] and plan["digest"] == ""
    assert "vault/Attention.md" in {each["path"] for each in plan["files"]}
    assert [line for line in plan["diff"].splitlines() if line[:1] == "+" and "nice" in line] == [
        "+- MAE is nice #claim [[nice|∅ untestable]] ^nice"
    ]


def test_what_is_not_understood_is_an_error_that_says_what_to_do(ask: Asking) -> None:
    for tool, arguments, message in (
        ("vocabulary", {"term": "zzz"}, "ask without a term for everything"),
        ("read_note", {"note": "Attentio"}, "no note is called 'Attentio' in this vault; near to it: Attention"),
        ("read", {"sentence": "x" * 1001}, "at most 1000 characters"),
        ("read", {"sentence": "MAE\n- DINO"}, "control characters"),
        ("plan", {"claims": ["nowhere"]}, "no claim here is called nowhere"),
        ("check", {"claims": ["shorter"], "digest": "0" * 32}, "Unknown tool"),
    ):
        with pytest.raises(RefusedError, match=message):
            ask(tool, **arguments)


WANTED = {  # sentences that the reader refuses, and what the person answers to each question
    "MAE attends more locally than DINO": {"metric": "attention_distance", "relation": "less"},
    "DINO performs better than MAE": {"metric": "linear_probe_accuracy", "relation": "greater"},
    "MAE has shorter attention distance than DINO on ImageNet-C": {"where.data": "photographs"},
    "MAE's k-NN accuracy is about 60 %": {"relation": "greater"},
    "The features of DINO are very much alike": {
        **{"kind": "compare", "metric": "token_similarity", "subject": "DINO", "baseline": "MAE", "relation": "greater"},
    },
}


def answered(block: str, answers: dict[str, str]) -> str:
    """The block with the answers behind their keys, as an assistant edits it."""
    for field, answer in answers.items():
        key = field.rpartition(".")[2]
        lines = block.splitlines()
        place = next(index for index, line in enumerate(lines) if line.strip() == f"{key}:")
        lines[place] += f" {answer}"
        block = "\n".join(lines) + "\n"
    return block


@pytest.mark.parametrize("sentence", WANTED)
def test_a_sentence_that_does_not_read_becomes_a_claim_block(ask: Asking, sentence: str) -> None:
    """read, the question, words, draft, validate: only with the tools."""
    read = ask("read", sentence=sentence)
    assert read["status"] != "ok" and read["reason"]
    drafted = ask("draft", sentence=sentence)
    answers = WANTED[sentence]
    assert not drafted["whole"] and {each["field"] for each in drafted["asked"]} == set(answers)
    assert not ask("validate", sentence=sentence, block=drafted["block"])["accepted"]  # what is open does not count
    for name in {answers.get("metric"), answers.get("where.data")} - {None}:
        words = ask("vocabulary", term=name)
        assert name in {each["name"] for each in (*words["metrics"], *words["data"])}
    judged = ask("validate", sentence=sentence, block=answered(drafted["block"], answers))
    assert judged["accepted"], judged["reason"]
    assert judged["reading"] and judged["scopes"] and judged["to_put_in_a_note"].startswith(f"- {sentence} #claim\n\n```claim\n")
    assert any("the block alone says what is claimed" in warning for warning in judged["warnings"])


def test_a_sentence_about_what_nothing_here_measures_must_not_be_accepted(ask: Asking) -> None:
    """Whatever an assistant fills in: a made-up metric is none, an empty field does not count, and what it puts in the place of
    the metric is said in the reading."""
    sentence = "MAE has a flatter loss landscape than DINO"
    assert ask("read", sentence=sentence)["status"] == "untestable"
    drafted = ask("draft", sentence=sentence)
    answers = {"kind": "compare", "subject": "MAE", "baseline": "DINO", "relation": "less"}
    for metric in ("loss_landscape", "", "[attention_distance, loss]"):
        judged = ask("validate", sentence=sentence, block=answered(drafted["block"], {**answers, "metric": metric}))
        assert not judged["accepted"] and judged["to_put_in_a_note"] == ""
    whole = "kind: compare\nmetric: loss_landscape\nsubject: MAE\nbaseline: DINO\nrelation: less\n"
    judged = ask("validate", sentence=sentence, block=whole + "margin: {value: 1, unit: px}\nwhere: {layers: all}\n")
    assert not judged["accepted"] and "no metric is called 'loss_landscape' here" in judged["reason"]


def test_a_block_that_turns_its_sentence_round_is_told(ask: Asking) -> None:
    sentence = "MAE has shorter attention distance than DINO"
    block = ask("draft", sentence=sentence)["block"]
    assert ask("validate", sentence=sentence, block=block)["warnings"] == []
    turned = ask("validate", sentence=sentence, block=block.replace("less", "greater"))
    assert turned["warnings"][0].startswith("the sentence by itself says something else: the mean attention distance of MAE")


def test_the_server_ends_with_its_client(project: Path, tmp_path: Path) -> None:
    with serving(project, tmp_path) as asking:
        assert asking("path", start="Attention", end="Other")["steps"]
    assert not [each for each in Path("/proc").glob("[0-9]*/cmdline") if f"{tmp_path}".encode() in _read(each)]


def _read(path: Path) -> bytes:
    try:
        return path.with_name("environ").read_bytes() if os.access(path, os.R_OK) else b""
    except OSError:
        return b""
