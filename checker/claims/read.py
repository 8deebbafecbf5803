"""A sentence to a reading: the meaning that it has, or exactly what is missing. Never a guess."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from itertools import islice
from typing import Literal

from lark import Lark, Token, Tree, UnexpectedInput
from lark.visitors import CollapseAmbiguities

from checker.claims.compose import QuestionError, UnknownError, compose
from checker.claims.frame import claim_of, without_explanation
from checker.claims.meaning import Meaning
from checker.claims.say import say
from checker.claims.sentence import plain, unquoted
from checker.claims.words import Dictionary, Word, WordLexer
from checker.vocabulary import Vocabulary

MOST_WORDS = 60  # of a sentence; longer ones hold more than one claim
MOST_TREES = 64
CLAIMS = re.compile(r";|,? but |,? whereas |,? while |, and | and ")
WORD = re.compile(r"[\w-]+")


STARTS: dict[str, frozenset[str]] = {
    start: frozenset(terminals.split())
    for start, terminals in {
        "a_compare": "COMPARATIVE SUPERLATIVE DEGREE ADJECTIVE PREDICATE BEAT LAG EXCEED UNDERCUT TWICE HALF TIMES UP DOWN "
        "IMPROVE WORSEN RAISED LOWERED",
        "a_threshold": "NUMBER",
        "a_trend": "UP DOWN GROW RISING FALLING DEPTH",
        "a_presence": "HAVE EXIST THERE LACK PRESENT ABSENT",
        "an_equivalence": "SIMILAR DIFFER WITHIN",
        "a_correlation": "CORRELATE ANTICORRELATE CORRELATED ANTICORRELATED CORRELATION MODELS COMPARATIVE",
        "a_ranking": "GREATER_SIGN LESS_SIGN",
    }.items()
}
"""The start of the grammar for each kind, and the words of which a sentence of that kind has at least one."""


@dataclass(frozen=True)
class Reading:
    """What was understood. `meaning` is set exactly when `status` is ok; `reason` says what is wrong otherwise."""

    status: Literal["ok", "needs-spec", "untestable"]
    sentence: str
    reading: str = ""
    meaning: Meaning | None = None
    reason: str = ""
    missing: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = field(default=())


@lru_cache(maxsize=8)
def _dictionary(vocabulary: Vocabulary) -> Dictionary:
    return Dictionary(vocabulary)


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = (files("checker.claims") / "grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="earley", lexer=WordLexer, ambiguity="explicit", start=list(STARTS))


def read_sentence(sentence: str, vocabulary: Vocabulary, names: Mapping[str, str] | None = None) -> Reading:
    """Compile a sentence. Everything in it must be understood, or the answer is a question or `untestable`.

    `names` maps phrases to the models that they mean here, such as `our method` in a note that introduces one.
    """
    dictionary = _dictionary(vocabulary)
    text = unquoted(plain(sentence))
    claim = unquoted(claim_of(text, dictionary.types))
    ways = dictionary.read(claim, names or {})
    if not any(word.type in ("METRIC", "ADJECTIVE", "PREDICATE", "VERB") for words in ways for word in words):
        return _without_metric(text, vocabulary)
    meanings: dict[Meaning, None] = {}
    questions: list[QuestionError | UnknownError] = []  # of the ways to read it
    failures: list[QuestionError | UnknownError] = []  # where it cannot be read at all
    for words in ways:
        try:
            trees = _trees(words)
        except QuestionError as question:
            failures.append(question)
            continue
        for tree in trees:
            try:
                meanings[compose(tree, vocabulary)] = None
            except (QuestionError, UnknownError) as question:
                questions.append(question)
    if len(meanings) == 1:
        (meaning,) = meanings
        return Reading("ok", text, reading=say(meaning, vocabulary), meaning=meaning)
    if meanings:
        both = tuple(say(meaning, vocabulary) for meaning in meanings)
        return Reading("needs-spec", text, reason="it can mean two things", missing=("which of them",), choices=both)
    parted = without_explanation(claim)
    if parted is not None and read_sentence(parted[0], vocabulary, names).status == "ok":
        reason = f"{parted[1]!r} is no part of what can be measured; claim the rest alone"
        return Reading("needs-spec", text, reason=reason, missing=("the sentence without it",), choices=(parted[0],))
    claims = () if questions else _claims(claim)
    read = [read_sentence(part, vocabulary, names) for part in claims] if len(claims) > 1 else []
    if any(part.status == "ok" or part.choices for part in read):
        unclear = [f"{part.sentence!r}: {part.reason}" for part in read if part.status != "ok"]
        reason = f"it makes {len(claims)} claims; write one sentence for each" + (f" ({'; '.join(unclear)})" if unclear else "")
        return Reading("needs-spec", text, reason=reason, missing=("one sentence for each claim",), choices=claims)
    return _answer(text, questions or failures, vocabulary)


def _trees(words: list[Word]) -> list[Tree[Token]]:
    """The syntax trees of typed words. Raises QuestionError where there is none."""
    if len(words) > MOST_WORDS:
        raise QuestionError("it is too long for one claim", "a shorter sentence")
    types = {word.type for word in words}
    trees: list[Tree[Token]] = []
    reached = 0
    for start, telling in STARTS.items():
        if not types & telling:
            continue
        try:
            tree = _parser().parse(words, start=start)
        except UnexpectedInput as error:
            position = getattr(getattr(error, "token", None), "start_pos", None)
            reached = max(reached, len(words) if position is None else position)
        else:
            ambiguous = any(True for _ in tree.find_data("_ambig"))
            trees += islice(CollapseAmbiguities().transform(tree), MOST_TREES) if ambiguous else [tree]
    if not trees:
        raise _not_understood(words, reached)
    return trees


def _not_understood(words: list[Word], reached: int) -> QuestionError:
    """What to ask where no reading goes beyond the word at `reached`."""
    unknown = [word.text for word in words if word.type == "NAME"]
    if unknown:
        listed = ", ".join(map(repr, unknown[:4])) + (", …" if len(unknown) > 4 else "")
        return QuestionError(f"not understood: {listed}", f"a plain sentence without {listed}")
    if not words or reached >= len(words):
        return QuestionError("the sentence ends too early", "the rest of it")
    text = words[reached].text
    return QuestionError(f"not understood from {text!r} on", f"a plain sentence without {text!r}")


def _claims(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in CLAIMS.split(text) if part.strip())


def _answer(text: str, questions: list[QuestionError | UnknownError], vocabulary: Vocabulary) -> Reading:
    """The most telling of the questions that the ways to read a sentence lead to."""
    asked = [question for question in questions if isinstance(question, QuestionError)]
    if asked:
        question = max(asked, key=lambda question: (bool(question.choices), bool(question.missing)))
        missing = (question.missing,) if question.missing else ()
        choices = tuple(choice for choice in question.choices if choice)
        return Reading("needs-spec", text, reason=question.reason, missing=missing, choices=choices)
    name = str(questions[0])
    known = [model.name for model in vocabulary.models] + [family.name for family in vocabulary.families]
    near = difflib.get_close_matches(name, known, 3, 0.6)
    reason = f"no model called {name!r} here; there are: {', '.join(known)}"
    return Reading("untestable", text, reason=reason, suggestions=tuple(near))


def _without_metric(text: str, vocabulary: Vocabulary) -> Reading:
    """Nothing here measures what the sentence speaks of; what comes near is suggested, never taken."""
    words = {word.casefold() for word in WORD.findall(text)}
    hinted = [metric.title for metric in vocabulary.metrics if words & {hint.casefold() for hint in metric.hints}]
    titles = [metric.title for metric in vocabulary.metrics]
    near = hinted or difflib.get_close_matches(text.casefold(), titles, 3, 0.4)
    reason = "no metric here is named in it"
    return Reading("untestable", text, reason=reason, suggestions=tuple(near))
