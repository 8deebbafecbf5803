"""What a tagged block says, as a plain sentence: links, emphasis, quotes and citations are read through."""

from __future__ import annotations

import re

LINK = re.compile(r"!?\[\[(?:[^\]|]*\|)?([^\]]*)\]\]")
MARKDOWN_LINK = re.compile(r"!?\[([^\]]*)\]\((?:<[^>]*>|[^)\s]*)(?:\s+\"[^\"]*\")?\)")
CITED_LINK = re.compile(r"\[\[\d+\]\([^()\s]*\)(?:,\s*\[\d+\]\([^()\s]*\))*\]")
CITATION = re.compile(
    r"\([A-Z][\w-]+ et al\.?,? (?:19|20)\d\d[a-z]?(?:,\s*pp?\.\s*[\d–-]+)?\)|(?<=al\.) \((?:19|20)\d\d[a-z]?\)"
    r"|\[\d+(?:,\s*\d+)*\]"
)
EMPHASIS = re.compile(r"(?<!\\)(?:\*\*|__|==|~~|(?<!\w)[*_]|[*_](?!\w))")
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
MARKER = re.compile(r"^\s*(?:>\s*)*(?:[-*+]|\d+[.)])?\s*(?:\[.\]\s+)?")
SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?=[\"“(]?[A-Z0-9])")
NUMBERED = re.compile(r"^\[?\d+\]?$")


def plain(source: str) -> str:
    """Markdown of one block to one line of plain text."""
    lines = [
        MARKER.sub("", line) if index == 0 else re.sub(r"^\s*(?:>\s*)*", "", line)
        for index, line in enumerate(source.splitlines())
    ]
    text = " ".join(line.strip() for line in lines)
    text = CITED_LINK.sub("", text)
    text = LINK.sub(lambda match: match[1].rsplit("/", 1)[-1], text)
    text = MARKDOWN_LINK.sub(lambda match: "" if NUMBERED.match(match[1]) else match[1], text)
    text = CITATION.sub("", text)
    text = ESCAPE.sub(r"\1", EMPHASIS.sub("", text))
    return re.sub(r"\s+(?=[,.;])", "", re.sub(r"\s+", " ", text)).strip()


def last_sentence(text: str) -> str:
    """The sentence that a tag at the end of `text` speaks of, without its quotation marks and full stop."""
    return unquoted(SENTENCE_END.split(text)[-1])


def unquoted(sentence: str) -> str:
    """A sentence without the quotation marks around it and its full stop."""
    return sentence.strip("“”\"'‘’ ").rstrip(".").rstrip("“”\"'‘’ ")
