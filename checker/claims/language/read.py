"""A sentence to a reading: the spec that it means, or exactly what is missing. Never a guess."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import zip_longest

from checker.claims.language.changed import Changed, changes_in, surely, unvalued
from checker.claims.language.changed_frames import in_frames_of_changes
from checker.claims.language.question import QuestionError
from checker.claims.language.reader import Reader, reads
from checker.claims.language.reading import Reading
from checker.claims.language.released import SizeError, releases_in, with_named
from checker.claims.language.sentence import plain, unquoted
from checker.claims.language.whose import AmbiguousError, check_whose, said_of
from checker.vocabulary import Vocabulary

LONGEST = 3_000  # characters of what may be one sentence
MOST_TRIED = 2  # of them, before it is given up
MOST_OFFERED = 8  # sentences for the released weights that one can mean
QUOTED = re.compile(r"'([^']+)'")
MOST_QUOTED = 3  # words of a change, in a reason that names it


def read_sentence(sentence: str, vocabulary: Vocabulary, names: Mapping[str, str] | None = None) -> Reading:
    """Compile a sentence. Everything in it must be understood, or the answer is a question or `untestable`.

    `names` maps phrases to the models that they mean here, such as `our method` in a note that introduces one.
    """
    if len(sentence) > LONGEST:
        too_long = "it is too long for one claim"
        return Reading("needs-spec", sentence[:LONGEST], reason=too_long, missing=("a shorter sentence",))
    text = unquoted(plain(sentence))
    reading = _read(text, vocabulary, names or {})
    if not reading.spec and not reading.choices:
        reading = _loosely_changed(reading, vocabulary, names or {})
    return reading if reading.spec or reading.choices else _reframed(reading, vocabulary, names or {})


def _reframed(reading: Reading, vocabulary: Vocabulary, names: Mapping[str, str]) -> Reading:
    """The question of a sentence that says of a change in another frame what reads, with what it may mean."""
    texts = dict.fromkeys(in_frames_of_changes(reading.sentence, vocabulary))
    readings = [_read(text, vocabulary, names) for text in texts]
    choices = tuple(dict.fromkeys(text for each in readings for text in ((each.sentence,) if each.spec else each.choices)))
    return replace(reading, status="needs-spec", choices=choices, added=("",) * len(choices)) if choices else reading


def _read(text: str, vocabulary: Vocabulary, names: Mapping[str, str]) -> Reading:
    """What a sentence means by its own words."""
    try:
        released = releases_in(text, vocabulary)
        named = with_named(vocabulary, released)
        changed = changes_in(text, vocabulary, {**names, **released})
    except SizeError as question:
        return _of_which(question, text, vocabulary, names)
    except QuestionError as question:
        return Reading("needs-spec", text, reason=str(question), missing=(question.missing,))
    reader = Reader(text, vocabulary, names, {**released, **changed.meanings})
    try:
        check_whose(changed, named)
    except AmbiguousError as question:
        return _offering(question, text, vocabulary, names)
    reading = reader.reading()
    asked = None if reading.spec or reading.choices else said_of(changed, named)
    offered = _offering(asked, text, vocabulary, names) if asked else None
    return offered if offered and offered.choices else _with_values(reading, changed, vocabulary)


def _loosely_changed(reading: Reading, vocabulary: Vocabulary, names: Mapping[str, str]) -> Reading:
    """The question of a sentence with a phrase that may mean a change, with the sentences that surely mean it; any other as it
    is."""
    choices: dict[str, None] = {}
    said: dict[str, None] = {}
    for phrase, sentence in surely(reading.sentence, vocabulary):
        rest = _read(sentence, vocabulary, names)
        offered = (sentence,) if rest.spec else rest.choices
        choices |= dict.fromkeys(offered)
        said |= dict.fromkeys((phrase,) if offered else ())
    if not choices:
        return reading
    reason = f"{', '.join(map(repr, said))} can mean several changes to a model"
    missing = ("the change that is meant",)
    return Reading(
        "needs-spec", reading.sentence, reason=reason, missing=missing, choices=tuple(choices), added=("",) * len(choices)
    )


def _offering(question: AmbiguousError, text: str, vocabulary: Vocabulary, names: Mapping[str, str]) -> Reading:
    """The question, with those of its sentences that read."""
    choices = tuple(each for each in dict.fromkeys(question.sentences) if reads(each, vocabulary, names))
    added = ("",) * len(choices)
    return Reading("needs-spec", text, reason=str(question), missing=(question.missing,), choices=choices, added=added)


def _with_values(reading: Reading, changed: Changed, vocabulary: Vocabulary) -> Reading:
    """A question about a sentence that speaks of a change without one value of it, with the values that it takes."""
    if reading.spec or reading.choices:
        return reading
    quoted = " ".join(text for text in QUOTED.findall(reading.reason) if len(text.split()) <= MOST_QUOTED)
    lacking = [change for change in unvalued(changed, vocabulary) if any(word in quoted.casefold() for word in change.spoken)]
    if not lacking:
        return reading
    takes = (f"{change.spoken[0]!r} takes {change.values}, one value at a time, as in {change.example!r}" for change in lacking)
    what = "; ".join(takes)
    return replace(reading, reason=f"{reading.reason}; {what}")


def _of_which(question: SizeError, text: str, vocabulary: Vocabulary, names: Mapping[str, str] | None) -> Reading:
    """What to ask where a name does not say which released weights it means: the sentence for each that reads. Where none does,
    what else is wrong with it."""
    offers: list[tuple[str, ...]] = []
    for sentence in question.sentences:
        read = read_sentence(sentence, vocabulary, names)
        offers.append((sentence,) if read.status == "ok" else () if read.together else read.choices)
        if len(offers) == MOST_TRIED and not any(offers):
            break
    offered = [sentence for each in zip_longest(*offers) for sentence in each if sentence]
    if question.sentences and not offered:
        rest = Reader(text, vocabulary, names or {}, question.named).reading()
        if rest.status != "ok":
            return rest
    return Reading("needs-spec", text, reason=str(question), missing=(question.missing,), choices=tuple(offered[:MOST_OFFERED]))
