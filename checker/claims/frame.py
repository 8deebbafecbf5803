"""What of a sentence is the claim: openings, attributions and asides are taken off, and nothing that could change it."""

from __future__ import annotations

import re
from collections.abc import Callable

Types = Callable[[str], set[str]]  # the types of the words of a text

_FINDS = (
    r"show(?:s|ed|n)?|find(?:s)?|found|observe[sd]?|report(?:s|ed)?|reveal(?:s|ed)?|demonstrate[sd]?|note[sd]?|see(?:s|n)?|saw"
    r"|argue[sd]?|claim(?:s|ed)?|confirm(?:s|ed)?|conclude[sd]?|suggest(?:s|ed)?|indicate[sd]?|establish(?:es|ed)?|state[sd]?"
)
OPENING = re.compile(
    r"(?:(?:however|moreover|furthermore|in addition|additionally|interestingly|surprisingly|notably|importantly|in contrast"
    r"|by contrast|on the other hand|in particular|specifically|for example|for instance|in fact|indeed|overall|in general"
    r"|in summary|in short|in other words|as expected|as a result|thus|hence|therefore|consequently|accordingly|likewise"
    r"|similarly|finally|firstly?|secondly?|thirdly?|also|then|again|and|but|so)\s*,\s*)+",
    re.IGNORECASE,
)
ATTRIBUTION = re.compile(rf"(?P<who>[^;:,]{{1,120}}?)\s+(?:{_FINDS})\s+that\s+", re.IGNORECASE)
ASIDE = re.compile(r"(?<=\w),\s*(?P<aside>(?:an?|the|one of|another)\s[^,;:()]{2,80}),\s*(?=\w)")
_NUMBER = r"[A-Z]?\.?\d*[a-z]?(?:\.\d+)*"
POINTER = re.compile(
    rf"\s*\((?:see\s+|cf\.\s*|e\.g\.,?\s*)?(?:fig(?:ure|s|ures)?|tab(?:le|les)?|sec(?:tion|tions)?|app(?:endix)?|eq(?:uation)?)"
    rf"\.?\s*{_NUMBER}(?:\s*(?:,|and|-|–)\s*{_NUMBER})*\)",
    re.IGNORECASE,
)
EXPLANATION = re.compile(
    r",?\s+(?:because|since|as a result of|due to|owing to|thanks to|probably|presumably|possibly|so that|even though|although"
    r"|which\s+\w+|suggesting|indicating|implying|meaning|attributed to)\b",
    re.IGNORECASE,
)
TURNING = re.compile(
    r"\b(?:not|no|never|nor|nobody|none|nothing|cannot|fail\w*|den(?:y|ies|ied)|doubt\w*|refut\w*|contradict\w*|disprov\w*|if"
    r"|whether|unless|wrong\w*|false\w*|hardly|barely|may|might|could|would|should|only|question\w*|little)\b|n['’]t\b",
    re.IGNORECASE,
)  # words by which what comes before or between could change what is claimed
TELLING = {"METRIC", "COMPARATIVE", "SUPERLATIVE", "ADJECTIVE", "PREDICATE", "NUMBER", "DATA", "PRETRAINED", "TOY"}
SPEAKING = TELLING | {"MODEL", "FAMILY"}


def claim_of(text: str, types: Types) -> str:
    """The part of a sentence that claims something, by itself."""
    text = POINTER.sub("", text)
    previous = None
    while text != previous:
        previous = text
        opening = OPENING.match(text)
        if opening:
            text = text[opening.end() :]
        found = ATTRIBUTION.match(text)
        if found and not TURNING.search(found["who"]) and not types(found["who"]) & SPEAKING:
            text = text[found.end() :]
    return ASIDE.sub(lambda match: " " if _is_idle(match["aside"], types) else match[0], text).strip()


def _is_idle(aside: str, types: Types) -> bool:
    return not TURNING.search(aside) and not types(aside) & TELLING


def without_explanation(text: str) -> tuple[str, str] | None:
    """A sentence parted before the reason or conclusion that it adds; None where it adds none."""
    match = EXPLANATION.search(text)
    if match is None or not match.start():
        return None
    return text[: match.start()].strip(), text[match.start() :].strip(" ,")
