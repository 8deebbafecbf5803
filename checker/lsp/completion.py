"""What can be written at the cursor: notes, headings and blocks in a link, tags, and the words of claims in a tagged sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePosixPath

from lsprotocol import types as lsp

from checker.claims.claim import TAG
from checker.lsp.positions import Positions
from checker.lsp.session import Session
from checker.notes import Note, Span
from checker.notes.resolve import fold
from checker.reports.text import clean
from checker.reports.words import definition
from checker.vocabulary import Vocabulary

TRIGGERS = ["[", "#", "^"]
MOST = 100  # items of an answer; the editor asks again while a person types
IN_LINK = re.compile(r"!?\[\[(?P<target>[^\[\]|#\n]*)(?P<subpath>#[^\[\]|\n]*)?$")
IN_TAG = re.compile(r"(?:^|(?<=\s))#(?P<tag>[^\s#\[\]]*)$")
LONGEST = 6  # words of a phrase
WORD = re.compile(r"[\w.'’/-]+")


def completion(session: Session, path: PurePosixPath, params: lsp.CompletionParams) -> lsp.CompletionList | None:
    """The items that fit what stands before the cursor."""
    note = session.vault.note(path)
    places = Positions(note.data, session.encoding)
    offset = places.offset(params.position)
    line = places.lines.index(offset)
    before = note.data[places.lines.starts[line] : offset].decode("utf-8", "ignore")
    after = note.data[offset : places.lines.end(line)].decode("utf-8", "ignore")
    link, tag = IN_LINK.search(before), IN_TAG.search(before)
    if link:
        items = list(_in_link(session, path, link, after, places, offset))
    elif tag and not _hidden(note, offset):
        items = list(_tags(session, tag["tag"], places, offset))
    elif _in_claim(note, offset):
        items = list(_words(session.workspace.words, before, places, offset))
    else:
        return None
    return lsp.CompletionList(is_incomplete=len(items) > MOST or link is not None, items=items[:MOST])


def _in_link(
    session: Session, path: PurePosixPath, link: re.Match[str], after: str, places: Positions, offset: int
) -> Iterator[lsp.CompletionItem]:
    closing = "" if re.match(r"[^\[\]]*\]\]", after) else "]]"
    target, subpath = link["target"], link["subpath"]
    if subpath is None:
        yield from _notes(session, target, closing, places, offset)
        return
    file = session.vault.resolve(path, target.strip()).file
    if file is None:
        return
    typed = subpath.rpartition("#")[2]
    rows = session.vault.index.rows
    if typed.startswith("^"):
        query = "SELECT block.id FROM block JOIN file ON file.id = source WHERE path = ? ORDER BY number"
        names = [f"^{name}" for (name,) in rows(query, str(file))]
        kind = lsp.CompletionItemKind.Reference
    else:
        query = "SELECT text FROM heading JOIN file ON file.id = source WHERE path = ? ORDER BY number"
        names = [re.sub(r"[#|^\[\]]+", " ", text).strip() for (text,) in rows(query, str(file))]
        kind = lsp.CompletionItemKind.Struct
    for name in dict.fromkeys(names):
        if typed.casefold() in name.casefold():
            yield _item(clean(name), kind, clean(name) + closing, typed, places, offset, str(file))


def _notes(session: Session, typed: str, closing: str, places: Positions, offset: int) -> Iterator[lsp.CompletionItem]:
    """The notes whose name, path or alias holds what is typed; those that begin with it first. A name that several have is given
    with as much of its path as it needs."""
    rows = session.vault.index.rows
    wanted = fold(typed.strip())
    query = (
        "SELECT path, '' FROM file WHERE instr(folded, ?1) AND kind <> 'unread'"
        " UNION ALL SELECT path, alias.name FROM alias JOIN file ON file.id = source WHERE instr(lower(alias.name), ?1)"
    )
    found = [(PurePosixPath(path), alias) for path, alias in rows(query, wanted)]
    found = sorted(
        found, key=lambda pair: (not fold(pair[1] or pair[0].name).startswith(wanted), len(str(pair[0])), str(pair[0]))
    )
    for path, alias in found[: MOST + 1]:
        name = path.stem if path.suffix.lower() == ".md" else path.name
        if session.vault.resolve(PurePosixPath("."), name).file != path:
            name = str(path.with_suffix("")) if path.suffix.lower() == ".md" else str(path)
        if set(name) & set("[]#^|"):
            continue  # no link can be written to it
        text = f"{name}|{alias}" if alias and not set(alias) & set("[]|") else name
        yield _item(clean(alias or name), lsp.CompletionItemKind.File, text + closing, typed, places, offset, str(path))


def _tags(session: Session, typed: str, places: Positions, offset: int) -> Iterator[lsp.CompletionItem]:
    """The tags of the vault that hold what is typed, the most frequent first."""
    query = "SELECT name, count(*) FROM tag WHERE instr(folded, ?) GROUP BY folded ORDER BY count(*) DESC, name LIMIT ?"
    found = dict(session.vault.index.rows(query, typed.casefold(), MOST))
    if TAG.startswith(typed.casefold()):
        found = {TAG: found.get(TAG, 0), **found}
    found.pop(typed, None)  # the tag at the cursor is one of them
    for name, count in found.items():
        yield _item(name, lsp.CompletionItemKind.Keyword, name, typed, places, offset, f"{count} times")


def _hidden(note: Note, offset: int) -> bool:
    """Whether a place is in frontmatter, code, a formula or a comment, where a `#` begins no tag."""
    return offset > 0 and note.visible[offset - 1 : offset] != note.data[offset - 1 : offset]


def _in_claim(note: Note, offset: int) -> bool:
    """Whether a place stands in a tagged block, before its tag, or in the callout of a claim."""
    for block in note.blocks:
        if block.span.start <= offset <= block.span.end:
            titled = any(
                callout.kind == TAG and block.span.start <= callout.span.start < block.span.end for callout in note.callouts
            )
            tags = (tag.span.start for tag in note.tags if tag.name.casefold() == TAG)
            if titled or any(offset <= start < block.span.end for start in tags):
                return True
    return False


def _words(vocabulary: Vocabulary, before: str, places: Positions, offset: int) -> Iterator[lsp.CompletionItem]:
    """The phrases that go on with the last words before the cursor; the longest match of those counts."""
    starts = [match.start() for match in WORD.finditer(before)][-LONGEST:]
    if not before or before[-1:].isspace():
        starts.append(len(before))
    phrases = _phrases(vocabulary)
    offered: set[str] = set()
    for start in starts:
        typed = before[start:]
        for phrase, (kind, detail) in phrases.items():
            if phrase not in offered and phrase.casefold().startswith(typed.casefold()) and phrase != typed:
                offered.add(phrase)
                yield _item(phrase, kind, phrase, typed, places, offset, detail)


@lru_cache(maxsize=4)
def _phrases(vocabulary: Vocabulary) -> dict[str, tuple[lsp.CompletionItemKind, str]]:
    """Every phrase of the vocabulary, with what it is."""
    kinds, found = lsp.CompletionItemKind, dict[str, tuple[lsp.CompletionItemKind, str]]()
    for model in vocabulary.models:
        for phrase in (model.name, *model.synonyms):
            found.setdefault(phrase, (kinds.Class, definition(model.name, vocabulary)[1]))
    for metric in vocabulary.metrics:
        what = definition(metric.name, vocabulary)[1]
        said = [phrase for phrase, _ in (*metric.adjectives, *metric.predicates)]
        for phrase in (metric.title, *metric.synonyms, *said, *metric.verbs):
            found.setdefault(phrase, (kinds.Property, what))
        for phrase, relation in metric.comparatives:
            found.setdefault(phrase, (kinds.Operator, relation))
    for family in vocabulary.families:
        found.setdefault(family.title, (kinds.Interface, definition(family.name, vocabulary)[1]))
    for data in vocabulary.data:
        found.setdefault(data.title, (kinds.Value, definition(data.name, vocabulary)[1]))
    for change in vocabulary.changes:
        for phrase in (*change.nouns, *change.names, *(phrase.partition("{")[0].strip() for phrase in change.phrases)):
            if phrase:
                found.setdefault(phrase, (kinds.Unit, change.name))
    return found


def _item(
    label: str, kind: lsp.CompletionItemKind, text: str, typed: str, places: Positions, offset: int, detail: str
) -> lsp.CompletionItem:
    """An item that takes the place of what is typed."""
    span = Span(offset - len(typed.encode()), offset)
    edit = lsp.TextEdit(places.range(span), text)
    return lsp.CompletionItem(label, kind=kind, detail=clean(detail), filter_text=text, text_edit=edit)
