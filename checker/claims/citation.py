"""Citations of a closed form, and the text without them. Words that are no citation stay, in a parenthesis as anywhere else.

A name and a year alone could be any capitalised word ("Refuted, 2023"), so a lone name counts only if it looks like a surname;
"et al." and "and" make sure of one.
"""

from __future__ import annotations

import re
from collections.abc import Callable

LINKED = ("\x02", "\x03")  # around the text of a link
LONGEST = 300  # characters of one citation

_YEAR = r"(?:19[5-9]\d|20[0-3]\d)[a-z]?"
_PARTICLES = r"(?:(?:van|von|de|der|den|di|da|del|la|le|el|al|ten|ter|dos)\s+|[A-Z]\.[ -]?){0,6}"
_UPPER, _LOWER = r"[A-Z\u00c0-\u00de\u0100-\u024f]", r"[a-z\u00df-\u024f]"
_PART = rf"(?:O['’]|D['’]|Mc|Mac|De|Di|Du|La|Le|Van)?{_UPPER}{_LOWER}+"
_NAME = rf"{_PARTICLES}{_PART}(?:[ -]{_PART})?(?:,\s*(?:[A-Z]\.[ -]?){1, 4})?"
_SURE = rf"(?:{_NAME}\s*,?\s+(?:et\s+al\.?|and\s+(?:{_NAME}|colleagues|others)|&\s*{_NAME}(?:\s+et\s+al\.?)?))"
_NUMBER = r"(?:[A-Z]?\.?\d+(?:\.\d+)*[a-z]?|[A-Z](?:\.\d+)*)"
_NUMBERS = rf"{_NUMBER}(?:\s*(?:,|and|&|[-–])\s*{_NUMBER})*"
_PLACE = (
    r"(?i:p|pp|page|pages|fig|figs|figure|figures|tab|tabs|table|tables|sec|secs|section|sections|§+|ch|chap|chapter|app|appendix"
    r"|eq|eqs|equation|equations|supp|fn|footnote|vol|no|ref|refs|alg|algorithm|theorem|thm|lines?)"
)
_LOCATOR = rf"(?:{_PLACE}\.?\s*{_NUMBERS})"
_VENUE = (
    r"(?:(?:ICLR|ICML|NeurIPS|NIPS|CVPR|ICCV|ECCV|WACV|BMVC|AAAI|IJCAI|TMLR|JMLR|TPAMI|PAMI|IJCV|ACL|EMNLP|NAACL|Nature|Science"
    r"|arXiv|preprint|in press|forthcoming|n\.d\.)(?:\s*(?:" + _YEAR + r"|['’]\d\d))?)"
)
_ADDRESS = (
    r"(?:https?://[^\s()<>\[\]\x02\x03]+|(?:doi:\s*|https://doi\.org/)?10\.\d{4,9}/[^\s()]+|arXiv:\s*\d{4}\.\d{4,5}(?:v\d+)?)"
)
_KEY = r"(?:-?@(?:\{[^{}]+\}|[A-Za-z0-9_](?:[\w:.#$%&+?~/-]*\w)?))"
_SLUG = rf"(?:[a-z][a-z-]*[A-Za-z-]*{_YEAR}(?:[A-Za-z-]*[A-Za-z])?)"  # park2023, he2022masked
_DATED = rf"(?:{_SURE}(?:\s*,?\s*{_YEAR})?|(?P<lone>{_NAME})\s*,?\s+{_YEAR}|{_YEAR})"
_WORK = rf"(?:{_DATED}|{_VENUE}|{_ADDRESS}|{_KEY}|{_SLUG}|{_LOCATOR})"
_LEAD = r"(?i:(?:see(?:\s+also)?|cf\.?|e\.g\.,?|compare|also|as in|from|following|adapted from|source:?)\s+)"

CITED = re.compile(rf"{_LEAD}?\x02?{_WORK}\x03?(?:\s*,?\s+{_LOCATOR})?")
POINTED = re.compile(rf"{_LEAD}\x02[^\x02\x03]*\x03(?:\s*,?\s+{_LOCATOR})?|\x02(?:pdf|link|paper|source|doi|arXiv|\d{{1,3}})\x03")
NUMBERED = re.compile(r"\x02?\d{1,3}\x03?(?:\s*[-–]\s*\x02?\d{1,3}\x03?)?")
BARE_NUMBER = re.compile(_NUMBERS)
PLACED = re.compile(rf"(?:{_LEAD})?{_LOCATOR}")
LONE = re.compile(rf"{_NAME}")
GROUP = re.compile(r"\(([^()\[\]]*)\)|(?<![\[\\])\[([^()\[\]]*)\](?!\])")
TRAIL = re.compile(
    rf"\s?[,;]?\s?(?:(?:but\s+)?{_LEAD}(?:\x02[^\x02\x03]*\x03|{_WORK})|\x02(?:{_SURE}\s*,?\s*{_YEAR}|{_KEY}|{_SLUG})\x03|{_KEY})"
    rf"(?:\s*,?\s+{_LOCATOR})?(?=\s*(?:[,.;:)~]|$))"
)
NAMED = re.compile(rf"(?:\s?[,—–]|\s-)\s?{_SURE}(?:\s*,?\s*{_YEAR})?(?=\s*(?:[.;]|$))")
ADDRESS = re.compile(rf"<?{_ADDRESS}>?")
BEFORE = re.compile(r"(\w+)\W*\Z")
_PREPOSITIONS = """by in of from than per with and as to like or vs on at for
    layer layers head heads block blocks within between range"""
