"""The record of one look at one claim, from what was measured."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from checker.cache import version
from checker.claims import ClaimSpec
from checker.claims.kind import KINDS
from checker.claims.language.english import say
from checker.errors import CheckerError, SpecError
from checker.evidence import (
    CodeHashes,
    Controls,
    Data,
    LossCurve,
    Measured,
    Run,
    Values,
    decide_again,
    decision_code,
    key_of,
    model_record,
    stands,
    unlearned,
)
from checker.evidence.decision import AS_RECORDED, DIGITS, effect_of, keep, same_grid
from checker.evidence.ledger import SCHEMA
from checker.evidence.models import Model
from checker.lab.data import data_set
from checker.lab.measure import Measurement
from checker.lab.metrics import METRICS
from checker.lab.sources import SOURCES, Found, Source, Wanted
from checker.runs.bench import Bench
from checker.runs.floors import given_away
from checker.runs.store import Kept, data_code, metric_code, reading_code
from checker.scope import Scope
from checker.verdicts.measurements import measured as finite
from checker.vocabulary import Vocabulary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STEADY = 1e-3  # share by which two measurements of the same may differ: rounding in another order


def evidence(
    spec: ClaimSpec,
    scope: Scope,
    look: int,
    models: Mapping[str, Sequence[Wanted]],
    bench: Bench,
    vocabulary: Vocabulary,
    controls: Controls | None = None,
) -> Run:
    """The record of one look. `models` maps each name to its models, one a seed; those that the claim is about come first.
    `controls`: what the claim is held to.

    Raises SpecError for layers that a model does not have, MeasurementError where the rule refuses the values.
    """
    found = {name: [bench.models[want] for want in wants] for name, wants in models.items()}
    data = next(iter(models.values()))[0].data
    about = tuple(name for name in models if name in spec.names)
    tables = [_table(spec, metric, vocabulary, models, about, bench, scope) for metric in spec.metrics]
    unit, kind = tables[0].unit, KINDS[spec.kind]
    code = evidence_code(spec, data, scope)
    source = SOURCES[scope].of(spec.metrics)
    known = METRICS.get(spec.metric) if source.measures else None
    weights = {name: [model.weights for model in entries] for name, entries in found.items()}
    measured = Measured(
        key=key_of(spec, code, weights, controls),
        reading=say(spec, vocabulary, scope),
        spec=spec,
        spec_hash=spec.hash(),
        scope=scope,
        about=about,
        look=look + 1,
        unit=unit,
        effect_unit=kind.unit(spec, unit),
        effect_of="",
        effect_from=kind.no_effect(spec),
        claimed=kind.side(spec),
        uniform=tables[0].uniform,
        code=code,
        packages={name: version(name) for name in ("check-claims", "torch", "timm", "numpy", "scipy")},
        python=platform.python_version(),
        **_where(scope, bench.values[spec.metric, models[about[0]][0]])._asdict(),
        data=Data(name=data, split="measure", images=max(table.images for table in tables)),
        models={name: _model(name, models[name], entries, source) for name, entries in found.items()},
        values=tables[0].values,
        nondeterministic=_unsteady(spec, scope, bench),
        other_values=tables[1].values if len(tables) > 1 else {},
        other_unit=tables[1].unit if len(tables) > 1 else None,
        exact=known is not None and known.counts,
        answers=known.answers if known is not None else None,
        given_away=given_away(spec.metrics, data_set(data), bench.store) if scope.trained_here else None,
        controls=controls,
    )
    verdict = decide_again(measured)
    if not verdict.reached:
        verdict = verdict.model_copy(update={"curve": _curve(measured, found)})
    fields = {name: getattr(measured, name) for name in Measured.model_fields}
    fields["effect_of"] = effect_of(spec, verdict.parts, (verdict.effect, verdict.low, verdict.high))
    return Run(schema=SCHEMA, verdict=verdict, **fields)


def evidence_code(spec: ClaimSpec, data: str, scope: Scope) -> CodeHashes:
    """Hashes of all code that decides a run's numbers. Values of a table or a command rest on the code that reads
    and selects them."""
    source = SOURCES[scope].of(spec.metrics)
    if not source.measures:
        return CodeHashes(metric=reading_code(source), data="", decision=decision_code(spec))
    first, other = metric_code(spec.metric), metric_code(spec.other) if spec.other else None
    return CodeHashes(metric=first, data=data_code(data), decision=decision_code(spec), other=other)


def still_stands(last: Run, spec: ClaimSpec) -> bool:
    """Whether a run answers today's spec with today's code, on the weights that it was made on. One whose metric or data are not
    here any more does not stand."""
    try:
        code = evidence_code(spec, last.data.name, last.scope)
    except CheckerError:
        return False
    return stands(last, spec, code)


@dataclass(frozen=True)
class _Table:
    """What is kept of one metric of all models. `uniform` is the line of uniform attention in the unit of the values."""

    values: dict[str, Values]
    uniform: float | None
    unit: str

    @property
    def images(self) -> int:
        return max(values.count for values in self.values.values())


def _table(
    spec: ClaimSpec,
    metric: str,
    vocabulary: Vocabulary,
    models: Mapping[str, Sequence[Wanted]],
    about: Sequence[str],
    bench: Bench,
    scope: Scope,
) -> _Table:
    import numpy as np

    word = vocabulary.metric(metric)
    assert word is not None
    measured = {name: [bench.values[metric, want] for want in wants] for name, wants in models.items()}
    lines = {name: entries[0].uniform for name, entries in measured.items()}
    measures = SOURCES[scope].of(spec.metrics).measures
    shares = measures and METRICS[metric].grows_with_grid and len({round(lines[name] or 0.0, DIGITS) for name in about}) > 1
    if shares:
        same_grid(spec, word.unit)
    parts = {name: line if shares and line else 1.0 for name, line in lines.items()}
    layers = spec.where.layers if metric == spec.metric else word.layers or "all"
    values = {}
    for name, entries in measured.items():
        stack = np.stack([_of_head(entry, spec.where.heads) for entry in entries])
        stack = finite(f"{metric} of {name}", stack, ("seed", "row", "image"))
        values[name] = keep(spec, stack / parts[name], layers if word.layers else "", DIGITS if measures else AS_RECORDED)
    line = 1.0 if shares else lines[about[0]]
    return _Table(values, None if line is None else round(line, DIGITS), "of uniform" if shares else word.unit)


def _of_head(entry: Measurement, heads: str | None) -> NDArray[np.float64]:
    """The values (rows, images) of one head, or of all on average."""
    if heads is None:
        return entry.values
    if entry.heads is None:
        raise SpecError(f"{entry.metric} is not measured head by head; leave out `heads`")
    number = int(heads.split()[1])
    if number > entry.heads.shape[1]:
        raise SpecError(f"{heads!r} of a model with {entry.heads.shape[1]} heads")
    return entry.heads[:, number - 1]


class _Place(NamedTuple):
    """Where something was measured, and how exactly."""

    device: str
    dtype: str


def _where(scope: Scope, measured: Kept) -> _Place:
    if scope.trained_here:
        return _Place("cpu", "float32, weights kept in float16")
    return _Place(measured.details.device, measured.details.dtype)


def _unsteady(spec: ClaimSpec, scope: Scope, bench: Bench) -> dict[str, float]:
    """Metrics that gave something else when the same was measured twice, and by which share."""
    found = {metric: bench.repeats.get((metric, scope), 0.0) for metric in spec.metrics}
    return {metric: round(share, DIGITS) for metric, share in found.items() if share > STEADY}


def _model(name: str, wants: Sequence[Wanted], entries: Sequence[Found], source: Source) -> Model:
    seeds, weights = tuple(want.seed for want in wants), tuple(entry.weights for entry in entries)
    return model_record(source.scope, seeds, weights, source.provenance(name, entries))


def _curve(measured: Measured, found: Mapping[str, Sequence[Found]]) -> LossCurve | None:
    """How the training went of the first model that had not learned its task."""
    fault = next(iter(unlearned(measured).values()))
    card = next(entry.card for entry in found[fault.model] if entry.card is not None and entry.card.seed == fault.seed)
    return LossCurve(model=f"{fault.model}, seed {fault.seed}", points=card.curve) if card.curve else None
