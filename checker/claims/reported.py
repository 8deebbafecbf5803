"""Numbers that papers report of a claim: `[@he2022, Table 3]: 68.0 %` behind its tag, or in a block below it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from checker.claims.beside import behind, below
from checker.claims.claim import Claim

CITED = re.compile(
    rb"\[@(?P<key>[^\s,;\]@]+)(?:,[ \t]*(?P<where>[^\]\r\n]*))?\][ \t]*:[ \t]*(?P<value>[-+]?(?:\d+(?:\.\d+)?|\.\d+))"
    rb"(?:[ \t]*(?:\xc2\xb1|\+/-)[ \t]*(?P<spread>\d+(?:\.\d+)?))?"
    rb"(?:[ \t]*(?P<unit>%|[^\W\d]+(?: points?)?(?:/s)?))?(?![\w.,]*\d)"
)


@dataclass(frozen=True)
class Reported:
    """A number that a source reports: `key` names the source, `where` the place in it ("Table 3"), `text` is as it is written.

    `spread` is that behind a ±. What is given in percent is a share of one, and "share" its unit.
    """

    key: str
    where: str
    text: str
    value: float
    spread: float | None = None
    unit: str = ""


def reported(claim: Claim) -> tuple[Reported, ...]:
    """The numbers that stand with a claim, in order."""
    visible = claim.note.visible
    found = [*CITED.finditer(visible, *behind(claim))]
    found += [match for span in below(claim) if (match := CITED.match(visible, *span))]
    return tuple(map(_reported, found))


def _reported(match: re.Match[bytes]) -> Reported:
    parts = {name: (part or b"").decode("utf-8") for name, part in match.groupdict().items()}
    share = parts["unit"] == "%" or parts["unit"].startswith("percent")
    scale = 100 if share else 1
    return Reported(
        key=parts["key"],
        where=parts["where"].strip(),
        text=match[0].decode("utf-8").partition("]")[2].lstrip(" \t:"),
        value=float(parts["value"]) / scale,
        spread=float(parts["spread"]) / scale if parts["spread"] else None,
        unit="share" if share else parts["unit"],
    )
