"""What code does, as a hash: by which measurements and trained models know whether they still stand."""

from __future__ import annotations

import ast
import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from checker.kept import keep, look_up
from checker.lab.context import current

ROOM = "code"  # of the cache
PACKAGE = Path(__file__).parents[1]
PLUGIN = "check_claims_plugin_"  # how the modules of a project's files are called, with their names after it
DECLARING = ("Metric", "metric", "accuracy_metric", "attention_metric")  # a metric
WORDS = {  # how a metric is spoken of, and of what it can be measured
    *("word", "definition", "source", "title", "unit", "unit_words", "synonyms", "comparatives", "margin", "layers", "factors"),
    *("scopes", "adjectives", "predicates", "verbs", "hints", "class_token", "presence", "heads", "needs"),
}
# What only names or keeps things decides no number.
KEEPING = (
    *("registry", "recipes", "models", "checkpoints", "competence", "data", "metrics", "words", "learners"),
    *("source", "training_code", "training_state", "floors", "context", "plugins", "metric", "sources", "changes"),
)


@cache
def code_hash(*modules: str) -> str:
    """A hash of what modules do: comments, docstrings, layout, the words of errors and those for a metric do not count.

    It is taken of unparsed syntax trees, which are the same for all supported versions of Python once the f-strings of
    errors are left out. It is kept under the text of the modules.
    """
    asked = f"{' '.join(modules)} {text_hash(*modules)}"
    found = look_up(ROOM, asked)
    if not isinstance(found, str):
        digest = hashlib.sha256()
        for name in modules:
            digest.update(f"{name}\n{what_it_does(_source(name))}\n".encode())
        found = digest.hexdigest()[:16]
        keep(ROOM, asked, found)
    return found


def text_hash(*modules: str) -> str:
    """A hash of the text of modules, with the words of their errors and all."""
    digests = "".join(hashlib.sha256(_source(name)).hexdigest() for name in modules)
    return hashlib.sha256(digests.encode()).hexdigest()[:16]


def _source(module: str) -> bytes:
    """The text of a module. One of this package is found by its name: to ask the import system would import what it lies in."""
    if module.partition(".")[0] == PACKAGE.name:
        place = PACKAGE.parent.joinpath(*module.split("."))
        return (place / "__init__.py" if place.is_dir() else place.with_suffix(".py")).read_bytes()
    spec = find_spec(module)
    assert spec is not None and spec.origin is not None, module
    return Path(spec.origin).read_bytes()


def modules_in(name: str) -> tuple[str, ...]:
    """A module of this package; of a package in it, all its modules."""
    place = PACKAGE.parent.joinpath(*name.split("."))
    if not place.is_dir():
        return (name,)
    return tuple(f"{name}.{file.stem}" for file in sorted(place.glob("[a-z]*.py")))


@cache
def what_it_does(source: bytes) -> str:
    """The text of a module without what decides nothing."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise):
            node.exc = node.cause = None
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            node.body = body[1:] or [ast.Pass()]  # type: ignore[attr-defined]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in DECLARING:
            node.keywords = [keyword for keyword in node.keywords if keyword.arg not in WORDS]
    return ast.unparse(tree)


@cache
def imported(module: str) -> frozenset[str]:
    """A module of the lab, or of a plug-in, with everything of the lab and of its own package that it needs to measure."""
    found, waiting = set(), [module]
    own = module.partition(".")[0]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for wanted in _imports(name, _source(name)):
            parts = wanted.split(".")
            if parts[:2] == ["checker", "lab"] and len(parts) > 2:
                if parts[2] not in KEEPING or (parts[2] == "metrics" and len(parts) == 4):
                    waiting.append(wanted)
            elif own != "checker" and (parts[0] == own or own.startswith(PLUGIN)) and _is_own(wanted, own):
                waiting.append(wanted)
    return frozenset(found)


def _is_own(module: str, own: str) -> bool:
    """Whether a plug-in brings this module: it is in its package, or lies in the project's folder beside it."""
    try:
        spec = find_spec(module)
    except (ImportError, ValueError):
        return False
    if spec is None or spec.origin is None or not own.startswith(PLUGIN):
        return spec is not None
    folder = current().plugins
    return folder is not None and spec.origin.endswith(".py") and Path(spec.origin).is_relative_to(folder)


@cache
def _imports(module: str, source: bytes) -> tuple[str, ...]:
    """The modules that a module imports, by their whole names. Kept under its text."""
    asked = f"imports {module} {hashlib.sha256(source).hexdigest()}"
    known = look_up(ROOM, asked)
    if isinstance(known, list):
        return tuple(known)
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = module.split(".")[: -node.level] if node.level else []
            found.append(".".join([*package, *([node.module] if node.module else [])]))
    keep(ROOM, asked, found)
    return tuple(found)
