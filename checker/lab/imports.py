"""What a trusted plug-in imports from its project: the files that were trusted, from their sources, and nothing else there."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from checker.lab.trust import project_of

_finders: dict[Path, TrustedFiles] = {}


class TrustedFiles:
    """A finder before Python's own one. `files` are the hashes of the trusted files below `folder`. What is outside of it and was
    on the import path before the first plug-in was loaded is the user's."""

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        self.folder, self.project = folder, project_of(folder)
        self.files = {(folder / name).resolve(): value for name, value in files.items()}
        self.before = [Path(entry).resolve() for entry in sys.path if entry]

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.origin is None or not spec.has_location:
            return None
        place = Path(spec.origin).resolve()
        if not place.is_relative_to(self.project):
            return None
        if not self._is_below(place) and any(place.is_relative_to(each) for each in self.before):
            return None
        self.check(place)
        if isinstance(spec.loader, SourceFileLoader):
            spec.loader, spec.cached = TrustedSource(spec.loader.name, spec.origin, self), None
        return spec

    def check(self, place: Path, data: bytes | None = None) -> None:
        """Raises ImportError where a file, or the archive that it is in, is not one of those that were trusted. `data` are its
        bytes, where they have been read."""
        shown = place.relative_to(self.project).as_posix()
        file = next((each for each in (place, *place.parents) if each in self.files), None)
        if file is None:
            raise ImportError(f"{shown} is not among the files that were trusted; what a plug-in imports belongs into plugins/")
        if self.files[file] != hashlib.sha256(file.read_bytes() if data is None else data).hexdigest():
            raise ImportError(f"{shown} has changed since it was trusted")

    def _is_below(self, place: Path) -> bool:
        return place in self.files or place.is_relative_to(self.folder.resolve())


class TrustedSource(SourceFileLoader):
    """Loads a module from its source alone: a compiled file beside it is no file that anybody has looked at."""

    def __init__(self, name: str, path: str, trusted: TrustedFiles) -> None:
        super().__init__(name, path)
        self.trusted = trusted

    def get_code(self, fullname: str) -> CodeType:
        data = Path(self.path).read_bytes()
        self.trusted.check(Path(self.path).resolve(), data)
        code: CodeType = self.source_to_code(data, self.path)
        return code


def import_file(file: Path, name: str, folder: Path, files: Mapping[str, str]) -> None:
    """Import a plug-in of a trusted folder under a name of its own. Raises whatever it raises."""
    if folder not in _finders:
        _finders[folder] = TrustedFiles(folder, files)
        at = next((at for at, finder in enumerate(sys.meta_path) if finder is PathFinder), len(sys.meta_path))
        sys.meta_path.insert(at, _finders[folder])
    loader: Any = TrustedSource(name, str(file), _finders[folder])
    spec = importlib.util.spec_from_file_location(name, file, loader=loader)
    assert spec is not None, file
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
