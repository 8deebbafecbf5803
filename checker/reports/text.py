"""Text from files, made harmless to show."""

from __future__ import annotations

import re

CI_COMMAND = re.compile(r"##(?=[a-z]*\[)|(?<!\S)::(?=\s*[A-Za-z])")  # how GitHub, Azure and TeamCity are spoken to


def printable(text: str, kept: str = "") -> str:
    """Text with a blank for each control or invisible character but those `kept`."""
    return "".join(char if char.isprintable() or char in kept else " " for char in text)


def clean(text: str, kept: str = "") -> str:
    """Text from a file, without control characters but those `kept`: no terminal or CI escape gets through."""
    return CI_COMMAND.sub(lambda match: " ".join(match[0]), printable(text, kept))
