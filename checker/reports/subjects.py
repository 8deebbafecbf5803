"""Every model that a claim can be about, where it comes from and with how many seeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from checker.lab.models import MODELS
from checker.lab.own.entries import read_models
from checker.lab.releases import LINES, RELEASES, prefix_of
from checker.lab.sources import scopes_of
from checker.runs.project import Project
from checker.scope import Scope
from checker.variant import sized


@dataclass(frozen=True)
class SubjectLine:
    """A model by name with the scopes in which it can be measured, its families, and where its weights come from. `seeds` is the
    number of checkpoints, None where as many are trained as are asked for."""

    name: str
    scopes: tuple[str, ...]
    families: tuple[str, ...]
    source: str
    seeds: int | None

    def as_dict(self) -> dict[str, Any]:
        """The line as JSON values."""
        values = {**vars(self), "scopes": list(self.scopes), "families": list(self.families)}
        return values


def subjects(project: Project) -> list[SubjectLine]:
    """The user's own models first, then the registered ones by name. Raises ConfigurationError for a models.yaml that is none."""
    own = [
        SubjectLine(model.name, ("own",), tuple(model.entry.families), ", ".join(model.entry.seeds), len(model.entry.seeds))
        for model in read_models(project.claims, project.root).values()
    ]
    registered = [
        SubjectLine(
            model.name,
            scopes_of(model.name),
            model.families,
            ", ".join(filter(None, [model.tag or "", f"trained here ({model.recipe.objective})" if model.recipe else ""])),
            None if model.recipe else 1,
        )
        for model in MODELS.values()
    ]
    return own + registered + list(_releases())


def _releases() -> Iterator[SubjectLine]:
    """The released weights that a size names; those of a size that has several are named by their tags."""
    several = [size for size, count in Counter((release.model, release.size) for release in RELEASES).items() if count > 1]
    for release in RELEASES:
        name = sized(release.model, release.size, prefix_of(release.model))
        families = (LINES if release.model in LINES else MODELS)[release.model].families
        named = f"`{release.tag}`" if (release.model, release.size) in several else name
        yield SubjectLine(named, (Scope.PRETRAINED,), families, release.tag, 1)


def rows(found: Sequence[SubjectLine]) -> Iterator[tuple[str, ...]]:
    """The lines of a table: model, scopes, families, weights."""
    for subject in found:
        count = f" ({subject.seeds} {'seed' if subject.seeds == 1 else 'seeds'})" if "own" in subject.scopes else ""
        yield subject.name, ", ".join(subject.scopes), ", ".join(subject.families), subject.source + count
