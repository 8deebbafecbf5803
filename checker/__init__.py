"""Executable claims for a vault of notes.

The names below are the Python API. Each is imported when it is first used, so that `import checker` is quick.

Nothing of the standard library is imported here at once: `python -m checker.cli` has the working folder on its import path until
`checker.interpreter` takes it off, and this file comes first.
"""

TYPE_CHECKING = False  # as typing's own, which a type checker takes for true
if TYPE_CHECKING:
    from checker.claims import ClaimSpec, Reading, read_sentence
    from checker.lab.metrics import Metric
    from checker.notes import Vault
    from checker.verdicts import Verdict, compare
    from checker.workspace import Checked, CheckOptions, Survey, Workspace
    from checker.writing import Status, write_statuses

__all__ = [
    "CheckOptions",
    "Checked",
    "ClaimSpec",
    "Metric",
    "Reading",
    "Status",
    "Survey",
    "Vault",
    "Verdict",
    "Workspace",
    "compare",
    "read_sentence",
    "write_statuses",
]

_MODULES = {
    "checker.claims": ("ClaimSpec", "Reading", "read_sentence"),
    "checker.lab.metrics": ("Metric",),
    "checker.notes": ("Vault",),
    "checker.verdicts": ("Verdict", "compare"),
    "checker.workspace": ("CheckOptions", "Checked", "Survey", "Workspace"),
    "checker.writing": ("Status", "write_statuses"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _MODULE_OF:
        raise AttributeError(f"module 'checker' has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
