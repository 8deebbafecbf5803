"""The one YAML loader of the project: safe, no duplicate keys, YAML 1.2 scalars, capped aliases and depth.

YAML 1.2's core schema (section 10.3) decides what a plain scalar is, so `no`, `012`, `1:30` and dates stay as written
and `1e3` is a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.nodes import MappingNode, Node, SequenceNode
from yaml.resolver import Resolver

if TYPE_CHECKING:
    from yaml import SafeLoader as _Base
else:
    _Base = object

MAX_ALIASES, MAX_DEPTH = 100, 40
TELLING = re.compile(r"[\t\x85\u2028\u2029\ufeff{}|>]")  # where libyaml and PyYAML do not agree on all texts
MAX_NODES = 200_000  # looked at for places; aliases to aliases could make of a few lines more than that


class YamlError(ValueError):
    """Not acceptable YAML. `line` and `column` are 1-based."""

    def __init__(self, problem: str, line: int, column: int) -> None:
        super().__init__(problem)
        self.problem, self.line, self.column = problem, line, column


class _Strict(_Base):
    """What is refused beyond YAML's own rules."""

    aliases = 0
    depth = 0

    def _next(self) -> yaml.Mark:
        mark: yaml.Mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        return mark

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        if self.check_event(yaml.AliasEvent):
            self.aliases += 1
            if self.aliases > MAX_ALIASES:
                raise _error(f"more than {MAX_ALIASES} aliases", self._next())
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _error(f"nested deeper than {MAX_DEPTH}", self._next())
        node: Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value if isinstance(node, MappingNode) else ():
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, (list, dict)):
                raise _error("a list or mapping as a key", key_node.start_mark)
            if key in seen:
                raise _error(f"the key {key!r} stands twice", key_node.start_mark)
            seen.add(key)
        result: dict[Any, Any] = super().construct_mapping(node, deep)
        return result


class _Loader(_Strict, yaml.SafeLoader):
    """PyYAML's own parser: it reports what is wrong, and where."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  # none of YAML 1.1's guesses


def _error(problem: str, mark: yaml.Mark) -> YamlError:
    return YamlError(problem, mark.line + 1, mark.column + 1)


def _scalar(tag: str, pattern: str, first: str) -> None:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first))


_scalar("bool", "true|True|TRUE|false|False|FALSE", "tTfF")
_scalar("null", "null|Null|NULL|~|", "nN~")
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^$"), [""])
_scalar("int", "[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789")
_scalar(
    "float",
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
    "-+.0123456789",
)


def _construct_int(loader: _Loader, node: yaml.ScalarNode) -> int:
    text = str(loader.construct_scalar(node))
    if text.startswith("0o"):
        return int(text[2:], 8)
    if text.startswith("0x"):
        return int(text[2:], 16)
    return int(text)


_Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)


def _quick_loader() -> Any:
    """The same on libyaml's events, four times as fast; None where PyYAML was built without it."""
    if not yaml.__with_libyaml__:
        return None
    from yaml._yaml import CParser

    class Quick(_Strict, Composer, CParser, SafeConstructor, Resolver):
        yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers
        yaml_constructors = _Loader.yaml_constructors

        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)
            for part in (Composer, SafeConstructor, Resolver):
                part.__init__(self)

    return Quick


_QUICK = _quick_loader()


def load(text: str) -> Any:
    """Parse one YAML document. Raises YamlError with line and column."""
    return load_with_places(text)[0]


@dataclass(frozen=True)
class Place:
    """A string or a key of a document: the keys that lead to it, and the characters [start, end) that it fills.

    The place of a key of the outermost mapping has `whole`, and runs from the key to the end of its value.
    """

    path: tuple[str, ...]
    value: str
    start: int
    end: int
    whole: bool = False


