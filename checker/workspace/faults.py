"""What is wrong with the claims of a vault, as faults of its notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.notes import Vault
    from checker.notes.lint import Fault
    from checker.workspace.workspace import Workspace

CLAIM = "claim"  # the kind of lint's faults that only a reader of claims finds


def has_claims(vault: Vault) -> bool:
    """Whether any note seems to have one."""
    return bool(vault.tagged("claim") or vault.with_callout("claim"))


def claim_faults(workspace: Workspace, vault: Vault) -> list[Fault]:
    """Where a claim cannot be read or its spec is wrong; what is wrong with a whole file is reported anyway."""
    from checker.notes.lint import Fault

    survey = workspace.survey(vault)
    faults = [
        Fault(each.path, each.line, each.column, CLAIM, each.message) for each in survey.faults if each not in vault.problems
    ]
    wrong = [case for case in survey.cases if case.word == "error"]
    return faults + [Fault(case.claim.note.path, case.claim.line, 1, CLAIM, case.reason) for case in wrong]
