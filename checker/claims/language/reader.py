"""One sentence by its own words: the spec that they mean, or what is missing, and what it may mean instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from checker.claims.kind import KINDS
from checker.claims.language.changed import changes_in
from checker.claims.language.compose import compose
from checker.claims.language.contrast import PLACING, claims_of
from checker.claims.language.english import say
from checker.claims.language.foreign import is_foreign
from checker.claims.language.frame import read_through, without_example, without_explanation
from checker.claims.language.near import respelt
from checker.claims.language.noise import NEGATIONS, without_noise
from checker.claims.language.parse import MOST_WORDS, NAMING, check_known, check_places, check_size, trees_of
from checker.claims.language.plainer import in_other_frames, reworded, with_a_metric
from checker.claims.language.question import Choice, QuestionError, UnknownError
from checker.claims.language.reading import Reading
from checker.claims.language.released import releases_in, with_named
from checker.claims.language.unknown import KINDS as KINDS_OF_WORDS
from checker.claims.language.unknown import explained, kind_of, kinds_of
from checker.claims.language.whose import check_whose
from checker.claims.language.words import Dictionary, Word
from checker.claims.spec import ClaimSpec
from checker.vocabulary import Vocabulary

CLAIMS = re.compile(r";|,? but |,? whereas |,? while |, and | and ")
CLAIMING = {"METRIC", "ADJECTIVE", "PREDICATE", "VERB", "PROBE"}  # words that say what is measured
IDLE = {"NAME", "NOISE", "IT", "HEDGE", "OF", "TO", "THAT", "HAVE", "IS", "UNIT", "IMAGES", "AS", "OWN", "ONLY",
        "PREDICT", "GOES_WITH"}  # fmt: skip
APART = {"NAME", "NOISE", "OF", "TO", "THAT", "HAVE", "IS", "COMPARATIVE", "DEGREE", "WITH", "FROM", "METRIC", "MODEL", "FAMILY"}
POINTING = re.compile(  # at what is said before
    r"\b(?:this|these|it|they|them|then|there|so|such|same|both|gap|effects?|differences?|reverse|opposite|contrary|results?)\b",
    re.IGNORECASE,
)
COUNTED = {"NUMBER", "PERCENT", "PATCH_TOKENS", "COMMA"}  # of what a reason says
DEPTH = 2  # a sentence is taken apart into claims once, and each claim put into another frame once
MOST_WAYS = 6  # to take the freer words of a sentence
MOST_MEANT = 3  # sentences that are offered for one that does not read
WORD = re.compile(r"[\w-]+")


@lru_cache(maxsize=8)
def _dictionary(vocabulary: Vocabulary) -> Dictionary:
    return Dictionary(vocabulary)


def reads(text: str, vocabulary: Vocabulary, names: Mapping[str, str]) -> bool:
    """Whether a whole sentence that is offered means one spec by its own words."""
    try:
        released = releases_in(text, vocabulary)
        named = with_named(vocabulary, released)
        changed = changes_in(text, vocabulary, {**names, **released})
        check_whose(changed, named)
    except QuestionError:
        return False
    return Reader(text, vocabulary, names, {**released, **changed.meanings}).direct().status == "ok"


def words_of(sentence: str, vocabulary: Vocabulary) -> list[list[Word]]:
    """The words of a plain sentence in each way that they can be taken, without what is read through."""
    try:
        return Reader(sentence, vocabulary, {}, changes_in(sentence, vocabulary).meanings).ways
    except QuestionError:  # a value that a change does not take
        return Reader(sentence, vocabulary, {}, {}).ways


class Reader:
    """`given` is what phrases mean in the note, and `changed` what those of the sentence do that speak of changes."""

    def __init__(
        self, text: str, vocabulary: Vocabulary, given: Mapping[str, str], changed: Mapping[str, str], depth: int = DEPTH
    ) -> None:
        self.text, self.vocabulary, self.given, self.changed = text, vocabulary, given, changed
        self.names = names = {**given, **changed}
        self.depth = depth
        dictionary = self.dictionary = _dictionary(vocabulary)
        self.passed = read_through(text, lambda word: kind_of(word) is None and not dictionary.knows(word))
        known = [match.span() for name in names for match in re.finditer(re.escape(name), text, re.IGNORECASE)]
        self.passed = [span for span in self.passed if not any(start <= span[0] and span[1] <= end for start, end in known)]
        self.ways = dictionary.read(text, names, self.passed)

    def reading(self) -> Reading:
        """What it means; of what does not read, what it may mean, where that reads."""
        reading = self.direct()
        if reading.status == "ok" or reading.choices:
            return reading
        if is_foreign(self.text):
            return self._question("it is in another language; English only is read", ("the sentence in English",))
        if len(self.ways[0]) > MOST_WORDS:
            return reading
        found = self._contrasted() or self._without_a_reason() or self._without_the_other()
        if found:
            return found
        loose = self._loosely(reading)
        return loose if loose and loose.choices else self._meant(reading) or loose or reading

    def direct(self) -> Reading:
        """What its own words mean."""
        if not any(word.type in CLAIMING for words in self.ways for word in words):
            return self._without_metric()
        specs: list[ClaimSpec] = []
        asked: list[tuple[QuestionError | UnknownError, Sequence[Word]]] = []  # by the ways to read it
        failed: list[tuple[QuestionError | UnknownError, Sequence[Word]]] = []  # where it cannot be read at all
        for spoken in self.ways:
            words: Sequence[Word] = spoken
            try:
                check_known(spoken)
                check_size(spoken, self.vocabulary)
                check_places(spoken, self.vocabulary)
                words = without_noise(spoken)
                trees = trees_of(words)
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
        self,
        reason: str,
        missing: tuple[str, ...],
        choices: tuple[str, ...] = (),
        added: tuple[str, ...] = (),
        together: bool = False,
    ) -> Reading:
        return Reading("needs-spec", self.text, reason=reason, missing=missing, choices=choices, added=added, together=together)

    def _read(self, text: str) -> Reading:
        try:
            released = releases_in(text, self.vocabulary)
        except QuestionError as question:
            return Reading("needs-spec", text, reason=str(question), missing=(question.missing,))
        return Reader(text, self.vocabulary, self.given, {**self.changed, **released}).direct()

    def _contrasted(self) -> Reading | None:
        """The claims of a sentence that makes two and leaves out in one what it says in the other: all of them, if each reads."""
        for claims in claims_of(self.text, self._typed) if self.depth == DEPTH else ():
            claims = tuple(map(self._plainly, claims))
            if all(self._read(claim).status == "ok" for claim in claims):
                if len(claims) == 1:
                    return self._question("it contrasts two models, and does not say how they compare", ("a comparison",), claims)
                reason = f"it makes {len(claims)} claims; write one sentence for each"
                return self._question(reason, ("one sentence for each claim",), claims, together=True)
        return None

    def _plainly(self, claim: str) -> str:
        """A claim, or the one sentence that it may mean."""
        if self._read(claim).status == "ok":
            return claim
        rest = Reader(claim, self.vocabulary, self.given, self.changed, self.depth - 1).reading()
        return rest.choices[0] if len(rest.choices) == 1 else claim

    def _places(self, text: str) -> tuple[str, ...]:
        return tuple(word.text.casefold() for word in self._typed(text) if word.type in PLACING)

    def _loosely(self, direct: Reading) -> Reading | None:
        """What a sentence may mean that says in freer words what is measured: each metric of which they may speak."""
        meant: dict[str, None] = {}
        offered: dict[str, str] = {}
        faults: list[Reading] = []
        phrases: dict[str, None] = {}
        ways = self.dictionary.read(self.text, self.names, self.passed, loosely=True)
        for words in ways[:MOST_WAYS]:
            loose = [word for word in words if word.type == "LOOSE"]
            if not loose:
                return None
            text = reworded(self.text, words, self.vocabulary)
            if text is None:
                continue
            phrases |= dict.fromkeys(word.text for word in loose)
            meant |= dict.fromkeys(self._title(word.value.partition(":")[0]) for word in loose)
            rest = self._read(text)
            if rest.status == "ok":
                offered[text] = ""
            elif not rest.together:
                offered |= dict(zip(rest.choices, rest.added, strict=False))
            faults += [rest] if rest.status != "ok" else []
        measures = any(word.type in CLAIMING for words in self.ways for word in words)
        if not offered and (not phrases or measures or direct.missing):
            return None
        reason = f"{', '.join(map(repr, phrases))} can mean {' or '.join(meant)}"
        if faults:
            reason += f"; {faults[0].reason}"
        missing = tuple(dict.fromkeys(("the metric by its name", *(faults[0].missing if faults else ()))))
        return self._question(reason, missing, tuple(offered), tuple(offered.values()))

    def _title(self, name: str) -> str:
        metric = self.vocabulary.metric(name)
        return metric.title if metric else name

    def _meant(self, direct: Reading) -> Reading | None:
        """What a sentence may mean whose frame or spelling is not known, or that leaves out in what a model is better."""
        words = self.ways[0]
        better = self._that_read(with_a_metric(self.text, words, self.vocabulary)) if direct.status == "untestable" else ()
        if better:
            return self._question("it does not say what is measured", ("metric",), better)
        for text in in_other_frames(self.text) if self.depth else ():
            rest = Reader(text, self.vocabulary, self.given, self.changed, self.depth - 1).reading()
            if rest.status == "ok":
                others = self._that_read(in_other_frames(self.text))
                return self._question(direct.reason, direct.missing, others)
            if rest.choices:
                return replace(rest, sentence=self.text)
        others = self._that_read(respelt(self.text, words, self.dictionary))
        return self._question(direct.reason, direct.missing, others) if others else None

    def _that_read(self, texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(text for text in dict.fromkeys(texts) if self._read(text).status == "ok")[:MOST_MEANT]

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
        idle = self._idle(claim, why)
        if not idle and why.casefold().startswith("which"):
            return None  # it says something of its own
        reason = f"{why!r} gives a reason or a conclusion, which no measurement here decides"
        return self._question(reason, ("a claim of what is measured alone",), (claim,) if idle else ())

    def _idle(self, claim: str, why: str) -> bool:
        """Whether a reason has no word that could restrict the claim before it."""
        words = self._typed(why)
        counted = COUNTED if why.casefold().startswith("because") else set()
        denied = any(word.type in NEGATIONS for word in self._typed(claim))  # of the claim, or of the reason
        named = any(kind not in (None, "mechanism", "part") for _, kind in kinds_of(words))
        return not denied and not named and all(word.type in IDLE | counted for word in words)

    def _without_a_reason(self) -> Reading | None:
        """What a sentence may mean without the reason that it gives, where that cannot restrict it."""
        parted = without_example(self.text) or without_explanation(self.text)
        if parted is None or not self._idle(*parted):
            return None
        rest = Reader(parted[0], self.vocabulary, self.given, self.changed).reading()
        what = f"{parted[1]!r} gives an example, a reason or a conclusion, which no measurement here decides"
        if rest.status == "ok":
            return self._question(what, ("a claim of what is measured alone",), (parted[0],))
        return replace(rest, sentence=self.text, reason=f"{what}; {rest.reason}") if rest.choices else None

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
        places = {self._places(part) for part in claims}
        leads = self._typed(claims[0])[0].type in ("BY", "WITHIN")  # a margin that may be meant of the others too
        whole = all(part.status == "ok" for part in read) and len(places) == 1 and not leads
        return self._question(reason, ("one sentence for each claim",), claims if whole else (), together=True)

    def _without_the_other(self) -> Reading | None:
        """The first claim of a sentence that makes a second one, which is not understood and cannot restrict it."""
        parted = self._parted()
        first, *others = (part.strip(" ,") for part in CLAIMS.split(self.text))
        if parted is None or len(others) != 1 or not self._is_apart(others[0]):
            return None
        if self._places(first) or self._read(first).spec is None:
            return None
        return replace(parted, choices=(first,), added=("",), together=False)

    def _is_apart(self, text: str) -> bool:
        """Whether a claim that is not understood has nothing that could restrict another one."""
        words = self._typed(text)
        kinds = {kind for _, kind in kinds_of(words)}
        return all(word.type in APART for word in words) and kinds <= {None, "metric", "mechanism"} and not POINTING.search(text)

    def _claims_something(self, text: str) -> bool:
        return any(word.type in (*CLAIMING, "COMPARATIVE") for word in self._typed(text))

    def _answer(self, asked: Sequence[tuple[QuestionError | UnknownError, Sequence[Word]]]) -> Reading:
        """The most telling of the questions that the ways to read a sentence lead to."""
        questions = [(question, words) for question, words in asked if isinstance(question, QuestionError)]
        if questions:
            question, words = max(questions, key=lambda pair: (bool(pair[0].choices), bool(pair[0].missing)))
            missing = (question.missing,) if question.missing else ()
            offered = self._offered(question, words)
            return self._question(question.reason, missing, tuple(offered), tuple(offered.values()), question.together)
        unknown, words = asked[0]
        kinds = [kind for _, kind in kinds_of(words)]
        if any(kind not in NAMING for kind in kinds):
            return self._question(*explained(words))
        name, kind = str(unknown), next(filter(None, kinds), "model")
        known = [model.name for model in self.vocabulary.models] + [family.name for family in self.vocabulary.families]
        near = difflib.get_close_matches(name, known, 3, 0.6)
        what = f" ({KINDS_OF_WORDS[kind][0].removesuffix(' that is not here')})" if kind != "model" else ""
        reason = f"no model called {name!r} here{what}; there are: {', '.join(known)}"
        return Reading("untestable", self.text, reason=reason, missing=(KINDS_OF_WORDS[kind][1],), suggestions=tuple(near))

    def _offered(self, question: QuestionError, words: Sequence[Word]) -> dict[str, str]:
        """The sentences to choose from that read, each with the model that it adds. Those that differ by that model alone
        read alike, so one of them is tried."""
        offered: dict[str, str] = {}
        works: bool | None = None
        for choice in question.choices:
            text = _edited(self.text, choice, words)
            if works is None or not choice.model:
                works = reads(text, self.vocabulary, self.given)
            if works:
                offered[text] = choice.model
        return {} if question.together and len(offered) < len(question.choices) else offered

    def _without_metric(self) -> Reading:
        """Nothing here measures what the sentence speaks of: what it names that is not here, and what would decide it. What comes
        near is suggested, never taken. An order of models whose every word is known only leaves out in what."""
        types = {word.type for words in self.ways for word in words}
        if types & KINDS["ranking"].words and "NAME" not in types:
            return self._question("it does not say what is measured", ("metric",))
        words = {word.casefold() for word in WORD.findall(self.text)}
        metrics = self.vocabulary.metrics
        hinted = [metric.title for metric in metrics if words & {hint.casefold() for hint in metric.hints}]
        near = hinted or difflib.get_close_matches(self.text.casefold(), [metric.title for metric in metrics], 3, 0.4)
        absent = any(kind for _, kind in kinds_of(self.ways[0]))
        reason, missing = explained(self.ways[0]) if absent else ("no metric here is named in it", ())
        return Reading("untestable", self.text, reason=reason, missing=missing, suggestions=tuple(near))


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
