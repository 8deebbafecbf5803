"""What a kind of claim is, and the registry of those there are. Each kind has one file in `kinds/`, which holds all that is
peculiar to it; a new one takes that file and its sentences in the grammar."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from checker.errors import ConfigurationError

if TYPE_CHECKING:
    from checker.claims.language.english import English
    from checker.claims.language.tree import Parsed
    from checker.claims.range import Range
    from checker.claims.spec import ClaimSpec, Margin
    from checker.vocabulary import MetricWord

Side = Literal["below", "above", "between"]


@dataclass(frozen=True)
class Rule:
    """How a claim is decided: `function` of `checker.verdicts`, with `options`, on the values of what it is about.

    `over`: the function takes the values of two models (pairs: each member of one side with each of the other), of one model
    (members: each of the subject's), of one model at each level of a setting (levels), of all models by name in the order
    claimed (order), or of all models and two metrics (models). Of a claim about a loss each model comes twice, without the
    change and with it. `keep` is what is made of the layers chosen: their mean; each of them, as a stack with their positions
    (depth); or whether an image shows it in any of them (shown). `counts`: what is known exactly, such as a number of parameters,
    is compared as it is. `answers`: the function takes an interval for answers that are right or wrong.
    """

    function: str
    over: Literal["pairs", "members", "levels", "order", "models"]
    options: Mapping[str, Any] = field(default_factory=dict)
    keep: Literal["mean", "depth", "shown"] = "mean"
    counts: bool = False
    answers: bool = True


class Kind(ABC):
    """One kind of claim. What a spec says beside `kind`, `metric`, `where` and `scope` is named by `needs` and `may`."""

    name: ClassVar[str]
    needs: ClassVar[tuple[str, ...]]
    """The fields that a spec of this kind needs."""
    may: ClassVar[tuple[str, ...]] = ()
    """The fields that it may have."""
    either: ClassVar[tuple[str, ...]] = ()
    """Fields of which it has exactly one."""
    words: ClassVar[frozenset[str]]
    """The terminals of the grammar of which a sentence of this kind has at least one."""
    clauses: ClassVar[frozenset[str]] = frozenset()
    """The clauses that it may have beside those for a place."""
    has_degree: ClassVar[bool] = False
    """Whether a number of times, or a word for how much beside a number, can be said."""
    symmetric: ClassVar[bool] = False
    """Whether subject and baseline can stand together as a pair."""
    over_depth: ClassVar[bool] = False
    """Whether it is about a course over the layers, and so about all of them where none is named. One over a setting is not."""
    fewest: ClassVar[int | None] = None
    """How many of its models are enough where some cannot be measured; None: all of them are needed."""

    @abstractmethod
    def read(self, parsed: Parsed) -> ClaimSpec:
        """The spec of a syntax tree of this kind. Raises QuestionError or UnknownError."""

    @abstractmethod
    def say(self, spec: ClaimSpec, english: English) -> str:
        """The claim as a sentence, which reads as the same spec."""

    @abstractmethod
    def rule(self, spec: ClaimSpec) -> Rule:
        """How it is decided. Evidence is stale when the code of this method changes, so it stands alone."""

    @abstractmethod
    def effect(self, spec: ClaimSpec, subject: str, baseline: str) -> str:
        """What the effect of a verdict is, in words."""

    def ask(self, parsed: Parsed) -> None:  # noqa: B027
        """Raise QuestionError for what has to be asked before anything else of a sentence is looked at."""

    def check(self, spec: ClaimSpec) -> None:  # noqa: B027
        """Raise ValueError for what no spec of this kind says."""

    def slug(self, spec: ClaimSpec) -> str:
        """What stands in an id behind the models and metrics."""
        return self.name

    def ranges(self, spec: ClaimSpec) -> Iterator[Range]:
        """What it claims of which quantities; by it two claims are seen to contradict each other."""
        yield from ()

    def unit(self, spec: ClaimSpec, unit: str) -> str:
        """The unit of the effect, of a metric in `unit`."""
        return unit

    def units(self, metric: MetricWord) -> tuple[str, ...]:
        """The units that a margin or a bound may have."""
        return "relative", metric.unit

    def side(self, spec: ClaimSpec) -> Side:
        """On which side of the line, or of the two, the interval has to lie for the claim to hold."""
        return "below" if spec.relation in ("less", "not greater") else "above"

    def no_effect(self, spec: ClaimSpec) -> float | None:
        """The effect of two models that are alike, or of a metric that does not change; None where there is none such."""
        return 0.0

    def margin(self, metric: MetricWord) -> Margin | None:
        """The margin that is meant where nobody names one."""
        return None

    def values(self, unit: str) -> str:
        """What the values are that are shown of each seed."""
        return f"Mean over images and the layers claimed, in {unit}"


def terminals(names: str) -> frozenset[str]:
    """Terminals of the grammar."""
    return frozenset(names.split())


KINDS: dict[str, Kind] = {}
"""The kinds of claims by name."""


def register(kind: type[Kind]) -> type[Kind]:
    """Add a kind. Raises ConfigurationError when its name is taken."""
    if kind.name in KINDS:
        raise ConfigurationError(f"two kinds of claims are called {kind.name!r}; rename one of them")
    KINDS[kind.name] = kind()
    return kind
