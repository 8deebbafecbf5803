"""What of a sentence says who says it, or points elsewhere: openings and attributions, each of a closed form, and citations.

Only what fits one of these forms as a whole is read through. Everything else counts as words of the claim.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from checker.claims.language.citation import Span, are_names, citations
from checker.claims.language.lazy import lazy
from checker.claims.language.reference import DATE, LOCATOR, MARK, SURNAME, SURNAMES


def _authors(group: str) -> str:
    """People who wrote something, as a group of that name: "Park et al.", "He and Fan (2022)"."""
    dated = rf"\s*(?:{DATE}|{MARK})"
    several = rf"{SURNAMES}\s+et\s+al(?:\.|\b)|{SURNAME}\s+and\s+(?:colleagues|co-?workers)"
    return rf"(?P<{group}>(?:{several})(?:{dated})?|{SURNAMES}{dated})"


_ADVERB = r"(?:(?:also|further|again|clearly|consistently|empirically|previously|recently|already|indeed|likewise)\s+)?"
_SAY = (
    r"(?:find|finds|found|show|shows|showed|see|saw|observe[sd]?|report(?:s|ed)?|reveal(?:s|ed)?|demonstrate[sd]?|note[sd]?"
    r"|confirm(?:s|ed)?|conclude[sd]?|establish(?:es|ed)?|state[sd]?|argue[sd]?"
    rf"|(?:have|has)\s+{_ADVERB}(?:found|shown|seen|observed|reported|revealed|demonstrated|noted|confirmed|concluded|established))"
)
_HINT = r"(?:suggest(?:s|ed)?|indicate[sd]?)"
_SHOWN = r"(?:shown|found|observed|reported|demonstrated|established|confirmed|noted|seen)"
_WORK = (
    r"(?:the\s+authors|(?:(?:this|the|their|our)\s+)?(?:paper|work|study|article|results|experiments|analysis|findings|measurements)"
    r"|(?:prior|previous|earlier|past|recent|existing)\s+(?:works?|stud(?:y|ies)|papers?|research|results|experiments))"
)
_OF = rf"(?:\s+(?:by|of|in|from)\s+(?:{_authors('of')}|{MARK})|\s*(?:{DATE}|{MARK}))?"

OPENING = lazy(
    r"(?:(?:however|moreover|furthermore|in\s+addition|additionally|interestingly|surprisingly|notably|importantly|in\s+contrast"
    r"|by\s+contrast|on\s+the\s+other\s+hand|in\s+particular|specifically|for\s+example|for\s+instance|in\s+fact|indeed"
    r"|in\s+summary|in\s+short|in\s+other\s+words|as\s+expected|as\s+a\s+result|thus|hence|therefore|consequently|accordingly"
    r"|likewise|similarly|finally|firstly|also|again|here|empirically|in\s+practice|in\s+this\s+(?:paper|work|study|note)|in\s+our\s+experiments)\s*,\s*"
    r"|(?:however|moreover|furthermore|interestingly|surprisingly|notably|thus|hence|therefore|and|but|yet)\s+)",
    re.IGNORECASE,
)
STANDING = lazy(  # attributions that stand at the start of what is left
    rf"(?:(?i:{_WORK}{_OF}\s+{_ADVERB}(?:{_SAY}|{_HINT})\s+that\s+)"
    rf"|{_authors('who')}(?:['’]s?)?\s+(?:results|experiments|analysis|findings)\s+{_ADVERB}(?:{_SAY}|{_HINT})\s+that\s+"
    rf"|(?i:it\s+(?:is|was|has\s+been|can\s+be)\s+(?:well\s+)?{_ADVERB}(?:{_SHOWN}|known))"
    rf"(?:\s+(?:by|in)\s+(?:{_authors('by')}|{MARK}|(?i:prior|previous|earlier)\s+work)|\s*{MARK})?\s+that\s+"
    r"|(?i:note|notice|recall|it\s+turns\s+out)\s+that\s+"
    rf"|(?i:according\s+to|as\s+(?:{_SHOWN}|described)\s+(?:by|in)|in)\s+"
    rf"(?:{_authors('to')}|{MARK}|{LOCATOR})\s*,\s*"
    rf"|(?i:unlike|contrary\s+to|in\s+contrast\s+to|in\s+line\s+with|in\s+agreement\s+with|following)\s+(?:{_authors('unlike')}\s*,?\s*"
    rf"|(?P<rival>{SURNAME})\s*,?\s*(?=(?:we|they)\s+{_ADVERB}{_SAY}\s+that\s)))"
)
FINDING = lazy(
    rf"(?:\b(?i:we|they|I)|{_authors('who')})\s+{_ADVERB}(?:{_SAY}|{_HINT})\s+that\s+|\b(?i:we|I)\s+{_ADVERB}claim\s+that\s+"
)
FOLLOWING = lazy(
    rf",?\s+as\s+(?:{_SHOWN}|described)\s+(?:by|in)\s+(?:{_authors('who')}|{MARK}|(?i:prior|previous|earlier)\s+work|{LOCATOR})"
    rf"|,?\s+according\s+to\s+{_authors('to')}"
)
BY_WHOM = lazy(rf",\s*(?:the|a)\s+(?:method|model|approach)\s+(?:of|by|from)\s+{_authors('who')}\s*,")


def read_through(text: str, is_name: Callable[[str], bool]) -> list[Span]:
    """The spans of a sentence that are no part of its claim, in order. `is_name`: whether a word can be somebody's name."""
    spans = citations(text, is_name)
    for pattern in (FINDING, FOLLOWING, BY_WHOM):
        spans += [match.span() for match in pattern.finditer(text) if _authored(match, is_name)]
    spans = _apart(spans)
    start = 0
    while True:
        start = _beyond(start, spans)
        match = OPENING.match(text, start) or STANDING.match(text, start)
        if match is None or not _authored(match, is_name):
            return spans
        spans = _apart([*spans, match.span()])
        start = match.end()


def _beyond(start: int, spans: list[Span]) -> int:
    for first, last in spans:
        start = last if first <= start < last else start
    return start


def _authored(match: re.Match[str], is_name: Callable[[str], bool]) -> bool:
    """Whether those whom it names can be people."""
    return all(are_names(who, is_name) for who in match.groupdict().values() if who)


def _apart(spans: list[Span]) -> list[Span]:
    """Spans in order, those that touch or overlap joined to one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


EXPLANATION = lazy(
    r",?\s+(?P<why>(?:because|since|as\s+a\s+result\s+of|due\s+to|owing\s+to|thanks\s+to|which\s+\w+|suggesting|indicating|implying"
    r"|meaning)\b.*)",
    re.IGNORECASE | re.DOTALL,
)


def without_explanation(text: str) -> tuple[str, str] | None:
    """A sentence parted before the reason or conclusion that it adds; None where it adds none."""
    match = EXPLANATION.search(text)
    if match is None or not match.start():
        return None
    return text[: match.start()].strip(), match["why"]


ASIDE = re.compile(r",\s*(?P<aside>(?:such as|e\.g\.,?|for example|for instance)\s+[^,;()]+?)(?=,|$)", re.IGNORECASE)


def without_example(text: str) -> tuple[str, str] | None:
    """A sentence without the example that it gives between commas or at its end, and the example; None where there is none."""
    match = ASIDE.search(text)
    return (text[: match.start()] + text[match.end() :], match["aside"]) if match and match.start() else None
