"""A claim block for any sentence: the fields that it settles, and for each of the others the question that is open.

A field is filled only where everything that the sentence may mean agrees in it. The block of a sentence that does not read is
never whole: whoever answers its questions decides what is claimed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from checker import strict_yaml
from checker.claims.block import Asked, Draft
from checker.claims.claim import Exact
from checker.claims.exact import block_spec
from checker.claims.kind import KINDS
from checker.claims.language.read import read_sentence
from checker.claims.language.reader import words_of
from checker.claims.language.unknown import KINDS as KINDS_OF_WORDS
from checker.claims.language.unknown import kinds_of
from checker.claims.language.words import Word
from checker.claims.slug import metric_layers
from checker.claims.spec import ClaimSpec
from checker.errors import SpecError
from checker.vocabulary import Vocabulary

QUESTIONS = {
    "kind": "which kind of claim is it?",
    "metric": "what is measured? check-claims words lists what can be.",
    "other": "what is the second metric?",
    "subject": "which model is it about?",
    "baseline": "which model is it compared with?",
    "relation": "which way?",
    "order": "which models, the highest first?",
    "models": "across which models?",
    "members": "which models are the members of the family?",
    "loss": "what is lost by which change?",
    "than": "in which other layers?",
    "over": "over which setting, at which levels?",
    "bound": "what number is it held against, in which unit?",
    "factor": "how many times?",
    "margin": "how large is the smallest difference that counts?",
    "quantifier": "of each layer, of any, of most? Without it: of their mean",
    "where.layers": "in which layers?",
    "where.heads": "in which head?",
    "where.data": "on which data?",
    "scope": "of which models: toy, pretrained, own, recorded, or any?",
    "decide": "by which decision rule?",
}
OPEN_BY = {
    **dict.fromkeys(("size", "change", "model", "method", "architecture", "generic"), ("subject", "baseline", "members")),
    **dict.fromkeys(("denial", "doubt"), ("relation",)),
    "data": ("where.data",),
    "metric": ("metric",),
    "value": ("bound", "margin"),
    "part": ("where.layers", "than"),
}
"""The kind of a word that has no role in the sentence -> the fields that it may bear on. Others bear on the claim as a whole."""
OF_THE_METRIC = ("relation", "margin", "factor", "bound", "where.layers", "where.heads", "quantifier")
"""What says nothing before it is known what is measured."""
MEASURED = ("METRIC", "VERB", "PROBE", "ADJECTIVE", "PREDICATE")
BEFORE = ("IN", "ON", "AT", "FOR", "OF", "WITH", "UNDER", "FROM", "NOISE", "COMMA", "LEFT")
"""Words that go with the one behind them."""


def draft(sentence: str, vocabulary: Vocabulary) -> Draft:
    """The claim block of a sentence, as far as the sentence settles it."""
    reading = read_sentence(sentence, vocabulary)
    if reading.spec is not None:
        return Draft(reading, _flat(reading.spec))
    if reading.together:
        asked = Asked("kind", "it makes several claims; draft each by itself.", reading.choices)
        return Draft(reading, asked=(asked,), sentences=reading.choices)
    words = words_of(reading.sentence, vocabulary)
    chosen = _read(reading.choices, vocabulary)
    meant = chosen or _without_unknown(reading.sentence, words[0], vocabulary)
    fields, options = _agreed(meant) if meant else _named(words)
    _hold_models(fields, options, meant, words)
    _hold_the_metric(fields, options, meant, words, vocabulary)
    notes = {} if chosen else _bearing(words[0], {*fields, *options})  # choices keep every word that restricts
    for name in notes:
        options.setdefault(name, [_yaml(fields.pop(name))] if name in fields else [])
    found = Draft(reading, fields, _questions(fields, options, notes, vocabulary))
    if not _is_spec(found, vocabulary):
        return found
    options["kind"] = [_yaml(fields.pop("kind"))]
    notes["kind"] = ["Is this what it means, and nothing else?"]
    return Draft(reading, fields, _questions(fields, options, notes, vocabulary))


def _flat(spec: ClaimSpec) -> dict[str, Any]:
    """The fields of a spec, those of `where` by their own names."""
    fields = spec.as_dict()
    where = fields.pop("where")
    return {**fields, **{f"where.{name}": value for name, value in where.items()}}


def _yaml(value: Any) -> str:
    """A value as it stands behind its key."""
    return strict_yaml.dump({"_": value}).partition(": ")[2].strip()


def _read(sentences: Sequence[str], vocabulary: Vocabulary) -> list[ClaimSpec]:
    return [spec for sentence in sentences if (spec := read_sentence(sentence, vocabulary).spec) is not None]


def _without_unknown(text: str, words: Sequence[Word], vocabulary: Vocabulary) -> list[ClaimSpec]:
    """What a sentence would mean but for its words that have no role: none where it would not read either. What those words bear
    on stays open."""
    gone = {index for index, word in enumerate(words) if word.type == "NAME"}
    for index in range(len(words) - 1, -1, -1):
        if index + 1 in gone and words[index].type in BEFORE:
            gone.add(index)
    for index, word in enumerate(words):
        if index - 1 in gone and word.type == "RIGHT":
            gone.add(index)
    kept = [word for index, word in enumerate(words) if index not in gone]
    if not gone or not kept:
        return []
    gaps = [" " if after.start > before.end else "" for before, after in pairwise(kept)]
    rest = "".join(word.text + gap for word, gap in zip(kept, [*gaps, ""], strict=True))
    reading = read_sentence(rest, vocabulary)
    return [reading.spec] if reading.spec is not None else [] if reading.together else _read(reading.choices, vocabulary)


def _agreed(meant: Sequence[ClaimSpec]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The fields in which all agree that a sentence may mean, and the values of those in which they do not."""
    flat = [_flat(spec) for spec in meant]
    fields: dict[str, Any] = {}
    open_: dict[str, list[str]] = {}
    for name in dict.fromkeys(name for each in flat for name in each):
        if all(name in each and each[name] == flat[0].get(name) for each in flat):
            fields[name] = flat[0][name]
        else:
            open_[name] = list(dict.fromkeys(_yaml(each[name]) for each in flat if name in each))
    return fields, open_


