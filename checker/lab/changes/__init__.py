"""What can be changed in a model, by name: every file of this folder that registers a change is one. Light to import: torch loads
when something is changed."""

from importlib import import_module
from pkgutil import iter_modules

from checker.lab.changes.base import CHANGES, Change, Intervention, Knob
from checker.lab.changes.settings import as_set, modules_of, with_settings

__all__ = ["CHANGES", "Change", "Intervention", "Knob", "as_set", "modules_of", "with_settings"]

for _file in iter_modules(__path__):
    import_module(f"{__name__}.{_file.name}")
