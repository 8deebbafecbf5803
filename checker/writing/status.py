"""The status of a claim, and the one way it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from checker.words import MARKS, StatusWord

UNSAFE = re.compile(r"[^\w\s·.,%()+-]")


@dataclass(frozen=True)
class Status:
    """What a note says of a claim: `statement` finds a claim that has no block id yet; `scope` is "" without evidence."""

    id: str
    statement: str
    word: StatusWord
    scope: str = ""
    stale: bool = False

    @property
    def text(self) -> str:
        """Mark, word and scope, as the link shows them."""
        parts = [f"{MARKS[self.word]} {self.word}"]
        if self.scope:
            parts.append(UNSAFE.sub("", self.scope))
        if self.stale:
            parts.append("stale")
        return " · ".join(parts)

    @property
    def link(self) -> str:
        return f"[[{self.id}|{self.text}]]"
