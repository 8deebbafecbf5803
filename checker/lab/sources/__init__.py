"""Where models come from, one file a source. Light to import: torch loads when a model does."""

from checker.lab.sources.base import CommandRun, Found, Places, Source, Wanted
from checker.lab.sources.changed import WithChanges
from checker.lab.sources.experiments import Experiments
from checker.lab.sources.own import Own
from checker.lab.sources.recorded import Recorded
from checker.lab.sources.released import Released
from checker.lab.sources.several import WithExperiments
from checker.lab.sources.toy import Toy, trained
from checker.scope import Scope

__all__ = ["SOURCES", "CommandRun", "Found", "Places", "Source", "Wanted", "refusal", "scopes_of", "trained"]

SOURCES: dict[Scope, Source] = {
    source.scope: source
    for source in (
        WithExperiments(WithChanges(Own()), Experiments()),
        WithChanges(Released()),
        Recorded(),
        WithChanges(Toy()),
    )
}
"""The source of each scope, the leading scope first."""


def scopes_of(name: str) -> tuple[Scope, ...]:
    """The scopes in which there is a model of this name, the leading one first."""
    return tuple(scope for scope, source in SOURCES.items() if source.has(name))


def refusal(name: str) -> str | None:
    """Why there is no model of this name in any scope, where a change in it is the reason: what its own source says first."""
    return next(filter(None, (source.refusal(name) for source in reversed(SOURCES.values()))), None)
