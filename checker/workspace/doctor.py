"""What works on this machine: versions, packages, folders, models, and the project here. For a report of a fault."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from checker.cache import cache_folder, settings_folder
from checker.errors import CheckerError

PACKAGE = "check-claims"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `fault` says what is wrong with it and what to do; "" where it works."""

    name: str
    value: str
    fault: str = ""


def examine(path: Path) -> Iterator[Finding]:
    """Everything that a report of a fault should say, one thing after another. No name of the user and no text of a note is in
    it: folders in the home folder begin with ~."""
    yield Finding(PACKAGE, metadata.version(PACKAGE))
    yield Finding("Python", f"{platform.python_version()} ({platform.python_implementation()}) on {platform.platform()}")
    yield Finding("output", f"{sys.stdout.encoding}, {os.cpu_count()} processors")
    yield from _packages()
    yield _working("torch", _torch)
    yield from (_folder(name, folder()) for name, folder in (("cache", cache_folder), ("settings", settings_folder)))
    yield _working("toy models", _toys)
    yield _working("released weights", _released)
    yield _working("project", lambda: _project(path))


def _working(name: str, look: Callable[[], str]) -> Finding:
    """What `look` finds; whatever it raises is what is wrong."""
    try:
        return Finding(name, look())
    except CheckerError as error:
        return Finding(name, "", str(error))
    except Exception as error:  # of any library: that it fails is what is asked
        return Finding(name, "", f"{type(error).__name__}: {error}")


def _packages() -> Iterator[Finding]:
    """What the program requires, and then what each extra brings."""
    groups: dict[str, list[Requirement]] = {}
    for text in metadata.requires(PACKAGE) or ():
        requirement = Requirement(text)
        names = [name for name in metadata.metadata(PACKAGE).get_all("Provides-Extra") or () if _is_of(requirement, name)]
        for name in [""] if _is_of(requirement, "") else names:
            groups.setdefault(name, []).append(requirement)
    for name, requirements in groups.items():
        if name == "dev":
            continue
        found = {each.name: _version(each.name) for each in requirements}
        wrong = [each for each in requirements if not each.specifier.contains(found[each.name] or "0", prereleases=True)]
        value = ", ".join(f"{package} {version}" for package, version in found.items() if version)
        if name:
            missing = f"not installed; pip install '{PACKAGE}[{name}]' brings it" if wrong else value
            yield Finding(f"extra {name}", missing)
        else:
            wanted = ", ".join(f"{each.name}{each.specifier}" for each in wrong)
            yield Finding("packages", value, f"needs {wanted}; pip install --upgrade '{PACKAGE}' brings it" if wrong else "")


def _is_of(requirement: Requirement, extra: str) -> bool:
    """Whether it is required here with this extra; "" is none."""
    return requirement.marker is None if not extra else bool(requirement.marker and requirement.marker.evaluate({"extra": extra}))


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _torch() -> str:
    import torch

    assert torch.ones(2, 2).matmul(torch.ones(2, 2)).sum() == 8
    devices = ["cpu", *(f"cuda: {torch.cuda.get_device_name(n)}" for n in range(torch.cuda.device_count()))]
    return f"computes on {', '.join(devices)}, {torch.get_num_threads()} threads"


def _folder(name: str, folder: Path) -> Finding:
    """A folder that has to be written to, and how full its disk is."""
    import psutil

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Finding(name, _short(folder), f"{_short(folder)} cannot be written to: {error.strerror}")
    return Finding(name, f"{_short(folder)}, {psutil.disk_usage(str(folder)).free / 1e9:.0f} GB free")


def _toys() -> str:
    from checker.lab.checkpoints import is_sound
    from checker.runs.store import Store

    files = sorted(Store.default().shipped.glob("*.safetensors"))
    damaged = [path.name for path in files if not is_sound(path)]
    if damaged or not files:
        raise CheckerError(f"{len(damaged)} of {len(files)} are damaged: {', '.join(damaged) or 'none is here'}; install again")
    return f"{len(files)} trained models, all sound"


def _released() -> str:
    from checker.lab import pretrained
    from checker.lab.models import MODELS

    tagged = [model for model in MODELS.values() if model.tag is not None]
    here = [model.name for model in tagged if pretrained.locate(model, Path.cwd()) is not None]
    return f"{len(here)} of {len(tagged)} on this machine{': ' * bool(here)}{', '.join(here)}; --download fetches others"


def _project(path: Path) -> str:
    from checker.lab.trust import standing
    from checker.workspace.workspace import Workspace

    workspace = Workspace.open(path)
    survey = workspace.survey()
    plugins = workspace.project.plugins
    trusted = f", plug-ins {'trusted' if standing(plugins).trusted else 'not trusted'}" if plugins.is_dir() else ""
    return f"{_short(workspace.project.root.resolve())}: {len(survey.vault.notes)} notes, {len(survey.cases)} claims{trusted}"


def _short(path: Path) -> str:
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
