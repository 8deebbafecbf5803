"""Readings of sentences, kept in the cache under everything that they follow from, so that a sentence is read once."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from checker.cache import cache_folder
from checker.claims import ClaimSpec, Reading, read_sentence
from checker.claims.reader_key import code, reader_key
from checker.vocabulary import Vocabulary

TUPLES = ("missing", "choices", "suggestions", "added")


def read(sentence: str, vocabulary: Vocabulary, names: Mapping[str, str] | None = None, *, keep: bool = True) -> Reading:
    """What `read_sentence` makes of a sentence: kept from an earlier time, or made now and kept, unless `keep` is False."""
    asked = json.dumps([sentence, sorted((names or {}).items()), reader_key(vocabulary)])
    path = cache_folder() / "readings" / code() / f"{hashlib.sha256(asked.encode()).hexdigest()[:32]}.json"
    found = _load(path, asked)
    if found is None:
        found = read_sentence(sentence, vocabulary, names)
        with suppress(OSError):  # it is only quicker with it
            if keep:
                _keep(path, asked, found)
    return found


def _load(path: Path, asked: str) -> Reading | None:
    """A kept reading; None where there is none, or it is damaged."""
    try:
        fields, digest = json.loads(path.read_bytes())
        if digest != _digest(asked, fields):
            return None
        spec = None if fields["spec"] is None else ClaimSpec.model_validate(fields["spec"])
        return Reading(**{**fields, "spec": spec, **{name: tuple(fields[name]) for name in TUPLES}})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _keep(path: Path, asked: str, reading: Reading) -> None:
    fields = {**asdict(reading), "spec": None if reading.spec is None else reading.spec.as_dict()}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    partial.write_text(json.dumps([fields, _digest(asked, fields)]), encoding="utf-8")
    if _load(partial, asked) == reading:
        partial.replace(path)
    else:
        partial.unlink()


def _digest(asked: str, fields: Any) -> str:
    return hashlib.sha256(json.dumps([asked, fields], sort_keys=True).encode()).hexdigest()
