"""`pytest --claims VAULT`: each claim is a test."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from checker.pytest_plugin.collect import ClaimCollection, arguments
from tests.acceptance.test_cli import ROOT, tree
from tests.strays import write_strays

MODULE = "checker.pytest_plugin"


def run_pytest(*arguments: str, cwd: Path, cache: Path, installed: bool = False) -> subprocess.CompletedProcess[str]:
    """Run pytest with this plug-in alone, or with all that are `installed`."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *([] if installed else ["-p", MODULE]), *arguments]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment = kept | {"CHECK_CLAIMS_CACHE": str(cache)} | ({} if installed else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False)


def counts(output: str) -> dict[str, int]:
    """The numbers of pytest's last line."""
    return {word.rstrip("s"): int(number) for number, word in re.findall(r"(\d+) (\w+)", output.rstrip().rsplit("\n", 1)[-1])}


def test_each_claim_is_a_test(checked_repository: Path, ci_cache: Path) -> None:
    before = tree(checked_repository)
    result = run_pytest("--claims", "vault/", "-rsf", "--junitxml=../j.xml", cwd=checked_repository, cache=ci_cache)
    assert result.returncode == 1, result.stdout + result.stderr
    found = counts(result.stdout)
    assert (found["passed"], found["failed"], found["skipped"]) == (1, 1, 2)
    assert "FAILED vault/Attention.md::longer - Failed: ❌ refuted · toy" in result.stdout
    assert "vault/Attention.md:4: MAE has longer attention distance than DINO" in result.stdout
    assert "SKIPPED [1] vault/Attention.md:5: 🖉 needs spec: it does not say compared with what" in result.stdout
    assert tree(checked_repository) == before
    cases = list(ElementTree.parse(checked_repository.parent / "j.xml").iter("testcase"))
    assert [case.get("name") for case in cases] == [
        "mae-attention-distance-dino",
        "longer",
        "mae-has-shorter-attention-distance",
        "mae-is-nice",
    ]
    assert cases[0].find("properties/property[@name='scope']").get("value") == "toy"  # type: ignore[union-attr]


def test_nothing_of_a_vault_is_imported(make_vault: Callable[..., Path], tmp_path: Path) -> None:
    project = make_vault({"N.md": "MAE is nice #claim\n", "Sub/M.md": "MAE is lovely #claim\n"})
    for folder in (project / "vault", project / "vault/Sub"):
        write_strays(folder, tmp_path / "ran", "__init__")
    result = run_pytest("--claims", "vault", cwd=project, cache=tmp_path / "cache")
    assert counts(result.stdout)["skipped"] == 2, result.stdout
    assert not (tmp_path / "ran").exists(), (tmp_path / "ran").read_text()


def test_claims_are_selected_as_tests_are(checked_repository: Path, ci_cache: Path) -> None:
    by_word = run_pytest("--claims", "vault", "-k", "longer and DINO", "-v", cwd=checked_repository, cache=ci_cache)
    assert "vault/Attention.md::longer FAILED" in by_word.stdout
    found = counts(by_word.stdout)
    assert (found["failed"], found["deselected"]) == (1, 3)
    named = ("vault/Attention.md::mae-attention-distance-dino", "vault/Sub")
    by_name = run_pytest("--claims", ".", *named, cwd=checked_repository, cache=ci_cache)
    assert by_name.returncode == 0, by_name.stdout
    found = counts(by_name.stdout)
    assert (found["passed"], found["skipped"]) == (1, 1)


def test_a_run_ends_at_the_first_failure_when_it_should(checked_repository: Path, ci_cache: Path) -> None:
    result = run_pytest("--claims", "vault", "-x", cwd=checked_repository, cache=ci_cache)
    assert "stopping after 1 failures" in result.stdout
    found = counts(result.stdout)
    assert (found["passed"], found["failed"]) == (1, 1)
    assert "skipped" not in found


@pytest.mark.slow
def test_several_processes_give_the_same(checked_repository: Path, ci_cache: Path) -> None:
    result = run_pytest("--claims", "vault", "-p", "xdist", "-n", "2", cwd=checked_repository, cache=ci_cache)
    found = counts(result.stdout)
    assert (found["passed"], found["failed"], found["skipped"]) == (1, 1, 2), result.stdout


