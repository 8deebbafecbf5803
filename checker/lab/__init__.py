"""Models, objectives, data, training and metrics: what turns a question into measurements. Knows nothing of notes.

The registries are imported with `vocabulary`, when it is first used: a small module of this room needs none of them.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.lab.words import vocabulary

__all__ = ["vocabulary"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'checker.lab' has no attribute {name!r}")
    from checker.lab.words import vocabulary

    return vocabulary
