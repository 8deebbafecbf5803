"""The service: a project, its vault and its words. Command line, watch, page and pytest all check through a `Workspace`."""

from checker.runs.events import Download, Event, JobEnded, JobProgress, JobsEnded, JobsStarted, Notice, Waiting, ignore
from checker.workspace.checked import Checked
from checker.workspace.options import CheckOptions
from checker.workspace.survey import Survey
from checker.workspace.workspace import Workspace

__all__ = [
    "CheckOptions",
    "Checked",
    "Download",
    "Event",
    "JobEnded",
    "JobProgress",
    "JobsEnded",
    "JobsStarted",
    "Notice",
    "Survey",
    "Waiting",
    "Workspace",
    "ignore",
]
