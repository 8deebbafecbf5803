"""A vault as a command reads it, before anything is checked."""

from __future__ import annotations

import os
from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from checker.cli.app import words_of

if TYPE_CHECKING:
    from checker.notes import Problem, Vault
    from checker.runs.project import Project
    from checker.runs.survey import Case
    from checker.vocabulary import Vocabulary


@dataclass(frozen=True)
class Seen:
    """The claims of a vault, the places where one needs a person first (`faults`), and what else is wrong with its files.

    `whole`: all of its claims are there."""

    project: Project
    vault: Vault
    words: Vocabulary
    cases: tuple[Case, ...]
    faults: tuple[Problem, ...]
    unread: tuple[Problem, ...]
    whole: bool = True

    def only(self, keep: Callable[[Case], bool]) -> Seen:
        """The same vault with fewer claims."""
        return replace(self, cases=tuple(case for case in self.cases if keep(case)), whole=False)

    def claims(self, names: Set[str]) -> Seen:
        """Only these claims, and none of the problems."""
        return replace(self.only(lambda case: case.id in names), faults=(), unread=())

    def changed(self, revision: str) -> Seen:
        """What of it has changed since a revision of the repository: claims by their note, spec or evidence."""
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


def see(path: Path, words: Vocabulary | None = None) -> Seen:
    """Read a vault, or the vault of a project, with the words of its plug-ins, or with those that are known already."""
    from checker.cache import cache_folder
    from checker.notes import Vault
    from checker.runs.project import Project
    from checker.runs.survey import survey

    project = Project.find(path)
    words = words or words_of(project)
    os.environ["CHECK_CLAIMS_ROOT"] = str(project.root.resolve())  # data sets are opened in the workers too
    vault = Vault.open(project.vault, cache_folder() / "vaults")
    cases, faults = survey(vault, project, words)
    unread = tuple(problem for problem in vault.problems if problem not in faults)
    return Seen(project, vault, words, tuple(cases), tuple(faults), unread)
