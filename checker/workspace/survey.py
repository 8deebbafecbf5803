"""A vault as it was read before anything is checked."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from checker.errors import ConfigurationError

if TYPE_CHECKING:
    from checker.notes import Problem, Vault
    from checker.runs.case import Case
    from checker.runs.project import Project


@dataclass(frozen=True)
class Survey:
    """The claims of a vault (`cases`), the places where a person is needed first (`faults`), and other problems of its files
    (`unread`). `whole`: it holds all claims of the vault. `rests`: what each claim of the vault rests on, by id."""

    project: Project
    vault: Vault
    cases: tuple[Case, ...]
    faults: tuple[Problem, ...]
    unread: tuple[Problem, ...]
    whole: bool = True
    rests: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def only(self, keep: Callable[[Case], bool]) -> Survey:
        """The same vault with fewer claims."""
        return replace(self, cases=tuple(case for case in self.cases if keep(case)), whole=False)

    def claims(self, names: Collection[str]) -> Survey:
        """Only these claims, and none of the problems."""
        return replace(self.only(lambda case: case.id in names), faults=(), unread=())

    def case(self, name: str) -> Case:
        """The claim of this id. Raises ConfigurationError, with near ones, where there is none."""
        found = next((case for case in self.cases if case.id == name), None)
        if found is None:
            near = difflib.get_close_matches(name, [case.id for case in self.cases], 3, 0.5)
            guess = f"; did you mean {' or '.join(near)}?" if near else "; check-claims specs lists them"
            raise ConfigurationError(f"no claim here is called {name!r}{guess}")
        return found

    def named(self, names: Collection[str]) -> Survey:
        """Only these claims. Raises ConfigurationError for an id that no claim has."""
        unknown = set(names).difference(case.id for case in self.cases)
        if unknown:
            raise ConfigurationError(f"no claim here is called {', '.join(sorted(unknown))}; check-claims specs lists them")
        return self.only(lambda case: case.id in names)

    def changed(self, revision: str) -> Survey:
        """Only what has changed since a revision of the repository: claims by their note, spec or evidence."""
        from checker.runs.repository import changed_since

        files = changed_since(self.project.vault, revision)
        vault, claims = self.project.vault.resolve(), self.project.claims.resolve()

        def is_changed(case: Case) -> bool:
            own = (self.project.spec(case.id), self.project.evidence(case.id))
            return vault / case.claim.note.path in files or any(claims / path.name in files for path in own)

        return replace(
            self.only(is_changed),
            faults=tuple(fault for fault in self.faults if vault / fault.path in files),
            unread=tuple(problem for problem in self.unread if vault / problem.path in files),
        )
