"""Verdicts to ledger, claim note and the status link in the note."""

from checker.writing.changes import Change, plan_changes, read_ledgers, status_of
from checker.writing.files import move, replace
from checker.writing.note_status import write_statuses
from checker.writing.status import MARKS, Status

__all__ = ["MARKS", "Change", "Status", "move", "plan_changes", "read_ledgers", "replace", "status_of", "write_statuses"]