NOT_BEFORE = frozenset(_PREPOSITIONS.split())  # after these a reference is a part of the sentence

# Capitalised words that stand before a year and are no surname. What ends like a participle or an adverb is none either.
_WORDS = """
    about above after against all almost also although an any around as at barely base because before below
    best between both but by class contested contra control correct deep dense disproven doubtful draft early
    erratum except false few final first fine for frozen from full global half hardly head high huge if in
    inconclusive incorrect invalid large last late layer least linear little local low lower many may mean
    median mini most mostly near never new no none nope not null of old on one only open or original over
    overall own pace partial patch per pilot possible probable proven public random rarely raw recent same
    seldom several shown since single small some sometimes sparse still subset ten test than that the their
    these this three time tiny top toy train true twice two under unclear unknown unless unlike unproven
    untrue upper usual valid very via weak when where while with without withdrawn worse worst wrong zero
"""
WORDS = frozenset(_WORDS.split())
FORM = re.compile(r"\w{3,}(?:ed|ly|ive|ous|able|ible|less|ful)|\w{4,}(?:ing|ise|ize|tion|sion|ness|ment|ity|ical|ular)")


def without_citations(text: str) -> str:
    """The text without its citations; the marks of `LINKED` stay around the texts of links."""
    previous = None
    while text != previous:  # from the inside out: (Park et al. [3])
        previous = text
        text = GROUP.sub(_group, text)
    text = ADDRESS.sub("", text)
    for pattern in (TRAIL, NAMED):
        text = pattern.sub(_trailing(text), text)
    return re.sub(r"\x02\d{1,3}\x03", "", text)


def _group(match: re.Match[str]) -> str:
    square = match[2] is not None
    inner = match[2] if square else match[1]
    pieces = [piece.strip() for piece in re.split(r"[;,]", inner)]
    kept: list[str] = []
    position, place = 0, False
    while position < len(pieces):
        piece, following = pieces[position], ", ".join(pieces[position : position + 2])
        numbered = square and NUMBERED.fullmatch(piece) is not None
        if position + 1 < len(pieces) and not re.fullmatch(_YEAR, piece) and _is_work(following):  # Park et al., 2023
            position, place = position + 2, False
            continue
        continues = place and BARE_NUMBER.fullmatch(piece) is not None  # Fig. 2, 3
        place = PLACED.fullmatch(piece) is not None or continues
        if piece and not (numbered or continues or _is_work(piece) or POINTED.fullmatch(piece)):
            kept.append(piece)
        position += 1
    if len(kept) == len([piece for piece in pieces if piece]) or (square and _is_part(match)):
        return match[0] if inner.strip() else ""
    closed = "[]" if square else "()"
    return f"{closed[0]}{', '.join(kept)}{closed[1]}" if kept else ""


def _is_work(piece: str) -> bool:
    match = CITED.fullmatch(piece) if len(piece) < LONGEST else None
    return match is not None and (match["lone"] is None or _is_surname(match["lone"]))


def _is_surname(name: str) -> bool:
    words = [word.casefold() for word in re.findall(r"[^\W\d_]+", name)]
    return not any(word in WORDS or FORM.fullmatch(word) for word in words)


def _is_part(match: re.Match[str]) -> bool:
    """Whether what stands before a reference makes it a part of the sentence: "in layers [2, 4]"."""
    before = BEFORE.search(match.string, max(0, match.start() - 40), match.start())
    return before is not None and before[1].casefold() in NOT_BEFORE


def _trailing(text: str) -> Callable[[re.Match[str]], str]:
    """What to put in place of a reference at the end of a sentence or clause: nothing, unless it is a part of the sentence."""

    def replaced(match: re.Match[str]) -> str:
        lone = match.groupdict().get("lone")
        kept = _is_part(match) or match[0].lstrip(" ,").startswith("but") or (lone is not None and not _is_surname(lone))
        return match[0] if kept or not text[: match.start()].strip() else ""

    return replaced
