"""A note in the shape of Obsidian's `CachedMetadata`: what `app.metadataCache.getFileCache` would give for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checker.notes.lines import Span
from checker.notes.link import Link
from checker.notes.note import ListItem, Note, Section


def cached_metadata(note: Note) -> dict[str, Any]:
    """What Obsidian extracts from a note, under its own names; a key is absent where there is nothing.

    Positions count lines and columns from 0, columns and offsets in UTF-16 code units. Links and tags in `%%` comments are in.
    """
    body = note.body_links
    lists = {
        "links": [_link(note, link) for link in body if not link.embed],
        "embeds": [_link(note, link) for link in body if link.embed],
        "tags": [{"tag": f"#{tag.name}", "position": _position(note, tag.span)} for tag in note.body_tags],
        "headings": [
            {"heading": heading.text, "level": heading.level, "position": _position(note, heading.span)}
            for heading in note.headings
        ],
        "footnotes": list(_footnotes(note, "definition")),
        "footnoteRefs": list(_footnotes(note, "reference")),
        "referenceLinks": [
            {"id": found.label, "link": found.link.destination, "position": _position(note, found.span)}
            for found in note.definitions
            if found.link
        ],
        "sections": [_section(note, section) for section in note.sections],
        "listItems": [_list_item(note, item) for item in note.list_items],
    }
    result: dict[str, Any] = {name: found for name, found in lists.items() if found}
    if note.frontmatter and note.properties:
        result["frontmatter"] = dict(note.properties)
        result["frontmatterPosition"] = _position(note, note.frontmatter)
        result["frontmatterLinks"] = [
            {"key": link.key, "link": link.destination, "original": link.original, "displayText": link.shown}
            for link in note.property_links
        ]
    blocks = _blocks(note)
    if blocks:
        result["blocks"] = blocks
    return result


def all_tags(note: Note) -> list[str]:
    """Every tag of a note with its `#`, those of the properties first, as Obsidian's `getAllTags`."""
    return [f"#{tag.name}" for tag in note.all_tags]


def _position(note: Note, span: Span) -> dict[str, dict[str, int]]:
    return {"start": note.place_of(span.start).as_dict(), "end": note.place_of(span.end).as_dict()}


def _link(note: Note, link: Link) -> dict[str, Any]:
    return {
        "link": link.destination,
        "original": link.original,
        "displayText": link.shown,
        "position": _position(note, link.span),
    }


def _footnotes(note: Note, kind: str) -> Iterator[dict[str, Any]]:
    for footnote in note.footnotes:
        if footnote.kind == kind:
            yield {"id": footnote.id, "position": _position(note, footnote.span)}


def _section(note: Note, section: Section) -> dict[str, Any]:
    named = {"id": section.block_id.id} if section.block_id else {}
    return {"type": section.kind, **named, "position": _position(note, section.span)}


def _list_item(note: Note, item: ListItem) -> dict[str, Any]:
    named = {"id": item.block_id.id} if item.block_id else {}
    task = {} if item.task is None else {"task": item.task}
    return {"parent": item.parent, **task, **named, "position": _position(note, item.span)}


def _blocks(note: Note) -> dict[str, Any]:
    """The blocks that have an id, under the id in lower case."""
    blocks: dict[str, Any] = {}
    things: tuple[Section | ListItem, ...] = (*note.sections, *note.list_items)
    for thing in things:
        if thing.block_id:
            name = thing.block_id.id
            blocks.setdefault(name.lower(), {"id": name, "position": _position(note, thing.span)})
    return blocks
