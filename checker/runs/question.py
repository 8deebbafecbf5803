"""One claim in one scope: what has to be measured to look at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checker.claims import ClaimSpec
from checker.lab.data import data_set, for_released
from checker.lab.metrics import METRICS
from checker.lab.sources import SOURCES, Wanted
from checker.runs.bench import Options
from checker.runs.case import Case
from checker.runs.decidable import models_in, scopes
from checker.scope import Scope
from checker.vocabulary import Vocabulary

REFERENCE = "random initialisation"  # measured with every pair of toys, and drawn in every plot

Needs = Mapping[str, Sequence[Wanted]]  # the models of a look by name, those that the claim is about first


@dataclass(frozen=True)
class Question:
    """One case in one scope."""

    case: Case
    spec: ClaimSpec
    scope: Scope

    @property
    def key(self) -> tuple[str, Scope]:
        return self.case.id, self.scope

    @property
    def looks(self) -> tuple[int, ...]:
        """Numbers of seeds; all seeds of what is not trained here are one look."""
        return self.spec.decide.looks if self.scope.trained_here else (1,)

    def needs(self, look: int, options: Options, vocabulary: Vocabulary) -> Needs:
        """The models of a look; when even the first look asks for more seeds than there may be, as many as there may be."""
        spec, scope = self.spec, self.scope
        source = SOURCES[scope].of(spec.metrics)
        if not source.measures:
            return {name: source.recorded(name, spec.metrics) for name in models_in(spec, scope)}
        named = vocabulary.data_name(spec.where.data, scope)
        if not scope.trained_here:
            named = for_released(named, any(METRICS[metric].word.factors for metric in spec.metrics))
        data = data_set(named).name
        names = models_in(spec, scope)
        if not scope.trained_here:
            return {name: [Wanted(name, scope, data, seed) for seed in range(source.seeds(name) or 1)] for name in names}
        first = min(self.looks[0], options.seeds or self.looks[0])
        seeds = self.looks[look] if look else first
        counts = dict.fromkeys(names, seeds)
        if not any(METRICS[metric].needs_training for metric in spec.metrics):
            counts.setdefault(REFERENCE, first)  # it decides nothing, so the seeds of the first look will do
        return {name: [Wanted(name, scope, data, seed) for seed in range(count)] for name, count in counts.items()}

    def values(self, needs: Needs) -> list[tuple[str, Wanted]]:
        """The (metric, model) pairs that a look is made of."""
        return [(metric, want) for wants in needs.values() for want in wants for metric in self.spec.metrics]


def is_open(case: Case) -> bool:
    """Whether a case has anything to be decided."""
    return case.spec is not None and case.word is None and not case.stale


def questions(case: Case, vocabulary: Vocabulary) -> list[Question]:
    """The questions of an open case, in the leading scope first."""
    assert case.spec is not None
    return [Question(case, case.spec, scope) for scope in scopes(case.spec, vocabulary)]
