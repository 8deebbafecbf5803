"""What a tagged block says, as a plain sentence: links, emphasis, quotes, comments, citations and labels are read through.

Text that is struck out keeps its `~~`: a sentence struck as a whole is none, and one struck in part becomes a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.claims.citation import LINKED, without_citations

COMMENT = re.compile(r"(?P<kept>`[^`]*`|\[\[[^\[\]]*\]\])|%%.*?%%|<!--(?:(?!<!--).)*?-->", re.DOTALL)
FOOTNOTE = re.compile(r"\\?\[\^[^\s\[\]]+\\?\](?::(?=\s))?|\^\[[^\[\]]*\]|<sup>\s*\[?[\d,\s–-]+\]?\s*</sup>")
PICTURE = re.compile(
    r"!\[\[[^\[\]|]*\.(?:png|jpe?g|gif|svg|webp|avif|bmp|pdf)(?:[#|][^\[\]]*)?\]\]|!\[[^\[\]]*\]\((?:<[^>]*>|[^)]*)\)",
    re.IGNORECASE,
)
CITE = re.compile(r"~?\\[Cc]ite[a-zA-Z]*\*?(?:\[\])*\{[^{}]*\}")
STRIKE = re.compile(r"</?(?:s|del|strike)>", re.IGNORECASE)
LINK = re.compile(r"!?\\?\[\\?\[(?P<link>(?:[^\[\]]|\](?!\\?\]))*?)\\?\]\\?\]")
MARKDOWN_LINK = re.compile(
    r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\((?:<[^>]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+\"[^\"]*\")?\)"
)
EMPHASIS = re.compile(r"(?<!\\)(?:\*\*|__|==|(?<!\w)[*_]|[*_](?!\w))")
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
MARKER = re.compile(
    r"^\s*(?:(?:>|[-*+](?=\s)|\d{1,9}[.)](?=\s))\s*)*(?:\[.\]\s+)?(?:\[![^\]]*\][+-]?)?(?:\\?\[\^[^\s\[\]]+\\?\]:\s*)?"
)
QUOTED = re.compile(r"^\s*(?:>\s*)*")

_LABELS = (
    r"(?:(?:key|main|central|core|working|initial|first|second|third|research)\s+)?(?:claim|finding|idea|hypothesis|result|takeaway"
    r"|take-away|observation|insight|conclusion|lesson|statement|thesis|point|message|remark|note|fact|proposition|prediction"
    r"|summary|upshot|discovery|intuition|belief)s?|til|tl;?dr|nb|n\.b\."
)
LABEL = re.compile(
    rf"\s*(?:[\[(]?\s*(?:{_LABELS})(?:\s*\d{{1,3}})?\s*::|(?:{_LABELS})(?:\s*#?\d{{1,3}})?\s*(?::(?=\s)|\s[—–-](?=\s))"
    rf"|[HC]\d{{1,2}}\s*:(?=\s)|\((?:\d{{1,2}}|[a-z]|[ivx]{{1,4}})\)(?=\s))\s*",
    re.IGNORECASE,
)

SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)~]*\s+(?=[\"“(~]*[A-Z0-9])")
# A word whose full stop ends no sentence: always; before a number or letter; an initial before a name.
ABBREVIATION = re.compile(
    r"(?:^|[\s(\[\"“'~])(?:e\.g|i\.e|al|cf|vs|resp|approx|ca|viz|incl|excl|esp|w\.r\.t|a\.k\.a|i\.i\.d|n\.b|dr|prof|mr|mrs|ms|jr"
    r"|(?P<numbered>figs?|secs?|tabs?|eqs?|ch|chap|app|nos?|vol|refs?|pp?|supp|alg|thm|eds?|dim|min|max|avg|std)|(?P<initial>[a-z]))\.$",
    re.IGNORECASE,
)
NUMBER = re.compile(r"[\"“(~]*(?:\d|[A-Z]\b)")
NAME = re.compile(r"(?:[A-Z]\.\s?){0,3}[^\W\d_][\w'’-]+\s*(?:et al|and|&|,|\()")
LONGEST = 10  # characters of an abbreviation
ANY = re.compile("")
STRUCK = re.compile(r"(?:[^\w~]*~~(?:(?!~~).)*~~)+[^\w~]*", re.DOTALL)


def plain(source: str) -> str:
    """Markdown of one block to one line of plain text."""
    first, *rest = source.splitlines() or [""]
    lines = (MARKER.sub("", first), *(QUOTED.sub("", line) for line in rest))
    text = " ".join(INVISIBLE.sub("", " ".join(lines)).split())
    text = COMMENT.sub(lambda match: match["kept"] or " ", text)
    text = STRIKE.sub("~~", CITE.sub("", PICTURE.sub("", FOOTNOTE.sub("", text))))
    text = LINK.sub(lambda match: _linked(_shown(match["link"])), text)
    text = MARKDOWN_LINK.sub(lambda match: _linked(_without_brackets(match[1])), text)
    text = without_citations(EMPHASIS.sub("", text))
    for mark in LINKED:
        text = text.replace(mark, "")
    text = re.sub(r"\s+", " ", ESCAPE.sub(r"\1", text).replace("&nbsp;", " "))
    text = re.sub(r"\s+(?=[,.;)])", "", re.sub(r",(?=\s*[.;)]|\s*$)", "", re.sub(r"\(\s+", "(", text)))
    return LABEL.sub("", text.strip(), count=1) if LABEL.match(text.strip()) else text.strip()


def last_sentence(text: str) -> str:
    """The sentence that a tag at the end of `text` speaks of, without label, quotation marks and full stop; "" for one that is
    struck out."""
    start = max((end for _, end in sentence_ends(text)), default=0)
    before, sentence = text[:start], text[start:]
    if before.count("~~") % 2:
        sentence = f"~~{sentence}"
    if STRUCK.fullmatch(sentence):
        return ""
    label = LABEL.match(sentence)
    return unquoted(sentence[label.end() :] if label else sentence)


def sentence_ends(text: str) -> Iterator[tuple[int, int]]:
    """Where a sentence ends and the next begins: the gap between the two, from its first character to the one after its last."""
    for match in SENTENCE_END.finditer(text):
        stop = ABBREVIATION.search(text, max(0, match.start() - LONGEST), match.start())
        goes_on = stop and (NUMBER if stop["numbered"] else NAME if stop["initial"] else ANY).match(text, match.end())
        if not goes_on:
            yield match.span()


def unquoted(sentence: str) -> str:
    """A sentence without the quotation marks around it and its full stop."""
    return sentence.strip("“”\"'‘’ ").rstrip(".").rstrip("“”\"'‘’ ")


def _linked(text: str) -> str:
    return f"{LINKED[0]}{text}{LINKED[1]}"


def _shown(link: str) -> str:
    """The text of a wikilink: what stands after its `|`, or else the last part of its path."""
    return link.partition("|")[2] or link.rstrip("|").rsplit("/", 1)[-1]


def _without_brackets(text: str) -> str:
    """The text of a markdown link; of one that is only a number, as in `[\\[36\\]](address)`, the number."""
    bare = ESCAPE.sub(r"\1", text).strip("[]")
    return bare if bare.isdecimal() else text
