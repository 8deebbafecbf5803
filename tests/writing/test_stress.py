from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import pytest

from tests.writing.stress import kills, no_waiting, our_writer, race

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs an exchange of names")


@pytest.mark.parametrize("how", ["in place", "by renaming"])
def test_no_edit_is_lost_to_an_editor_that_saves_all_the_time(tmp_path: Path, how: str) -> None:
    (tmp_path / "vault").mkdir()
    with no_waiting():
        result = race(tmp_path / "vault", our_writer(tmp_path / "vault", tmp_path / "cache"), tmp_path / "cache", 100, 0.01, how)
    assert result.lost == result.rescued
    assert result.lost <= 2  # an edit of what stood there for microseconds, and that is in the journal
    assert result.written > 0


def test_a_kill_leaves_old_bytes_or_new_ones(tmp_path: Path) -> None:  # 17
    (tmp_path / "vault").mkdir()
    result = kills(tmp_path / "vault", tmp_path / "cache", 25, Random(0))
    assert (result.torn, result.left) == (0, 0)
