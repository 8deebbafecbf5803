"""A verdict from a record alone: its values, its spec and the training of its models, by today's rule."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

from pydantic import ValidationError

from checker.claims import ClaimSpec
from checker.claims.kind import KINDS
from checker.errors import MeasurementError
from checker.evidence.controls import held_to_controls
from checker.evidence.decision import DIGITS, decide, effect_of, recorded
from checker.evidence.key import decision_code
from checker.evidence.models import Trained
from checker.evidence.run import Measured, Run
from checker.evidence.values import Values
from checker.evidence.verdict import RecordedVerdict
from checker.kept import keep, look_up
from checker.lab.competence import Competence, why_not_competent
from checker.lab.metrics import METRICS
from checker.verdicts import Answers, Looks, Verdict, one_seed
from checker.words import VerdictWord

ROOM = "decisions"
NOT_MEASURED = {"schema_", "verdict"}  # what a run has besides
ROUNDING = 1.5 * 10**-DIGITS  # by which recorded numbers may differ from the same ones of another processor
NUMBERS = ("effect", "low", "high", "margin", "confidence", "p", "p_against", "seeds", "images", "seeds_needed")


@dataclass(frozen=True)
class Unlearned:
    """A model that had not learned its task with one of its seeds, and what shows it."""

    model: str
    seed: int
    reason: str


def decide_again(run: Measured, name: str = "") -> RecordedVerdict:
    """The verdict that today's rule gives for the values of a run; nothing of a recorded one enters. It is kept under all that
    is measured, the code and the names of metrics, so that the same is decided once; a `name` stands for all that is measured: it
    is of these bytes in a file alone.

    Raises MeasurementError where the rule refuses the values.
    """
    of = name or run.model_dump_json(exclude=NOT_MEASURED)
    found = decided(of)
    if found is not None:
        return found
    verdict = _decide(run)
    text = verdict.model_dump_json()
    if RecordedVerdict.model_validate_json(text) == verdict:
        keep(ROOM, _asked(of), text)
    return verdict


def decided(of: str) -> RecordedVerdict | None:
    """The verdict that `decide_again` has kept of a run under its name; None where it has none, or the run has no name."""
    found = look_up(ROOM, _asked(of)) if of else None
    if found is not None:
        with suppress(ValidationError):
            return RecordedVerdict.model_validate_json(found)
    return None


def _asked(of: str) -> str:
    return hashlib.sha256(" ".join((*METRICS, of)).encode()).hexdigest()


def _decide(run: Measured) -> RecordedVerdict:
    faults = unlearned(run)
    names = [name for name in run.about if name not in faults]
    fewest = KINDS[run.spec.kind].fewest
    if faults and (fewest is None or len(names) < fewest):
        return _not_competent(run, next(iter(faults.values())))
    values, other = ({name: table[name] for name in names if name in table} for table in (run.values, run.other_values))
    looks = Looks(run.spec.decide.looks, run.look - 1) if run.scope.trained_here else Looks()  # of all others there is one look
    answers = Answers(*run.answers) if run.answers else None
    try:
        verdict = recorded(_unspread(run, values) or decide(run.spec, values, other, looks, run.exact, answers))
    except ArithmeticError as error:
        raise MeasurementError(f"numbers beyond what can be computed with ({error})") from error
    if faults:
        reason = f"{verdict.reason}; left out because not competent: {', '.join(faults)}"
        verdict = verdict.model_copy(update={"left_out": tuple(faults), "reason": reason})
    if run.given_away is not None:
        return verdict.model_copy(update={"word": "inconclusive", "seeds_needed": None, "reason": run.given_away})
    return verdict if run.controls is None else held_to_controls(verdict, run.controls)


def measured_word(run: Measured) -> VerdictWord:
    """The word of the values alone, whatever the lab is worth. Raises MeasurementError where the rule refuses the values."""
    return decide_again(run.model_copy(update={"controls": None})).word


def _unspread(run: Measured, values: Mapping[str, Values]) -> Verdict | None:
    """Of recorded results, or those of a command, that have one seed and no images nothing can be decided: nobody knows their
    spread. Beside a model with several seeds, one seed is taken as fixed."""
    if run.scope.measured and run.spec.metric in METRICS:
        return None
    margin = run.spec.margin.value if run.spec.margin else 0.0
    line = run.spec.bound.value if run.spec.bound else margin
    for names in _held_together(run.spec, values):
        sides = [side for side in (values[name].images for name in names) if not isinstance(side, dict)]
        unknown = one_seed(sides, line, run.spec.decide.alpha, margin) if len(sides) == len(names) else None
        if unknown:
            return unknown
    return None


def _held_together(spec: ClaimSpec, values: Mapping[str, Values]) -> Iterable[tuple[str, ...]]:
    """The models that a claim compares with each other, two by two; each alone where it compares none."""
    if spec.baseline:
        pairs: Iterable[tuple[str, ...]] = product(spec.expand(spec.subject), spec.expand(spec.baseline))
    else:
        pairs = pairwise(spec.order or ())
    return [pair for pair in pairs if set(pair) <= set(values)] or [(name,) for name in values]


def unlearned(run: Measured) -> dict[str, Unlearned]:
    """The models that the claim is about and that may not enter a verdict, by name, with their first such seed."""
    faults: dict[str, Unlearned] = {}
    for name in run.about:
        model = run.models[name]
        if not isinstance(model, Trained) or model.recipe.steps == 0:  # the untrained baseline has nothing to show
            continue
        for seed, losses, shares in zip(model.seeds, model.own_loss, model.probe, strict=True):
            before, after = (Competence(loss, {"": (share,)}, ()) for loss, share in zip(losses, shares, strict=True))
            reason = why_not_competent(before, after)
            if reason is not None:
                faults.setdefault(name, Unlearned(name, seed, reason))
    return faults


def difference(run: Run, now: RecordedVerdict) -> str:
    """How the recorded verdict of a run differs from the one that its values give now, in a few words; empty where it does not,
    but for rounding and wording."""
    kept = run.verdict
    if kept.word != now.word:
        return f"the record says {kept.word}; its values give {now.word}"
    for name in NUMBERS:
        one, other = getattr(kept, name), getattr(now, name)
        if not _agree(one, other):
            return f"the record says {name.replace('_', ' ')} {_text(one)}; its values give {_text(other)}"
    for name in ("lines", "parts", "left_out"):
        if not _agree(getattr(kept, name), getattr(now, name)):
            return f"the record has other {name.replace('_', ' ')} than its values give"
    return ""


def as_decided(run: Run, name: str = "") -> Run:
    """The run with the verdict that its values give: the recorded one where the two agree, else that of today, whose reason says
    of both, or of the earlier rule that gave the recorded one. `name` as for `decide_again`.

    Raises MeasurementError where the rule refuses the values.
    """
    now = decide_again(run, name)
    found = difference(run, now)
    if not found:
        return run
    if run.code.decision != decision_code(run.spec):
        found = f"an earlier rule gave {run.verdict.word}"
    curve = None if now.reached else run.verdict.curve
    verdict = now.model_copy(update={"reason": f"{now.reason}; {found}", "curve": curve})
    return run.model_copy(
        update={"verdict": verdict, "effect_of": effect_of(run.spec, now.parts, (now.effect, now.low, now.high))}
    )


def _agree(one: Any, other: Any) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(_agree(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=1e-6, abs_tol=ROUNDING)
    if hasattr(one, "lines") and hasattr(other, "lines"):  # a part
        return all(_agree(getattr(one, name), getattr(other, name)) for name in type(one).model_fields)
    return bool(one == other)


def _text(number: float | None) -> str:
    return "none" if number is None else f"{number:g}"


def _not_competent(run: Measured, fault: Unlearned) -> RecordedVerdict:
    return RecordedVerdict(
        word="inconclusive",
        effect=None,
        low=None,
        high=None,
        margin=None,
        confidence=None,
        lines=(),
        p=None,
        p_against=None,
        seeds=min(len(run.models[name].seeds) for name in run.about),
        images=run.images,
        seeds_needed=None,
        rule="no verdict rests on a model that has not learned its task",
        reason=f"model not competent: {fault.model}, seed {fault.seed}: {fault.reason}",
    )
