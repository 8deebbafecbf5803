"""What a metric is: its words, its unit, what it needs of a model, and the function that measures it.

A metric is declared by the decorator `metric` on that function. It reads one of three things, and one forward pass of a model
serves all metrics that read its attention or tokens:

- attention: (attention (B, H, N, N), grid, patch, prefix) -> (B, H) or (B,), one call for each block;
- tokens: (tokens (B, N, D), grid, prefix) -> (B,), one call for each block, tokens as the block hands them on;
- model: (Subject) -> (rows, images); a row for each layer, or one row for the whole model.

Nothing here decides a number, so a metric's values do not depend on this file (see `source`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from checker.errors import ConfigurationError
from checker.lab.registry import Registry
from checker.scope import DECIDING, Scope
from checker.vocabulary import MarginWord, MetricWord, Relation

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.subjects import Subject

Give = Literal["attention", "tokens", "features", "logits", "scalars"]
"""What can be taken from a model: its attention maps, its tokens on one grid of patches, features of pictures after each layer,
scores of classes, numbers about the model itself."""
Needs = frozenset[Give]
WORDS: dict[Give, str] = {
    "attention": "attention maps",
    "tokens": "tokens on one grid of patches",
    "features": "features of pictures",
    "logits": "scores of classes",
    "scalars": "numbers about the model",
}

AttentionMetric = Callable[["Tensor", tuple[int, int], int, int], "Tensor"]
TokenMetric = Callable[["Tensor", tuple[int, int], int], "Tensor"]
ModelMetric = Callable[["Subject"], "Tensor"]
Measure = TypeVar("Measure", bound=Callable[..., Any])  # one of these, as `reads` says

Comparatives = tuple[tuple[str, Relation], ...]
LooseWords = tuple[tuple[str, Relation | Literal[""]], ...]
UP: Comparatives = (("higher", "greater"), ("greater", "greater"), ("larger", "greater"))
DOWN: Comparatives = (("lower", "less"), ("smaller", "less"))
SIZE: Comparatives = (*UP, *DOWN)
AMOUNT: Comparatives = (*UP, ("more", "greater"), *DOWN, ("less", "less"))
STRENGTH: Comparatives = (*UP, ("more", "greater"), ("stronger", "greater"), *DOWN, ("less", "less"), ("weaker", "less"))
QUALITY: Comparatives = (*UP, ("better", "greater"), *DOWN, ("worse", "less"))


def lacking(name: str, metric: str, needs: Needs, gives: Needs) -> str | None:
    """One sentence on what a metric needs and a model does not give; None where nothing is missing."""
    missing = [WORDS[each] for each in WORDS if each in needs - gives]
    return f"{metric} needs {' and '.join(missing)}, and {name} has none" if missing else None


@dataclass(frozen=True)
class Metric:
    """A measurement that a claim can be about. `definition` is one line for people, `source` the paper and section.

    `needs`: what a model has to give for it. `grows_with_grid`: the value of uniform attention depends on the number of patches,
    so two models on different grids are compared as shares of their uniform values. `counts`: the value is known exactly, so it
    is compared without an interval. `answers`: the values of an image that is answered wrongly and of one that is answered
    rightly, where each value is an answer or a mean of several. `needs_training`: there is no value for a network that was never
    trained. `about_knowledge`: it is about what a model knows of the data's factors, so no toy's verdict on it rests on data
    whose raw pixels reveal them.
    """

    word: MetricWord
    definition: str
    source: str
    reads: Literal["attention", "tokens", "model"]
    measure: Callable[..., Any]
    needs: Needs = frozenset({"tokens"})
    grows_with_grid: bool = False
    counts: bool = False
    answers: tuple[float, float] | None = None
    needs_training: bool = False
    about_knowledge: bool = False


METRICS: Registry[Metric] = Registry("metric")


def metric(
    name: str,
    *,
    title: str,
    definition: str,
    source: str,
    unit: str,
    reads: Literal["attention", "tokens", "model"],
    needs: tuple[Give, ...] = (),
    margin: tuple[float, str],
    synonyms: tuple[str, ...] = (),
    comparatives: Comparatives = SIZE,
    unit_words: tuple[str, ...] | None = None,
    layers: str = "",
    factors: tuple[str, ...] = (),
    scopes: tuple[Scope, ...] = DECIDING,
    adjectives: Comparatives = (),
    predicates: Comparatives = (),
    loose: LooseWords = (),
    probes: tuple[str, ...] = (),
    verbs: tuple[str, ...] = (),
    hints: tuple[str, ...] = (),
    class_token: str = "",
    presence: float | None = None,
    heads: bool = True,
    grows_with_grid: bool = False,
    counts: bool = False,
    answers: tuple[float, float] | None = None,
    needs_training: bool = False,
    about_knowledge: bool = False,
) -> Callable[[Measure], Measure]:
    """Declare a function as a metric that claims may name; it stays the function that it is.

    The arguments are the fields of `MetricWord` and `Metric`. The words for a unit are the unit itself, and a metric of attention
    or tokens needs these, where nothing else is stated; `needs` has to be stated of one that reads the model.

    Raises ConfigurationError when the name is taken, or `needs` is missing.
    """
    word = MetricWord(
        name=name,
        title=title,
        unit=unit,
        unit_words=(unit,) if unit_words is None else unit_words,
        synonyms=synonyms,
        comparatives=comparatives,
        margin=MarginWord(*margin),
        layers=layers,
        factors=factors,
        scopes=scopes,
        adjectives=adjectives,
        predicates=predicates,
        loose=loose,
        probes=probes,
        verbs=verbs,
        hints=hints,
        class_token=class_token,
        presence=presence,
        heads=heads,
    )
    wanted: Needs = frozenset(needs)
    if reads != "model":
        wanted |= {reads}
    if not wanted:
        raise ConfigurationError(f"the metric {name!r} reads the model, so it has to say what it needs of it")

    def declare(measure: Measure) -> Measure:
        METRICS.register(name)(
            Metric(
                word=word,
                definition=definition,
                source=source,
                reads=reads,
                measure=measure,
                needs=wanted,
                grows_with_grid=grows_with_grid,
                counts=counts,
                answers=answers,
                needs_training=needs_training,
                about_knowledge=about_knowledge,
            )
        )
        return measure

    return declare


accuracy_metric = partial(
    metric,
    unit="share",
    reads="model",
    needs=("features",),
    margin=(0.02, "share"),
    comparatives=QUALITY,
    factors=("category",),
    answers=(0, 1),
    about_knowledge=True,
)
"""`metric` for how often something is named right."""

attention_metric = partial(
    metric, reads="attention", margin=(0.05, "relative"), comparatives=AMOUNT, layers="upper half", grows_with_grid=True
)
"""`metric` for what is read from attention maps."""
