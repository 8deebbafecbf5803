"""The words that several rooms share."""

from __future__ import annotations

from typing import Literal

Claimed = Literal["less", "greater", "not less", "not greater"]
"""What a claim says of a quantity and a line. A negated one claims the other side of the same line."""

Quantifier = Literal["all", "any", "most"]
"""In how many of several parts something has to hold."""

VerdictWord = Literal["supported", "refuted", "inconclusive"]
"""What a decision rule says."""

StatusWord = Literal["supported", "refuted", "inconclusive", "needs spec", "untestable", "error", "unchecked"]
"""What a note says of its claim."""

MARKS: dict[StatusWord, str] = {
    "supported": "✅",
    "refuted": "❌",
    "inconclusive": "❔",
    "needs spec": "🖉",
    "untestable": "∅",
    "error": "⚠",
    "unchecked": "○",
}
"""The mark before the word of a status."""
