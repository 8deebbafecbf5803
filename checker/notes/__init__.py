"""Bytes on disk to notes, blocks and links. Knows nothing of claims."""

from checker.notes.cached_metadata import cached_metadata
from checker.notes.canvas import Canvas, read_canvas
from checker.notes.edited import EditedVault
from checker.notes.lines import Place, Span
from checker.notes.link import Link
from checker.notes.note import Block, BlockId, Callout, Heading, Note, Problem, Tag
from checker.notes.parse import parse
from checker.notes.resolve import Anchor, Resolution, resolve_subpath
from checker.notes.vault import Vault

__all__ = [
    "Anchor",
    "Block",
    "BlockId",
    "Callout",
    "Canvas",
    "EditedVault",
    "Heading",
    "Link",
    "Note",
    "Place",
    "Problem",
    "Resolution",
    "Span",
    "Tag",
    "Vault",
    "cached_metadata",
    "parse",
    "read_canvas",
    "resolve_subpath",
]
