"""What can be changed in a model, by name, one file each. Light to import: torch loads when something is changed."""

from checker.lab.changes import decoder_depth, quantised  # register themselves
from checker.lab.changes.base import CHANGES, Change, Intervention, Knob
from checker.lab.changes.settings import as_set, modules_of, with_settings

__all__ = [
    "CHANGES",
    "Change",
    "Intervention",
    "Knob",
    "as_set",
    "decoder_depth",
    "modules_of",
    "quantised",
    "with_settings",
]
