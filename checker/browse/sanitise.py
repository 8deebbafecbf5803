"""What HTML a note may bring into the page: text and its structure, nothing that runs, loads or covers anything."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import nh3


def _words(text: str) -> set[str]:
    return set(text.split())


TEXT = _words(
    "a abbr b bdi bdo blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption figure"
    " h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp section small span strike strong sub"
    " summary sup table tbody td tfoot th thead time tr tt u ul var wbr audio video"
)
MATH = _words(
    "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle mpadded mphantom merror msub msup msubsup munder mover"
    " munderover mmultiscripts mprescripts none mtable mtr mtd menclose"
)
MATH_ATTRIBUTES = _words(
    "display mathvariant stretchy fence separator form lspace rspace minsize maxsize symmetric largeop movablelimits accent"
    " accentunder width height depth columnalign rowalign columnspacing rowspacing columnlines rowlines linethickness"
    " displaystyle scriptlevel notation"
)
ATTRIBUTES = {
    "a": {"href", "title", "data-note", "data-at", "data-claim", "data-word", "data-tag", "data-footnote"},
    "img": {"alt", "title", "width", "height", "data-file"},
    "audio": {"controls", "data-file"},
    "video": {"controls", "data-file", "width", "height"},
    "details": {"open"},
    "ol": {"start"},
    "col": {"span"},
    "colgroup": {"span"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
    "time": {"datetime"},
    "*": {"class", "dir", "lang", "data-at"},
    **dict.fromkeys(MATH, MATH_ATTRIBUTES),
}
SCHEMES = {"http", "https", "mailto"}
CLASS = re.compile(r"(?:md|tok|language)-[\w-]+")


@cache
def _cleaner() -> nh3.Cleaner:
    import nh3

    return nh3.Cleaner(
        tags=TEXT | MATH,
        clean_content_tags={"script", "style", "template", "noscript", "iframe", "object", "svg", "title", "textarea", "xmp"},
        attributes=ATTRIBUTES,
        attribute_filter=_filter,
        tag_attribute_values={"a": {"target": {"_blank"}}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )


def _filter(tag: str, attribute: str, value: str) -> str | None:
    """Classes are ours or those of code; a destination within the page begins with `#`."""
    if attribute == "class":
        return " ".join(name for name in value.split() if CLASS.fullmatch(name)) or None
    if attribute == "href" and not value.startswith("#") and ":" not in value:
        return None
    return value


def sanitise(html: str) -> str:
    """HTML that is safe to show."""
    return _cleaner().clean(html)
