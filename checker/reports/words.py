"""What claims can speak of, as plain values and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from checker.lab.metrics import METRICS
from checker.scope import Scope
from checker.vocabulary import Vocabulary

TITLES = {"metrics": "Metrics", "models": "Models", "releases": "Released in sizes", "families": "Families", "data": "Data"}


def lexicon(vocabulary: Vocabulary, term: str = "") -> dict[str, list[dict[str, Any]]]:
    """Metrics, models, families and data whose name or one of whose synonyms holds `term`; those of that very name alone, where
    there are any."""
    found: dict[str, list[dict[str, Any]]] = {
        "metrics": [_metric(name, vocabulary) for name in METRICS],
        "models": [
            {
                "name": model.name,
                "synonyms": list(model.synonyms),
                "families": list(model.families),
                "scopes": list(model.scopes),
            }
            for model in vocabulary.models
        ],
        "releases": [
            {
                "name": release.model,
                "synonyms": list(release.synonyms),
                "sizes": {release.name(size): list(tags) for size, tags in release.sizes},
            }
            for release in vocabulary.releases
        ],
        "families": [
            {
                "name": family.name,
                "title": family.title,
                "synonyms": list(family.synonyms),
                "members": list(vocabulary.members(family.name)),
            }
            for family in vocabulary.families
        ],
        "data": [
            {
                "name": data.name,
                "title": data.title,
                "synonyms": list(data.synonyms),
                "factors": list(data.factors),
                "default": [
                    scope
                    for scope, name in ((Scope.TOY, vocabulary.default_data), (Scope.PRETRAINED, vocabulary.pretrained_data))
                    if name == data.name
                ],
            }
            for data in vocabulary.data
        ],
    }
    wanted = term.casefold().strip()
    if not wanted:
        return found
    exact = {kind: [entry for entry in entries if wanted in _names(entry)] for kind, entries in found.items()}
    if any(exact.values()):
        return exact
    return {kind: [e for e in entries if any(wanted in name for name in _names(e))] for kind, entries in found.items()}


def definition(name: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """The title of a metric, model, family or data set, and what it is in one line; "" where no more is known of it."""
    for kind, entries in lexicon(vocabulary, name).items():
        for entry in entries:
            if entry["name"] == name:
                return entry.get("title", name), line_of(kind, entry)
    metric = vocabulary.metric(name)  # one of a table or of a command
    return (metric.title, f"[{metric.unit}]") if metric else (name, "")


def _metric(name: str, vocabulary: Vocabulary) -> dict[str, Any]:
    metric = METRICS[name]
    word = metric.word
    return {
        "name": name,
        "title": word.title,
        "definition": metric.definition,
        "source": metric.source,
        "unit": word.unit,
        "margin": {"value": word.margin.value, "unit": word.margin.unit},
        "layers": word.layers or None,
        "comparatives": dict(word.comparatives),
        "synonyms": list(word.synonyms),
        "said_alone": [*(phrase for phrase, _ in (*word.adjectives, *word.predicates)), *word.verbs],
        "scopes": list(word.scopes),
        "needs_factors": list(word.factors),
    }


def _names(entry: Mapping[str, Any]) -> list[str]:
    return [name.casefold() for name in (entry["name"], entry.get("title", ""), *entry["synonyms"]) if name]


def as_lines(found: Mapping[str, list[dict[str, Any]]], whole: bool) -> Iterator[str]:
    """A line for each entry; with `whole` everything that is known of it."""
    for kind, entries in found.items():
        if not entries:
            continue
        yield TITLES[kind]
        width = max(len(entry.get("title", entry["name"])) for entry in entries)
        for entry in entries:
            yield f"  {entry.get('title', entry['name']):{width}}  {line_of(kind, entry)}".rstrip()
            if whole:
                yield from (f"      {line}" for line in _details(entry))
        yield ""


def line_of(kind: str, entry: Mapping[str, Any]) -> str:
    """What an entry is, in one line."""
    if kind == "metrics":
        return f"{entry['definition']} [{entry['unit']}]"
    if kind == "models":
        family = f"{', '.join(entry['families'])}; " if entry["families"] else ""
        return f"{family}{' and '.join(Scope(scope).label for scope in entry['scopes'])}"
    if kind == "releases":
        return ", ".join(entry["sizes"])
    if kind == "families":
        return ", ".join(entry["members"])
    factors = f"known: {', '.join(entry['factors'])}" if entry["factors"] else "nothing known of its pictures"
    return factors + "".join(f"; default for {scope}" for scope in entry["default"])


def _details(entry: Mapping[str, Any]) -> Iterator[str]:
    for key, value in entry.items():
        if key in ("name", "title", "definition") or not value:
            continue
        label = key.replace("_", " ")
        if key == "margin":
            yield (
                f"margin: {100 * value['value']:g} % of the baseline"
                if value["unit"] == "relative"
                else (f"margin: {value['value']:g} {value['unit']}")
            )
        elif key == "sizes":
            yield from (f"{name}: {' or '.join(tags)}" for name, tags in value.items())
        elif key == "comparatives":
            for relation in ("greater", "less"):
                yield f"{relation}: {', '.join(word for word, its in value.items() if its == relation)}"
        else:
            yield f"{label}: {', '.join(value) if isinstance(value, list) else value}"
