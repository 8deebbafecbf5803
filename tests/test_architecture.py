"""The rooms and their order: a room imports only from rooms above it, and light modules stay light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import checker

PACKAGE = Path(checker.__file__).parent
ORDER = [
    *("notes", "claims", "lab", "verdicts", "evidence", "runs", "writing", "reports", "workspace"),
    *("lsp", "browse", "mcp", "cli", "pytest_plugin"),
]
FORBIDDEN = {("lab", "notes"), ("lab", "claims"), ("claims", "lab"), ("verdicts", "lab"), ("verdicts", "notes")}


def imports() -> list[tuple[str, str, str]]:
    found = []
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                modules = [node.module]
            for module in modules:
                parts = module.split(".")
                if parts[0] == "checker" and len(parts) > 1:
                    found.append((str(path.relative_to(PACKAGE)), room, parts[1]))
    return found


def test_a_room_imports_only_from_rooms_above_it() -> None:
    wrong = [
        f"{path} imports checker.{target}"
        for path, room, target in imports()
        if room in ORDER and target in ORDER and room != target
        if ORDER.index(target) > ORDER.index(room) or (room, target) in FORBIDDEN
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "module", ["checker.cli", "checker.notes", "checker.claims", "checker.lab", "checker.lab.metrics", "checker.verdicts"]
)
def test_importing_is_light(module: str) -> None:
    code = f"import sys, {module}; print([m for m in ('torch', 'timm', 'matplotlib', 'scipy') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_only_the_command_line_prints() -> None:
    for path in PACKAGE.rglob("*.py"):
        if path.name in ("cli.py", "worker.py"):
            continue
        calls = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
        assert not [call for call in calls if call.func.id in ("print", "exit")], path


def test_nothing_is_pickled_and_no_pickle_runs() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {"pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"} & {
                name.split(".")[0] for name in names
            }, path
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load":
                assert "weights_only=True" in ast.unparse(node), path
            assert not (isinstance(node, ast.Attribute) and ast.unparse(node) in ("torch.save", "numpy.load")), path


def test_no_python_is_started_with_the_working_folder_on_its_path() -> None:
    """Whoever starts Python takes the command line from `interpreter`; timm is never asked to load weights by itself."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            starts = isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.executable"
            assert not starts or path.name in ("interpreter.py", "services.py"), path
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "timm.create_model":
                assert "pretrained=False" in ast.unparse(node), path
