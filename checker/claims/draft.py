"""A claim block for any sentence: the fields that it settles, and for each of the others the question that is open.

A field is filled only where everything that the sentence may mean agrees in it. The block of a sentence that does not read is
never whole: whoever answers its questions decides what is claimed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from checker import strict_yaml
from checker.claims.claim import Exact
from checker.claims.exact import block_spec
from checker.claims.kind import KINDS
from checker.claims.language.read import Reading, read_sentence, words_of
from checker.claims.language.unknown import KINDS as KINDS_OF_WORDS
from checker.claims.language.unknown import kinds_of
from checker.claims.language.words import Word
from checker.claims.slug import metric_layers
from checker.claims.spec import ClaimSpec, Where
from checker.errors import SpecError
from checker.vocabulary import Vocabulary

WIDTH = 110  # characters of a comment's line
MOST_OPTIONS = 12  # that a question lists
MOST_CHOICES = 3  # sentences that are shown of those that it may mean

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
    **dict.fromkeys(("size", "change", "model", "method", "architecture", "generic"), ("subject", "baseline")),
    **dict.fromkeys(("denial", "doubt"), ("relation",)),
    "data": ("where.data",),
    "metric": ("metric",),
    "value": ("bound", "margin"),
    "part": ("where.layers",),
}
"""The kind of a word that has no role in the sentence -> the fields that it may bear on. Others bear on the claim as a whole."""
OF_THE_METRIC = ("relation", "margin", "factor", "bound", "where.layers", "where.heads", "quantifier")
"""What says nothing before it is known what is measured."""
MEASURED = ("METRIC", "VERB", "PROBE", "ADJECTIVE", "PREDICATE")
BEFORE = ("IN", "ON", "AT", "FOR", "OF", "WITH", "UNDER", "FROM", "NOISE", "COMMA", "LEFT")
"""Words that go with the one behind them."""


@dataclass(frozen=True)
class Asked:
    """A field that a sentence does not settle, what is asked, and the values that it may have, as YAML."""

    field: str
    question: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A claim block as far as a sentence settles it. `fields` are those of a spec, those of `where` as "where.layers" and so on;
    `sentences` are the claims of a sentence that makes several, each of which has a draft of its own."""

    reading: Reading
    fields: Mapping[str, Any] = field(default_factory=dict)
    asked: tuple[Asked, ...] = ()
    sentences: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing is asked."""
        return not self.asked

    @property
    def yaml(self) -> str:
        """What stands in the block. What is asked has its question in a comment, and no value, which no spec accepts."""
        asked = {each.field: each for each in self.asked}
        lines = [] if self.whole else list(_comment(f"The sentence by itself: {self._why}"))
        for name in ClaimSpec.model_fields:
            if name != "where":
                lines += _entry(name, name, self.fields, asked)
                continue
            inner = [f"where.{key}" for key in Where.model_fields]
            if any(key in asked for key in inner):
                parts = (line for key in inner for line in _entry(key, key.partition(".")[2], self.fields, asked))
                lines += ["where:", *(f"  {line}" for line in parts)]
            elif any(key in self.fields for key in inner):
                where = {key.partition(".")[2]: self.fields[key] for key in inner if key in self.fields}
                lines += strict_yaml.dump({"where": where}).splitlines()
        return "".join(f"{line}\n" for line in lines)

    @property
    def _why(self) -> str:
        """Why the sentence does not read, and what it may mean."""
        choices = self.reading.choices[:MOST_CHOICES]
        why = self.reading.reason.rstrip(".") + ("" if self.reading.reason.endswith("?") else ".")
        return why + (f" It may mean: {'; '.join(choices)}." if choices and not self.sentences else "")

    @property
    def block(self) -> str:
        """The block as it stands in a note, under its sentence."""
        return f"```claim\n{self.yaml}```\n"


def draft(sentence: str, vocabulary: Vocabulary) -> Draft:
    """The claim block of a sentence, as far as the sentence settles it."""
    reading = read_sentence(sentence, vocabulary)
    if reading.spec is not None:
        return Draft(reading, _flat(reading.spec))
    if reading.together:
        asked = Asked("kind", "it makes several claims; draft each by itself.", reading.choices)
        return Draft(reading, asked=(asked,), sentences=reading.choices)
    words = words_of(reading.sentence, vocabulary)
    meant, notes = _read(reading.choices, vocabulary), dict[str, list[str]]()  # choices keep every word that restricts
    if not meant:
        meant, notes = _without_unknown(reading.sentence, words[0], vocabulary), _bearing(words[0])
    fields, options = _agreed(meant) if meant else _named(words)
    _hold_the_metric(fields, options, meant, words, vocabulary)
    for name in notes:
        options.setdefault(name, [_yaml(fields.pop(name))] if name in fields else [])
    found = Draft(reading, fields, _questions(fields, options, notes, vocabulary))
    if not _is_spec(found, vocabulary):
        return found
    options["kind"] = [_yaml(fields.pop("kind"))]
    notes["kind"] = ["Is this what it means, and nothing else?"]
    return Draft(reading, fields, _questions(fields, options, notes, vocabulary))


def _entry(key: str, shown: str, fields: Mapping[str, Any], asked: Mapping[str, Asked]) -> Iterator[str]:
    if key in asked:
        yield from _comment(_said(asked[key]))
        yield f"{shown}:"
    elif key in fields:
        yield from strict_yaml.dump({shown: fields[key]}).splitlines()


def _said(asked: Asked) -> str:
    """A question and its options in one line."""
    more = f"; and {len(asked.options) - MOST_OPTIONS} more" if len(asked.options) > MOST_OPTIONS else ""
    options = f" One of: {'; '.join(asked.options[:MOST_OPTIONS])}{more}" if asked.options else ""
    return f"{asked.field}: {asked.question}{options}"


def _comment(text: str) -> Iterator[str]:
    """A text as lines of a comment. What is no printable character could end one."""
    line = "#"
    for word in "".join(char if char.isprintable() else " " for char in text).split():
        if len(line) + len(word) >= WIDTH and line != "#":
            yield line
            line = "#  "
        line += f" {word}"
    yield line


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


def _bearing(words: Sequence[Word]) -> dict[str, list[str]]:
    """The fields that words without a role may bear on, with what is to be said of them."""
    notes: dict[str, list[str]] = {}
    for text, kind in dict.fromkeys(kinds_of(words)):
        if any(map(str.isalnum, text)):
            what, takes = KINDS_OF_WORDS[kind] if kind else ("no word of the claim language", "")
            note = f"{text!r} is {what}{f'; it takes {takes}' if takes else ''}."
            for name in OPEN_BY.get(kind or "", ("kind",)):
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