def _named(ways: Sequence[Sequence[Word]]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """What the words of a sentence name by themselves, where nothing is known of how they go together: what is measured and on
    which data, and the models, of which it is open what each of them is."""
    said = [word for words in ways for word in words]
    metrics = list(dict.fromkeys(word.value.partition(":")[0] for word in said if word.type in MEASURED))
    data = list(dict.fromkeys(word.value for word in said if word.type == "DATA"))
    models = list(dict.fromkeys(word.value for word in said if word.type in ("MODEL", "FAMILY")))
    fields = {name: found[0] for name, found in (("metric", metrics), ("where.data", data)) if len(found) == 1}
    open_ = {name: found for name, found in (("metric", metrics), ("where.data", data)) if len(found) > 1}
    open_ |= {"kind": [], "subject": models, "baseline": models, "relation": []}
    return fields, open_ if "metric" in fields else {**open_, "metric": metrics}


def _hold_models(
    fields: dict[str, Any], options: dict[str, list[str]], meant: Sequence[ClaimSpec], ways: Sequence[Sequence[Word]]
) -> None:
    """Leave a model open that no word of the sentence names, though all that it may mean agrees in it."""
    said = {word.value for words in ways for word in words if word.type in ("MODEL", "FAMILY")}
    for name in ("subject", "baseline"):
        if name in fields and not any(getattr(spec, name) in said for spec in meant):
            options[name] = [_yaml(fields.pop(name))]


def _hold_the_metric(
    fields: dict[str, Any],
    options: dict[str, list[str]],
    meant: Sequence[ClaimSpec],
    ways: Sequence[Sequence[Word]],
    vocabulary: Vocabulary,
) -> None:
    """Leave the metric open where no word of the sentence names it, though all that it may mean agrees in it, and with it what
    says nothing without it. The defaults of a metric are those of the one that is chosen."""
    said = {word.value.partition(":")[0] for words in ways for word in words if word.type in MEASURED}
    if "metric" not in options and ("metric" not in fields or fields["metric"] in said):
        return
    if "metric" in fields:
        options["metric"] = [fields.pop("metric")]
    defaults = [_defaults(spec, vocabulary) for spec in meant]
    for name in ("margin", "where.layers"):
        if defaults and all(name in each for each in defaults):
            fields.pop(name, None)
            options.pop(name, None)
    for name in OF_THE_METRIC:
        if name in fields:
            options[name] = [_yaml(fields.pop(name))]


def _defaults(spec: ClaimSpec, vocabulary: Vocabulary) -> set[str]:
    """Which of the margin and the layers of a spec are those of its metric, as where nobody names any."""
    metric, kind = vocabulary.metric(spec.metric), KINDS[spec.kind]
    layers = metric_layers(metric, None if spec.over else kind, spec.quantifier)
    found = {"where.layers"} if spec.where.layers == layers else set()
    return found | ({"margin"} if metric is not None and spec.margin == kind.margin(metric) else set())


def _bearing(words: Sequence[Word], known: Collection[str]) -> dict[str, list[str]]:
    """The fields that words without a role may bear on, with what is to be said of them. `known` are those that there are."""
    notes: dict[str, list[str]] = {}
    for text, kind in dict.fromkeys(kinds_of(words)):
        if any(map(str.isalnum, text)):
            what, takes = KINDS_OF_WORDS[kind] if kind else ("no word of the claim language", "")
            note = f"{text!r} is {what}{f'; it takes {takes}' if takes else ''}."
            open_ = OPEN_BY.get(kind or "", ("kind",))
            for name in [name for name in open_ if name in known] or open_[:1]:
                notes.setdefault(name, []).append(note)
    return notes


def _questions(
    fields: Mapping[str, Any], options: Mapping[str, list[str]], notes: Mapping[str, list[str]], vocabulary: Vocabulary
) -> tuple[Asked, ...]:
    """The open fields in the order of the format, each with its question and the values that are known to fit."""
    asked = []
    for name, question in QUESTIONS.items():
        if name in options:
            fitting = options[name] or list(_fitting(name, fields, vocabulary))
            asked.append(Asked(name, " ".join((question, *notes.get(name, ()))), tuple(fitting)))
    return tuple(asked)


def _fitting(name: str, fields: Mapping[str, Any], vocabulary: Vocabulary) -> Iterator[str]:
    """The values that a field may have, where they are few."""
    if name == "kind":
        yield from (f"{kind.name} ({', '.join((*kind.needs, *kind.either[:1]))})" for kind in KINDS.values())
    if name == "relation":
        metric = vocabulary.metric(str(fields.get("metric")))
        for relation in ("less", "greater"):
            words = [word for word, its in metric.comparatives if its == relation] if metric else []
            yield f"{relation} ({', '.join(words)})" if words else relation
        yield from ("not less", "not greater")


def _is_spec(found: Draft, vocabulary: Vocabulary) -> bool:
    """Whether a block would be taken as it stands, in spite of what is open."""
    try:
        block_spec(Exact(found.yaml, 1), "draft", None, vocabulary)
    except SpecError:
        return False
    return True
