from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import pytest

from checker.writing import Status
from tests.writing.stress import kills, no_waiting, our_writer, race

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs an exchange of names")


@pytest.mark.parametrize("how", ["in place", "by renaming"])
def test_no_edit_is_lost_to_an_editor_that_saves_all_the_time(tmp_path: Path, how: str) -> None:
    vault, cache = tmp_path / "vault", tmp_path / "cache"
    vault.mkdir()
    writer = our_writer(vault, cache)
    with no_waiting():
        result = race(vault, writer, cache, 100, 0.01, how)
        assert writer(vault / "note.md", Status("a-b", "A is B", "inconclusive", "toy"))
    assert result.lost == result.rescued
    assert result.lost <= 2  # an edit of what stood there for microseconds, and that is in the journal
    assert b"- A is B #claim [[a-b|\xe2\x9d\x94 inconclusive \xc2\xb7 toy]] ^a-b\n" in (vault / "note.md").read_bytes()


def test_a_kill_leaves_old_bytes_or_new_ones(tmp_path: Path) -> None:  # 17
    (tmp_path / "vault").mkdir()
    result = kills(tmp_path / "vault", tmp_path / "cache", 25, Random(0))
    assert (result.torn, result.left) == (0, 0)
