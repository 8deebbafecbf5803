"""Whether an instrument may speak: how it answers questions of the same sort whose answers are known."""

from __future__ import annotations

from typing import Literal

from checker.words import VerdictWord

Trust = Literal["passes", "contradicted", "no control"]


def trust(agree: int, contradict: int) -> Trust:
    """What an instrument is worth that agrees with some known findings and contradicts others: one contradiction is enough to
    doubt it, and at least one agreement is needed to trust it. Findings that it leaves open count for neither."""
    if contradict:
        return "contradicted"
    return "passes" if agree else "no control"


def held_to(word: VerdictWord, trust: Trust) -> VerdictWord:
    """The word that is given: none by an instrument that contradicts what is known. Without a control it is given as it is."""
    return "inconclusive" if trust == "contradicted" else word