def test_what_cannot_be_checked_is_an_error(
    checked_repository: Path, ci_cache: Path, edit: Callable[[str, str, str], None]
) -> None:
    edit("vault/Sub/Other.md", "MAE is nice #claim", "MAE is nice #claim and #claim")
    (checked_repository / "claims/longer.evidence.json").write_text("{")
    edit("vault/Attention.md", "✅ supported · toy", "❌ refuted · toy")
    result = run_pytest("--claims", "vault", cwd=checked_repository, cache=ci_cache)
    found = counts(result.stdout)
    assert (found["error"], found["failed"], found["skipped"]) == (2, 1, 1), result.stdout
    assert "ERROR vault/Sub/Other.md::line-1" in result.stdout
    assert "longer.evidence.json:1:2: not an evidence file" in result.stdout
    assert "the note says ❌ refuted · toy, and the check finds ✅ supported · toy" in result.stdout


def test_it_stands_beside_other_tests(make_vault: Callable[..., Path], ci_cache: Path) -> None:
    project = make_vault({"build/N.md": "- MAE is nice #claim\n"})  # a folder that pytest would pass over
    (project / "test_a.py").write_text("def test_a(): pass\n")
    (project / "pytest.ini").write_text("[pytest]\naddopts = --claims vault\n")
    found = counts(run_pytest(cwd=project, cache=ci_cache).stdout)
    assert (found["passed"], found["skipped"]) == (1, 1)


@pytest.mark.parametrize(
    ("line", "configured", "collected"),
    [
        (["--claims", "vault"], ["."], ["{vault}"]),
        (["--claims=vault", "tests"], None, ["tests", "{vault}"]),
        (["--claims", "vault", "vault/N.md::a"], None, ["vault/N.md::a"]),
        ([], ["tests"], ["tests", "{vault}"]),
        (["tests/test_a.py"], None, ["tests/test_a.py"]),
    ],
)
def test_what_is_collected(tmp_path: Path, line: list[str], configured: list[str] | None, collected: list[str]) -> None:
    """`configured`: what pytest takes where the command line names no files."""
    source = pytest.Config.ArgsSource
    config = SimpleNamespace(
        args=configured or [word for word in line if word not in ("--claims", "--claims=vault", "vault")],
        args_source=source.TESTPATHS if configured else source.ARGS,
        ArgsSource=source,
        invocation_params=SimpleNamespace(dir=tmp_path, args=line),
    )
    vault = str(tmp_path / "vault")
    assert arguments(config, [vault]) == [each.format(vault=vault) for each in collected]  # type: ignore[arg-type]


def test_a_vault_that_is_not_there(tmp_path: Path) -> None:
    config = SimpleNamespace(invocation_params=SimpleNamespace(dir=tmp_path), getoption=lambda name: ["nowhere"])
    with pytest.raises(pytest.UsageError, match=r"--claims: .*nowhere: no such folder"):
        ClaimCollection(config)  # type: ignore[arg-type]


def test_it_costs_nothing_when_it_is_not_asked_for(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        "import sys\n"
        "def pytest_unconfigure():\n"
        "    heavy = ('torch', 'numpy', 'pydantic', 'typer', 'checker.')\n"
        "    print('loaded', sorted(name for name in sys.modules if name.startswith(heavy)))\n"
    )
    (tmp_path / "test_a.py").write_text("def test_a(): pass\n")
    result = run_pytest("-s", cwd=tmp_path, cache=tmp_path)
    assert result.returncode == 0
    loaded = result.stdout.rsplit("loaded ", 1)[1].strip()
    assert loaded == f"['{MODULE}']"


def test_pytest_finds_it_by_its_entry_point(
    make_vault: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory, ci_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_vault({"N.md": "- MAE is nice #claim\n"})
    packages = tmp_path_factory.mktemp("packages")
    entries = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["pytest11"]
    folder = packages / "as_installed-1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: as-installed\nVersion: 1\n")
    (folder / "entry_points.txt").write_text("\n".join(["[pytest11]", *(f"{name} = {value}" for name, value in entries.items())]))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(packages), os.environ.get("PYTHONPATH")])))
    result = run_pytest("--claims", "vault", cwd=project, cache=ci_cache, installed=True)
    assert counts(result.stdout)["skipped"] == 1, result.stdout + result.stderr


def test_collecting_imports_no_torch(make_vault: Callable[..., Path], ci_cache: Path) -> None:
    project = make_vault({"N.md": "- MAE has shorter attention distance than DINO #claim\n"})
    (project / "conftest.py").write_text("import sys\ndef pytest_unconfigure():\n    print('torch' in sys.modules)\n")
    result = run_pytest("--claims", "vault", "--collect-only", "-s", "-p", "conftest", cwd=project, cache=ci_cache)
    assert "<ClaimItem mae-attention-distance-dino>" in result.stdout
    assert result.stdout.rstrip().endswith("False")
