"""A trusted plug-in runs what was trusted and nothing else of its project."""

from __future__ import annotations

import importlib.util
import os
import py_compile
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.errors import ConfigurationError
from checker.lab.trust import hashes, standing, trust

IMPORTS = "import sys\nfrom pathlib import Path\nsys.path.insert(0, str(Path(__file__).parent{more}))\nimport helper\n"
PROGRAM = """
from pathlib import Path
from checker.lab.plugins import load_plugins
for plugin in load_plugins(Path(sys.argv[1])):
    print(plugin.name, '|', plugin.fault)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """plugins/ of a project, with a plug-in that imports what lies beside it."""
    monkeypatch.setenv("CHECK_CLAIMS_SETTINGS", str(tmp_path / "settings"))
    plugins = tmp_path / "project" / "plugins"
    plugins.mkdir(parents=True)
    (plugins / "mine.py").write_text(IMPORTS.format(more=""))
    return plugins


def ran(folder: Path) -> Path:
    return folder.parents[1] / "ran"


def marks(folder: Path) -> str:
    return f"open({str(ran(folder))!r}, 'a').write('ran ')\n"


def loaded(folder: Path) -> str:
    """What comes of the plug-in `mine` in a process of its own."""
    command = [sys.executable, "-P", "-c", f"import sys{PROGRAM}", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder.parents[1]).stdout.strip()


def test_what_was_trusted_runs(folder: Path) -> None:
    (folder / "helper").mkdir()
    (folder / "helper/__init__.py").write_text(f"from helper import inner\n{marks(folder)}")
    (folder / "helper/inner.py").write_text("")
    assert "mine.py is not trusted; look at it" in loaded(folder)
    trust(folder, hashes(folder))
    assert loaded(folder) == "mine |"
    assert ran(folder).read_text() == "ran "
    assert not list(folder.rglob("*.pyc"))  # and nothing is compiled there


def as_module(folder: Path) -> None:
    (folder / "helper.py").write_text(marks(folder))


def as_package(folder: Path) -> None:
    (folder / "helper").mkdir()
    (folder / "helper/__init__.py").write_text(marks(folder))


def as_link(folder: Path) -> None:
    (folder.parent / "other").mkdir()
    (folder.parent / "other/__init__.py").write_text(marks(folder))
    (folder / "helper").symlink_to(folder.parent / "other")


def as_compiled(folder: Path) -> None:
    (folder / "source.txt").write_text(marks(folder))
    py_compile.compile(str(folder / "source.txt"), str(folder / "helper.pyc"), doraise=True)
    (folder / "source.txt").unlink()


def as_extension(folder: Path) -> None:
    (folder / "helper.so").write_bytes(b"\x7fELF")


def as_archive(folder: Path) -> None:
    (folder / "helper.zip").write_bytes(b"PK")


def as_pickle(folder: Path) -> None:
    (folder / "helper.pkl").write_bytes(b"")


def as_program(folder: Path) -> None:
    (folder / "helper").write_text("#!/bin/sh\n")
    (folder / "helper").chmod(0o755)


WAYS = [as_module, as_package, as_link, as_compiled, as_extension, as_archive, as_pickle, as_program]


@pytest.mark.parametrize("way", WAYS)
def test_a_file_that_came_since_has_to_be_trusted_by_name(folder: Path, way: Callable[[Path], None]) -> None:
    trust(folder, hashes(folder))
    way(folder)
    told = loaded(folder)
    assert "plugins/mine.py is not trusted; plugins/helper" in told
    assert "is new since; look at it, then run check-claims trust" in told
    assert not ran(folder).exists()
    (new,) = standing(folder).changes
    assert new.startswith("helper")


def test_data_may_change(folder: Path) -> None:
    """A plug-in may keep what it has computed beside itself."""
    as_package(folder)
    (folder / "helper/table.json").write_text("{}")
    trust(folder, hashes(folder))
    (folder / "helper/table.json").write_text("[]")
    (folder / "log.txt").write_text("")
    assert loaded(folder) == "mine |"


def test_what_a_link_leads_to_is_watched(folder: Path) -> None:
    as_link(folder)
    (folder.parent / "other/__init__.py").write_text("")
    trust(folder, hashes(folder))
    assert loaded(folder) == "mine |"
    (folder.parent / "other/__init__.py").write_text(marks(folder))
    assert "plugins/helper/__init__.py has changed since" in loaded(folder)
    assert not ran(folder).exists()


@pytest.mark.parametrize("what", ["helper", "helper.py", "deep/helper.py", "plugins"])
def test_a_link_out_of_the_project_is_refused(folder: Path, tmp_path: Path, what: str) -> None:
    outside = tmp_path / "outside"
    if what == "plugins":
        shutil.move(folder, outside)
        folder.symlink_to(outside)
    else:
        outside.mkdir()
        (outside / "__init__.py").write_text(marks(folder))
        (folder / what).parent.mkdir(exist_ok=True)
        (folder / what).symlink_to(outside if what == "helper" else outside / "__init__.py")
    with pytest.raises(ConfigurationError, match=f"{what} is a link that leads out of the project"):
        hashes(folder)
    assert "mine.py is not trusted: " in loaded(folder)
    assert "leads out of the project" in loaded(folder)
    assert not ran(folder).exists()


def test_links_in_circles_end(folder: Path) -> None:
    as_module(folder)
    (folder / "again").symlink_to(folder)
    (folder / "nowhere").symlink_to(folder / "no such")
    (folder / "itself").symlink_to(folder / "itself")
    assert set(hashes(folder)) == {"mine.py", "helper.py"}


@pytest.mark.parametrize("unchecked", [True, False])
def test_a_forged_compiled_file_is_not_used(folder: Path, unchecked: bool) -> None:
    """For the plug-in itself and for what it imports, whatever the file says of its source."""
    (folder / "helper.py").write_text("")
    trust(folder, hashes(folder))
    hostile = folder.parent / "hostile.py"
    for name in ("helper.py", "mine.py"):
        source = folder / name
        hostile.write_text(marks(folder).ljust(source.stat().st_size, "#")[: max(source.stat().st_size, len(marks(folder)))])
        os.utime(hostile, ns=(source.stat().st_atime_ns, source.stat().st_mtime_ns))
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH if unchecked else py_compile.PycInvalidationMode.TIMESTAMP
        place = importlib.util.cache_from_source(str(source))
        py_compile.compile(str(hostile), place, doraise=True, invalidation_mode=mode)
        if not unchecked:  # the length in its head as that of the source
            data = bytearray(Path(place).read_bytes())
            data[12:16] = source.stat().st_size.to_bytes(4, "little")
            Path(place).write_bytes(data)
    assert loaded(folder).split() == ["helper", "|", "mine", "|"]
    assert not ran(folder).exists()


@pytest.mark.parametrize("more", [".parent", ".parent / 'vault'", " / '__pycache__'", ".parent / 'lib.zip'"])
def test_what_lies_elsewhere_in_the_project_is_not_imported(folder: Path, more: str) -> None:
    (folder / "mine.py").write_text(IMPORTS.format(more=more))
    trust(folder, hashes(folder))
    for place in (folder.parent, folder.parent / "vault", folder / "__pycache__"):
        place.mkdir(exist_ok=True)
        (place / "source.txt").write_text(marks(folder))
        py_compile.compile(str(place / "source.txt"), str(place / "helper.pyc"), doraise=True)
        (place / "source.txt").unlink()
    with zipfile.ZipFile(folder.parent / "lib.zip", "w") as archive:
        archive.writestr("helper.py", marks(folder))
    told = loaded(folder)
    assert "failed: ImportError: " in told
    assert "is not among the files that were trusted; what a plug-in imports belongs into plugins/" in told
    assert not ran(folder).exists()


def test_an_archive_that_was_trusted_is_imported(folder: Path) -> None:
    (folder / "mine.py").write_text(IMPORTS.format(more=" / 'lib.zip'"))
    with zipfile.ZipFile(folder / "lib.zip", "w") as archive:
        archive.writestr("helper.py", marks(folder))
    trust(folder, hashes(folder))
    assert loaded(folder) == "mine |"
    assert ran(folder).exists()


def test_a_file_that_changes_after_the_look_is_not_run(folder: Path) -> None:
    """The plug-in is what was trusted, and what it imports is changed before it does: here by itself."""
    (folder / "helper.py").write_text("")
    change = f"Path(__file__).with_name('helper.py').write_text({marks(folder)!r})\n"
    (folder / "mine.py").write_text(IMPORTS.format(more="").replace("import helper", f"{change}import helper"))
    trust(folder, hashes(folder))
    assert "ImportError: plugins/helper.py has changed since it was trusted" in loaded(folder)
    assert not ran(folder).exists()


def test_what_an_older_version_noted_is_worth_nothing(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings/trusted.json").write_text(f'{{"{folder.resolve()}": "0123"}}')
    assert "is not trusted" in loaded(folder)
