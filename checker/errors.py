"""The errors of the program. Each message says where, what is wrong, and what to do."""

from __future__ import annotations


class CheckerError(Exception):
    """Base of every error that the program raises on purpose."""


class ConfigurationError(CheckerError):
    """The command, the project or a registry is not set up in a way that can run (exit code 2)."""


class NoteError(CheckerError):
    """A note cannot be read, or must not be written."""


class SpecError(CheckerError):
    """A claim spec is not well formed; the message starts with `file:line:column`."""


class EvidenceError(CheckerError):
    """An evidence file is not well formed; the message starts with `file:line:column`. It is never overwritten."""


class MeasurementError(CheckerError):
    """A training or a measurement did not give usable numbers. Never a verdict."""


class AbsentError(MeasurementError):
    """A model that is not on this machine; the message says what would get it."""


class NewerError(MeasurementError):
    """A file that a newer version of the program wrote. It is refused and left as it is, never made again in its place."""


class TrainedOtherwiseError(MeasurementError):
    """A trained model that today's code would train differently. No verdict rests on it until it is trained again."""


class WriteError(CheckerError):
    """A file could not be written; its old bytes are intact (exit code 4)."""


class ChangedError(WriteError):
    """A file holds other bytes than those that a change was made for."""
