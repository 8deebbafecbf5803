"""Whether a claim block would be accepted, and what a person has to look at before it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from checker.errors import SpecError
from checker.lab.context import within
from checker.mcp import answers
from checker.workspace import Workspace

if TYPE_CHECKING:
    from checker.runs.case import Case


def validity(workspace: Workspace, sentence: str, block: str) -> answers.Validity:
    """What becomes of a claim block under its sentence."""
    from checker.runs.decidable import scopes

    try:
        case = workspace.judge(sentence, block)
    except SpecError as error:
        return _refused(str(error))
    if case.word is not None or case.spec is None:
        return _refused(f"{case.word}: {case.reason}", case)
    with within(workspace.context):
        found = [scope.value for scope in scopes(case.spec, workspace.words)]
    exact = case.claim.exact
    assert exact is not None
    text = f"- {case.claim.statement} #claim\n\n```claim\n{exact.text.strip()}\n```\n"
    return answers.Validity(
        accepted=True,
        reading=case.read_as,
        reason="",
        warnings=list(_warnings(case)),
        scopes=found,
        spec=case.spec.as_dict(),
        to_put_in_a_note=text,
    )


def _refused(reason: str, case: Case | None = None) -> answers.Validity:
    return answers.Validity(
        accepted=False,
        reading=case.read_as if case else "",
        reason=reason,
        warnings=list(_warnings(case)) if case else [],
        scopes=[],
        spec=case.spec.as_dict() if case and case.spec else None,
        to_put_in_a_note="",
    )


def _warnings(case: Case) -> Iterator[str]:
    reading = case.reading
    if reading.spec is None:
        yield f"the sentence by itself is not understood ({reading.reason}); the block alone says what is claimed"
    elif reading.spec != case.spec:
        yield f"the sentence by itself says something else: {reading.reading}"
