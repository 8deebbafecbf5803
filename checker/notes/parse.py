"""Bytes of a note to a `Note`: markdown-it-py finds the blocks, a few patterns find what stands inside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from checker import strict_yaml
from checker.errors import NoteError
from checker.notes.note import Block, BlockId, Heading, Link, Note, Problem, Span, Tag, line_at

MAX_BYTES = 10_000_000
BOM = b"\xef\xbb\xbf"

LINE_END = re.compile(rb"\r\n?|\n")
WIKILINK = re.compile(rb"(!?)\[\[((?:(?!\[\[|\]\])[^\r\n])+)\]\]")
TAG = re.compile(rb"(?<![^\s(\[{,;\"'>|*_~])#((?:[A-Za-z0-9_/-]|[\x80-\xff])+)")
BLOCK_ID = re.compile(rb"(?:^|(?<=\s))\^([A-Za-z0-9-]+)[ \t]*\Z")
CONFLICT = re.compile(rb"^(?:<{7}|>{7})(?: |$)", re.MULTILINE)
INLINE_CODE = re.compile(rb"(?<![`\\])(`+)(?!`)(?:.*?[^`])\1(?!`)", re.DOTALL)
MATH = re.compile(rb"(?<![\\$])\$\$.+?\$\$|(?<![\\$])\$(?![\s$])(?:[^$\n\\]|\\.)*?(?<![\s\\])\$(?!\d)", re.DOTALL)
COMMENT = re.compile(rb"%%.*?%%|<!--.*?-->|(?P<open>%%|<!--).*", re.DOTALL)
CALLOUT = re.compile(rb"\s*>\s*\[![^\]]+\]")


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table").use(front_matter_plugin)


def parse(path: PurePosixPath, data: bytes) -> Note:
    """Read a note. Faults that leave it readable are listed in `problems`.

    Raises NoteError for what is not a text: not UTF-8 (with the offset), NUL bytes, or more than MAX_BYTES.
    """
    if len(data) > MAX_BYTES:
        raise NoteError(f"{path}: larger than {MAX_BYTES // 1_000_000} MB; skipped")
    if b"\0" in data:
        raise NoteError(f"{path}: holds a NUL byte at offset {data.index(0)}; not a text, skipped")
    try:
        text = data.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start + (len(BOM) if data.startswith(BOM) else 0)
        raise NoteError(f"{path}: not UTF-8 at byte offset {offset}; skipped, untouched") from error

    starts = [len(BOM) if data.startswith(BOM) else 0, *(match.end() for match in LINE_END.finditer(data))]
    tokens = _markdown().parse(text)
    blank = _Blanks(data)
    problems: list[Problem] = []
    properties: dict[str, Any] = {}
    if tokens and tokens[0].type == "front_matter" and tokens[0].map:
        blank.lines(starts, *tokens[0].map)
        properties = _properties(path, tokens[0].content, problems)
    elif LINE_END.split(data.removeprefix(BOM), maxsplit=1)[0].rstrip() == b"---":
        problems.append(Problem(path, 1, "the frontmatter is not closed; end it with a line `---`. Not written until then"))
    conflict = CONFLICT.search(data)
    if conflict:
        message = "merge-conflict markers; resolve them. Not written until then"
        problems.append(Problem(path, line_at(data, conflict.start()), message))

    spans = list(_leaf_blocks(data, starts, tokens, path, problems))
    for kind, _, span in spans:
        if kind in ("code", "html"):
            blank.span(span)
    for kind, _, span in spans:
        if kind not in ("code", "html"):
            blank.pattern(INLINE_CODE, span)
    for match in COMMENT.finditer(bytes(blank.visible)):
        if match["open"] is not None:
            problems.append(Problem(path, line_at(data, match.start()), "the comment is not closed. Not written until then"))
    hidden = blank.pattern(COMMENT) + blank.pattern(MATH)
    visible = bytes(blank.visible)

    blocks = tuple(_with_ids(spans, visible))
    own_line = {block.block_id.span.start: block.block_id for block in blocks if block.block_id}
    links = tuple(_links(visible))
    inside = [link.span for link in links]
    return Note(
        path=path,
        data=data,
        visible=visible,
        properties=properties,
        headings=tuple(_headings(data, starts, tokens)),
        blocks=blocks,
        links=links,
        tags=tuple(_tags(visible, inside)),
        block_ids=tuple(own_line[start] for start in sorted(own_line)),
        hidden=hidden,
        problems=tuple(problems),
    )


class _Blanks:
    """The visible copy of a note, blanked piece by piece; line breaks stay where they are."""

    def __init__(self, data: bytes) -> None:
        self.visible = bytearray(data)
        if data.startswith(BOM):
            self.visible[: len(BOM)] = b"   "

    def span(self, span: Span) -> None:
        kept = re.sub(rb"[^\r\n]", b" ", bytes(self.visible[span.start : span.end]))
        self.visible[span.start : span.end] = kept

    def lines(self, starts: list[int], first: int, last: int) -> None:
        end = starts[last] if last < len(starts) else len(self.visible)
        self.span(Span(starts[first], end))

    def pattern(self, pattern: re.Pattern[bytes], within: Span | None = None) -> tuple[Span, ...]:
        low, high = (within.start, within.end) if within else (0, len(self.visible))
        found = pattern.finditer(bytes(self.visible[low:high]))
        spans = tuple(Span(low + match.start(), low + match.end()) for match in found)
        for span in spans:
            self.span(span)
        return spans


def _properties(path: PurePosixPath, text: str, problems: list[Problem]) -> dict[str, Any]:
    try:
        loaded = strict_yaml.load(text)
    except strict_yaml.YamlError as error:
        problems.append(Problem(path, error.line + 1, f"frontmatter, column {error.column}: {error.problem}"))
        return {}
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        problems.append(Problem(path, 2, "the frontmatter is not a list of `key: value` lines"))
        return {}
    return {str(key): value for key, value in loaded.items()}


LEAVES = {"fence": "code", "code_block": "code", "html_block": "html", "table_open": "table", "heading_open": "heading"}


def _leaf_blocks(
    data: bytes, starts: list[int], tokens: list[Token], path: PurePosixPath, problems: list[Problem]
) -> Iterator[tuple[str, int, Span]]:
    """(kind, 1-based line, span) of each leaf block, in order of the text."""
    inside: list[str] = []
    for token in tokens:
        if token.type.endswith("_close") and inside and inside[-1] == token.type.removesuffix("_close"):
            inside.pop()
            continue
        if token.type in ("list_item_open", "blockquote_open", "table_open"):
            inside.append(token.type.removesuffix("_open"))
        if not token.map:
            continue
        span = _span(data, starts, *token.map)
        if token.type == "fence" and not _closed(data[span.start : span.end], token.markup):
            problems.append(
                Problem(
                    path, token.map[0] + 1, f"the code block is not closed; end it with {token.markup}. Not written until then"
                )
            )
        if token.type in LEAVES:
            yield LEAVES[token.type], token.map[0] + 1, span
        elif token.type == "paragraph_open":
            kind = {"list_item": "list item", "blockquote": "quote"}.get(inside[-1] if inside else "", "paragraph")
            if kind == "quote" and CALLOUT.match(data, span.start):
                kind = "callout"
            yield kind, token.map[0] + 1, span


def _closed(source: bytes, markup: str) -> bool:
    last = LINE_END.split(source.rstrip())[-1].decode("utf-8", "replace").lstrip(" \t>")
    return last.startswith(markup) and not last.strip(markup[0] + " \t") and len(LINE_END.split(source)) > 1


def _span(data: bytes, starts: list[int], first: int, last: int) -> Span:
    end = starts[last] if last < len(starts) else len(data)
    while end > starts[first] and data[end - 1 : end] in (b"\n", b"\r"):
        end -= 1
    return Span(starts[first], end)


def _with_ids(spans: list[tuple[str, int, Span]], visible: bytes) -> Iterator[Block]:
    """The blocks with their ids: at the end of the block, or, after a quote, callout or table, in a paragraph of its own."""
    ids = []
    for _, _, span in spans:
        match = BLOCK_ID.search(visible, span.start, span.end)
        found = match and BlockId(match[1].decode(), Span(match.start(), match.end(1)))
        alone = bool(match and not visible[span.start : match.start()].strip())
        ids.append((found or None, alone))
    for index, (kind, line, span) in enumerate(spans):
        found, _ = ids[index]
        following, alone = ids[index + 1] if index + 1 < len(ids) else (None, False)
        if found is None and alone and kind in ("quote", "callout", "table"):
            found = following
        yield Block(kind, line, span, found)


def _headings(data: bytes, starts: list[int], tokens: list[Token]) -> Iterator[Heading]:
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.map:
            yield Heading(int(token.tag[1]), inline.content, _span(data, starts, *token.map))


def _links(visible: bytes) -> Iterator[Link]:
    for match in WIKILINK.finditer(visible):
        if match[0].startswith(b"\\") or visible[max(0, match.start() - 1) : match.start()] == b"\\":
            continue
        inner = match[2].replace(rb"\|", b"|").decode("utf-8")
        whole, bar, display = inner.partition("|")
        target, mark, subpath = whole.partition("#")
        if not inner.strip():
            continue
        yield Link(
            target=target.strip(),
            subpath=(mark + subpath).strip(),
            display=display if bar else None,
            embed=bool(match[1]),
            span=Span(match.start(), match.end()),
        )


def _tags(visible: bytes, links: list[Span]) -> Iterator[Tag]:
    for match in TAG.finditer(visible):
        name = match[1].decode("utf-8", "replace")
        if name.isdigit() or any(span.start <= match.start() < span.end for span in links):
            continue
        yield Tag(name, Span(match.start(), match.end()))
