"""Bytes of a note to a `Note`: markdown-it-py finds the blocks, a few patterns find what stands inside them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from checker.errors import NoteError
from checker.notes import inline
from checker.notes.fields import fields
from checker.notes.lines import BOM, Lines, Span
from checker.notes.link import Link, markdown_link
from checker.notes.markdown import markdown
from checker.notes.note import Block, BlockId, Comment, Definition, ListItem, Note, Problem, Section, Tag
from checker.notes.properties import Frontmatter, read_frontmatter
from checker.notes.structure import Leaf, Structure, line_span, read_structure

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_BYTES = 10_000_000

BLOCK_ID = re.compile(rb"(?:^|(?<=\s))\^([A-Za-z0-9-]+)[ \t]*\Z")
CONFLICT = re.compile(rb"^(?:<{7}|>{7})(?: |$)", re.MULTILINE)
DEFINITION = re.compile(rb"[ \t>]*\[((?:[^\[\]\\]|\\.)+)\]:\s*(<[^<>\r\n]*>|\S+)", re.DOTALL)
UNCLOSED_COMMENT = "the comment is not closed. Not written until then"
CELL_END = re.compile(rb"(?<!\\)\|")
OPAQUE = ("code", "html", "comment", "math")
WITH_ID_BELOW = ("quote", "callout", "table")
SECTIONS_WITH_ID_BELOW = ("blockquote", "callout", "table", "list")


def parse(path: PurePosixPath, data: bytes) -> Note:
    """Read a note. Faults that leave it readable are listed in `problems`.

    Raises NoteError for what is not a text: not UTF-8 (with the offset), NUL bytes, or more than MAX_BYTES.
    """
    text = _text(path, data)
    lines = Lines(data)
    env: dict[str, Any] = {}
    tokens = markdown().parse(text, env)
    structure = read_structure(lines, tokens, env)
    blank = _Blanks(data)
    problems: list[Problem] = []
    frontmatter, whole = _frontmatter(path, lines, tokens, blank, problems)
    _find_faults(path, lines, structure, problems)

    math = tuple(Span(data.index(b"$$", leaf.span.start), leaf.span.end) for leaf in structure.leaves if leaf.kind == "math")
    for leaf in structure.leaves:
        if leaf.kind in ("code", "html"):
            blank.span(leaf.span)
    for span in math:
        blank.span(span)
    readable = [leaf.span for leaf in structure.leaves if leaf.kind not in OPAQUE]
    for area in readable:
        for span in list(inline.code_spans(data, area.start, area.end)):
            blank.span(span)
    before = bytes(blank.visible)
    tables = [leaf.span for leaf in structure.leaves if leaf.kind == "table"]
    inside = [match for match in inline.hidden(before) if not (match["math"] and _in_two_cells(match, tables))]
    comments = _comments(path, lines, structure, [match for match in inside if match["math"] is None], problems)
    hidden = (*math, *(Span(*match.span()) for match in inside))
    for span in hidden:
        blank.span(span)
    visible = bytes(blank.visible)

    definitions = tuple(_definitions(data, structure))
    links, found_tags = inline.links_and_tags(data, visible, readable, definitions)
    commented_links, commented_tags = _in_comments(data, before, comments)
    blocks = tuple(_with_ids(structure.leaves, visible))
    footnotes = [*structure.footnotes, *inline.footnotes(visible, readable)]
    own_line = {block.block_id.span.start: block.block_id for block in blocks if block.block_id}
    return Note(
        path=path,
        data=data,
        visible=visible,
        properties=frontmatter.values,
        headings=tuple(structure.headings),
        blocks=blocks,
        links=links,
        tags=found_tags,
        block_ids=tuple(own_line[start] for start in sorted(own_line)),
        hidden=hidden,
        formulas=tuple(Span(*match.span()) for match in inside if match["math"] is not None),
        problems=tuple(problems),
        frontmatter=whole,
        property_items=frontmatter.items,
        property_links=frontmatter.links,
        property_tags=frontmatter.tags,
        commented_links=commented_links,
        commented_tags=commented_tags,
        sections=tuple(_sections(structure, blocks)),
        list_items=tuple(_list_items(structure, blocks)),
        callouts=tuple(structure.callouts),
        comments=comments,
        fields=tuple(fields(data, visible)),
        footnotes=tuple(sorted(footnotes, key=lambda note: note.span)),
        definitions=definitions,
    )


def _text(path: PurePosixPath, data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise NoteError(f"{path}: larger than {MAX_BYTES // 1_000_000} MB; skipped")
    try:
        text = data.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start + (len(BOM) if data.startswith(BOM) else 0)
        raise NoteError(f"{path}: not UTF-8 at byte offset {offset}; skipped, untouched") from error
    if "\0" in text:
        raise NoteError(f"{path}: holds a NUL byte at offset {data.index(0)}; not a text, skipped")
    return text


class _Blanks:
    """The visible copy of a note, blanked piece by piece; line breaks stay where they are."""

    def __init__(self, data: bytes) -> None:
        self.visible = bytearray(data)
        if data.startswith(BOM):
            self.visible[: len(BOM)] = b"   "

    def span(self, span: Span) -> None:
        self.visible[span.start : span.end] = inline.blanked(bytes(self.visible[span.start : span.end]))


def _frontmatter(
    path: PurePosixPath, lines: Lines, tokens: list[Token], blank: _Blanks, problems: list[Problem]
) -> tuple[Frontmatter, Span | None]:
    if tokens and tokens[0].type == "front_matter" and tokens[0].map:
        first, last = tokens[0].map
        whole = line_span(lines, first, last)
        blank.span(whole)
        closing = lines.starts[lines.index(max(whole.start, whole.end - 1))]
        found = read_frontmatter(lines.data, Span(min(lines.starts[1], closing), closing))
        if found.fault:
            problems.append(Problem(path, *found.fault))
        return found, whole
    if lines.text(0).rstrip() == b"---":
        problems.append(Problem(path, 1, "the frontmatter is not closed; end it with a line `---`. Not written until then"))
    return Frontmatter(), None


def _find_faults(path: PurePosixPath, lines: Lines, structure: Structure, problems: list[Problem]) -> None:
    conflict = CONFLICT.search(lines.data)
    if conflict:
        message = "merge-conflict markers; resolve them. Not written until then"
        problems.append(Problem(path, lines.index(conflict.start()) + 1, message))
    for line, markup in structure.open_fences:
        message = f"the code block is not closed; end it with {markup}. Not written until then"
        problems.append(Problem(path, line + 1, message))


def _in_two_cells(match: re.Match[bytes], tables: list[Span]) -> bool:
    """Whether a formula would begin in one cell of a table and end in another: a `|` without backslash ends a cell first."""
    index = bisect_right(tables, match.start(), key=lambda span: span.start) - 1
    return index >= 0 and match.start() < tables[index].end and CELL_END.search(match[0]) is not None


def _comments(
    path: PurePosixPath, lines: Lines, structure: Structure, matches: list[re.Match[bytes]], problems: list[Problem]
) -> tuple[Comment, ...]:
    """The comments that were matched; HTML that is a block of its own among them."""
    blocks = {lines.index(leaf.span.start) for leaf in structure.leaves if leaf.kind == "comment"}
    found = []
    for match in matches:
        html = match[0].startswith(b"<")
        found.append(Comment(Span(*match.span()), not html and lines.index(match.start()) in blocks, html))
        if match["open"] is not None:
            problems.append(Problem(path, lines.index(match.start()) + 1, UNCLOSED_COMMENT))
    for leaf in structure.leaves:
        if leaf.kind == "html" and lines.data[leaf.span.start : leaf.span.end].lstrip().startswith(b"<!--"):
            found.append(Comment(leaf.span, block=True, html=True))
            if b"-->" not in lines.data[leaf.span.start : leaf.span.end]:
                problems.append(Problem(path, leaf.line, UNCLOSED_COMMENT))
    return tuple(sorted(found, key=lambda comment: comment.span))


def _definitions(data: bytes, structure: Structure) -> Iterator[Definition]:
    for span in structure.definitions:
        match = DEFINITION.match(data, span.start, span.end)
        if match:
            label, destination = match[1].decode("utf-8"), match[2].decode("utf-8")
            original = data[span.start : span.end].decode("utf-8")
            yield Definition(label, destination, markdown_link(destination, label, False, span, original, "reference"), span)


def _in_comments(data: bytes, text: bytes, comments: tuple[Comment, ...]) -> tuple[tuple[Link, ...], tuple[Tag, ...]]:
    """The links and tags that stand in `%%` comments, code left out."""
    spans = [comment.span for comment in comments if not comment.html]
    if not spans:
        return (), ()
    shown = bytearray(inline.blanked(text))
    for span in spans:
        inner = text[span.start : span.end]
        shown[span.start : span.end] = _without_code(inner.replace(b"%%", b"  "))
    return inline.links_and_tags(data, bytes(shown), spans)


def _without_code(text: bytes) -> bytes:
    blank = _Blanks(text)
    if b"```" in text or b"~~~" in text:
        lines = Lines(text)
        for token in markdown().parse(text.decode("utf-8")):
            if token.type == "fence" and token.map:
                blank.span(line_span(lines, *token.map))
    for span in list(inline.code_spans(bytes(blank.visible), 0, len(text))):
        blank.span(span)
    return bytes(blank.visible)


def _with_ids(leaves: list[Leaf], visible: bytes) -> Iterator[Block]:
    """The blocks with their ids: at the end of the block, or, after a quote, callout or table, in a paragraph of its own."""
    ids = [_block_id(leaf, visible) for leaf in leaves]
    for index, leaf in enumerate(leaves):
        found, _ = ids[index]
        following, alone = ids[index + 1] if index + 1 < len(ids) else (None, False)
        if found is None and alone and leaf.kind in WITH_ID_BELOW:
            found = following
        yield Block(leaf.kind, leaf.line, leaf.span, found)


def _block_id(leaf: Leaf, visible: bytes) -> tuple[BlockId | None, bool]:
    """The id at the end of a block, and whether the block holds nothing else."""
    match = BLOCK_ID.search(visible, leaf.span.start, leaf.span.end)
    if match is None:
        return None, False
    found = BlockId(match[1].decode(), Span(match.start(), match.end(1)))
    return found, not visible[leaf.span.start : match.start()].strip()


def _sections(structure: Structure, blocks: tuple[Block, ...]) -> Iterator[Section]:
    """The sections with the ids of their last blocks. A paragraph that is but an id gives it to the section above."""
    last: dict[int, tuple[Leaf, Block]] = {}
    starts = [span.start for _, span in structure.sections]
    for leaf, block in zip(structure.leaves, blocks, strict=True):
        last[bisect_right(starts, leaf.span.start) - 1] = leaf, block
    given: BlockId | None = None
    for index, (kind, span) in enumerate(structure.sections):
        own, below = last.get(index), last.get(index + 1)
        found = own[1].block_id if own and own[0].item is None else None
        if found is None and below and _is_id(below[1]) and kind in SECTIONS_WITH_ID_BELOW:
            found = below[1].block_id
        yield Section(kind, span, None if found and found == given else found)
        given = found


def _is_id(block: Block) -> bool:
    """Whether a block holds an id and nothing else."""
    return block.kind == "paragraph" and block.block_id is not None and block.block_id.span == block.span


def _list_items(structure: Structure, blocks: tuple[Block, ...]) -> Iterator[ListItem]:
    ids: dict[int, BlockId] = {}
    for leaf, block in zip(structure.leaves, blocks, strict=True):
        if leaf.item is not None and block.block_id and block.block_id.span.end <= leaf.span.end:
            ids.setdefault(id(leaf.item), block.block_id)
    for item in structure.items:
        yield ListItem(item.span, item.first + 1, item.parent, item.task, ids.get(id(item)))
