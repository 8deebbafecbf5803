"""What a sentence about changes may mean that says it in another frame: "a deeper decoder improves ...", "quantising MAE to
4 bits lowers its ...". Its whole sentences are only ever offered."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.claims.language.change_phrases import alternatives, phrases_alone, possible
from checker.vocabulary import Vocabulary

BETTER = r"(?P<better>improves?|increases?|raises?|lowers?|reduces?|decreases?|degrades?|worsens?|hurts?)"
WORDS = {"improve": "better", "increase": "higher", "raise": "higher", "lower": "lower", "reduce": "lower", "decrease": "lower"}
METRIC = r"(?:the )?(?P<metric>[^,;]+?)"
MODEL = r"(?P<model>[\w-]+(?: with registers)?)"
REST = r"(?P<rest>(?: (?:by|in|on|for|over) .*)?)"
UNCHANGED = r"(?:the )?(?:dense|full|full-precision|original|unpruned|unquanti[sz]ed|intact|unchanged|unmodified) "
KEEPS = re.compile(r"\b(?:keep|maintain|preserve|retain)s? the (?=[^,;]+ of )")
NOUNS = (  # of what is done to a model that is named in the middle
    (rf"(?P<noun>quanti[sz]ing|pruning) (?:the weights of )?{MODEL} (?P<to>to [\d.]+ ?(?:bits?|-bit|% sparsity))", "{noun} {to}"),
    (rf"(?P<noun>(?:removing|dropping) (?:the last (?:\w+ )?layers?|layer \d+)) (?:of|from|in) {MODEL}", "{noun}"),
    (rf"(?P<noun>(?:zeroing|shuffling) the position embeddings) (?:of|in) {MODEL}", "{noun}"),
    (rf"(?P<noun>pruning [\d.]+ ?% of the weights) (?:of|in) {MODEL}", "{noun}"),
)


def in_frames_of_changes(text: str, vocabulary: Vocabulary) -> Iterator[str]:
    """The plainer sentences that say the same."""
    for change in vocabulary.changes:
        for name in change.listed:
            yield from _from_one_to_another(text, name)
        for rising in change.rising:
            yield from _more_of_it(text, rising)
    if any(phrase.pattern.search(text) for phrase in possible(phrases_alone(vocabulary.changes), text)):
        names = alternatives(name for model in vocabulary.models for name in (model.name, *model.synonyms))
        plain = re.sub(rf"\b{UNCHANGED}(?={names})", "", text, flags=re.IGNORECASE)
        yield from dict.fromkeys((plain, KEEPS.sub("matches the ", plain)))
    for pattern, noun in NOUNS:
        match = re.fullmatch(rf"{pattern} (?P<said>.+?) (?:its|the) {METRIC}{REST}", text, re.IGNORECASE)
        if match and " of " not in match["metric"]:
            plain = noun.format(**match.groupdict()).replace("dropping", "removing").replace("Dropping", "Removing")
            yield f"{plain} {match['said']} the {match['metric']} of {match['model']}{match['rest']}"
        match = re.fullmatch(rf"{pattern} costs (?P<lost>.+)", text, re.IGNORECASE)
        if match:
            yield f"{noun.format(**match.groupdict())} costs {match['model']} {match['lost']}"


def _from_one_to_another(text: str, name: str) -> Iterator[str]:
    """ "Increasing the mask ratio from 50 % to 75 % improves ...", "a mask ratio of 75 % gives ... than one of 50 %"."""
    value = r"[\d.]+ ?(?:%|[a-z]+)?"
    match = re.fullmatch(
        rf"(?:increasing|raising|reducing|decreasing|lowering|changing) the {name} from (?P<a>{value}) to (?P<b>{value}) "
        rf"{BETTER} {METRIC} of {MODEL}{REST}",
        text,
        re.IGNORECASE,
    )
    if match:
        has = f"{match['model']} with {name} {match['b']} has {_word(match)} {match['metric']}"
        yield f"{has} than with {name} {match['a']}{match['rest']}"
    match = re.fullmatch(
        rf"an? {name} of (?P<a>{value}) (?:gives|yields|leads to|results in) (?:an? )?(?P<word>\w+) (?P<metric>.+?) "
        rf"(?:for|in|of) {MODEL} than (?:an? {name} of |one of |)(?P<b>{value}){REST}",
        text,
        re.IGNORECASE,
    )
    if match:
        yield (
            f"{match['model']} with {name} {match['a']} has {match['word']} {match['metric']} "
            f"than with {name} {match['b']}{match['rest']}"
        )


def _more_of_it(text: str, rising: str) -> Iterator[str]:
    """ "A deeper decoder improves ...", "increasing the mask ratio lowers ..."."""
    first, _, what = rising.partition(" ")
    thing = what.removeprefix("the ")
    said = rf"(?:an? )?{first} {thing}s?" + (rf"|increasing (?:the )?{thing}" if first == "higher" else "")
    better, leads = rf"{BETTER} {METRIC}", r"(?:leads? to|gives?|yields?) (?:an? )?(?P<word>\w+) (?P<metric>[^,;]+?)"
    for behind in (better, leads):
        match = re.fullmatch(rf"(?:{said}) {behind} (?:of|in|for) {MODEL}{REST}", text, re.IGNORECASE)
        if match:
            word = match["word"] if behind == leads else _word(match)
            yield f"The {rising}, the {word} the {match['metric']} of {match['model']}{match['rest']}"


def _word(match: re.Match[str]) -> str:
    return WORDS.get(match["better"].casefold().removesuffix("s"), "worse")
