"""From cases to outcomes: which models and measurements are needed, each once, and what they decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from checker.claims import ClaimSpec
from checker.errors import CheckerError, SpecError
from checker.lab.data import data_set
from checker.lab.metrics import METRICS
from checker.runs.bench import Bench, Options, Wanted
from checker.runs.evidence import FIELDS, evidence, evidence_code, evidence_key
from checker.runs.outcome import DECIDED, Outcome, Word
from checker.runs.survey import Case, models_in, scopes
from checker.vocabulary import Scope, Vocabulary

REFERENCE = "random initialisation"  # measured beside every pair of toys, and drawn in every plot

Runs = Mapping[str, Mapping[str, Any]]  # the newest run of each scope


@dataclass(frozen=True)
class _Question:
    """One case in one scope."""

    case: Case
    spec: ClaimSpec
    scope: Scope

    @property
    def looks(self) -> tuple[int, ...]:
        """Numbers of seeds; of released weights there is one checkpoint."""
        return self.spec.decide.looks if self.scope == "toy" else (1,)


def check(cases: Sequence[Case], bench: Bench, vocabulary: Vocabulary, last: Mapping[str, Runs]) -> list[Outcome]:
    """Decide every case that can be decided, in each scope that its models have. `last` maps ids to the newest run of each
    scope in their ledger.

    Looks are taken in order, and only while a question is undecided and `options.seeds` allows its next look.
    """
    outcomes: dict[str, list[Outcome]] = {case.id: [] for case in cases}
    undecided: list[_Question] = []
    for case in cases:
        runs = last.get(case.id, {})
        if case.word is not None or case.stale or case.spec is None:
            outcomes[case.id].append(_without_run(case, _strongest(runs)))
        else:
            undecided += [_Question(case, case.spec, scope) for scope in scopes(case.spec, vocabulary)]
    answers: dict[tuple[str, Scope], Outcome] = {}
    look = 0
    while undecided:
        needs = {(q.case.id, q.scope): _needs(q, look, bench.options, vocabulary) for q in undecided}
        bench.have([want for need in needs.values() for wants in need.values() for want in wants])
        bench.measure(
            [
                (metric, want)
                for q in undecided
                if not _absent(needs[q.case.id, q.scope], bench)
                for wants in needs[q.case.id, q.scope].values()
                for want in wants
                for metric in q.spec.metrics
            ]
        )
        still = []
        for question in undecided:
            key = question.case.id, question.scope
            previous = last.get(question.case.id, {}).get(question.scope)
            answers[key] = _decide(question, look, needs[key], bench, vocabulary, previous)
            if _undecided(answers[key]) and _next_look(question, look, bench, vocabulary):
                still.append(question)
        undecided, look = still, look + 1
    for (name, _), outcome in answers.items():
        outcomes[name].append(outcome)
    return [_merged(outcomes[case.id]) for case in cases]


def _strongest(runs: Runs) -> Mapping[str, Any] | None:
    return runs.get("pretrained", runs.get("toy"))


def _merged(outcomes: Sequence[Outcome]) -> Outcome:
    """One outcome of a case from those of its scopes, the stronger ones first: the first that has a verdict leads, and the
    others that have one stand beside it."""
    leading = next((o for o in outcomes if o.word in DECIDED), outcomes[-1])
    beside = tuple(o for o in outcomes if o is not leading and o.word in DECIDED)
    failed = next((o for o in outcomes if o.failed), None)
    if failed is not None and failed is not leading:
        leading = replace(leading, failed=True, reason=f"{leading.reason}; {failed.scope_asked}: {failed.reason}")
    return replace(leading, beside=beside)


def _undecided(outcome: Outcome) -> bool:
    """Whether more seeds could still change the word: not after a failure, nor where a model is not competent."""
    if outcome.word != "inconclusive" or outcome.stale or outcome.run is None:
        return False
    return "curve" not in outcome.run["verdict"]


def _without_run(case: Case, run: Mapping[str, Any] | None) -> Outcome:
    if case.stale or case.word == "error":
        word: Word = run["verdict"]["word"] if run else ("error" if case.word == "error" else "unchecked")
        stale = case.stale or run is not None
        return Outcome(case, word, case.reason, stale=stale, failed=case.word == "error", run=run)
    assert case.word is not None
    return Outcome(case, case.word, case.reason)


def _needs(question: _Question, look: int, options: Options, vocabulary: Vocabulary) -> dict[str, list[Wanted]]:
    """The models of a look by name; when even the first look asks for more seeds than there may be, as many as there may be."""
    spec, scope = question.spec, question.scope
    data = data_set(vocabulary.data_name(spec.where.data, scope)).name
    names = models_in(spec, scope)
    if scope == "pretrained":
        return {name: [Wanted(name, scope, data)] for name in names}
    first = min(question.looks[0], options.seeds or question.looks[0])
    seeds = question.looks[look] if look else first
    counts = dict.fromkeys(names, seeds)
    if not any(METRICS[metric].needs_training for metric in spec.metrics):
        counts.setdefault(REFERENCE, first)  # it decides nothing, so the seeds of the first look will do
    return {name: [Wanted(name, scope, data, seed) for seed in range(count)] for name, count in counts.items()}


def _next_look(question: _Question, look: int, bench: Bench, vocabulary: Vocabulary) -> bool:
    """Whether there is a further look, and this run may take it."""
    if look + 1 >= len(question.looks):
        return False
    if bench.options.seeds is not None:
        return question.looks[look + 1] <= bench.options.seeds
    needs = _needs(question, look + 1, bench.options, vocabulary)
    return bench.here([want for wants in needs.values() for want in wants])


def _absent(need: Mapping[str, Sequence[Wanted]], bench: Bench) -> str | None:
    return next((bench.absent[want] for wants in need.values() for want in wants if want in bench.absent), None)


def _decide(
    question: _Question,
    look: int,
    need: Mapping[str, Sequence[Wanted]],
    bench: Bench,
    vocabulary: Vocabulary,
    last: Mapping[str, Any] | None,
) -> Outcome:
    case, spec, scope = question.case, question.spec, question.scope
    missing = _absent(need, bench)
    if missing is not None:
        if last is not None and still_stands(last, spec):
            return Outcome(case, last["verdict"]["word"], last["verdict"]["reason"], run=last)
        if last is not None:
            return Outcome(case, last["verdict"]["word"], missing, stale=True, run=last)
        return Outcome(case, "untestable", missing)
    pairs = [(metric, want) for want in need.get(REFERENCE, ()) for metric in spec.metrics]
    if REFERENCE not in spec.names and any(pair in bench.unmeasured for pair in pairs):
        need = {name: entries for name, entries in need.items() if name != REFERENCE}  # it decides nothing
    wants = [want for entries in need.values() for want in entries]
    pairs = [(metric, want) for want in wants for metric in spec.metrics]
    faults = [f"{want}: {bench.faults[want]}" for want in wants if want in bench.faults]
    faults += [bench.unmeasured[pair] for pair in pairs if pair in bench.unmeasured]
    if faults:
        return _failure(case, scope, faults[0], last)
    if any(pair not in bench.values for pair in pairs):
        word: Word = last["verdict"]["word"] if last else "unchecked"
        return Outcome(case, word, "not measured yet", run=last, stale=last is not None, pending=True)
    try:
        run = evidence(spec, scope, look, need, bench, vocabulary)
    except SpecError as error:
        return Outcome(case, "untestable", str(error))
    except CheckerError as error:
        return _failure(case, scope, str(error), last)
    if last is not None and _goes_deeper(last, run):
        run = dict(last)
    return Outcome(case, run["verdict"]["word"], run["verdict"]["reason"], run=run)


def _failure(case: Case, scope: Scope, reason: str, last: Mapping[str, Any] | None) -> Outcome:
    """An error is never a verdict: the last good one stays, marked stale."""
    word: Word = last["verdict"]["word"] if last else "error"
    return Outcome(case, word, reason, stale=last is not None, failed=True, run=last, scope_asked=scope)


def still_stands(last: Mapping[str, Any], spec: ClaimSpec) -> bool:
    """Whether a run answers today's spec with today's code, on the weights that it was made on."""
    fields = spec.model_dump(mode="json", include=FIELDS, exclude_none=True)
    code = evidence_code(spec.metrics, last["data"]["name"])
    weights = {name: model["weights"] for name, model in last["models"].items()}
    return bool(last["key"] == evidence_key(fields, code, weights))


def _goes_deeper(last: Mapping[str, Any], run: Mapping[str, Any]) -> bool:
    """Whether `last` answers the same question from the same models and more seeds of them: then it stands."""
    if last["look"] <= run["look"] or last["spec"] != run["spec"] or last["code"] != run["code"]:
        return False
    return all(last["models"][name]["weights"][: len(now["weights"])] == now["weights"] for name, now in run["models"].items())
