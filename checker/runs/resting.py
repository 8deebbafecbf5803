"""What one claim rests on, by the ids of claims."""

from __future__ import annotations

from collections.abc import Callable

from checker.claims import Claim
from checker.claims.rests_on import name_in, rests_on
from checker.notes import Problem, Vault


def resting(vault: Vault, claim: Claim, known: Callable[[str], str | None]) -> tuple[tuple[str, ...], list[Problem]]:
    """The ids that a claim rests on, and its links that lead to no claim and to no note. `known` gives the id of a claim that is
    named so, None where there is none; a link to a note that holds no such claim is only a link."""
    names: dict[str, None] = {}
    problems = []
    for link in rests_on(claim):
        name = known(name_in(link))
        if name is not None:
            names[name] = None
        elif vault.resolve(claim.note.path, link.target).file is None:
            why = f"rests on [[{link.destination}]], and there is no such claim or note"
            problems.append(Problem(claim.note.path, claim.line, why))
    return tuple(names), problems
