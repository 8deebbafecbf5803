from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from checker.cli.commands import app
from checker.writing import files

Run = Callable[..., Result]


@pytest.fixture
def command(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`check-claims` in this process, with a cache of its own, on files that nobody saved just now."""
    monkeypatch.setenv("CHECK_CLAIMS_CACHE", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setattr(files, "SETTLED", 0.0)

    def run(*arguments: str | Path, code: int | None = 0) -> Result:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert code is None or result.exit_code == code, result.output
        assert not isinstance(result.exception, Exception), result.output
        return result

    return run


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
