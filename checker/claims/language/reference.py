"""The grammar of a reference to somebody's work: its parts, of which citations and attributions are made.

Each part is the text of a regular expression. Parts that cite a place are those of a printed work ("Fig. 2", "pp. 3-5").
"""

YEAR = r"(?:19[5-9]\d|20[0-3]\d)[a-z]?"
PARTICLE = r"(?:van|von|de|der|den|di|da|del|la|le|el|al|ten|ter|dos)"
_UPPER, _LOWER = r"[A-Z\u00c0-\u00de\u0100-\u024f]", r"[a-z\u00df-\u024f]"
_PART = rf"(?:O['’]|D['’]|Mc|Mac|De|Di|Du|La|Le|Van)?{_UPPER}{_LOWER}+"
SURNAME = rf"(?:{PARTICLE}\s+|[A-Z]\.[ -]?){{0,6}}{_PART}(?:-{_PART})?"  # O'Brien, van den Berg, K. He, Ben-David
NAME = rf"{SURNAME}(?: {_PART})?(?:,\s*(?:[A-Z]\.[ -]?){{1,4}})?"  # also: Kaiming He; He, K.
TWO_NAMES = rf"(?:{NAME}\s*,?\s+(?:and\s+|&\s*){NAME})"
SURNAMES = rf"{SURNAME}(?:,\s+{SURNAME})*(?:,?\s+(?:and|&)\s+{SURNAME})?"
NUMBER = r"(?:[A-Z]?\.?\d+(?:\.\d+)*[a-z]?|[A-Z](?:\.\d+)*)"
NUMBERS = rf"{NUMBER}(?:\s*(?:,|and|&|[-–])\s*{NUMBER})*"
LOCATOR = (
    r"(?:(?i:p|pp|page|pages|fig|figs|figure|figures|tab|tabs|table|tables|sec|secs|section|sections|§+|ch|chap|chapter|app|appendix"
    r"|eq|eqs|equation|equations|supp|fn|footnote|vol|no|ref|refs|alg|algorithm|theorem|thm|lines?)"
    rf"\.?\s*{NUMBERS})"
)
KEY = r"(?:-?@(?:\{[^{}]+\}|[A-Za-z](?:[\w:.#$%&+?~/-]*\w)?))"  # @he2022
DATE = rf"\({YEAR}(?:,\s*{LOCATOR})*\)"  # (2022, Fig. 3)
MARK = rf"\[(?:\d+(?:\s*[,;–-]\s*\d+)*|{KEY}(?:\s*;\s*{KEY})*|\^[\w-]+)(?:,\s*{LOCATOR})*\]"  # [3, 4], [@he2022, Table 3]
