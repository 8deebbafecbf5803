"""The published findings that a claim is held to, and how the lab answered them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from checker.claims import ClaimSpec
from checker.evidence.record import Record
from checker.evidence.verdict import RecordedVerdict
from checker.lab.source import code_hash
from checker.verdicts import Trust, held_to, trust
from checker.words import VerdictWord


class Controls(Record):
    """How the lab answered the published findings on the same metric and kind of claim, but for the claim itself."""

    agree: tuple[str, ...] = ()
    """The ids of the findings that the lab agrees with."""
    contradict: tuple[str, ...] = ()
    """The ids of the findings that it contradicts."""
    open: tuple[str, ...] = ()
    """The ids of the findings that it leaves open."""
    asked: str
    """A hash of what these findings claim, of the answers, and of the rule that a claim is held to them by."""

    @property
    def trust(self) -> Trust:
        return trust(len(self.agree), len(self.contradict))

    @property
    def counts(self) -> str:
        """How many of each, in words."""
        return f"{len(self.agree)} agree, {len(self.contradict)} contradict, {len(self.open)} open"


def controls_of(claim: ClaimSpec, answers: Mapping[str, tuple[ClaimSpec, VerdictWord]]) -> Controls | None:
    """The controls of a claim, of all findings by id with what they claim and the word that the lab gave; None for a claim about
    the toys themselves, which the lab cannot be wrong about."""
    if claim.scope == "toy":
        return None
    counted = {name: answer for name, answer in answers.items() if is_control(answer[0], claim)}

    def with_word(*words: VerdictWord) -> tuple[str, ...]:
        return tuple(name for name, (_, word) in counted.items() if word in words)

    answers_given = sorted((name, spec.hash(), word) for name, (spec, word) in counted.items())
    asked = hashlib.sha256(json.dumps([code_hash("checker.verdicts.controls"), answers_given]).encode()).hexdigest()[:16]
    return Controls(agree=with_word("supported"), contradict=with_word("refuted"), open=with_word("inconclusive"), asked=asked)


def is_control(finding: ClaimSpec, claim: ClaimSpec) -> bool:
    """Whether a finding vouches for a claim: the same metric and kind of claim, and not the claim itself. That is the same
    question about the same models in the same place, whichever side stands first and whatever is claimed of it."""
    alike = (finding.kind, finding.metrics, finding.loss, finding.over) == (claim.kind, claim.metrics, claim.loss, claim.over)
    return alike and _question(finding) != _question(claim)


def _question(spec: ClaimSpec) -> tuple[object, ...]:
    return spec.where, spec.quantifier, _contrasts(spec)


def _contrasts(spec: ClaimSpec) -> set[frozenset[str]]:
    """The pairs of models that a claim compares; where it compares none, each of its models."""
    if spec.baseline is None:
        return {frozenset([name]) for name in spec.names}
    return {frozenset([a, b]) for a in spec.expand(spec.subject) for b in spec.expand(spec.baseline)}


def held_to_controls(verdict: RecordedVerdict, controls: Controls) -> RecordedVerdict:
    """The verdict that is given in a lab that answers its controls so. Its numbers stay as they were measured."""
    word = held_to(verdict.word, controls.trust)
    if controls.trust == "contradicted":
        several = "s" if len(controls.contradict) > 1 else ""
        reason = (
            f"the lab contradicts {len(controls.contradict)} published finding{several} on this metric "
            f"({', '.join(controls.contradict)}); by itself the measurement would say {verdict.word}: {verdict.reason}"
        )
        return verdict.model_copy(update={"word": word, "seeds_needed": None, "reason": reason})
    if controls.trust == "no control" and word != "inconclusive":
        none = "no control: the lab decides no other published finding on this metric and kind of claim"
        return verdict.model_copy(update={"reason": f"{verdict.reason}; {none}"})
    return verdict
