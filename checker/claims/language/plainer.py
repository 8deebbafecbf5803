"""Sentences in the claim language that a sentence in freer words may mean. They are only ever offered, and only if they read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from checker.claims.language.noise import NEGATIONS
from checker.claims.language.words import Word, is_predicate, singular
from checker.vocabulary import MetricWord, Vocabulary

WINNING = {"BEAT", "LAG", "BEATEN", "PERFORM"}
GOOD = ("better", "worse", "well", "best", "worst")
CLAUSE = re.compile(r" (?:is|are) ")
_HEAD, _REST = r"(?P<head>.*?)", r"(?P<rest>.*)"
_OF = r" the (?P<what>.+?) of (?P<b>[\w-]+)"
_THING = r"(?:the )?(?P<what>[a-z][a-z -]*?)"
_A, _B = (rf"(?P<{name}>[\w-]+(?: with registers)?)" for name in "ab")
_ARE_MORE = r"(?:is|are) (?P<word>(?:more|less) [\w-]+|better|\w+er) than"
FRAMES = (
    (
        rf"{_HEAD}\b(?:makes?|lets?|helps?) (?:the )?(?:self-)?attention (?:to )?(?P<verb>capture|attend)\b{_REST}",
        "{head}{verb}s{rest}",
    ),
    (r"(?P<head>.*\d),(?P<rest>\d\d\d\b.*)", "{head}{rest}"),
    # the heads of A are more diverse than those of B; in A, heads are more diverse than in B; A heads are ... than B heads
    (rf"{_THING} (?:of|in) {_A} {_ARE_MORE} (?:that|those) (?:of|in) {_B}{_REST}", "{a} has {word} {what} than {b}{rest}"),
    (rf"in {_A}, {_THING} {_ARE_MORE} in {_B}{_REST}", "{a} has {word} {what} than {b}{rest}"),
    (
        rf"{_A}(?:['’]s)? (?P<what>[a-z][a-z -]*?) {_ARE_MORE} {_B}(?:['’]s| (?P=what)){_REST}",
        "{a} has {word} {what} than {b}{rest}",
    ),
    (rf"{_HEAD}(?P<more>(?:more|less) (?:robust|sensitive)) than {_B} (?P<to>to [^,;]+)", "{head}{more} {to} than {b}"),
    # what a sentence says of two models and a metric in another frame, and the same as a comparison or a correlation
    (rf"{_HEAD}\b(?:is|are) (?P<much>(?:\S+ ){{0,4}}?)(?P<word>faster|slower)\b{_REST}", "{head}trains {much}{word}{rest}"),
    (
        rf"{_HEAD}\breplacing (?P<b>.+?) (?:by|with) (?P<a>.+?) (?:improves|raises) (?:the )?{_REST}",
        "{head}{a} has better {rest} than {b}",
    ),
    (
        rf"{_HEAD}(?P<a>[\w-]+) (?:broadens|widens|lengthens|extends|enlarges){_OF}{_REST}",
        "{head}{a} has longer {what} than {b}{rest}",
    ),
    (rf"{_HEAD}(?P<a>[\w-]+) (?:shortens|narrows|shrinks){_OF}{_REST}", "{head}{a} has shorter {what} than {b}{rest}"),
    (
        rf"{_HEAD}(?P<a>higher|lower|longer|shorter) (?P<what>.+?) "
        r"(?:implies|imply|leads to|lead to|yields|translates (?:in)?to) "
        r"(?P<rest>(?:higher|lower|longer|shorter|better|worse) .+)",
        "{head}{a} {what} goes with {rest}",
    ),
)


def reworded(text: str, words: Sequence[Word], vocabulary: Vocabulary) -> str | None:
    """The sentence with the metric's own name in place of each phrase that may mean it; None where that would say something
    else: a phrase that compares nothing is not denied by a comparison."""
    denied = any(word.type in NEGATIONS for word in words)
    for word in sorted((word for word in words if word.type == "LOOSE"), key=lambda word: -word.start):
        name, relation = word.value.split(":")
        metric = vocabulary.metric(name)
        assert metric is not None
        if denied and relation.endswith("?"):
            return None
        text = text[: word.start] + _named(word.text, metric, relation) + text[word.end :]
    return text


def _named(phrase: str, metric: MetricWord, relation: str) -> str:
    """A metric's own name, and the direction, in place of a phrase: as a predicate, a clause, or the name of a thing."""
    if not relation:
        return metric.title
    if relation.endswith("?") and metric.presence is not None:
        return metric.synonyms[0]
    comparative = next(word for word, stated in metric.comparatives if stated == relation.rstrip("?"))
    if is_predicate(singular(phrase)):
        return f"{'has' if is_predicate(phrase) else 'have'} {comparative} {metric.title}"
    return f"{metric.title} is {comparative}" if CLAUSE.search(phrase) else f"{comparative} {metric.title}"


def in_other_frames(text: str) -> Iterator[str]:
    """What a sentence of another frame says, as a comparison or a correlation."""
    for pattern, template in FRAMES:
        match = re.fullmatch(pattern, text, re.IGNORECASE)
        if match:
            plain = template.format(**match.groupdict())
            yield plain[:1].upper() + plain[1:]


def with_a_metric(text: str, words: Sequence[Word], vocabulary: Vocabulary) -> Iterator[str]:
    """A sentence that says who is better, but not in what, with each metric of performance: behind the models, or at its end."""
    wins = any(word.type in WINNING or word.text.casefold() in GOOD for word in words)
    models = [word.end for word in words if word.type in ("MODEL", "FAMILY")]
    if not wins or len(models) < 2:
        return
    for metric in vocabulary.metrics:
        if "performs" in metric.hints:
            yield f"{text[: models[-1]]} in {metric.title}{text[models[-1] :]}"
