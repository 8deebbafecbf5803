"""Readings of sentences, kept in the cache under everything that they follow from, so that a sentence is read once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from checker import kept
from checker.claims import ClaimSpec, Reading, read_sentence
from checker.claims.reader_key import code, reader_key
from checker.vocabulary import Vocabulary

ROOM = "readings"
TUPLES = ("missing", "choices", "suggestions", "added")


def read(sentence: str, vocabulary: Vocabulary, names: Mapping[str, str] | None = None, *, keep: bool = True) -> Reading:
    """What `read_sentence` makes of a sentence: kept from an earlier time, or made now and kept, unless `keep` is False."""
    asked = json.dumps([sentence, sorted((names or {}).items()), reader_key(vocabulary)])
    found = _reading(kept.look_up(ROOM, asked, code()))
    if found is None:
        found = read_sentence(sentence, vocabulary, names)
        fields = {**asdict(found), "spec": None if found.spec is None else found.spec.as_dict()}
        if keep and _reading(json.loads(json.dumps(fields))) == found:
            kept.keep(ROOM, asked, fields, code())
    return found


def _reading(fields: Any) -> Reading | None:
    """A kept reading; None where there is none, or it is of another form."""
    try:
        spec = None if fields["spec"] is None else ClaimSpec.model_validate(fields["spec"])
        return Reading(**{**fields, "spec": spec, **{name: tuple(fields[name]) for name in TUPLES}})
    except (ValueError, TypeError, KeyError):
        return None
