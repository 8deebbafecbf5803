"""Plug-ins: metrics, models, data sets, changes and objectives that are not part of this package.

A plug-in is a module that registers what it brings when it is imported, as the lab's own modules do. Installed packages name
theirs as entry points (`check_claims.metrics`, `.models`, `.data`, `.changes`, `.objectives`); a project keeps its own as files,
in a folder that a person has to trust first. One that fails to import leaves nothing behind, and its name says which claims it
would have decided.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from checker.errors import ConfigurationError, MeasurementError
from checker.lab.changes import CHANGES
from checker.lab.data import DATA
from checker.lab.imports import import_file
from checker.lab.metrics import METRICS
from checker.lab.models import MODELS
from checker.lab.registry import Registry
from checker.lab.source import PLUGIN
from checker.lab.trust import Standing, standing

LIGHT = ("metrics", "models", "data", "changes")
OBJECTIVES = "objectives"  # they import torch, so they are loaded where something is trained, from a folder of their own
MOST_CHANGES = 3  # since a folder was trusted that a reason names


@dataclass(frozen=True)
class Plugin:
    """One plug-in: its name, where it comes from, and why it brings nothing (empty: it does). `failed` is False for one that
    waits to be trusted."""

    name: str
    place: str
    fault: str = ""
    failed: bool = False


_loaded: dict[str, Plugin] = {}  # by place; a module is imported once a process


def load_plugins(folder: Path | None) -> tuple[Plugin, ...]:
    """Load the installed plug-ins and those of a project's folder; what came of each."""
    found = [_load(entry.name, _origin(entry), entry.load) for entry in _entries(*LIGHT)]
    return (*found, *_of_files(light_files(folder), folder))


def load_objectives(folder: Path | None, wanted: str = "") -> tuple[Plugin, ...]:
    """The same for objectives. Imports torch. Raises MeasurementError where that of the objective `wanted` brings nothing."""
    import checker.lab.objectives  # noqa: F401 (its own come first, so that a plug-in that takes their names is the one to fail)

    found = [_load(entry.name, _origin(entry), entry.load) for entry in _entries(OBJECTIVES)]
    files = sorted((folder / OBJECTIVES).glob("[!_]*.py")) if folder else []
    plugins = (*found, *_of_files(files, folder))
    for plugin in plugins:
        if plugin.fault and plugin.name == wanted:
            raise MeasurementError(plugin.fault)
    return plugins


def light_files(folder: Path | None) -> list[Path]:
    """The plug-ins in a project's folder, those for objectives left out."""
    return sorted(folder.glob("[!_]*.py")) if folder and folder.is_dir() else []


def _entries(*kinds: str) -> Iterator[EntryPoint]:
    """Those of installed packages, kind by kind. All packages are looked through once, which takes longest."""
    found = entry_points()
    for kind in kinds:
        yield from sorted(found.select(group=f"check_claims.{kind}"), key=lambda entry: entry.name)


def _origin(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version} ({entry.value})" if entry.dist else entry.value


def _of_files(files: Sequence[Path], folder: Path | None) -> list[Plugin]:
    if folder is None or not files:
        return []
    how = _standing(folder)
    return [_of_file(file, folder, how) for file in files]


def _of_file(file: Path, folder: Path, standing: Standing | str) -> Plugin:
    """`standing` is that of the folder, or why it has none."""
    shown = f"{folder.name}/{file.relative_to(folder).as_posix()}"  # reasons stand in notes, which are read on other machines
    if isinstance(standing, str):
        return Plugin(file.stem, str(file), f"{shown} is not trusted: {standing}")
    if not standing.trusted:
        changes = "".join(f"; {folder.name}/{change} since" for change in standing.changes[:MOST_CHANGES])
        return Plugin(file.stem, str(file), f"{shown} is not trusted{changes}; look at it, then run check-claims trust")
    name = PLUGIN + file.stem
    return _load(file.stem, str(file), lambda: import_file(file, name, folder, standing.files), shown)


def _standing(folder: Path) -> Standing | str:
    try:
        return standing(folder)
    except ConfigurationError as error:
        return str(error)


def _load(name: str, place: str, bring: Callable[[], Any], shown: str = "") -> Plugin:
    """Import a plug-in, or put everything back as it was. Any exception is the plug-in's fault, never the program's. `shown` is
    the place that messages name."""
    if place not in _loaded:
        registries = _registries()
        before = [registry.entries() for registry in registries]
        try:
            with redirect_stdout(sys.stderr):  # standard output is for answers
                bring()
        except (Exception, SystemExit) as error:
            for registry, entries in zip(registries, before, strict=True):
                registry.restore(entries)
            where = _where(error, place, shown or place)
            _loaded[place] = Plugin(name, place, f"the plug-in {where} failed: {type(error).__name__}: {error}", failed=True)
        else:
            _loaded[place] = Plugin(name, place)
    return _loaded[place]


def _registries() -> tuple[Registry[Any], ...]:
    """What plug-ins add to; objectives only where they are loaded already, because they import torch."""
    objectives = sys.modules.get("checker.lab.objectives.base")
    return (METRICS, MODELS, DATA, CHANGES, *([objectives.OBJECTIVES] if objectives else []))


def _where(error: BaseException, place: str, shown: str) -> str:
    """The place with the line of the plug-in's file that failed, where there is one."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == place:
            line = trace.tb_lineno
        trace = trace.tb_next
    if isinstance(error, SyntaxError) and error.filename == place:
        line = error.lineno
    return f"{shown}:{line}" if line else shown