def load_with_places(text: str) -> tuple[Any, tuple[Place, ...]]:
    """Parse one YAML document, and report where its strings stand. Raises YamlError with line and column."""
    if _QUICK is not None and not TELLING.search(text):
        try:
            return _read(_QUICK(text))
        except (yaml.YAMLError, ValueError, RecursionError):
            pass  # read again below, for a message that is the same everywhere
    try:
        return _read(_Loader(text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(part for part in (error.context, error.problem) if part)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise YamlError(problem, line, column) from error
    except yaml.YAMLError as error:
        raise YamlError(str(error).splitlines()[0], 1, 1) from error
    except RecursionError as error:
        raise YamlError("nested too deep", 1, 1) from error
    except ValueError as error:
        if isinstance(error, YamlError):
            raise
        raise YamlError(str(error), 1, 1) from error


def _read(loader: Any) -> tuple[Any, tuple[Place, ...]]:
    node = loader.get_single_node()
    if node is None:
        return None, ()
    value = loader.construct_document(node)
    _refuse_cycles(value, (), set())
    return value, tuple(_places(node))


def _places(root: Node) -> Iterator[Place]:
    """The places of a document in order. Aliases are followed, so the nodes that are looked at are counted."""
    waiting: list[tuple[Node, tuple[str, ...]]] = [(root, ())]
    for _ in range(MAX_NODES):
        if not waiting:
            return
        node, path = waiting.pop()
        inside: list[tuple[Node, tuple[str, ...]]] = []
        if isinstance(node, MappingNode):
            inside = [(value, (*path, str(key.value))) for key, value in node.value]
            if not path:
                for key, value in node.value:
                    yield Place((str(key.value),), "", key.start_mark.index, value.end_mark.index, whole=True)
        elif isinstance(node, SequenceNode):
            inside = [(item, (*path, str(index))) for index, item in enumerate(node.value)]
        elif node.tag == "tag:yaml.org,2002:str":
            yield Place(path, str(node.value), node.start_mark.index, node.end_mark.index)
        waiting.extend(reversed(inside))


def _refuse_cycles(value: Any, above: tuple[int, ...], done: set[int]) -> None:
    if not isinstance(value, (list, dict)) or id(value) in done:
        return
    if id(value) in above:
        raise YamlError("an alias to something that holds it", 1, 1)
    for item in value.values() if isinstance(value, dict) else value:
        _refuse_cycles(item, (*above, id(value)), done)
    done.add(id(value))


class _Dumper(yaml.SafeDumper):
    """Quotes every string that a reader of YAML 1.1 or 1.2 would take for something else."""


def _string(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    odd = not text.isprintable()  # line breaks that only YAML 1.1 knows would not survive single quotes
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if odd else None)


_Dumper.add_representer(str, _string)

for _first, _resolvers in _Loader.yaml_implicit_resolvers.items():
    for _tag, _pattern in _resolvers:
        _Dumper.add_implicit_resolver(_tag, _pattern, [_first])


LONGEST_KEY = 100  # characters; PyYAML puts a mark before long keys
SIMPLE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(?: [A-Za-z0-9_-]+)*")  # plain in any place, if it is no other value


def _simple_flow(value: Any) -> str | None:
    """What PyYAML writes of a simple value, or of a list or mapping of some, in flow style; None for any other."""
    if isinstance(value, list):
        items = [_simple(item) for item in value]
        return None if None in items else f"[{', '.join(map(str, items))}]"
    if isinstance(value, dict):
        pairs = [(_simple(key), _simple(item)) for key, item in value.items()]
        return None if any(None in pair for pair in pairs) else f"{{{', '.join(f'{key}: {item}' for key, item in pairs)}}}"
    return _simple(value)


def _simple(value: Any) -> str | None:
    """What PyYAML writes of a whole number, a truth value, nothing, or a text that needs no quotes; None for any other."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if type(value) is int:
        return str(value)
    if type(value) is not str or len(value) > LONGEST_KEY or not SIMPLE.fullmatch(value):
        return None
    resolvers = _Dumper.yaml_implicit_resolvers.get(value[0], ())
    return None if any(pattern.match(value) for _, pattern in resolvers) else value


def dump(values: dict[str, Any]) -> str:
    """One `key: value` a line in the given order, lists and mappings in flow style; stable bytes for equal values."""
    options: dict[str, Any] = {"Dumper": _Dumper, "sort_keys": False, "allow_unicode": True, "width": float("inf")}
    lines = []
    for key, value in values.items():
        simple, known = _simple(key), _simple_flow(value)
        if simple is not None and known is not None:
            lines.append(f"{simple}: {known}\n")
            continue
        flow = isinstance(value, (list, dict))
        text = yaml.dump({key: None if flow else value}, default_flow_style=False, **options)
        if flow:
            text = text.removesuffix("null\n") + yaml.dump(value, default_flow_style=True, **options)
        lines.append(text)
    return "".join(lines)
