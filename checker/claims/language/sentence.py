"""What a tagged block says, as a plain sentence: links, emphasis, quotes, comments, citations and labels are read through.

Text that is struck out keeps its `~~`: a sentence struck as a whole is none, and one struck in part becomes a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from checker.claims.language.citation import LINKED, joins, without_citations
from checker.claims.language.unknown import kind_of

COMMENT = re.compile(r"(?P<kept>`[^`]*`|\[\[[^\[\]]*\]\])|%%.*?%%|<!--(?:(?!<!--).)*?-->", re.DOTALL)
FOOTNOTE = re.compile(r"\\?\[\^[^\s\[\]]+\\?\](?::(?=\s))?|(?<!px)(?<![\d%])<sup>\s*\[?\d[\d,\s–-]*\]?\s*</sup>")
RAISED = re.compile(r"<sup>([^<>]*)</sup>")
INLINE_FOOTNOTE = re.compile(r"\^\[((?:[^\[\]]|\[\[[^\[\]]*\]\])*)\]")
PICTURE = re.compile(
    r"!\[\[[^\[\]|]*\.(?:png|jpe?g|gif|svg|webp|avif|bmp|pdf)(?:[#|][^\[\]]*)?\]\]|!\[[^\[\]]*\]\((?:<[^>]*>|[^)]*)\)",
    re.IGNORECASE,
)
CITE = re.compile(r"~?\\[Cc]ite[a-zA-Z]*\*?(?:\[\])*\{[^{}]*\}")
STRIKE = re.compile(r"</?(?:s|del|strike)>", re.IGNORECASE)
LINK = re.compile(r"!?\\?\[\\?\[(?P<link>(?:[^\[\]]|\](?!\\?\]))*?)\\?\]\\?\]")
MARKDOWN_LINK = re.compile(
    r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\((<[^>]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+\"([^\"]*)\")?\)"
)
EMPHASIS = re.compile(r"(?<!\\)(?:\*\*|__|==|(?<!\w)[*_]|[*_](?!\w))")
MODEL_LIKE = re.compile(r"[\w.-]*[A-Z][\w.-]*[A-Z][\w.-]*")
NARROWING = ("size", "change")  # kinds of words that make another model of the one that a note is named after
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
INVISIBLE = re.compile("[\x02\x03\u00ad\u200b\u2060\ufeff]")
LOST_MINUS = re.compile("\u00ad(?=\\s*\\d)|(?<=\\s)\u00ad(?=\\s)")
MARKER = re.compile(
    r"^\s*(?:(?:>|[-*+](?=\s)|\d{1,9}[.)](?=\s))\s*)*(?:\[.\]\s+)?(?:\[![^\]]*\][+-]?)?(?:\\?\[\^[^\s\[\]]+\\?\]:\s*)?"
)
QUOTED = re.compile(r"^\s*(?:>\s*)*")

_LABELS = (
    r"(?:(?:key|main|central|core|working|initial|first|second|third|research)\s+)?(?:claim|finding|idea|hypothesis|result|takeaway"
    r"|take-away|observation|insight|conclusion|lesson|statement|thesis|point|message|remark|note|fact|proposition|prediction"
    r"|summary|upshot|discovery|intuition)s?|til|tl;?dr|nb|n\.b\."
)
LABEL = re.compile(
    rf"\s*(?:[\[(]?\s*(?:{_LABELS})(?:\s*\d{{1,3}})?\s*::|(?:{_LABELS})(?:\s*#?\d{{1,3}})?\s*(?::(?=\s)|\s[—–-](?=\s))"
    rf"|(?:H[1-9]\d?|C\d{{1,2}})\s*:(?=\s)|\((?:\d{{1,2}}|[a-z]|[ivx]{{1,4}})\)(?=\s))\s*",
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
    text = " ".join(INVISIBLE.sub("", LOST_MINUS.sub("-", " ".join(lines))).split())
    text = COMMENT.sub(lambda match: match["kept"] or (match[0] if _within_word(match) else " "), text)
    text = FOOTNOTE.sub(lambda match: match[0] if joins(match) else "", text)
    text = INLINE_FOOTNOTE.sub(r" (\1)", RAISED.sub(r"^\1", text))
    text = STRIKE.sub("~~", CITE.sub("", PICTURE.sub("", text)))
    text = LINK.sub(lambda match: _linked(_shown(match["link"])) + _other(match["link"]), text)
    text = MARKDOWN_LINK.sub(_markdown_link, text)
    text = without_citations(_without_emphasis(text))
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


def _without_emphasis(text: str) -> str:
    """The text without the marks of emphasis that open, or close what was opened; a star after a name, `MAE*`, stays."""
    opened: set[str] = set()
    kept: list[str] = []
    end = 0
    for match in EMPHASIS.finditer(text):
        mark, before, after = match[0], text[: match.start()][-1:] or " ", text[match.end() : match.end() + 1] or " "
        closes = mark in opened and not before.isspace()
        opens = not after.isspace() and (after.isalnum() or not before.isalnum()) and (len(mark) > 1 or not before.isalnum())
        kept.append(text[end : match.start()] + ("" if closes or opens else mark))
        end = match.end()
        opened = opened - {mark} if closes else opened | {mark} if opens else opened
    return "".join((*kept, text[end:]))


def _within_word(match: re.Match[str]) -> bool:
    """Whether letters or digits stand right before and right after."""
    text = match.string
    return match.start() > 0 and match.end() < len(text) and text[match.start() - 1].isalnum() and text[match.end()].isalnum()


def _linked(text: str) -> str:
    return f"{LINKED[0]}{text}{LINKED[1]}"


def _shown(link: str) -> str:
    """The text of a wikilink: what stands after its `|`, or else the last part of its path."""
    return link.partition("|")[2] or link.rstrip("|").rsplit("/", 1)[-1]


def _markdown_link(match: re.Match[str]) -> str:
    """The text of a markdown link, and its title and what other model the note at its address names, in parentheses."""
    text, address, title = _without_brackets(match[1]), unquote(match[2].strip("<>")), match[3]
    other = _other(f"{address}|{text}") if address.partition("#")[0].endswith(".md") and "://" not in address else ""
    return _linked(text) + other + (f" ({title})" if title else "")


def _other(link: str) -> str:
    """What a wikilink points at, in parentheses, where that is another model than its text names: `[[MAE-large|MAE]]`."""
    target, _, display = link.partition("|")
    path, _, heading = target.partition("#")
    *folders, name = path.removesuffix(".md").strip().split("/")
    shown = _shown(link)
    others = [folder for folder in folders if kind_of(folder) in NARROWING]
    if display and _names_another(name, display):
        others.append(name)
    if display and heading and not heading.startswith("^") and _folded(name) == _folded(display) != _folded(heading):
        others.append(heading)
    return f" ({', '.join(others)})" if others and shown else ""


def _names_another(name: str, display: str) -> bool:
    """Whether the name of a note is that of another model than its display: longer by a version or a size, or another name."""
    if _folded(name) == _folded(display):
        return False
    words, shown = name.split(), _folded(display)
    if len(words) == 1 and MODEL_LIKE.fullmatch(name) and MODEL_LIKE.fullmatch(display):
        return _folded(name) not in shown
    if not re.search(rf"(?<!\w){re.escape(display.strip())}", name, re.IGNORECASE) or len(words) > 3:
        return False
    rest = re.sub(re.escape(display.strip()), " ", name, flags=re.IGNORECASE).split()
    rest = [word.strip("()[]-_.,") for word in rest]
    return any(re.fullmatch(r"(?i:v?\d{1,2}|[a-z]|reg)", word) or kind_of(word) in NARROWING for word in rest)


def _folded(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold())


def _without_brackets(text: str) -> str:
    """The text of a markdown link; of one that is only a number, as in `[\\[36\\]](address)`, the number."""
    bare = ESCAPE.sub(r"\1", text).strip("[]")
    return bare if bare.isdecimal() else text
