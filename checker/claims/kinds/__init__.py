"""The kinds of claims, one a file. Every file of this folder is imported, so that it registers its kind."""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
