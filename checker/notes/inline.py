"""What stands inside the blocks: code spans, comments, math, links, tags and footnotes, found in UTF-8 bytes.

Each scan goes through the text once, so that a note of a megabyte of `[[` costs no more than one of words.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from checker.notes.lines import Span
from checker.notes.link import Link, markdown_link, wikilink
from checker.notes.note import Definition, Footnote, Tag

WIKILINK = re.compile(rb"\[\[(?!\[)((?:[^\[\]\r\n]++|\[(?!\[)|\](?!\]))++)\]\]")
# Beyond ASCII a tag takes all but spaces and the two blocks of punctuation, U+2000 to 206F and U+2E00 to 2E7F.
TAG = re.compile(
    rb"#(?<![^\s(\[{,;\"'>|*_~]#)((?:[A-Za-z0-9_/-]"
    rb"|(?!\xe2\x80|\xe2\x81[\x80-\xaf]|\xe2[\xb8\xb9]|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe3\x80\x80|\xef\xbb\xbf)"
    rb"[\xc2-\xf4][\x80-\xbf]+)+)"
)
MATH = re.compile(rb"\$(?<![\\$]\$)(?:\$.+?\$\$|(?![\s$])(?:[^$\n\\]|\\.)*?(?<![\s\\])\$(?!\d))", re.DOTALL)
COMMENT = re.compile(rb"%%.*?%%|<!--.*?-->|(?P<open>%%|<!--).*", re.DOTALL)
# What begins first keeps what is in it: a formula in a wikilink is a part of the link, a wikilink in a formula none.
HIDDEN = re.compile(
    rb"(?P<kept>" + WIKILINK.pattern + rb")|" + COMMENT.pattern + rb"|(?P<math>" + MATH.pattern + rb")", re.DOTALL
)
HTML_TAG = re.compile(rb"</?[A-Za-z][^<>]*>")
WHOLE = re.compile(WIKILINK.pattern + rb"|%%.*?%%", re.DOTALL)
TICKS = re.compile(rb"(\\?)(`+)")
BRACKET = re.compile(rb"\\.|!?\[|\]", re.DOTALL)
OPENINGS = (b"[", b"![")
DESTINATION = re.compile(
    rb"\(\s*(<[^<>\r\n]*>|[^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)"
    rb"(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?\s*\)"
)
SIMPLE = re.compile(rb"(!?)\[([^\[\]]*)\]\(([^\s<>()]*)\)")
LABEL = re.compile(rb"\[([^\[\]]*)\]")
FOOTNOTE = re.compile(rb"(?:\A|(?<=[\r\n]))[ \t>]*\[\^[^\s\[\]]+\]:|\[\^([^\s\[\]]+)\]")
MAX_LABEL = 999
BLANK = re.compile(rb"[^\r\n]")


def blanked(data: bytes) -> bytes:
    """As many bytes of space, with the line breaks where they were."""
    return BLANK.sub(b" ", data)


def escaped(data: bytes, offset: int) -> bool:
    """Whether an odd number of backslashes stands before an offset."""
    start = offset
    while start and data[start - 1] == 92:
        start -= 1
    return (offset - start) % 2 == 1


def hidden(text: bytes, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[bytes]]:
    """The comments and formulas of a text whose code is blank, in order; of a formula the group `math` is set, of a comment that
    is not closed `open`."""
    if b"$" not in text and b"%%" not in text and b"<!--" not in text:
        return
    for match in HIDDEN.finditer(text, start, end):
        if match["kept"] is None:
            yield match
        elif escaped(text, match.start()):  # no link, so what stands in it may be hidden
            yield from hidden(text, match.start() + 2, match.end())


def without_math(text: bytes) -> bytes:
    """A text without comments, its formulas blank."""
    masked = bytearray(text)
    for match in hidden(text):
        masked[match.start() : match.end()] = blanked(match[0])
    return bytes(masked)


def code_spans(data: bytes, low: int, high: int) -> Iterator[Span]:
    """The code spans between two offsets. A wikilink or comment that begins before the code keeps its backticks."""
    runs: dict[int, list[int]] = {}
    for run in TICKS.finditer(data, low, high):
        runs.setdefault(len(run[2]), []).append(run.start(2))
    if not runs:
        return
    whole = [found.span() for found in WHOLE.finditer(data, low, high) if not escaped(data, found.start())]
    position, first = low, 0
    while match := TICKS.search(data, position, high):
        start, length = match.start(2), len(match[2])
        if match[1] and escaped(data, start):
            start, length = start + 1, length - 1
        while first < len(whole) and whole[first][1] <= start:
            first += 1
        if first < len(whole) and position <= whole[first][0] < start:
            position = whole[first][1]
            continue
        closing = runs.get(length, [])
        index = bisect_left(closing, start + max(length, 1))
        if length and index < len(closing):
            position = closing[index] + length
            yield Span(start, position)
        else:
            position = match.end()


def links_and_tags(
    data: bytes, visible: bytes, areas: list[Span], definitions: Sequence[Definition] = ()
) -> tuple[tuple[Link, ...], tuple[Tag, ...]]:
    """Links of every form, and the tags outside them and outside the tags of HTML."""
    wiki = list(wikilinks(data, visible)) if b"[[" in visible else []
    if not wiki and b"](" not in visible and not definitions and b"<" not in visible:
        return (), tuple(tags(visible)) if b"#" in visible else ()
    masked = bytearray(visible)
    for link in wiki:
        masked[link.span.start : link.span.end] = b" " * (link.span.end - link.span.start)
    targets: dict[str, str] = {}
    for definition in definitions:
        targets.setdefault(folded_label(definition.label), definition.destination)
    bare, others = bytes(masked), list[Link]()
    if b"](" in bare or definitions:
        others, spans = markdown_links(data, bare, areas, targets)
        for span in spans:
            masked[span.start : span.end] = blanked(bare[span.start : span.end])
        bare = bytes(masked)
    if b"<" in bare:
        bare = HTML_TAG.sub(lambda match: blanked(match[0]), bare)
    links = sorted((*wiki, *others), key=lambda link: link.span) if others else wiki
    return tuple(links), tuple(tags(bare)) if b"#" in bare else ()


def wikilinks(data: bytes, text: bytes) -> Iterator[Link]:
    """The wikilinks and embeds of a text with its code and math blank; escaped ones, and those with a blank part, are none."""
    for match in WIKILINK.finditer(text):
        start, inner, end = match.start(), match.start(1), match.end()
        before = text[start - 1 : start]
        if (before == b"\\" and escaped(text, start)) or data[inner:end] != text[inner:end]:
            continue
        embed = before == b"!" and not escaped(text, start - 1)
        start -= embed
        link = wikilink(match[1].decode("utf-8"), embed, Span(start, end), text[start:end].decode("utf-8"))
        if link:
            yield link


def markdown_links(data: bytes, text: bytes, areas: list[Span], definitions: Mapping[str, str]) -> tuple[list[Link], list[Span]]:
    """The internal links `[text](path)` and `[text][label]` in the given areas, and the spans of all such links."""
    links: list[Link] = []
    spans: list[Span] = []
    for area in areas:
        part, first = text[area.start : area.end], area.start
        if b"](" not in part and not (definitions and b"]" in part):
            continue
        for start, end, destination, shown, embed, kind in _simple(part, definitions) or _bracketed(part, definitions):
            span = Span(first + start, first + end)
            spans.append(span)
            original = data[span.start : span.end].decode("utf-8")
            display = data[first + shown.start : first + shown.end].decode("utf-8")
            link = markdown_link(destination, display, embed, span, original, kind)
            if link:
                links.append(link)
    return links, spans


def _simple(part: bytes, definitions: Mapping[str, str]) -> list[tuple[int, int, str, Span, bool, str]]:
    """What `_bracketed` gives, where every link is a text without brackets and a bare destination; else nothing."""
    if definitions or b"\\" in part:
        return []
    found = list(SIMPLE.finditer(part))
    if len(found) != part.count(b"]("):
        return []
    return [
        (match.start(), match.end(), match[3].decode("utf-8"), Span(*match.span(2)), bool(match[1]), "markdown")
        for match in found
    ]


def _bracketed(part: bytes, definitions: Mapping[str, str]) -> Iterator[tuple[int, int, str, Span, bool, str]]:
    """(start, end, destination, place of the text, embed, kind) of each link; of two nested links the inner one counts."""
    openings: list[tuple[int, int, bool]] = []
    position = 0
    while token := BRACKET.search(part, position):
        position = token.end()
        if token[0] in OPENINGS:
            openings.append((token.start(), token.end(), token[0] == b"!["))
        if token[0] != b"]" or not openings:
            continue
        start, inside, embed = openings.pop()
        shown = Span(inside, token.start())
        found = _destination(part, position, shown, definitions)
        if found is None:
            continue
        destination, position, kind = found
        yield start, position, destination, shown, embed, kind
        if not embed:
            openings.clear()


def _destination(part: bytes, position: int, shown: Span, definitions: Mapping[str, str]) -> tuple[str, int, str] | None:
    """(destination, end, kind) of what follows the closing bracket of a link's text."""
    direct = DESTINATION.match(part, position)
    if direct:
        return direct[1].decode("utf-8"), direct.end(), "markdown"
    if not definitions:
        return None
    label = LABEL.match(part, position, position + MAX_LABEL)
    named = label.span(1) if label and label[1].strip() else (shown.start, shown.end)
    if named[1] - named[0] > MAX_LABEL:
        return None
    destination = definitions.get(folded_label(part[slice(*named)].decode("utf-8")))
    return None if destination is None else (destination, label.end() if label else position, "reference")


def folded_label(label: str) -> str:
    """The form in which the labels of definitions are compared."""
    return " ".join(label.split()).casefold()


def tags(text: bytes) -> Iterator[Tag]:
    """The tags of a text; one of digits only is none."""
    for match in TAG.finditer(text):
        name = match[1].decode("utf-8")
        if not name.isdecimal():
            yield Tag(name, Span(match.start(), match.end()))


def footnotes(text: bytes, areas: list[Span]) -> Iterator[Footnote]:
    """The references to footnotes in a text, and the footnotes that stand inside the given areas of it."""
    for match in FOOTNOTE.finditer(text) if b"[^" in text else ():
        if match[1] and not escaped(text, match.start()):
            yield Footnote("reference", match[1].decode("utf-8"), Span(match.start(), match.end()))
    if b"^[" not in text:
        return
    for area in areas:
        openings: list[int] = []
        for token in BRACKET.finditer(text, area.start, area.end):
            if token[0] in OPENINGS:
                openings.append(token.start())
            elif token[0] == b"]" and openings:
                start = openings.pop()
                if start > area.start and text[start - 1] == 94 and not escaped(text, start - 1):
                    yield Footnote("inline", "", Span(start - 1, token.end()))
