"""The installed command as continuous integration runs it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.acceptance.test_cli import COMMAND, ROOT, run, tree
from tests.reports.test_finding import as_the_runner_reads, check_junit, check_sarif
from tests.runs.test_repository import git

Edit = Callable[[str, str, str], None]


@pytest.fixture(autouse=True)
def _no_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")  # which --ci does not heed


def test_ci_writes_nothing_uses_no_colour_and_fails_on_what_is_refuted(checked_repository: Path, ci_cache: Path) -> None:
    before = tree(checked_repository)
    result = run("--ci", cwd=checked_repository, cache=ci_cache)
    assert result.returncode == 1, result.stderr
    assert "4 claims: 1 supported, 1 refuted, 1 needs spec, 1 untestable; 0 files would be written" in result.stdout
    assert "\x1b" not in result.stdout + result.stderr
    assert run("--ci", "--fail-on", "stale", cwd=checked_repository, cache=ci_cache).returncode == 0
    assert tree(checked_repository) == before


def test_ci_writes_nothing_into_a_vault_that_was_never_checked(make_vault: Callable[..., Path], ci_cache: Path) -> None:
    project = make_vault({"N.md": "- MAE has shorter attention distance than DINO #claim\n"})
    before = tree(project)
    result = run("--ci", cwd=project, cache=ci_cache)
    assert result.returncode == 0, result.stderr
    assert "5 files would be written" in result.stdout  # spec, evidence, plot, claim note, note
    assert tree(project) == before


def test_a_status_that_is_not_what_the_check_finds_is_stale(checked_repository: Path, ci_cache: Path, edit: Edit) -> None:
    edit("vault/Attention.md", "❌ refuted · toy", "✅ supported · toy")
    result = run("--ci", "--fail-on", "stale", "--junit", "out/junit.xml", cwd=checked_repository, cache=ci_cache)
    assert result.returncode == 1
    assert "vault/Attention.md:4: stale: the note says ✅ supported · toy, and the check finds ❌ refuted · toy" in result.stdout
    root = check_junit((checked_repository / "out/junit.xml").read_bytes())
    assert [failure.get("type") for failure in root.iter("failure")] == ["stale"]
    assert run(".", "--fail-on", "stale", cwd=checked_repository, cache=ci_cache).returncode == 0  # it is put right
    assert "❌ refuted · toy" in (checked_repository / "vault/Attention.md").read_text()


def test_reports_name_note_and_line_from_the_root_of_the_repository(
    checked_repository: Path, tmp_path: Path, ci_cache: Path
) -> None:
    junit, sarif = tmp_path / "reports/junit.xml", tmp_path / "reports/claims.sarif"
    arguments = ("--ci", "--junit", str(junit), "--sarif", str(sarif), "--json")
    result = run(".", *arguments, cwd=checked_repository / "vault", cache=ci_cache)
    assert result.returncode == 1, result.stderr
    assert len(json.loads(result.stdout)["claims"]) == 4
    cases = [(case.get("file"), case.get("line"), case.get("name")) for case in check_junit(junit.read_bytes()).iter("testcase")]
    assert cases == [
        ("vault/Attention.md", "3", "MAE has shorter attention distance than DINO"),
        ("vault/Attention.md", "4", "MAE has longer attention distance than DINO"),
        ("vault/Attention.md", "5", "MAE has shorter attention distance"),
        ("vault/Sub/Other.md", "1", "MAE is nice"),
    ]
    results = check_sarif(sarif.read_text())
    assert [(each["ruleId"], each["properties"]["claim"]) for each in results] == [
        ("claim/refuted", "longer"),
        ("claim/needs-spec", "mae-has-shorter-attention-distance"),
        ("claim/untestable", "mae-is-nice"),
    ]


def test_a_report_that_cannot_be_written_is_told(make_vault: Callable[..., Path], ci_cache: Path) -> None:
    project = make_vault({"N.md": "- MAE is nice #claim\n"})
    result = run("--ci", "--junit", "vault", cwd=project, cache=ci_cache)
    assert result.returncode == 4
    assert "vault" in result.stderr
    assert "Traceback" not in result.stderr


def test_what_cannot_be_checked_is_in_the_reports_too(checked_repository: Path, ci_cache: Path, edit: Edit) -> None:
    edit("vault/Sub/Other.md", "MAE is nice #claim", "MAE is nice #claim and #claim")
    (checked_repository / "claims/longer.evidence.json").write_text("{")
    result = run("--ci", "--junit", "j.xml", "--sarif", "s.sarif", cwd=checked_repository, cache=ci_cache)
    assert result.returncode == 3
    root = check_junit((checked_repository / "j.xml").read_bytes())
    errors = {(case.get("file"), case.get("line")) for case in root.iter("testcase") if case.find("error") is not None}
    assert errors == {("vault/Attention.md", "4"), ("vault/Sub/Other.md", "1")}
    kinds = [each["ruleId"] for each in check_sarif((checked_repository / "s.sarif").read_text())]
    assert sorted(kinds) == ["claim/error", "claim/error", "claim/needs-spec"]


HOSTILE = "- MAE is nice \x1b[31m ##[add-mask]secret ::error::50%0Anew #claim\n- ::set-output name=x::1 MAE #claim\n"


@pytest.mark.parametrize("option", [[], ["--json"], ["--dry-run"]])
def test_githubs_runner_gets_annotations_and_no_other_commands(
    make_vault: Callable[..., Path], ci_cache: Path, monkeypatch: pytest.MonkeyPatch, option: list[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    project = make_vault({"N.md": HOSTILE})
    result = run("--ci", "--fail-on", "untestable", *option, cwd=project, cache=ci_cache)
    assert result.returncode == 1
    stream = result.stderr if option == ["--json"] else result.stdout
    first, *lines = stream.splitlines()
    assert first.startswith("::stop-commands::")
    token = first.removeprefix("::stop-commands::")
    told = lines[lines.index(f"::{token}::") + 1 :]
    assert [as_the_runner_reads(line) for line in told] == [
        (
            "error",
            {"file": "vault/N.md", "line": "1", "title": "∅ untestable"},
            "MAE is nice  [31m # #[add-mask]secret : :error::50%0Anew: not understood: 'nice', 'add-mask', 'secret' (no word of the "
            "claim language); '31m' (a size or a resolution of a model), …",
        ),
        (
            "error",
            {"file": "vault/N.md", "line": "2", "title": "∅ untestable"},
            ": :set-output name=x::1 MAE: no metric here is named in it",
        ),
    ]
    assert "\x1b" not in result.stdout + result.stderr
    if option == ["--json"]:
        assert "##[add-mask]" in json.loads(result.stdout)["claims"][0]["statement"]  # programs get what is written
    else:
        assert "##[" not in result.stdout + result.stderr


def test_only_what_has_changed_since_a_revision(checked_repository: Path, ci_cache: Path, edit: Edit) -> None:
    def ids(*arguments: str) -> list[str]:
        result = run("--ci", "--fail-on", "", "--json", *arguments, cwd=checked_repository, cache=ci_cache)
        assert result.returncode == 0, result.stderr
        return [claim["id"] for claim in json.loads(result.stdout)["claims"]]

    assert ids("--changed-since", "HEAD") == []
    git(checked_repository, "switch", "-c", "branch")
    edit("claims/longer.yaml", "reviewed: false", "reviewed: true")
    assert ids("--changed-since", "main") == ["longer"]
    edit("vault/Sub/Other.md", "MAE is nice", "MAE is lovely")
    git(checked_repository, "commit", "-am", "mine")
    (checked_repository / "vault/New.md").write_text("MAE is new #claim\n")
    assert ids("--changed-since", "main") == ["longer", "mae-is-new", "mae-is-nice"]
    assert ids("--changed-since", "HEAD", "-k", "new") == ["mae-is-new"]
    result = run("--ci", "--changed-since", "nonsense", cwd=checked_repository, cache=ci_cache)
    assert result.returncode == 2
    assert result.stderr == "check-claims: the revision nonsense: no such revision; fetch it first\n"


@pytest.mark.parametrize(("base", "claims"), [("", 4), ("main", 1)])
def test_the_workflow_of_the_manual_runs(checked_repository: Path, ci_cache: Path, base: str, claims: int, edit: Edit) -> None:
    """`base`: the branch that a pull request goes to; "" for a push."""
    manual = (ROOT / "vault/Manual/Continuous integration.md").read_text()
    workflow, hooks = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", manual, re.DOTALL))
    steps = workflow["jobs"]["claims"]["steps"]
    (step,) = (step for step in steps if step.get("run", "").startswith("check-claims "))
    uploaded = [step["with"][name] for step in steps for name in ("path", "sarif_file") if name in step.get("with", {})]
    git(checked_repository, "update-ref", "refs/remotes/origin/main", "HEAD")
    edit("vault/Sub/Other.md", "MAE is nice", "MAE is lovely")
    result = subprocess.run(
        ["bash", "-euc", step["run"]],
        cwd=checked_repository,
        env=os.environ
        | {
            "BASE": base,
            "PATH": f"{Path(COMMAND).parent}{os.pathsep}{os.environ['PATH']}",
            "CHECK_CLAIMS_CACHE": str(ci_cache),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == (0 if base else 1), result.stderr
    assert f"{claims} claims: " in result.stdout
    assert all((checked_repository / name).exists() for name in uploaded if not name.startswith("~"))
    manifest = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for repo in hooks["repos"] for hook in repo["hooks"]] == [hook["id"] for hook in manifest]


def test_faults_of_notes_that_did_not_change_are_not_told(checked_repository: Path, ci_cache: Path, edit: Edit) -> None:
    edit("vault/Sub/Other.md", "MAE is nice #claim", "MAE is nice #claim and #claim")
    assert run("--ci", "--changed-since", "HEAD", cwd=checked_repository, cache=ci_cache).returncode == 3
    git(checked_repository, "commit", "-am", "broken")
    result = run("--ci", "--changed-since", "HEAD", cwd=checked_repository, cache=ci_cache)
    assert (result.returncode, result.stderr) == (0, "no claim has changed since HEAD\n")


def test_the_hook_lets_pass_what_can_be_read_and_stops_what_cannot(tmp_path: Path) -> None:
    """The manifest as pre-commit takes it from a repository, with the installed command."""
    if shutil.which("git") is None:
        pytest.skip("needs git")
    hooks, project = tmp_path / "hooks", tmp_path / "project"
    for folder in (hooks, project / "vault"):
        folder.mkdir(parents=True)
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", hooks)
    for folder in (hooks, project):
        git(folder, "init", "--initial-branch=main")
    git(hooks, "add", ".")
    git(hooks, "commit", "-m", "hooks")
    head = subprocess.run(["git", "-C", str(hooks), "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    config = {"repos": [{"repo": str(hooks), "rev": head.stdout.strip(), "hooks": [{"id": "check-claims"}]}]}
    (project / ".pre-commit-config.yaml").write_text(json.dumps(config))
    (project / "vault/N.md").write_text("- MAE is nice #claim\n")

    def commit() -> subprocess.CompletedProcess[str]:
        git(project, "add", ".")
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", "--color=never"],
            cwd=project,
            env=os.environ
            | {
                "PATH": f"{Path(COMMAND).parent}{os.pathsep}{os.environ['PATH']}",
                "PRE_COMMIT_HOME": str(tmp_path / "home"),
                "CHECK_CLAIMS_CACHE": str(tmp_path / "cache"),
                "PYTHONWARNINGS": "ignore",
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    result = commit()
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Passed" in result.stdout
    (project / "vault/N.md").write_text("- MAE is nice #claim and #claim\n- [[nowhere]]\n")
    result = commit()
    assert result.returncode == 1
    assert "N.md:1:1: two #claim tags in one block" in result.stdout
    assert "N.md:2:3: there is no file 'nowhere'" in result.stdout
    assert not (project / "claims").exists()


def test_lint_tells_of_claims_and_of_their_specs(make_vault: Callable[..., Path], ci_cache: Path) -> None:
    project = make_vault({"N.md": "- MAE is nice #claim and #claim\n- MAE has shorter attention distance than DINO #claim ^a\n"})
    (project / "claims/a.yaml").write_text("id: a\n")
    result = run("lint", "--json", cwd=project, cache=ci_cache)
    assert result.returncode == 1
    faults = [(fault["path"], fault["line"], fault["kind"]) for fault in json.loads(result.stdout)["faults"]]
    assert faults == [("N.md", 1, "claim"), ("N.md", 2, "claim")]
    assert run("lint", "--only", "broken-link", cwd=project, cache=ci_cache).returncode == 0


@pytest.mark.slow
def test_watch_rechecks_what_a_saved_note_changes(make_vault: Callable[..., Path], ci_cache: Path, tmp_path: Path) -> None:
    project = make_vault({"N.md": "- MAE is nice #claim\n", "M.md": "- MAE is lovely #claim\n"})
    log = tmp_path / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [COMMAND, "watch"],
            cwd=project,
            env=os.environ | {"CHECK_CLAIMS_CACHE": str(ci_cache), "PYTHONUNBUFFERED": "1"},
            stdout=out,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore interrupts
        )

    def appears(text: str, before: int = 0) -> int:
        """Wait for a text in the log behind a place, and return the place behind it."""
        deadline = time.monotonic() + 30
        while text not in (said := log.read_text()[before:]):
            assert time.monotonic() < deadline, log.read_text()
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
        return before + said.index(text) + len(text)

    try:
        place = appears("watching ")
        note = project / "vault/N.md"
        assert "- MAE is nice #claim [[mae-is-nice|∅ untestable]]" in note.read_text()
        note.write_text(note.read_text() + "- MAE is new #claim\n")
        Path(os.fsdecode(os.fsencode(project / "vault") + b"/\xff.md")).write_text("no claim\n")  # a name that is no UTF-8
        place = appears("1 claims: 1 untestable; 2 files written", place)
        assert "- MAE is new #claim [[mae-is-new|∅ untestable]]" in note.read_text()
        note.write_text(note.read_text().replace("∅ untestable]] ^mae-is-new", "✅ supported]] ^mae-is-new"))
        place = appears("1 claims: 1 untestable; 1 files written", place)
        (project / "vault/Bad.md").write_text("- two #claim #claim\n")
        place = appears("Bad.md:1: two #claim tags in one block", place)
        time.sleep(1)  # its own writing is no change
        assert log.read_text()[place:].strip() == "; split it so that each sentence has its own"
        assert log.read_text().count("lovely") == 1
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
        assert "Traceback" not in log.read_text()
    finally:
        process.kill()
        process.wait()
