"""Regular expressions that are compiled when they are first used: where all readings are kept, none is."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, cast


def lazy(text: str, flags: int = 0) -> re.Pattern[str]:
    """`re.compile`, later."""
    return cast("re.Pattern[str]", _Lazy(text, flags))


class _Lazy:
    def __init__(self, text: str, flags: int) -> None:
        self.text, self.flags = text, flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self.text, self.flags)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.compiled, name)
