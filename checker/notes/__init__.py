"""Bytes on disk to notes, blocks and links. Knows nothing of claims."""

from checker.notes.note import Block, BlockId, Heading, Link, Note, Problem, Span, Tag
from checker.notes.parse import parse
from checker.notes.vault import Vault

__all__ = ["Block", "BlockId", "Heading", "Link", "Note", "Problem", "Span", "Tag", "Vault", "parse"]
