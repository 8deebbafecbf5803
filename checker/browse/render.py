"""A note as HTML that is safe to show, with links, embeds and transclusions resolved within the vault."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from checker.browse.markup import is_external, markup
from checker.browse.sanitise import sanitise
from checker.errors import NoteError
from checker.notes import Link, Note, Vault, resolve_subpath
from checker.notes.inline import blanked
from checker.notes.lines import BOM, Span
from checker.notes.resolve import plain_heading, subpath_parts
from checker.words import MARKS

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

DEEPEST = 3  # transclusions within one another
MOST_EMBEDS = 60  # in one note, those in its transclusions among them
MAX_FORMULA = 4000
MAX_CODE = 100_000
IMAGES = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".bmp", ".svg"}
SOUNDS = {".mp3", ".wav", ".m4a", ".ogg", ".flac"}
FILMS = {".mp4", ".webm", ".ogv", ".mov"}
WORD = re.compile(f"[{''.join(MARKS.values())}] ?([a-z ]+)")

Destinations = Mapping[str, PurePosixPath | None]


@dataclass
class _Context:
    """Where a rendering is: the note, what its links lead to, the notes around it, and the footnotes so far."""

    vault: Vault
    claims: Mapping[PurePosixPath, str]
    path: PurePosixPath
    destinations: Destinations
    around: tuple[PurePosixPath, ...] = ()
    embeds: list[int] = field(default_factory=lambda: [0])
    footnotes: dict[str, str] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def render(vault: Vault, note: Note, claims: Mapping[PurePosixPath, str]) -> str:
    """The body of a note. `claims` maps the notes that the program owns to the claim that each is about."""
    return sanitise(_render(note, None, _Context(vault, claims, note.path, _destinations(vault, note.path))))


def _destinations(vault: Vault, path: PurePosixPath) -> Destinations:
    return {link.target: link.file for link in vault.links(source=path)}


def _render(note: Note, part: Span | None, context: _Context) -> str:
    """A note or a part of one, not yet sanitised."""
    data = bytearray(note.data)
    if note.data.startswith(BOM):
        data[: len(BOM)] = b"   "
    for span in (note.frontmatter, *(comment.span for comment in note.comments)):
        if span is not None:
            data[span.start : span.end] = blanked(bytes(data[span.start : span.end]))
    text = bytes(data[part.start : part.end] if part else data).decode("utf-8", "replace")
    context.lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    md = _renderer()
    env: dict[str, Any] = {"context": context}
    for definition in note.definitions if part else ():
        env.setdefault("references", {})[definition.label.upper()] = {"href": definition.destination, "title": ""}
    tokens = _without_footnotes(md, md.parse(text, env), env)
    body = str(md.renderer.render(tokens, md.options, env))
    return body + _footnotes(context)


def _without_footnotes(md: MarkdownIt, tokens: Sequence[Token], env: dict[str, Any]) -> list[Token]:
    """The tokens outside of footnotes; those are rendered and kept by their id."""
    kept: list[Token] = []
    footnote: list[Token] | None = None
    name, context = "", env["context"]
    for token in tokens:
        if token.type == "footnote_open":
            footnote, name = [], str(token.meta["id"])
        elif token.type == "footnote_close":
            context.footnotes.setdefault(name, md.renderer.render(footnote or [], md.options, env))
            footnote = None
        else:
            (kept if footnote is None else footnote).append(token)
    return kept


def _footnotes(context: _Context) -> str:
    if not context.used:
        return ""
    items = "".join(
        f'<li data-at="fn-{html.escape(name)}">{context.footnotes.get(name, "")}'
        f' <a href="#" data-footnote="ref-{html.escape(name)}" class="md-back">back</a></li>'
        for name in context.used
    )
    context.used.clear()
    return f'<section class="md-footnotes"><ol>{items}</ol></section>'


@cache
def _renderer() -> MarkdownIt:
    md = markup()
    rules: dict[str, Callable[[Sequence[Token], int, _Context], str]] = {
        "wikilink": lambda tokens, index, context: _wikilink(tokens[index].meta["link"], context),
        "tag": lambda tokens, index, context: _tag(tokens[index].content),
        "math_inline": lambda tokens, index, context: _math(tokens[index].content, tokens[index].meta["display"]),
        "math": _math_block,
        "block_id": lambda tokens, index, context: f'<span data-at="^{html.escape(tokens[index].content.lower())}"></span>',
        "footnote_reference": lambda tokens, index, context: _reference(tokens[index].content, context),
        "inline_footnote": _inline_footnote,
        "link_open": _link_open,
        "image": _image,
        "fence": _fence,
        "front_matter": lambda tokens, index, context: "",
        "comment": lambda tokens, index, context: "",
    }
    for name, rule in rules.items():
        md.add_render_rule(name, _with_context(rule))
    md.core.ruler.push("boxes", _boxes)
    return md


def _with_context(rule: Callable[[Sequence[Token], int, _Context], str]) -> Callable[..., str]:
    def rendered(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Mapping[str, Any]) -> str:
        return rule(tokens, index, env["context"])

    return rendered


def _boxes(state: Any) -> None:
    """The box of a task, before its text."""
    from markdown_it.token import Token

    for token in state.tokens:
        task = token.meta.get("task") if token.type == "inline" else None
        if task is not None:
            name = "open" if task == " " else "done"
            box = Token("html_inline", "", 0, content=f'<span class="md-box"><span class="md-unseen">{name}: </span></span>')
            token.children = [box, *(token.children or [])]


def _anchor(subpath: str) -> str:
    """What a subpath looks for: `data-at` of the heading or block that it means."""
    parts = subpath_parts(subpath)
    if not parts:
        return ""
    return parts[-1].lower() if parts[-1].startswith("^") else plain_heading(parts[-1])


def _wikilink(link: Link, context: _Context) -> str:
    file = context.destinations.get(link.target) if link.target else context.path
    if file is None:
        return f'<a class="md-missing" data-note="{html.escape(link.target)}">{html.escape(link.shown)}</a>'
    if link.embed:
        return _embed(link, file, context)
    return _opening(file, link.subpath, context, link.shown) + html.escape(_shown(link.shown)) + "</a>"


def _shown(text: str) -> str:
    """The text of a status without its mark, which the page draws."""
    return text[1:].strip() if WORD.match(text) else text


def _opening(file: PurePosixPath, subpath: str, context: _Context, shown: str = "") -> str:
    """The opening tag of a link to a file of the vault."""
    claim = context.claims.get(file)
    if claim is not None:
        status = WORD.match(shown)
        word = f' data-word="{status[1].strip()}"' if status else ""
        return f'<a href="#/claim/{quote(claim)}" data-claim="{html.escape(claim)}"{word} class="md-claim">'
    at = _anchor(subpath)
    where = f"?at={quote(at)}" if at else ""
    kind = "md-link" if file.suffix.lower() == ".md" else "md-link md-file"
    name = f' data-note="{html.escape(str(file))}" data-at="{html.escape(at)}"'
    return f'<a href="#/note/{quote(str(file))}{where}"{name} class="{kind}">'


def _embed(link: Link, file: PurePosixPath, context: _Context) -> str:
    """An image, sound or film; a note or a part of it; a link to anything else."""
    suffix, path = file.suffix.lower(), html.escape(str(file))
    width = f' width="{link.width}"' if link.width else ""
    height = f' height="{link.height}"' if link.height else ""
    if suffix in IMAGES:
        text = (link.display or "").rpartition("|")[0] if link.width else link.display
        return f'<img data-file="{path}" alt="{html.escape(text or file.stem)}"{width}{height}>'
    if suffix in SOUNDS | FILMS:
        tag = "audio" if suffix in SOUNDS else "video"
        return f'<{tag} controls data-file="{path}"></{tag}>'
    title = _opening(file, link.subpath, context) + html.escape(link.shown) + "</a>"
    if suffix != ".md":
        return title
    if file in (*context.around, context.path) or len(context.around) >= DEEPEST or context.embeds[0] >= MOST_EMBEDS:
        return title
    context.embeds[0] += 1
    try:
        note = context.vault.note(file)
    except NoteError as error:
        return f"{title} ({html.escape(str(error))})"
    anchor = resolve_subpath(note, link.subpath) if link.subpath.strip("# ") else None
    if anchor is None and link.subpath.strip("# "):
        return f'<span class="md-missing">{html.escape(link.shown)}</span>'
    inner = _Context(
        context.vault, context.claims, file, _destinations(context.vault, file), (*context.around, context.path), context.embeds
    )
    body = _render(note, anchor.span if anchor else None, inner)
    return f'<div class="md-embed"><div class="md-embed-title">{title}</div>{body}</div>'


def _tag(name: str) -> str:
    return f'<a class="md-tag" data-tag="{html.escape(name)}" href="#/tag/{quote(name.lower())}">#{html.escape(name)}</a>'


def _math(source: str, display: bool) -> str:
    """A formula as MathML; its source where that cannot be made of it."""
    from latex2mathml.converter import convert

    try:
        if len(source) > MAX_FORMULA:
            raise ValueError("too long")
        made = convert(source.strip(), display="block" if display else "inline")
    except Exception:
        return f'<code class="md-formula">{html.escape(source)}</code>'
    return f'<div class="md-math">{made}</div>' if display else made


def _math_block(tokens: Sequence[Token], index: int, context: _Context) -> str:
    first, last = tokens[index].map or [0, 0]
    return _math("\n".join(context.lines[first:last]).strip().removeprefix("$$").removesuffix("$$"), True)


def _reference(name: str, context: _Context) -> str:
    if name not in context.used:
        context.used.append(name)
    number, shown = context.used.index(name) + 1, html.escape(name)
    return f'<sup data-at="ref-{shown}"><a href="#" data-footnote="fn-{shown}" class="md-note">{number}</a></sup>'


def _inline_footnote(tokens: Sequence[Token], index: int, context: _Context) -> str:
    name = f"inline-{len(context.used) + 1}"
    context.footnotes[name] = html.escape(tokens[index].content)
    return _reference(name, context)


def _link_open(tokens: Sequence[Token], index: int, context: _Context) -> str:
    destination = str(tokens[index].attrs.get("href", ""))
    if is_external(destination):
        return f'<a href="{html.escape(destination)}" class="md-external" target="_blank">'
    target, mark, rest = unquote(destination).partition("#")
    file = context.destinations.get(target.strip()) if target.strip() else context.path
    if file is None:
        return f'<a class="md-missing" data-note="{html.escape(target)}">'
    return _opening(file, mark + rest, context)


def _image(tokens: Sequence[Token], index: int, context: _Context) -> str:
    """`![alt](path)`; what lies outside of the vault is never fetched, only linked."""
    token = tokens[index]
    source, alt = str(token.attrs.get("src", "")), token.content
    if is_external(source):
        return f'<a href="{html.escape(source)}" class="md-external" target="_blank">{html.escape(alt or source)}</a>'
    target, mark, rest = unquote(source).partition("#")
    text, _, size = alt.rpartition("|")
    width = size.partition("x")[0] if size.replace("x", "").isdecimal() else ""
    file = context.destinations.get(target)
    if file is None:
        return f'<span class="md-missing">{html.escape(alt or target)}</span>'
    shown = f"{text}|{width}" if width else alt
    return _embed(Link(target, mark + rest, shown, True, Span(0, 0), width=int(width) if width else None), file, context)


def _fence(tokens: Sequence[Token], index: int, context: _Context) -> str:
    """Code, in colours where its language is known."""
    token = tokens[index]
    name = token.info.strip().split(maxsplit=1)[0] if token.info.strip() else ""
    return f'<pre class="md-code"><code>{_coloured(token.content, name)}</code></pre>'


def _coloured(code: str, language: str) -> str:
    if not language or len(code) > MAX_CODE:
        return html.escape(code)
    from pygments import highlight
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return html.escape(code)
    return str(highlight(code, lexer, HtmlFormatter(nowrap=True, classprefix="tok-")))
