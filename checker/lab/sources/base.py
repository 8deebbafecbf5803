"""A source of models: who it has, how many seeds of each, where they are, and how one is loaded.

To add a source, write one file with a subclass of `Source` and put an instance of it into `SOURCES` of this package. A source
whose models are measured by the lab gives files (`find`) and loads them (`load`); one that knows the values of metrics already
gives those (`known`), and nothing of it is loaded.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from checker.lab.checkpoints import Card
from checker.lab.metric import Needs, lacking
from checker.lab.models import Model
from checker.lab.recipes import Recipe
from checker.scope import Scope
from checker.vocabulary import MetricWord

if TYPE_CHECKING:
    import numpy as np

    from checker.lab.encoder import Encoder

TRANSFORMER: Needs = frozenset({"attention", "tokens", "features", "scalars"})
STAGES: Needs = frozenset({"features", "scalars"})


@dataclass(frozen=True)
class Wanted:
    """One model that a claim needs: in a scope, with a seed; a toy is trained on `data`, others are only measured on it."""

    name: str
    scope: Scope
    data: str
    seed: int = 0

    def __str__(self) -> str:
        return f"{self.name}, seed {self.seed}" if self.scope.seeded else f"{self.name}, {self.scope.label}"

    @property
    def kind(self) -> str:
        """By what the time of a measurement is estimated: the name of a model, or that it is a toy."""
        return self.scope.value if self.scope.trained_here else self.name


@dataclass(frozen=True)
class Found:
    """A model that is here: its file, the hash of all that decides its values, and its card where it was trained here."""

    file: Path
    weights: str
    card: Card | None = None


@dataclass(frozen=True)
class Places:
    """Where sources look: below the project's `root`, and in the store of trained models, which `kept` asks for the file of a
    recipe and a seed. `fetch` downloads the released weights of a model by name; None: nothing is downloaded. `runs` keeps the
    outputs of commands."""

    root: Path
    kept: Callable[[Recipe, int], Path | None] = lambda recipe, seed: None
    fetch: Callable[[str], None] | None = None
    runs: Path = Path()


@dataclass(frozen=True)
class CommandRun:
    """One run of a command of the user: the file that describes it, the content address of the run, and its limits in seconds and
    bytes, where it has some."""

    file: Path
    address: str
    seconds: float | None = None
    memory: float | None = None


class Source(ABC):
    """Where models of one scope come from. Nothing but `load` may import torch."""

    scope: Scope
    changeable: ClassVar[bool] = True  # interventions can be made on what `load` gives
    measures: ClassVar[bool] = (
        True  # the lab measures its models on a data set; else its values are known, or a command gives them
    )

    def of(self, metrics: Sequence[str]) -> Source:
        """The source of this scope that has values of these metrics, where there are several."""
        return self

    def models(self) -> Iterable[Model]:
        """The models that this source adds to those of the registry, as words of claims."""
        return ()

    def metrics(self) -> Iterable[MetricWord]:
        """The metrics that this source adds to those of the lab, as words of claims; one of the lab's name is called so too."""
        return ()

    def present(self) -> bool:
        """Whether this project has anything of this source; what it lacks is not reported where it does not."""
        return True

    def problem(self) -> str | None:
        """Why this source has none of the models and metrics that a file of the project should bring; None where it has them."""
        return None

    def version(self) -> Hashable:
        """What changes when `models` or `metrics` do: those of a file of the project are read again then."""
        return None

    @abstractmethod
    def has(self, name: str) -> bool:
        """Whether there is a model of this name."""

    def borrows(self, name: str) -> bool:
        """Whether a claim about a model of this source may set one of this name, of another source, beside it."""
        return False

    def refusal(self, name: str) -> str | None:
        """Why a model cannot be changed as its name says; None where it can."""
        return None

    def seeds(self, name: str) -> int | None:
        """How many seeds of a model there are; None: as many as are asked for, since they are trained."""
        return 1

    def gives(self, name: str) -> Needs:
        """What can be taken from a model; see `checker.lab.metric.Give`."""
        return TRANSFORMER

    def cannot(self, name: str, metric: MetricWord, needs: Needs) -> str | None:
        """Why a metric that needs these things cannot be measured of a model; None where it can."""
        if self.scope not in metric.scopes:
            return f"{metric.title} cannot be measured there"
        return lacking(name, metric.title, needs, self.gives(name))

    def recipe(self, name: str, data: str) -> Recipe:
        """How a model is trained that `find` did not find."""
        raise NotImplementedError(f"nothing is trained for the scope {self.scope}")

    @abstractmethod
    def find(self, wanted: Wanted, places: Places) -> Found | None:
        """A model; None for one that has to be trained first.

        Raises AbsentError for one that is not on this machine, MeasurementError for one that cannot be used.
        """

    def recorded(self, name: str, metrics: Sequence[str]) -> Sequence[Wanted]:
        """The seeds of a model for which there are values of these metrics, in a scope in which nothing is measured; `data` says
        where they are recorded. One for which there is none, where there is no value: `known` says why."""
        raise NotImplementedError(f"values are measured in the scope {self.scope}")

    def known(self, metric: str, wanted: Wanted, places: Places) -> np.ndarray | None:
        """The values of a metric (rows, images) that are known without measuring; None where the model has to be measured.

        Raises MeasurementError where they should be known and are not, AbsentError where what would give them may not run.
        """
        return None

    def run(self, metric: str, wanted: Wanted) -> CommandRun:
        """The run of a command that gives the values of a metric, of a source that does not measure."""
        raise NotImplementedError(f"no command is run for the scope {self.scope}")

    def load(self, name: str, seed: int, file: Path) -> tuple[Encoder, Card | None]:
        """A model from its file. Raises MeasurementError for a file that does not hold it."""
        raise NotImplementedError(f"nothing is loaded for the scope {self.scope}")

    @abstractmethod
    def provenance(self, name: str, found: Sequence[Found]) -> dict[str, Any]:
        """What evidence keeps of a model's origin: the fields of the record of this scope in `evidence.models`, without its seeds
        and weights. `found` holds its seeds in order."""
