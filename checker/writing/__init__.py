"""Verdicts to ledger, claim note and the status link in the note."""

from checker.writing.changes import Change, doubted, edited_by_hand, ledger_of, plan_changes, read_ledgers, shaken, status_of
from checker.writing.files import move, replace
from checker.writing.journal import Journal
from checker.writing.lock import locked
from checker.writing.note_status import NoteEdit, clear_statuses, write_statuses
from checker.writing.status import Status
from checker.writing.write import Written, write_changes

__all__ = [
    "Change",
    "Journal",
    "NoteEdit",
    "Status",
    "Written",
    "clear_statuses",
    "doubted",
    "edited_by_hand",
    "ledger_of",
    "locked",
    "move",
    "plan_changes",
    "read_ledgers",
    "replace",
    "shaken",
    "status_of",
    "write_changes",
    "write_statuses",
]
