"""The block rules: CommonMark and tables from markdown-it-py, and four of Obsidian's own."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore

MAX_NESTING = 100
FENCE = re.compile(r"---[ \t]*")
FOOTNOTE = re.compile(r"\[\^([^\s\[\]]+)\]:[ \t]*")
PARAGRAPH_ENDS = ["paragraph", "reference", "blockquote", "list"]


@cache
def markdown() -> MarkdownIt:
    """A parser of blocks. It leaves what stands inside a paragraph alone; its tokens hold line numbers."""
    from markdown_it import MarkdownIt

    md = add_block_rules(MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}))
    md.core.ruler.enableOnly(["normalize", "final_newline", "block"])
    return md


def add_block_rules(md: MarkdownIt) -> MarkdownIt:
    """Teach a CommonMark parser tables, and frontmatter, comments, formulas and footnotes as Obsidian has them."""
    md.enable("table")
    md.core.ruler.after("normalize", "final_newline", _final_newline)
    md.block.ruler.before("table", "front_matter", _front_matter)
    md.block.ruler.before("fence", "comment", _comment, {"alt": PARAGRAPH_ENDS})
    md.block.ruler.before("fence", "math", _math, {"alt": PARAGRAPH_ENDS})
    md.block.ruler.before("reference", "footnote", _footnote, {"alt": ["paragraph", "reference"]})
    return md


def _final_newline(state: StateCore) -> None:
    """End the last line: in a footnote the block rules look at the character after it."""
    if not state.src.endswith("\n"):
        state.src += "\n"


def _front_matter(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """From a first line `---` to the next."""
    if first != 0 or state.parentType != "root" or not FENCE.fullmatch(state.src, state.bMarks[0], state.eMarks[0]):
        return False
    for line in range(1, last):
        if FENCE.fullmatch(state.src, state.bMarks[line], state.eMarks[line]):
            state.line = line + 1
            token = state.push("front_matter", "", 0)
            token.map = [0, line + 1]
            return True
    return False


def _comment(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    return _fenced(state, first, last, silent, "%%", "comment")


def _math(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    return _fenced(state, first, last, silent, "$$", "math")


def _fenced(state: StateBlock, first: int, last: int, silent: bool, mark: str, kind: str) -> bool:
    """Lines from one that begins with `mark` and holds no other to the next `mark`, which must end its line.

    The next mark decides at once, so that many openings cost no more than one.
    """
    begin, end = state.bMarks[first] + state.tShift[first], state.eMarks[first]
    if not state.src.startswith(mark, begin, end) or state.is_code_block(first) or mark in state.src[begin + 2 : end]:
        return False
    for line in range(first + 1, last):
        if not state.isEmpty(line) and state.sCount[line] < state.blkIndent:
            return False
        text = state.src[state.bMarks[line] : state.eMarks[line]]
        if mark in text:
            if text.partition(mark)[2].strip():
                return False
            break
    else:
        return False
    if not silent:
        state.line = line + 1
        token = state.push(kind, "", 0)
        token.map = [first, line + 1]
        token.content = state.getLines(first, line + 1, state.blkIndent, False).strip()
    return True


def _footnote(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """`[^id]: text`, with the lines indented by four below it."""
    begin, end = state.bMarks[first] + state.tShift[first], state.eMarks[first]
    match = None if state.is_code_block(first) else FOOTNOTE.match(state.src, begin, end)
    if match is None:
        return False
    if silent:
        return True
    kept = state.bMarks[first], state.tShift[first], state.sCount[first], state.parentType, state.blkIndent
    opening = state.push("footnote_open", "", 1)
    opening.map = span = [first, 0]
    opening.meta = {"id": match[1]}
    state.bMarks[first], state.tShift[first] = match.end(), 0
    state.blkIndent += 4
    state.sCount[first] = state.blkIndent
    state.parentType = "footnote"
    state.md.block.tokenize(state, first, last)
    state.bMarks[first], state.tShift[first], state.sCount[first], state.parentType, state.blkIndent = kept
    state.push("footnote_close", "", -1)
    span[1] = state.line
    return True
