"""Misspelt words: what was probably meant. It is only ever offered, and never for the name of a model or data set, where one
letter makes another one."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from checker.claims.language.unknown import kind_of
from checker.claims.language.words import Dictionary, Word

LIKE = 0.84  # of the letters, at least
SHORTEST = 5  # letters of a word that is taken for a misspelt one
LONGEST = 4  # words of a phrase
MOST = 2  # phrases that are tried for one mistake


def respelt(text: str, words: Sequence[Word], dictionary: Dictionary) -> Iterator[str]:
    """The sentence with the phrase around its first unknown word replaced by one that is spelt almost like it."""
    places = [index for index, word in enumerate(words) if word.type == "NAME" and any(map(str.isalpha, word.text))]
    if not places or any(kind_of(words[place].text) for place in places):
        return
    place = places[0]
    for length in range(LONGEST, 0, -1):
        for first in range(max(0, place - length + 1), place + 1):
            phrase = words[first : first + length]
            if len(phrase) < length or place >= first + length:
                continue
            said = text[phrase[0].start : phrase[-1].end]
            if len(said) < SHORTEST:
                continue
            kept = {at: word.text.casefold() for at, word in enumerate(phrase) if word.type != "NAME"}  # what is known stays
            there = [one for one in dictionary.spellings(length) if all(one.split()[at] == text for at, text in kept.items())]
            there = [one for one in there if _begins_alike(said, one)]
            near = difflib.get_close_matches(said.casefold(), there, MOST, LIKE)
            for other in near:
                yield text[: phrase[0].start] + other + text[phrase[-1].end :]
            if near:
                return


def _begins_alike(said: str, other: str) -> bool:
    """Whether each word begins with the same letter: `nonlinearly` is no misspelt `linearly`, nor `invariant` `equivariant`."""
    return [word[0] for word in said.casefold().split()] == [word[0] for word in other.split()]
