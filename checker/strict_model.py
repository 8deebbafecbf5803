"""What every file that a person writes is checked with: a strict pydantic model, and errors that name the place and the key."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def explain(error: Any, path: Sequence[str], fields: Collection[str]) -> str:
    """What is wrong with the value at a path, of one of pydantic's errors. `fields` are the keys that may stand there."""
    where = ".".join(path)
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(path[-1], list(fields), 1)
        return f"there is no key `{where}`" + (f"; did you mean `{near[0]}`?" if near else "")
    if error["type"] == "missing":
        return f"the key `{where}` is missing"
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}: {message}" if where else message


def place_of(text: str, path: Sequence[str | int]) -> tuple[int, int]:
    """The line and column, from 1, of a key in a YAML text; a missing key is placed where what should hold it stands."""
    import yaml

    node = yaml.compose(text, Loader=yaml.SafeLoader)
    mark = node.start_mark if node else None
    for part in path:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            mark = node.start_mark
            continue
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        found = next(((key, value) for key, value in pairs if key.value == str(part)), None)
        if found is None:
            break
        mark, node = found[0].start_mark, found[1]
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
