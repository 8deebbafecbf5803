"""From cases to outcomes: which models and measurements are needed, each once, and what they decide."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from checker.claims import ClaimSpec
from checker.errors import CheckerError, SpecError
from checker.evidence import Controls, Run, difference_of, goes_deeper, measured_word, repeats
from checker.runs.bench import Bench
from checker.runs.case import Case
from checker.runs.evidence import evidence, still_stands
from checker.runs.outcome import Outcome
from checker.runs.plan import affordable
from checker.runs.question import REFERENCE, Needs, Question, is_open, questions
from checker.runs.times import Times
from checker.scope import Scope, leading_first
from checker.vocabulary import Vocabulary
from checker.words import DECIDED, StatusWord

Key = tuple[str, Scope]  # of a question: the id of its claim, and its scope
Runs = Mapping[Scope, Run]  # the newest run of each scope
ControlsOf = Callable[[ClaimSpec], Controls | None]  # what the toy verdict of a claim is held to


def check(
    cases: Sequence[Case],
    bench: Bench,
    vocabulary: Vocabulary,
    last: Mapping[str, Runs],
    times: Times | None = None,
    controls_of: ControlsOf = lambda spec: None,
    standing: Mapping[Key, Run] | None = None,
    anew: Collection[Key] = (),
) -> list[Outcome]:
    """Decide every case that can be decided, in each scope that its models have. `last` maps ids to the newest run of each
    scope in their ledger; those that are `standing` are taken as they are, but for those that are to be measured `anew`, whose
    values have to come out again.

    Looks are taken in order, and only while a question is undecided and `options.seeds` allows its next look. Where there is a
    budget, each round of looks takes those questions that what is left of it can answer; `times` estimates what they cost.
    `controls_of` gives the controls that the toy verdict of a claim has to pass.
    """
    outcomes: dict[str, list[Outcome]] = {case.id: [] for case in cases}
    standing = standing or {}
    answers: dict[Key, Outcome] = {}
    asked: list[Question] = []
    for case in cases:
        if is_open(case):
            asked += questions(case, vocabulary)
        else:
            outcomes[case.id].append(_without_run(case, _strongest(last.get(case.id, {}))))
    entering: dict[int, list[Question]] = {0: []}  # by the first look that has to be taken of them
    for question in asked:
        run = standing.get(question.key)
        if run is None:
            entering[0].append(question)
        elif question.key in anew:
            entering.setdefault(run.look - 1, []).append(question)
        else:
            answers[question.key] = _recorded(question.case, run)
            if _goes_on(answers[question.key], question, run.look - 1, bench, vocabulary):
                entering.setdefault(run.look, []).append(question)
    look, undecided = 0, entering.pop(0)
    while undecided or entering:
        needs = {question.key: question.needs(look, bench.options, vocabulary) for question in undecided}
        taken = _within_budget(undecided, needs, bench, times or Times())
        bench.have([want for question in taken for wants in needs[question.key].values() for want in wants])
        bench.measure(
            [
                pair
                for question in taken
                if not _absent(needs[question.key], bench)
                for pair in question.values(needs[question.key])
            ]
        )
        still = []
        for question in undecided:
            previous = last.get(question.case.id, {}).get(question.scope)
            controls = controls_of(question.spec) if question.scope.trained_here else None
            stands = standing.get(question.key) if question.key in anew else None
            answer = _decide(question, look, needs[question.key], bench, vocabulary, previous, controls, stands)
            if answer.pending and stands is not None:
                answer = _recorded(question.case, stands)  # the budget did not reach it
            if answer.pending and question.key in answers:
                continue  # the budget did not reach this look; the one before it stands
            answers[question.key] = answer
            if _goes_on(answer, question, look, bench, vocabulary):
                still.append(question)
        look += 1
        undecided = still + entering.pop(look, [])
    for question in asked:
        outcomes[question.case.id].append(answers[question.key])
    return [_merged(outcomes[case.id]) for case in cases]


def _recorded(case: Case, run: Run) -> Outcome:
    """What a run says that stands."""
    return Outcome(case, run.verdict.word, run.verdict.reason + _unsteady(run), run=run)


def _goes_on(answer: Outcome, question: Question, look: int, bench: Bench, vocabulary: Vocabulary) -> bool:
    """Whether a further look is taken after this one."""
    unsettled = _unsettled(answer)
    return unsettled is not None and _next_look(question, look, bench, vocabulary, unsettled.barred)


def _within_budget(
    asked: Sequence[Question], needs: Mapping[tuple[str, Scope], Needs], bench: Bench, times: Times
) -> Sequence[Question]:
    until = bench.options.until
    if until is None:
        return asked
    return affordable(asked, needs, bench, times, max(0.0, until - time.monotonic()), bench.options.workers)


def _strongest(runs: Runs) -> Run | None:
    return next(iter(leading_first(runs)), None)


def _merged(outcomes: Sequence[Outcome]) -> Outcome:
    """One outcome of a case from those of its scopes, the leading one first: the first that has a verdict leads, and the
    others that have one are its `others`."""
    leading = next((o for o in outcomes if o.word in DECIDED), outcomes[-1])
    others = tuple(o for o in outcomes if o is not leading and o.word in DECIDED)
    failed = next((o for o in outcomes if o.failed), None)
    if failed is not None and failed is not leading:
        leading = replace(leading, failed=True, reason=f"{leading.reason}; {failed.scope_asked}: {failed.reason}")
    return replace(leading, others=others)


def _unsettled(outcome: Outcome) -> Run | None:
    """The run of an outcome, where more seeds could still settle what its values say: not after a failure, nor where a model is
    not competent or raw pixels give the answer away."""
    run = outcome.run
    if run is None or outcome.word != "inconclusive" or outcome.stale or not run.verdict.reached or run.given_away is not None:
        return None
    return run if measured_word(run) == "inconclusive" else None


def _without_run(case: Case, run: Run | None) -> Outcome:
    if case.stale or case.word == "error":
        word: StatusWord = run.verdict.word if run else ("error" if case.word == "error" else "unchecked")
        stale = case.stale or run is not None
        return Outcome(case, word, case.reason, stale=stale, failed=case.word == "error", run=run)
    assert case.word is not None
    return Outcome(case, case.word, case.reason)


def _next_look(question: Question, look: int, bench: Bench, vocabulary: Vocabulary, barred: bool) -> bool:
    """Whether there is a further look, and this run may take it. No model is trained where no word is given whatever it says."""
    if look + 1 >= len(question.looks):
        return False
    if bench.options.seeds is not None and question.looks[look + 1] > bench.options.seeds:
        return False
    if not barred and (bench.options.seeds is not None or bench.options.until is not None):
        return True
    needs = question.needs(look + 1, bench.options, vocabulary)
    return bench.here([want for wants in needs.values() for want in wants])


def _absent(need: Needs, bench: Bench) -> str | None:
    return next((bench.absent[want] for wants in need.values() for want in wants if want in bench.absent), None)


def _decide(
    question: Question,
    look: int,
    need: Needs,
    bench: Bench,
    vocabulary: Vocabulary,
    last: Run | None,
    controls: Controls | None,
    stands: Run | None,
) -> Outcome:
    """The answer to a question at a look; `last` is the newest run of its scope, `stands` the same where measuring has to give
    it again."""
    case, spec, scope = question.case, question.spec, question.scope
    missing = _absent(need, bench)
    if missing is not None:
        if last is not None and still_stands(last, spec) and _of_these(last, need, bench):
            return Outcome(case, last.verdict.word, last.verdict.reason, run=last)
        if last is not None:
            return Outcome(case, last.verdict.word, missing, stale=True, run=last)
        return Outcome(case, "untestable", missing)
    pairs = [(metric, want) for want in need.get(REFERENCE, ()) for metric in spec.metrics]
    if REFERENCE not in spec.names and any(pair in bench.unmeasured for pair in pairs):
        need = {name: entries for name, entries in need.items() if name != REFERENCE}  # it decides nothing
    wants = [want for entries in need.values() for want in entries]
    pairs = question.values(need)
    faults = [f"{want}: {bench.faults[want]}" for want in wants if want in bench.faults]
    faults += [bench.unmeasured[pair] for pair in pairs if pair in bench.unmeasured]
    if faults:
        return _failure(case, scope, faults[0], last)
    if any(pair not in bench.values for pair in pairs):
        word: StatusWord = last.verdict.word if last else "unchecked"
        reason = "not measured yet" if bench.options.until is None else "not measured yet: the budget did not reach it"
        return Outcome(case, word, reason, run=last, stale=last is not None, pending=True)
    try:
        made = evidence(spec, scope, look, need, bench, vocabulary, controls)
    except SpecError as error:
        return Outcome(case, "untestable", str(error))
    except CheckerError as error:
        return _failure(case, scope, str(error), last)
    differs = _differs(stands, made) if stands is not None and not made.nondeterministic else ""
    if differs:
        return replace(_failure(case, scope, differs, last), measured=True)
    # A run that is recorded already keeps its numbers as they were first written.
    run = last if last is not None and (goes_deeper(last, made) or repeats(last, made)) else made
    return Outcome(case, run.verdict.word, run.verdict.reason + _unsteady(made), run=run, measured=True)


def _unsteady(run: Run) -> str:
    return "".join(
        f"; not deterministic: {metric} differs by {share:.1%} when the same is measured twice"
        for metric, share in run.nondeterministic.items()
    )


def _differs(stands: Run, made: Run) -> str:
    """How values that were recorded differ from the same measured now, in one sentence; empty where they agree."""
    tables = zip(stands.spec.metrics, (stands.values, stands.other_values), (made.values, made.other_values), strict=False)
    for metric, kept, now in tables:
        found = difference_of(kept, now)
        if found is not None:
            return (
                f"the evidence records {found.recorded:g} and {found.new:g} was measured here: {metric} of {found.of}; restore "
                "the evidence from version control, or move it away to record anew"
            )
    return ""


def _of_these(last: Run, need: Needs, bench: Bench) -> bool:
    """Whether a run was made on the models that are here, as far as they are."""
    kept = {(name, seed): weights for name, m in last.models.items() for seed, weights in zip(m.seeds, m.weights, strict=True)}
    here = {
        (name, want.seed): bench.models[want].weights for name, wants in need.items() for want in wants if want in bench.models
    }
    return all(kept.get(which, weights) == weights for which, weights in here.items())


def _failure(case: Case, scope: Scope, reason: str, last: Run | None) -> Outcome:
    """An error is never a verdict: the last good one stays, marked stale."""
    word: StatusWord = last.verdict.word if last else "error"
    return Outcome(case, word, reason, stale=last is not None, failed=True, run=last, scope_asked=scope)
