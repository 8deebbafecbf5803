from __future__ import annotations

import dataclasses

import pytest

from checker.lab import vocabulary
from checker.vocabulary import MissingWord


@pytest.mark.parametrize(
    ("name", "text", "meant"),
    [
        ("patch_spread", "MAE has a larger patch spread than DINO", True),
        ("patch_spread", "patch_spread", True),
        ("Patch_Spread", "the Patch spread", True),
        ("spread", "patch_spread", False),
        ("entropy", "attention_entropy", False),
        ("a", "MAE has a patch spread", True),
        ("a", "MAE has larger patches", False),
        ("c++", "MAE in c++ is fast", True),
        ("mae", "MAE is nice", False),  # there is one
        ("attention_distance", "attention_distance", False),
    ],
)
def test_a_plug_in_is_meant_by_its_whole_name(name: str, text: str, meant: bool) -> None:
    words = dataclasses.replace(vocabulary(), missing=(MissingWord(name, "why", True),))
    found = words.lacking("something else", text)
    assert (found is not None) is meant
    assert found is None or found.reason == "why"
