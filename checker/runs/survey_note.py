"""The claims of one note and what is known of each, without a look at all claims of the vault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from checker.claims import Claim
from checker.claims.claim import doubled_ids, find_claims
from checker.notes import Note, Problem, Vault
from checker.runs.case import Case
from checker.runs.resting import resting


@dataclass(frozen=True)
class NoteSurvey:
    """The cases of a note, in order, and the places where a claim needs a person first."""

    cases: tuple[Case, ...] = ()
    problems: tuple[Problem, ...] = ()


def survey_note(vault: Vault, note: Note, case_of: Callable[[Claim], Case]) -> NoteSurvey:
    """What `survey` finds in this note, but for the claims that contradict one another and the numbers that papers report. A
    claim without an id has the one that `case_of` gives it."""
    if not vault.is_content(note.path):
        return NoteSurvey()
    claims, problems = find_claims(note)
    if not note.writable:
        return NoteSurvey()  # what makes it so is a fault of the file
    cases = []
    for claim in claims:
        fault = _doubled(vault, note.path, claim, claims)
        if fault:
            problems.append(Problem(note.path, claim.line, fault))
            continue
        cases.append(case_of(claim))
    ids = {case.id.casefold(): case.id for case in cases}
    found = []

    def known(name: str) -> str | None:
        return ids.get(name.casefold()) or next((name for _ in vault.holders(name)), None)

    for case in cases:
        names, lost = resting(vault, case.claim, known)
        problems += lost
        found.append(replace(case, rests_on=names))
    return NoteSurvey(tuple(found), tuple(problems))


def _doubled(vault: Vault, path: PurePosixPath, claim: Claim, claims: list[Claim]) -> str:
    """What to say of a claim whose id stands more than once in the vault; "" where it does not."""
    if not claim.name:
        return ""
    wanted = claim.name.casefold()
    ids = [(claim.name, holder) for holder in vault.holders(claim.name) if vault.is_content(holder)]
    ids += [(one.target, path) for one in claims if (one.name or "").casefold() == wanted and (one.lacks_id or not one.takes_id)]
    return doubled_ids(ids).get(wanted, "")
