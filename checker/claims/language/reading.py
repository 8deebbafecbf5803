"""What was understood of a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from checker.claims.spec import ClaimSpec


@dataclass(frozen=True)
class Reading:
    """What was understood. `spec` is set exactly when `status` is ok; `reason` says what is wrong otherwise.

    `missing` is what would make it decidable. Each of the `choices` is a whole sentence that reads and keeps every word of this
    one that restricts it; `added` are the models that they add, one for each of them, "" where they add none. `together`: only
    all of them are what the sentence says.
    """

    status: Literal["ok", "needs-spec", "untestable"]
    sentence: str
    reading: str = ""
    spec: ClaimSpec | None = None
    reason: str = ""
    missing: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    together: bool = False
