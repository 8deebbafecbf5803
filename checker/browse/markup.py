"""A note as tokens of markdown-it-py, for a page.

Blocks are those of `checker.notes.markdown`, and what Obsidian has inside them is what `checker.notes.pieces` found: each piece
goes through CommonMark as a mark that means nothing to it, and comes out as a token. So a note is shown as it was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from checker.notes.lines import Span
from checker.notes.link import SCHEME
from checker.notes.markdown import MAX_NESTING, add_block_rules
from checker.notes.note import Note
from checker.notes.pieces import Piece, pieces
from checker.notes.resolve import plain_heading

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

OPEN, CLOSE = "\ufdd0", "\ufdd1"  # round a piece's number: code points that no text has
MARK = re.compile(r"\ufdd0(\d+)\ufdd1|%EF%B7%90(\d+)%EF%B7%91")
UNMARKED = re.compile(r"[\ufdd0\ufdd1]|%EF%B7%9[01]")
CALLOUT = re.compile(r"\[!([^\]\n|]+)(?:\|[^\]\n]*)?\]([+-]?)[ \t]*([^\n]*)\n?")
TASK = re.compile(r"\[(.)\][ \t]+(?=\S)")
FIRST_LEVEL, LAST_LEVEL = 3, 6  # of the headings of a note: its title is the second


@cache
def markup() -> MarkdownIt:
    """The parser of notes that are to be shown."""
    from markdown_it import MarkdownIt

    md = add_block_rules(MarkdownIt("commonmark", {"maxNesting": MAX_NESTING, "html": True}))
    md.enable("strikethrough")
    md.inline.ruler.push("mark", _mark)
    md.core.ruler.before("inline", "callouts", _callouts)
    md.core.ruler.before("inline", "tasks", _tasks)
    md.core.ruler.push("pieces", _pieces)
    md.core.ruler.push("headings", _headings)
    md.core.ruler.push("alignment", _alignment)
    return md


@dataclass
class Marked:
    """A text whose pieces stand as marks, with those pieces and what was written for each, by their numbers."""

    text: str = ""
    pieces: list[Piece] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    def restored(self, text: str) -> str:
        """A text in which marks are again what was written, percent encoded where the mark is."""
        return MARK.sub(lambda match: self._written(match), text)

    def _written(self, match: re.Match[str]) -> str:
        written = self.restored(self.written[int(match[1] or match[2])])
        return written if match[1] else quote(written)


def marked(note: Note, part: Span) -> Marked:
    """A part of a note with its pieces as marks. What of a comment or formula lies outside of the part is not shown either."""
    found = Marked()
    within = [
        piece._replace(span=Span(max(piece.span.start, part.start), min(piece.span.end, part.end)))
        for piece in pieces(note)
        if piece.span.start < part.end and piece.span.end > part.start
    ]
    found.text = _marked(note.data, part, within, found)
    return found


def _marked(data: bytes, part: Span, within: Sequence[Piece], found: Marked) -> str:
    text, reached = [], part.start
    for index, piece in enumerate(within):
        if piece.span.start < reached:
            continue  # in the footnote before it
        text.append(_plain(data[reached : piece.span.start]))
        reached = piece.span.end
        written = _plain(data[piece.span.start : piece.span.end])
        if piece.kind == "footnote_inline":
            inner = Span(piece.span.start + 2, piece.span.end - 1)
            inside = [each for each in within[index + 1 :] if each.span.start < inner.end]
            piece = piece._replace(text=_marked(data, inner, inside, found))
        found.pieces.append(piece)
        found.written.append(written)
        text.append(f"{OPEN}{len(found.pieces) - 1}{CLOSE}")
    return "".join([*text, _plain(data[reached : part.end])])


def _plain(data: bytes) -> str:
    return UNMARKED.sub("\ufffd", data.decode("utf-8", "replace"))


def _pieces(state: StateCore) -> None:
    """Marks in text become tokens; where they stand in code, HTML or a destination, what was written comes back."""
    found: Marked = state.env["marked"]
    for token in state.tokens:
        token.content = found.restored(token.content)
        if token.type == "inline":
            token.children = [piece for child in token.children or [] for piece in _split(child, found)]


def _split(token: Token, found: Marked) -> Iterator[Token]:
    from markdown_it.token import Token

    if token.type != "text":
        token.content = found.restored(token.content)
        token.attrs = {name: found.restored(value) if isinstance(value, str) else value for name, value in token.attrs.items()}
        yield token
        return
    reached = 0
    for match in MARK.finditer(token.content):
        piece = found.pieces[int(match[1] or match[2])]
        yield Token("text", "", 0, content=token.content[reached : match.start()], level=token.level)
        yield Token(piece.kind, "", 0, content=piece.text, meta={"piece": piece}, level=token.level)
        reached = match.end()
    token.content = token.content[reached:]
    yield token


def _mark(state: StateInline, silent: bool) -> bool:
    """`==highlighted==`"""
    start = state.pos + 2
    end = state.src.find("==", start + 1, state.posMax) if state.src.startswith("==", state.pos) else -1
    if end < 0 or state.src[start].isspace() or state.src[end - 1].isspace():
        return False
    if not silent:
        state.push("mark_open", "mark", 1)
        _inside(state, start, end)
        state.push("mark_close", "mark", -1)
    state.pos = end + 2
    return True


def _inside(state: StateInline, start: int, end: int) -> None:
    """Read a part of the text by all rules."""
    last = state.posMax
    state.pos, state.posMax = start, end
    state.md.inline.tokenize(state)
    state.posMax = last


def _callouts(state: StateCore) -> None:
    """A quote whose first line is `[!kind]± title` becomes a callout: a title, and the rest below it."""
    closing: list[Token | None] = []
    tokens: list[Token] = []
    index = 0
    while index < len(state.tokens):
        token = state.tokens[index]
        tokens.append(token)
        index += 1
        if token.type == "blockquote_close":
            opening = closing.pop()
            if opening is not None:
                token.type, token.tag = "callout_close", opening.tag
        if token.type != "blockquote_open":
            continue
        first = state.tokens[index + 1] if index + 1 < len(state.tokens) else token
        match = CALLOUT.match(first.content) if first.type == "inline" else None
        closing.append(token if match else None)
        if match is None:
            continue
        kind = match[1].strip().lower()
        token.type, token.tag = "callout_open", "details" if match[2] else "div"
        token.attrs = {"class": f"md-callout md-callout-{re.sub('[^a-z0-9]+', '-', kind)}"}
        if match[2] == "+":
            token.attrs["open"] = ""
        tokens += _title(state, first, match[3] or kind.capitalize(), "summary" if match[2] else "div")
        first.content = first.content[match.end() :]
        if not first.content.strip():
            index += 3  # the paragraph held the title and nothing else
    state.tokens = tokens


def _title(state: StateCore, like: Token, text: str, tag: str) -> list[Token]:
    from markdown_it.token import Token

    opening = Token("callout_title_open", tag, 1, attrs={"class": "md-callout-title"}, block=True)
    inline = Token("inline", "", 0, content=text, map=like.map, level=like.level, children=[], block=True)
    return [opening, inline, Token("callout_title_close", tag, -1, block=True)]


def _tasks(state: StateCore) -> None:
    """A list item that begins with `[ ]` or `[x]` gets a box."""
    for item, _, inline in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if item.type != "list_item_open" or inline.type != "inline":
            continue
        match = TASK.match(inline.content)
        if match is None:
            continue
        inline.content = inline.content[match.end() :]
        inline.meta = {"task": match[1]}
        item.attrJoin("class", "md-task" if match[1] == " " else "md-task md-done")


def _headings(state: StateCore) -> None:
    """Headings know where links find them, and their levels follow one another without a gap, as readers of pages need it."""
    above: list[int] = []
    for token, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if token.type == "heading_open":
            level = int(token.tag[1])
            while above and above[-1] >= level:
                above.pop()
            above.append(level)
            tag = f"h{min(FIRST_LEVEL + len(above) - 1, LAST_LEVEL)}"
            token.attrs = {"class": f"md-h{level}", "data-at": plain_heading(inline.content)}
            token.tag = tag
        elif token.type == "heading_close":
            token.tag = f"h{min(FIRST_LEVEL + len(above) - 1, LAST_LEVEL)}"


def _alignment(state: StateCore) -> None:
    """Cells say by a class how they are aligned, for a page without inline styles."""
    for token in state.tokens:
        style = token.attrs.pop("style", None) if token.type in ("th_open", "td_open") else None
        if style:
            token.attrs["class"] = f"md-{str(style).removeprefix('text-align:')}"


def is_external(destination: str) -> bool:
    """Whether a markdown link leads out of the vault."""
    return bool(SCHEME.match(destination))
