"""Text from files, made harmless to show."""

from __future__ import annotations


def clean(text: str) -> str:
    """Text from a file, without control characters: no terminal or CI escape gets through."""
    return "".join(char if char.isprintable() else " " for char in text)
