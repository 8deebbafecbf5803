"""Positive controls: what published papers found, asked of the lab."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import TypeAdapter

from checker import strict_yaml
from checker.claims import ClaimSpec, read_sentence
from checker.errors import SpecError
from checker.vocabulary import Vocabulary

FILE = "controls.yaml"  # in the lab


@dataclass(frozen=True)
class Control:
    """One published finding. `paper` and `place` are its citation, and `verified` tells how far that was followed; `finding` is
    what was found there, `sentence` the same as a claim of this lab, and `expected` the relation that it claims."""

    id: str
    paper: str
    place: str
    verified: Literal["text", "abstract", "repository", "open"]
    finding: str
    sentence: str
    expected: Literal["less", "greater"]

    def spec(self, vocabulary: Vocabulary) -> ClaimSpec:
        """The claim that it is, asked of the toys. Raises SpecError for a sentence that has no such reading."""
        reading = read_sentence(self.sentence, vocabulary)
        if reading.meaning is None or reading.meaning.relation != self.expected:
            raise SpecError(f"{FILE}: {self.id}: {reading.reason or 'the sentence claims another relation'}")
        return reading.meaning.spec(self.id, "", self.sentence).model_copy(update={"scope": "toy"})


@cache
def controls() -> Mapping[str, Control]:
    """All controls by id, in the order of the file."""
    text = (files("checker.lab") / FILE).read_text(encoding="utf-8")
    listed = TypeAdapter(list[Control]).validate_python(strict_yaml.load(text))
    return {control.id: control for control in listed}
