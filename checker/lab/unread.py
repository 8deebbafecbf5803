"""Stand-ins for what a checkpoint holds besides tensors: settings, callbacks, whole models. Nothing of them is run."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, ClassVar

SETTINGS = (  # packages whose functions only put values together again: options, paths, numbers, dates
    *("omegaconf.", "typing.", "pathlib.", "numpy.", "pytorch_lightning.", "lightning.", "lightning_fabric.", "easydict."),
    *("yacs.", "mmengine.", "mmcv.", "addict.", "ml_collections.", "datetime.", "enum.", "types.", "collections.", "uuid."),
    *("torch.torch_version.", "torch.optim.", "argparse."),
)
BUILTINS = {
    f"builtins.{name}" for name in ("dict", "list", "tuple", "str", "int", "float", "bool", "object", "frozenset", "slice")
}

MAPPINGS = ("dict", "cfgnode")  # how the names of classes of mappings end, in lower case


class _Refusing(type):
    """The class of stand-ins: an object may be made without a call, as pickle makes those of most classes; a call is refused."""

    name: str
    callable: bool

    def __call__(cls, *arguments: Any, **options: Any) -> Any:
        if not cls.callable:
            raise RuntimeError(f"GLOBAL {cls.name}")
        return cls.__new__(cls)  # type: ignore[call-overload]


class Unread(metaclass=_Refusing):
    """An object of a class that is not loaded; nothing of its state is kept. One whose class is a mapping or a list by its
    name is a plain one, with what was in it."""

    name: ClassVar[str] = ""
    callable: ClassVar[bool] = False

    def __new__(cls, *arguments: Any, **options: Any) -> Any:
        if cls.__name__.lower().endswith(MAPPINGS):
            return {}
        return [] if cls.__name__ == "deque" else super().__new__(cls)

    def __setstate__(self, state: Any) -> None:
        pass


def stand_ins(path: Path) -> list[Any]:
    """What torch may make in place of the classes and functions that a checkpoint asks for, in the form of torch's safe globals.

    Raises whatever torch raises for a file that is no checkpoint.
    """
    from torch.serialization import get_unsafe_globals_in_checkpoint

    with path.open("rb") as file:
        if not file.read(4).startswith(b"PK"):
            return [argparse.Namespace]  # old checkpoints cannot be asked
    asked = set(get_unsafe_globals_in_checkpoint(path)) - {"argparse.Namespace"}
    return [argparse.Namespace, *((_stand_in(name), name) for name in sorted(asked))]


def _stand_in(name: str) -> _Refusing:
    settings = name.startswith(SETTINGS) or name in BUILTINS
    return _Refusing(name.rpartition(".")[2], (Unread,), {"name": name, "callable": settings})
