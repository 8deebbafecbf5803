"""The sources that notes cite: from BibTeX, CSL-JSON or what Zotero exports as either."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BIBTEX, CSL_JSON = ".bib", ".json"
LARGEST = 50_000_000  # bytes of a file that is read
GROUP = re.compile(rb"(?<![\w\]\[!])\[(?!\^)[^\[\]\r\n]*@[^\[\]\r\n]*\](?!\()")
KEY = re.compile(rb"(?<![\w.@])@([A-Za-z0-9_][^\s,;\]@]*)")
YEAR = re.compile(r"\d{4}")
TEX = re.compile(r"\\[A-Za-z]+ ?|[{}\\'\"`^~]")


@dataclass(frozen=True)
class Source:
    """One entry: who, when, what. Any of them may be empty."""

    key: str
    authors: tuple[str, ...] = ()
    year: str = ""
    title: str = ""

    def __str__(self) -> str:
        who = f"{self.authors[0]} et al." if len(self.authors) > 2 else " and ".join(self.authors)
        when = " ".join(part for part in (who, self.year) if part)
        return ", ".join(part for part in (when, self.title) if part) or self.key


def bibliography_files(folders: Iterable[Path], more: Iterable[Path] = ()) -> list[Path]:
    """The files that may hold sources: those right in these folders, and the BibTeX files among some more."""
    found = [path for folder in folders for path in sorted(folder.iterdir()) if path.suffix.lower() in (BIBTEX, CSL_JSON)]
    found += [path for path in more if path.suffix.lower() == BIBTEX]
    return [path for path in dict.fromkeys(map(Path.absolute, found)) if path.is_file()]


def read_bibliography(files: Iterable[Path]) -> tuple[dict[str, Source], list[str]]:
    """The sources in these files by key, the first of a key counts; and what cannot be read, one line a file. A JSON file that
    holds something else is none of ours."""
    found: dict[str, Source] = {}
    faults = []
    for path in files:
        try:
            data = path.read_bytes() if path.stat().st_size <= LARGEST else b""
            sources = list(_bibtex(data) if path.suffix.lower() == BIBTEX else _csl(data))
        except (OSError, UnicodeDecodeError) as error:
            faults.append(f"{path}: cannot be read as a bibliography ({error})")
            continue
        for source in sources:
            found.setdefault(source.key, source)
    return found, faults


def cited(visible: bytes) -> Iterator[tuple[int, str]]:
    """The keys that a note cites in brackets, as Pandoc has them (`[see @he2022, p. 3; @li2023]`), each with its offset."""
    for group in GROUP.finditer(visible):
        for key in KEY.finditer(visible, *group.span()):
            yield key.start(), key[1].decode("utf-8").rstrip(".:")


def _bibtex(data: bytes) -> Iterator[Source]:
    import logging

    from bibtexparser.entrypoint import parse_string

    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # a block that cannot be read only lacks
    for entry in parse_string(data.decode("utf-8-sig")).entries:
        fields = {name.casefold(): str(field.value) for name, field in entry.fields_dict.items()}
        year = YEAR.search(fields.get("year") or fields.get("date") or "")
        names = re.split(r"\s+and\s+", _plain(fields.get("author") or fields.get("editor") or ""))
        authors = tuple(map(_family, filter(None, names)))
        yield Source(entry.key, authors, year[0] if year else "", _plain(fields.get("title", "")))


def _csl(data: bytes) -> Iterator[Source]:
    try:
        entries = json.loads(data or b"null")
    except (ValueError, RecursionError):
        return
    if isinstance(entries, dict):
        entries = entries.get("items")
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and ("type" in entry or "itemType" in entry):
            key = entry.get("citation-key") or entry.get("citationKey") or entry.get("id")
            if isinstance(key, str):
                yield Source(key, tuple(_people(entry)), _csl_year(entry), str(entry.get("title") or ""))


def _people(entry: Mapping[str, Any]) -> Iterator[str]:
    people = entry.get("author") or entry.get("creators") or []
    for person in people if isinstance(people, list) else ():
        if isinstance(person, dict):
            name = person.get("family") or person.get("lastName") or person.get("literal") or person.get("name")
            if isinstance(name, str):
                yield name


def _csl_year(entry: Mapping[str, Any]) -> str:
    found = YEAR.search(json.dumps(entry.get("issued") or entry.get("date") or ""))
    return found[0] if found else ""


def _family(name: str) -> str:
    family, comma, _ = name.partition(",")
    return family.strip() if comma else name.split()[-1]


def _plain(text: str) -> str:
    return " ".join(TEX.sub("", text).split())
