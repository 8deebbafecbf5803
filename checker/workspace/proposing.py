"""Sentences of a workspace's notes that could be claims."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from checker.cache import cache_folder
from checker.workspace.idle import idle_sentences

if TYPE_CHECKING:
    from checker.claims.propose import Proposal
    from checker.notes import Vault
    from checker.vocabulary import Vocabulary


def propose(
    vault: Vault, places: Iterable[PurePosixPath], vocabulary: Vocabulary
) -> Iterator[tuple[PurePosixPath, list[Proposal]]]:
    """The untagged sentences of each of these notes that can be decided as they stand, or nearly, note by note. Claim notes, and
    notes that cannot be read, have none."""
    with idle_sentences(cache_folder() / "idle", vocabulary) as idle:
        for place in places:
            yield place, _of_note(vault, place, vocabulary, idle)


def _of_note(vault: Vault, place: PurePosixPath, vocabulary: Vocabulary, idle: set[str]) -> list[Proposal]:
    from checker.claims.propose import proposals
    from checker.errors import NoteError
    from checker.runs.survey import introduced
    from checker.writing.claim_note import is_claim_note

    try:
        note = vault.note(place)
    except NoteError:
        return []  # reported by `check-claims lint`
    if is_claim_note(note.data):
        return []
    return proposals(note, vocabulary, lambda links: introduced(vault, note, links), idle)
