"""Positive controls: what published papers found, asked of the lab."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import TypeAdapter

from checker import strict_yaml
from checker.claims import ClaimSpec, Identity, NamedSpec, Reading, find_claims
from checker.errors import EvidenceError, SpecError
from checker.evidence import Controls, Run, controls_of, is_control, read_ledger
from checker.lab.sources.base import Wanted
from checker.notes import parse
from checker.runs.bench import Bench
from checker.runs.case import Case
from checker.runs.check import Runs, check
from checker.runs.decidable import scopes
from checker.runs.evidence import still_stands
from checker.runs.outcome import Outcome
from checker.runs.question import Needs, Question, is_open
from checker.runs.readings import read
from checker.runs.standing import same_models
from checker.runs.times import Times
from checker.scope import Scope
from checker.vocabulary import Vocabulary
from checker.words import VerdictWord

FILE = "controls.yaml"  # in the lab
AnswerWord = Literal["agree", "contradict", "open"]
ANSWERS: Mapping[str, AnswerWord] = {"supported": "agree", "refuted": "contradict"}
WORDS: Mapping[AnswerWord, VerdictWord] = {"agree": "supported", "contradict": "refuted", "open": "inconclusive"}


@dataclass(frozen=True)
class Control:
    """One published finding. `paper` and `place` are its citation, and `verified` says how far that was followed; `finding` is
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
        reading = _reading(self.sentence, vocabulary)
        if reading.spec is None or reading.spec.relation != self.expected:
            raise SpecError(f"{FILE}: {self.id}: {reading.reason or 'the sentence claims another relation'}")
        return reading.spec.model_copy(update={"scope": "toy"})


@lru_cache(maxsize=1024)
def _reading(sentence: str, vocabulary: Vocabulary) -> Reading:
    return read(sentence, vocabulary)


@dataclass(frozen=True)
class Answer:
    """How the lab answered a control. `recorded`: by the evidence that comes with the package. A stale outcome is that of an
    earlier lab: the models of today's are not here, or could not be measured."""

    control: Control
    spec: ClaimSpec
    outcome: Outcome
    recorded: bool

    @property
    def word(self) -> AnswerWord:
        return ANSWERS.get(self.outcome.word, "open")


@cache
def controls() -> Mapping[str, Control]:
    """All controls by id, in the order of the file."""
    text = (_lab() / FILE).read_text(encoding="utf-8")
    listed = TypeAdapter(list[Control]).validate_python(strict_yaml.load(text))
    return {control.id: control for control in listed}


def record() -> Path:
    """The folder of the evidence that comes with the package, one file a control."""
    return _lab() / "controls"


def _lab() -> Path:
    return Path(str(files("checker.lab")))


def wanted_by(cases: Iterable[Case], vocabulary: Vocabulary) -> list[Control]:
    """The controls to which a toy verdict of some case is held."""
    specs = [case.spec for case in cases if is_open(case) and case.spec is not None and case.spec.scope != "toy"]
    toys = [spec for spec in specs if Scope.TOY in scopes(spec, vocabulary)]
    if not toys:
        return []  # and nothing is read
    asked = [(one, one.spec(vocabulary)) for one in controls().values()]
    return [one for one, finding in asked if any(is_control(finding, spec) for spec in toys)]


def ask(
    wanted: Sequence[Control],
    bench: Bench,
    vocabulary: Vocabulary,
    times: Times | None = None,
    kept: Path | None = None,
    train: bool = False,
) -> list[Answer]:
    """The answers of the lab to controls: by the evidence in the folder `kept` where that is of today's code and models, else
    measured now. With `train`, models that are not here are trained; without it, the last evidence counts and is marked stale."""
    cases = _cases(wanted, vocabulary)
    needs = {case.id: Question(case, spec, Scope.TOY).needs(0, bench.options, vocabulary) for case, spec in cases}
    last = {case.id: run for case, _ in cases if (run := _kept(kept or record(), case.id)) is not None}
    standing = {case.id for case, spec in cases if case.id in last and _stands(last[case.id], spec, needs[case.id], bench)}
    anew = [case for case, _ in cases if case.id not in standing and (train or bench.here(_models(needs[case.id])))]
    previous: dict[str, Runs] = {name: {run.scope: run} for name, run in last.items()}
    measured = {outcome.case.id: outcome for outcome in check(anew, bench, vocabulary, previous, times)}
    answers = []
    for control, (case, spec) in zip(wanted, cases, strict=True):
        outcome = measured.get(case.id) or _of_record(case, last.get(case.id), case.id not in standing)
        answers.append(Answer(control, spec, outcome, case.id in standing))
    return answers


class Held:
    """What the toy verdict of a claim is held to, given how the lab answered its controls."""

    def __init__(self, answers: Iterable[Answer]) -> None:
        self.words = {answer.control.id: (answer.spec, WORDS[answer.word]) for answer in answers}

    def __call__(self, claim: ClaimSpec) -> Controls | None:
        return controls_of(claim, self.words)


def of_record(vocabulary: Vocabulary) -> Held:
    """What claims are held to by the evidence that comes with the package alone, whatever models are here."""
    cases = _cases(list(controls().values()), vocabulary)
    outcomes = [_of_record(case, _kept(record(), case.id), stale=False) for case, _ in cases]
    answers = zip(controls().values(), cases, outcomes, strict=True)
    return Held(Answer(control, spec, outcome, True) for control, (_, spec), outcome in answers)


def _cases(wanted: Sequence[Control], vocabulary: Vocabulary) -> list[tuple[Case, ClaimSpec]]:
    """Each control as a claim of one note, in their order, with its spec."""
    text = "".join(f"- {control.sentence} #claim ^{control.id}\n" for control in wanted)
    found, _ = find_claims(parse(PurePosixPath(FILE).with_suffix(".md"), text.encode()))
    cases = []
    for control, claim in zip(wanted, found, strict=True):
        spec = control.spec(vocabulary)
        named = NamedSpec(Identity(id=control.id, statement=control.sentence, source=FILE), spec)
        cases.append((Case(control.id, claim, _reading(control.sentence, vocabulary), noted=named, named=named), spec))
    return cases


def _kept(folder: Path, name: str) -> Run | None:
    """The evidence of a control; None where there is none that can be used."""
    try:
        return read_ledger(folder / f"{name}.evidence.json", name).newest.get(Scope.TOY)
    except EvidenceError:
        return None


def _stands(run: Run, spec: ClaimSpec, needs: Needs, bench: Bench) -> bool:
    """Whether evidence is of today's question, code, data and models."""
    if run.data.name != _models(needs)[0].data or not still_stands(run, spec):
        return False
    return same_models(run, bench)


def _models(needs: Needs) -> list[Wanted]:
    return [want for wants in needs.values() for want in wants]


def _of_record(case: Case, run: Run | None, stale: bool) -> Outcome:
    if run is None:
        return Outcome(case, "unchecked", "not asked yet; check-claims lab controls asks it")
    return Outcome(case, run.verdict.word, run.verdict.reason, stale=stale, run=run)
