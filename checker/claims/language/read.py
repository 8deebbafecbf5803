"""A sentence to a reading: the spec that it means, or exactly what is missing. Never a guess."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import islice
from typing import Literal

from lark import Lark, Token, Tree, UnexpectedInput
from lark.visitors import CollapseAmbiguities

from checker.claims.kind import KINDS
from checker.claims.language import unknown
from checker.claims.language.changed import changes_in
from checker.claims.language.compose import compose
from checker.claims.language.english import say
from checker.claims.language.frame import read_through, without_explanation
from checker.claims.language.noise import without_noise
from checker.claims.language.question import Choice, QuestionError, UnknownError
from checker.claims.language.sentence import plain, unquoted
from checker.claims.language.unknown import explained, kind_of, kinds_of
from checker.claims.language.words import Dictionary, Word, WordLexer
from checker.claims.spec import ClaimSpec
from checker.vocabulary import Vocabulary

MOST_WORDS = 60  # of a sentence; longer ones hold more than one claim
MOST_TREES = 64
CLAIMS = re.compile(r";|,? but |,? whereas |,? while |, and | and ")
CLAIMING = {"METRIC", "ADJECTIVE", "PREDICATE", "VERB"}  # words that tell what is measured
IDLE = {"NAME", "NOISE", "IT", "HEDGE", "OF", "TO", "THAT", "HAVE", "IS", "UNIT", "IMAGES"}
PLACING = {"IN", "ON", "AT", "FOR", "OVER", "MEAN_OVER", "DATA", "PRETRAINED", "TOY", "SCALE", "ALL_LAYERS", "CLASS_TOKEN"}
SIZES = ("larger", "smaller", "grow", "grows", "growing", "shrink", "shrinks", "shrinking")  # of each thing, or of their number
WORD = re.compile(r"[\w-]+")


@dataclass(frozen=True)
class Reading:
    """What was understood. `spec` is set exactly when `status` is ok; `reason` says what is wrong otherwise.

    `missing` is what would make it decidable. Each of the `choices` is a whole sentence that reads and keeps every word of this
    one that restricts it; `added` are the models that they add, one for each of them, "" where they add none.
    """

    status: Literal["ok", "needs-spec", "untestable"]
    sentence: str
    reading: str = ""
    spec: ClaimSpec | None = None
    reason: str = ""
    missing: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


@lru_cache(maxsize=8)
def _dictionary(vocabulary: Vocabulary) -> Dictionary:
    return Dictionary(vocabulary)


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(_grammar(), parser="earley", lexer=WordLexer, ambiguity="explicit", start=[f"{name}_claim" for name in _kinds()])


@lru_cache(maxsize=1)
def _grammar() -> str:
    return (files("checker.claims.language") / "grammar.lark").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _kinds() -> tuple[str, ...]:
    """The kinds of claims in the order of the grammar, which has a start for each."""
    return tuple(sorted(KINDS, key=lambda name: _grammar().index(f"\n{name}_claim:")))


def read_sentence(sentence: str, vocabulary: Vocabulary, names: Mapping[str, str] | None = None) -> Reading:
    """Compile a sentence. Everything in it must be understood, or the answer is a question or `untestable`.

    `names` maps phrases to the models that they mean here, such as `our method` in a note that introduces one.
    """
    text = unquoted(plain(sentence))
    try:
        changed = changes_in(text, vocabulary)
    except QuestionError as question:
        return Reading("needs-spec", text, reason=str(question), missing=(question.missing,))
    return _Reader(text, vocabulary, {**(names or {}), **changed}).reading()


class _Reader:
    def __init__(self, text: str, vocabulary: Vocabulary, names: Mapping[str, str]) -> None:
        self.text, self.vocabulary, self.names = text, vocabulary, names
        dictionary = _dictionary(vocabulary)
        known = [match.span() for name in names for match in re.finditer(re.escape(name), text, re.IGNORECASE)]
        passed = read_through(text, lambda word: kind_of(word) is None and not dictionary.knows(word))
        passed = [span for span in passed if not any(start <= span[0] and span[1] <= end for start, end in known)]
        self.ways = dictionary.read(text, names, passed)

    def reading(self) -> Reading:
        if not any(word.type in CLAIMING for words in self.ways for word in words):
            return self._without_metric()
        specs: list[ClaimSpec] = []
        asked: list[tuple[QuestionError | UnknownError, Sequence[Word]]] = []  # by the ways to read it
        failed: list[tuple[QuestionError | UnknownError, Sequence[Word]]] = []  # where it cannot be read at all
        for spoken in self.ways:
            words: Sequence[Word] = spoken
            try:
                _check_known(spoken)
                _check_size(spoken, self.vocabulary)
                words = without_noise(spoken)
                trees = _trees(words)
            except QuestionError as question:
                failed.append((question, words))
                continue
            for tree in trees:
                try:
                    spec = compose(tree, self.vocabulary)
                except (QuestionError, UnknownError) as question:
                    asked.append((question, words))
                else:
                    specs += [spec] if spec not in specs else []
        if len(specs) == 1:
            return Reading("ok", self.text, reading=say(specs[0], self.vocabulary), spec=specs[0])
        if specs:
            both = tuple(say(spec, self.vocabulary) for spec in specs)
            return self._question("it can mean two things", ("which of them",), both)
        return self._explained() or (None if asked else self._parted()) or self._answer(asked or failed)

    def _question(
        self, reason: str, missing: tuple[str, ...], choices: tuple[str, ...] = (), added: tuple[str, ...] = ()
    ) -> Reading:
        return Reading("needs-spec", self.text, reason=reason, missing=missing, choices=choices, added=added)

    def _read(self, text: str) -> Reading:
        return _Reader(text, self.vocabulary, self.names).reading()

    def _explained(self) -> Reading | None:
        """What to say of a sentence that would be read without the reason that it gives: it is offered where the reason has
        no word that could restrict the claim."""
        parted = without_explanation(self.text)
        if parted is None:
            return None
        claim, why = parted
        rest = self._read(claim)
        if rest.status != "ok":
            return None
        idle = not any(kind for _, kind in kinds_of(self._typed(why)) if kind != "mechanism")
        idle = idle and all(word.type in IDLE for word in self._typed(why))
        if not idle and why.casefold().startswith("which"):
            return None  # it says something of its own
        reason = f"{why!r} gives a reason or a conclusion, which no measurement here decides"
        return self._question(reason, ("a claim of what is measured alone",), (claim,) if idle else ())

    def _typed(self, text: str) -> list[Word]:
        return _dictionary(self.vocabulary).read(text)[0]

    def _parted(self) -> Reading | None:
        """The claims of a sentence that makes several, where that is seen. They are offered if each of them reads, and none has a
        place, data or models of a kind that may be meant of the others too."""
        claims = tuple(part.strip(" ,") for part in CLAIMS.split(self.text) if part.strip(" ,"))
        apart = ";" in self.text
        if len(claims) < 2 or not (apart or all(self._claims_something(part) for part in claims)):
            return None
        read = [self._read(part) for part in claims]
        if not any(part.status == "ok" or part.added for part in read):
            return None
        unclear = [f"{part.sentence!r}: {part.reason}" for part in read if part.status != "ok"]
        reason = f"it makes {len(claims)} claims; write one sentence for each" + (f" ({'; '.join(unclear)})" if unclear else "")
        places = {tuple(word.text for word in self._typed(part) if word.type in PLACING) for part in claims}
        leads = self._typed(claims[0])[0].type in ("BY", "WITHIN")  # a margin that may be meant of the others too
        whole = all(part.status == "ok" for part in read) and len(places) == 1 and not leads
        return self._question(reason, ("one sentence for each claim",), claims if whole else ())

    def _claims_something(self, text: str) -> bool:
        return any(word.type in (*CLAIMING, "COMPARATIVE") for word in self._typed(text))

    def _answer(self, asked: Sequence[tuple[QuestionError | UnknownError, Sequence[Word]]]) -> Reading:
        """The most telling of the questions that the ways to read a sentence lead to."""
        questions = [(question, words) for question, words in asked if isinstance(question, QuestionError)]
        if questions:
            question, words = max(questions, key=lambda pair: (bool(pair[0].choices), bool(pair[0].missing)))
            missing = (question.missing,) if question.missing else ()
            offered = self._offered(question, words)
            return self._question(question.reason, missing, tuple(offered), tuple(offered.values()))
        unknown, words = asked[0]
        if any(kind not in (None, "model") for _, kind in kinds_of(words)):
            return self._question(*explained(words))
        name = str(unknown)
        known = [model.name for model in self.vocabulary.models] + [family.name for family in self.vocabulary.families]
        near = difflib.get_close_matches(name, known, 3, 0.6)
        reason = f"no model called {name!r} here; there are: {', '.join(known)}"
        return Reading("untestable", self.text, reason=reason, suggestions=tuple(near))

    def _offered(self, question: QuestionError, words: Sequence[Word]) -> dict[str, str]:
        """The sentences to choose from that read, each with the model that it adds. Those that differ by that model alone
        read alike, so one of them is tried."""
        offered: dict[str, str] = {}
        reads: bool | None = None
        for choice in question.choices:
            text = _edited(self.text, choice, words)
            if reads is None or not choice.model:
                reads = self._read(text).status == "ok"
            if reads:
                offered[text] = choice.model
        return {} if question.together and len(offered) < len(question.choices) else offered

    def _without_metric(self) -> Reading:
        """Nothing here measures what the sentence speaks of; what comes near is suggested, never taken. An order of models whose
        every word is known only leaves out in what."""
        types = {word.type for words in self.ways for word in words}
        if types & KINDS["ranking"].words and "NAME" not in types:
            return self._question("it does not say what is measured", ("metric",))
        words = {word.casefold() for word in WORD.findall(self.text)}
        metrics = self.vocabulary.metrics
        hinted = [metric.title for metric in metrics if words & {hint.casefold() for hint in metric.hints}]
        near = hinted or difflib.get_close_matches(self.text.casefold(), [metric.title for metric in metrics], 3, 0.4)
        return Reading("untestable", self.text, reason="no metric here is named in it", suggestions=tuple(near))


def _edited(text: str, choice: Choice, words: Sequence[Word]) -> str:
    """A sentence with the edits of a choice, from the last to the first."""
    for edit in sorted(choice.edits, key=lambda edit: (edit.first, edit.last), reverse=True):
        if edit.first >= len(words):
            start = end = len(text)
        else:
            start = words[edit.first].start
            end = words[edit.last - 1].end if edit.last > edit.first else start
        before = text[:start]
        if edit.article:
            before = re.sub(r"\b(?:the|a|an|both)\s+$", "", before, flags=re.IGNORECASE)
        text = f"{before} {edit.text} {text[end:]}"
    return re.sub(r"\s+(?=[,;.])", "", " ".join(text.split()))


def _check_known(words: Sequence[Word]) -> None:
    """Raise QuestionError for unknown words that cannot be the name of one model."""
    places = [index for index, word in enumerate(words) if word.type == "NAME"]
    together = bool(places) and places[-1] - places[0] < len(places)
    if places and not (together and all(kind in (None, "model") for _, kind in kinds_of(words))):
        reason, missing = explained(words)
        raise QuestionError(reason, "; ".join(missing))


def _check_size(words: Sequence[Word], vocabulary: Vocabulary) -> None:
    """Raise QuestionError where what a metric counts is said to be larger: by number or by size."""
    spoken = [word for word in words if word.type not in ("NOISE", "AVERAGE")]
    alone = sum(word.type == "METRIC" for word in spoken) == 1
    for index, word in enumerate(spoken):
        metric = vocabulary.metric(word.value) if word.type == "METRIC" else None
        counted = metric is not None and "fewer" in dict(metric.comparatives)
        if not counted or not word.text.casefold().endswith("s") or " of " in word.text:
            continue
        sizes = [other for other in (spoken if alone else spoken[max(0, index - 1) : index]) if other.text.casefold() in SIZES]
        if sizes:
            reason = f"{sizes[0].text!r} can be of how many {word.text} there are, or of the size of each"
            raise QuestionError(reason, "more or fewer, or a metric of their size")


def _trees(words: Sequence[Word]) -> list[Tree[Token]]:
    """The syntax trees of typed words. Raises QuestionError where there is none."""
    if len(words) > MOST_WORDS:
        raise QuestionError("it is too long for one claim", "a shorter sentence")
    types = {word.type for word in words}
    if "LOSE" in types and "CHANGE" not in types:
        raise QuestionError("it does not say by which change something is lost", "a change, as in 'when quantised to 4 bits'")
    trees: list[Tree[Token]] = []
    reached = 0
    for name in _kinds():
        if not types & KINDS[name].words:
            continue
        try:
            tree = _parser().parse(list(words), start=f"{name}_claim")
        except UnexpectedInput as error:
            position = getattr(getattr(error, "token", None), "start_pos", None)
            reached = max(reached, len(words) if position is None else position)
        else:
            ambiguous = any(True for _ in tree.find_data("_ambig"))
            trees += islice(CollapseAmbiguities().transform(tree), MOST_TREES) if ambiguous else [tree]
    if not trees:
        raise _not_understood(words, reached)
    return trees


def _not_understood(words: Sequence[Word], reached: int) -> QuestionError:
    """What to ask where no reading goes beyond the word at `reached`."""
    if any(word.type == "NAME" for word in words):
        reason, needed = explained(words)
        return QuestionError(reason, "; ".join(needed))
    change = next((word.text for word in words if word.type in ("CHANGE", "SETTING", "MORE_OF_SETTING")), None)
    if change is not None:
        reason = f"not understood where it stands: {change!r} (a change to a model or its training)"
        return QuestionError(reason, "the change right behind the model that it is made to, or what that model loses by it")
    if not words or reached >= len(words):
        return QuestionError("the sentence ends too early", "the rest of it")
    named = words[reached].type in ("MODEL", "FAMILY", "METRIC", "DATA", "NUMBER")
    kind = None if named else kind_of(words[reached].text)
    what, missing = unknown.KINDS[kind] if kind else ("", "a plainer sentence that says the same")
    return QuestionError(f"not understood from {words[reached].text!r} on" + (f" ({what})" if what else ""), missing)
