"""What Obsidian's markdown has inside a paragraph, and its callouts and tasks, as rules of markdown-it-py.

Blocks are those of `checker.notes.markdown`, so that a note is shown as it was read.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from checker.notes.lines import Span
from checker.notes.link import SCHEME, wikilink
from checker.notes.markdown import MAX_NESTING, add_block_rules
from checker.notes.resolve import plain_heading

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

WIKILINK = re.compile(r"!?\[\[((?:[^\[\]\r\n]|\[(?!\[)|\](?!\]))+)\]\]")
MATH = re.compile(r"\$\$(?P<display>.+?)\$\$|\$(?![\s$])(?P<inline>(?:[^$\\]|\\.)*?(?<![\s\\]))\$(?!\d)", re.DOTALL)
TAG = re.compile(r"#([^\s\u2000-\u206f\u2e00-\u2e7f!-,.:-@\[-^`{-~]+)")
BEFORE_TAG = " \t\n([{,;\"'>|*_~"
BLOCK_ID = re.compile(r"\^([A-Za-z0-9-]+)[ \t]*(?=\n|\Z)")
REFERENCE = re.compile(r"\[\^([^\s\[\]]+)\]")
CALLOUT = re.compile(r"\[!([^\]\n|]+)(?:\|[^\]\n]*)?\]([+-]?)[ \t]*([^\n]*)\n?")
TASK = re.compile(r"\[(.)\][ \t]+(?=\S)")
FIRST_LEVEL, LAST_LEVEL = 3, 6  # of the headings of a note: its title is the second
MAX_FOOTNOTE = 2000


@cache
def markup() -> MarkdownIt:
    """The parser of notes that are to be shown."""
    from markdown_it import MarkdownIt

    md = add_block_rules(MarkdownIt("commonmark", {"maxNesting": MAX_NESTING, "html": True}))
    md.enable("strikethrough")
    md.inline.ruler.before("link", "wikilink", _wikilink)
    md.inline.ruler.before("link", "footnote_reference", _footnote_reference)
    md.inline.ruler.before("link", "inline_footnote", _inline_footnote)
    md.inline.ruler.before("escape", "math", _math)
    md.inline.ruler.push("tag", _tag)
    md.inline.ruler.push("block_id", _block_id)
    md.inline.ruler.push("mark", _mark)
    md.core.ruler.before("inline", "callouts", _callouts)
    md.core.ruler.before("inline", "tasks", _tasks)
    md.core.ruler.push("headings", _headings)
    md.core.ruler.push("alignment", _alignment)
    return md


def _wikilink(state: StateInline, silent: bool) -> bool:
    match = WIKILINK.match(state.src, state.pos, state.posMax)
    link = wikilink(match[1], match[0][0] == "!", Span(0, 0), match[0]) if match else None
    if match is None or link is None:
        return False
    if not silent:
        token = state.push("wikilink", "", 0)
        token.meta = {"link": link}
    state.pos = match.end()
    return True


def _math(state: StateInline, silent: bool) -> bool:
    match = MATH.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        token = state.push("math_inline", "", 0)
        token.content = match["display"] or match["inline"]
        token.meta = {"display": match["display"] is not None}
    state.pos = match.end()
    return True


def _tag(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "#" or (state.pos and state.src[state.pos - 1] not in BEFORE_TAG):
        return False
    match = TAG.match(state.src, state.pos, state.posMax)
    if match is None or match[1].isdecimal():
        return False
    if not silent:
        state.push("tag", "", 0).content = match[1]
    state.pos = match.end()
    return True


def _block_id(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "^" or (state.pos and not state.src[state.pos - 1].isspace()):
        return False
    match = BLOCK_ID.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("block_id", "", 0).content = match[1]
    state.pos = match.end()
    return True


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


def _footnote_reference(state: StateInline, silent: bool) -> bool:
    match = REFERENCE.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("footnote_reference", "", 0).content = match[1]
    state.pos = match.end()
    return True


def _inline_footnote(state: StateInline, silent: bool) -> bool:
    """`^[text]`, without brackets inside."""
    if not state.src.startswith("^[", state.pos):
        return False
    end = state.src.find("]", state.pos, min(state.posMax, state.pos + MAX_FOOTNOTE))
    if end < 0:
        return False
    if not silent:
        token = state.push("inline_footnote", "", 0)
        token.content = state.src[state.pos + 2 : end]
    state.pos = end + 1
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
