"""A claim block that is not finished: fields, and questions in place of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from checker import strict_yaml
from checker.claims.language.reading import Reading
from checker.claims.spec import ClaimSpec, Where

WIDTH = 110  # characters of a comment's line
MOST_OPTIONS = 12  # that a question lists
MOST_CHOICES = 3  # sentences that are shown of those that it may mean


@dataclass(frozen=True)
class Asked:
    """A field that a sentence does not settle, what is asked, and the values that it may have, as YAML."""

    field: str
    question: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A claim block as far as a sentence settles it. `fields` are those of a spec, those of `where` as "where.layers" and so on;
    `sentences` are the claims of a sentence that makes several, each of which has a draft of its own."""

    reading: Reading
    fields: Mapping[str, Any] = field(default_factory=dict)
    asked: tuple[Asked, ...] = ()
    sentences: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing is asked."""
        return not self.asked

    @property
    def yaml(self) -> str:
        """What stands in the block. What is asked has its question in a comment, and no value, which no spec accepts."""
        asked = {each.field: each for each in self.asked}
        lines = [] if self.whole else list(_comment(f"The sentence by itself: {self._why}"))
        for name in ClaimSpec.model_fields:
            if name != "where":
                lines += _entry(name, name, self.fields, asked)
                continue
            inner = [f"where.{key}" for key in Where.model_fields]
            if any(key in asked for key in inner):
                parts = (line for key in inner for line in _entry(key, key.partition(".")[2], self.fields, asked))
                lines += ["where:", *(f"  {line}" for line in parts)]
            elif any(key in self.fields for key in inner):
                where = {key.partition(".")[2]: self.fields[key] for key in inner if key in self.fields}
                lines += strict_yaml.dump({"where": where}).splitlines()
        return "".join(f"{line}\n" for line in lines)

    @property
    def _why(self) -> str:
        """Why the sentence does not read, and what it may mean."""
        choices = self.reading.choices[:MOST_CHOICES]
        why = self.reading.reason.rstrip(".") + ("" if self.reading.reason.endswith("?") else ".")
        return why + (f" It may mean: {'; '.join(choices)}." if choices and not self.sentences else "")

    @property
    def block(self) -> str:
        """The block as it stands in a note, under its sentence."""
        return f"```claim\n{self.yaml}```\n"


def _entry(key: str, shown: str, fields: Mapping[str, Any], asked: Mapping[str, Asked]) -> Iterator[str]:
    if key in asked:
        yield from _comment(_said(asked[key]))
        yield f"{shown}:"
    elif key in fields:
        yield from strict_yaml.dump({shown: fields[key]}).splitlines()


def _said(asked: Asked) -> str:
    """A question and its options in one line."""
    more = f"; and {len(asked.options) - MOST_OPTIONS} more" if len(asked.options) > MOST_OPTIONS else ""
    options = f" One of: {'; '.join(asked.options[:MOST_OPTIONS])}{more}" if asked.options else ""
    return f"{asked.field}: {asked.question}{options}"


def _comment(text: str) -> Iterator[str]:
    """A text as lines of a comment. What is no printable character could end one."""
    line = "#"
    for word in "".join(char if char.isprintable() else " " for char in text).split():
        if len(line) + len(word) >= WIDTH and line != "#":
            yield line
            line = "#  "
        line += f" {word}"
    yield line
