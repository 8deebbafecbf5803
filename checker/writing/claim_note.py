"""The note of a claim: properties, reading, plot, seeds, history, command. Rendered from the ledger, nothing else."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from checker import strict_yaml
from checker.claims.kind import KINDS
from checker.errors import NoteError
from checker.evidence import Ledger, Released, Run, Sourced, Trained, Values
from checker.evidence.reported import comparison
from checker.lab.metrics import METRICS
from checker.notes import parse
from checker.runs.outcome import Outcome
from checker.words import DECIDED, MARKS
from checker.writing import numbers
from checker.writing.status import Status

OWN = "\n## Notes\n"  # from here on the text is a person's, and kept
TAG = "check-claims"
SOURCE = re.compile(r"\[\[([^\]#|]+)(?:#[^\]|]*)?\]\]")  # the property of that name
HEAD = re.compile(rb"---\n.*?\n---\n", re.DOTALL)  # all that its properties take
ASKED = ("kind", "metric", "other", "subject", "baseline", "order", "models")  # of a spec, as properties
TRUST = "How far the lab can be trusted"  # the page of the manual on controls
SORTS = {"compare": "comparisons", "trend": "trends over the depth", "presence": "presence and absence"}
INVITATION = "\nWhat you write below this heading is yours and is kept.\n"


def properties_of(data: bytes) -> Mapping[str, Any] | None:
    """The properties of a claim note; None where the program did not write this note, which its tag among them shows."""
    head = HEAD.match(data)
    return _properties_of(head[0] if head else data)


@lru_cache(maxsize=1024)
def _properties_of(data: bytes) -> Mapping[str, Any] | None:
    try:
        properties = parse(PurePosixPath("note.md"), data).properties
    except NoteError:
        return None
    tags = properties.get("tags")
    return properties if isinstance(tags, list) and TAG in tags else None


def is_claim_note(data: bytes) -> bool:
    """Whether the program wrote this note."""
    return properties_of(data) is not None


def own_text(text: str) -> str | None:
    """What a person has written under `## Notes` of a claim note; None where that is still the invitation."""
    own = text[text.index(OWN) + len(OWN) :] if OWN in text else INVITATION
    return None if own == INVITATION else own


@dataclass(frozen=True)
class Rewrite:
    """A claim note as it should be, but for what a person has written in it by then."""

    text: str

    def apply(self, data: bytes, without: Collection[str] = ()) -> bytes:
        """The note over the one that `data` is."""
        own = own_text(data.decode("utf-8"))
        return (self.text if own is None else self.text.partition(OWN)[0] + OWN + own).encode()

    def left(self, data: bytes) -> list[str]:
        """Nothing ever waits for the next run."""
        return []


def shown_in(properties: Mapping[str, Any]) -> str:
    """The text of the status link that the program wrote with a claim note with these properties."""
    word, scope = properties.get("verdict"), properties.get("scope")
    if word not in MARKS:
        return ""
    return Status("", "", word, str(scope or ""), properties.get("fresh") is False, properties.get("at_risk") is True).text


def render(
    outcome: Outcome, status: Status, ledger: Ledger, old: str | None, checked: str, id_added: bool, manual: bool = False
) -> str:
    """The whole text of the claim note; what stands under `## Notes` in `old` is carried over.

    `checked` is the day of the evidence, `id_added` whether the program put the block id into the note, and `manual` whether the
    vault holds the manual.
    """
    run = outcome.run if outcome.word in DECIDED else None
    parts = [_properties(outcome, status, run, checked, id_added), _head(outcome, status, manual)]
    if run is not None:
        parts += [_plot(outcome), _table(run), _seeds(run), _models(run)]
    if outcome.others:
        parts.append(_beside(outcome))
    if outcome.case.reported:
        parts.append(_reported(outcome))
    if len(ledger.entries) > 1:
        parts.append(_history(ledger))
    parts.append(_command(outcome))
    own = own_text(old) if old is not None else None
    return "\n".join(parts) + OWN + (INVITATION if own is None else own)


def _properties(outcome: Outcome, status: Status, run: Run | None, checked: str, id_added: bool) -> str:
    case = outcome.case
    properties: dict[str, Any] = {
        "claim": case.claim.statement,
        "verdict": status.word,
        "scope": status.scope or None,
        "fresh": not status.stale,
        "source": f"[[{case.claim.source(case.id)}]]",
    }
    properties |= {"at_risk": True} if status.at_risk else {}
    properties |= {"rests_on": [f"[[{name}]]" for name in case.rests_on]} if case.rests_on else {}
    if case.spec is not None:
        asked = case.spec.model_dump(mode="json", include=set(ASKED), exclude_none=True)
        properties |= {name: asked[name] for name in ASKED if name in asked}
    if run is not None:
        verdict = run.verdict
        properties |= {"effect": verdict.effect, "low": verdict.low, "high": verdict.high}
        properties |= {"unit": run.effect_unit, "seeds": verdict.seeds, "images": verdict.images}
        properties |= {"plot": f"[[{case.id}.svg]]"}
    properties |= {"id_added": True} if id_added else {}
    kept = {name: value for name, value in properties.items() if value is not None}
    day = f"checked: {checked}\n" if run is not None else ""
    return f"---\n{strict_yaml.dump(kept)}{day}tags: [{TAG}]\n---\n"


def _head(outcome: Outcome, status: Status, manual: bool) -> str:
    case = outcome.case
    lines = [
        f"> [!quote] {_plain(case.claim.statement)}",
        f"> [[{case.claim.source(case.id)}|where it stands]]",
        "",
    ]
    lines.append(f"**{status.text}**: {_plain(outcome.reason)}.")
    if outcome.run is not None and outcome.word in DECIDED and outcome.run.scope.trained_here:
        lines += ["", _controls(outcome.run, manual)]
    reading = case.reading
    if case.stale and case.spec is not None:
        lines += ["", "| | |", "|---|---|"]
        lines += [f"| the note says | {_plain(case.noted_as or reading.reason)} |", f"| the spec says | {_plain(case.read_as)} |"]
    if outcome.run is not None and outcome.word in DECIDED:
        lines += ["", f"Read as: {outcome.run.reading}."]
    if outcome.strongest:
        lines += ["", f"The evidence does support: {outcome.strongest}."]
    lines += [line for other in case.against for line in ("", f"It cannot hold together with [[{other}]].")]
    if case.rests_on:
        lines += ["", f"It rests on {', '.join(f'[[{name}]]' for name in case.rests_on)}."]
    if status.at_risk:
        weak = ", ".join(f"[[{name}]]" for name in outcome.at_risk)
        lines += ["", f"At risk, because what it rests on is refuted or stale: {weak}."]
    if outcome.word == "needs spec":
        if reading.missing:
            lines += ["", f"Missing: {', '.join(reading.missing)}."]
        if reading.choices:
            lines += ["", "Choices:", *(f"- {choice}" for choice in reading.choices)]
        lines += ["", f"Say it in the sentence, or write `claims/{case.id}.yaml` by hand."]
    if outcome.word == "untestable" and reading.suggestions:
        lines += ["", f"Near to it: {', '.join(reading.suggestions)}."]
    return "\n".join(lines) + "\n"


def _controls(run: Run, manual: bool) -> str:
    """How the lab stands on the metric and kind of a claim about toys."""
    more = f"[[{TRUST}]]" if manual else "`check-claims lab controls` lists them"
    if run.spec.scope == "toy":
        return f"Asked at toy scale: it is about the toys, and held to no published finding ({more})."
    if run.controls is None:
        return f"Not held to published findings yet; checking it again does that ({more})."
    title = METRICS[run.spec.metric].word.title if run.spec.metric in METRICS else run.spec.metric
    sort = f"{title}, {SORTS.get(run.spec.kind, run.spec.kind)}"
    return f"The lab on other published findings ({sort}): {run.controls.counts}. {more}."


def _plot(outcome: Outcome) -> str:
    return f"![[{outcome.case.id}.svg]]\n"


def _table(run: Run) -> str:
    verdict, unit = run.verdict, run.effect_unit
    rows = ["## Decision", "", "| | |", "|---|---|"]
    if verdict.effect is not None:
        rows.append(f"| effect ({run.effect_of}) | {numbers.effect(verdict, unit)} |")
        rows.append(f"| interval | {numbers.interval(verdict, unit)} |")
        rows.append(f"| claimed | {numbers.claimed(run)} |")
    if run.uniform is not None:
        rows.append(f"| uniform attention would give | {run.uniform:.3f} {run.unit} |")
    rows.append(f"| measured on | {_measured_on(run)} |")
    rows.append(f"| rule | {verdict.rule} |")
    if verdict.parts:
        rows += ["", "| part | verdict | effect | interval |", "|---|---|---|---|"]
        for part in verdict.parts:
            word = f"{MARKS[part.word]} {part.word}"
            rows.append(f"| {part.name} | {word} | {numbers.effect(part, unit)} | {numbers.interval(part, unit)} |")
    return "\n".join(rows) + "\n"


def _measured_on(run: Run) -> str:
    """How many images were measured, of which data, in which layers and heads; a metric of the whole model has no images."""
    images = f"{run.images} images of " if run.images > 1 else ""
    against = f" against {run.spec.than}" if run.spec.than else ""
    layers = f", layers: {run.spec.where.layers}{against}" if run.values[run.about[0]].depth > 1 else ""
    heads = f", {run.spec.where.heads}" if run.spec.where.heads else ""
    return f"{images}`{run.data.name}`{layers}{heads}"


def _seeds(run: Run) -> str:
    rows = ["## Values", "", f"{KINDS[run.spec.kind].values(run.unit)}.", "", *_by_seed(run, run.values)]
    if run.other_values:
        rows += ["", f"The other metric, in {run.other_unit}.", "", *_by_seed(run, run.other_values)]
    return "\n".join(rows) + "\n"


def _by_seed(run: Run, values: Mapping[str, Values]) -> list[str]:
    rows = ["| seed | " + " | ".join(values) + " |", "|---|" + "---|" * len(values)]
    columns = [dict(zip(run.models[name].seeds, table.means(), strict=False)) for name, table in values.items()]
    for seed in sorted({seed for name in run.about for seed in run.models[name].seeds}):
        means = (f"{column[seed]:.3f}" if seed in column else "" for column in columns)  # empty: that seed was not measured
        rows.append(f"| {seed} | " + " | ".join(means) + " |")
    return rows


def _models(run: Run) -> str:
    parts = [part for part in (_trained(run), _released(run), _sourced(run)) if part]
    return "## Models\n" + "".join("\n" + "\n".join(part) + "\n" for part in parts)


def _trained(run: Run) -> list[str]:
    rows = []
    for name, model in run.models.items():
        if not isinstance(model, Trained):
            continue
        for index, seed in enumerate(model.seeds):
            before, after = model.own_loss[index]
            loss = f"{before:.3f} → {after:.3f}" if before is not None and after is not None else "none"
            first, last = model.probe[index]
            probe = f"{first:.2f} → {last:.2f}" if after is not None else f"{last:.2f}"
            minutes = model.cpu_seconds[index] / 60
            cells = (name, seed, f"{model.images_seen:,}", f"{minutes:.1f}", loss, probe, f"`{model.weights[index]}`")
            rows.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    head = "| model | seed | images seen | CPU min | own loss | probe accuracy | weights |"
    return [head, "|---|---|---|---|---|---|---|", *rows] if rows else []


def _released(run: Run) -> list[str]:
    released = [(name, model) for name, model in run.models.items() if isinstance(model, Released)]
    rows = [f"| {name} | `{model.tag}` | {model.licence} | `{model.weights[0]}` |" for name, model in released]
    return ["| model | timm tag | licence | weights |", "|---|---|---|---|", *rows] if rows else []


def _by_weights(model: Sourced) -> list[tuple[str, str]]:
    """The seeds that rest on the same file, and its hash."""
    found: dict[str, list[str]] = {}
    for seed, weights in zip(model.seeds, model.weights, strict=True):
        found.setdefault(weights, []).append(str(seed))
    return [(", ".join(seeds), weights) for weights, seeds in found.items()]


def _sourced(run: Run) -> list[str]:
    rows = [
        f"| {name} | {seeds} | {_plain('; '.join(f'{key}: {value}' for key, value in model.origin.items()))} | `{weights}` |"
        for name, model in run.models.items()
        if isinstance(model, Sourced)
        for seeds, weights in _by_weights(model)
    ]
    return ["| model | seed | origin | hash |", "|---|---|---|---|", *rows] if rows else []


def _beside(outcome: Outcome) -> str:
    """The verdicts of the other scopes, which are kept and never mixed with the one that leads."""
    rows = ["## Other evidence", ""]
    if outcome.disagrees:
        rows += ["The scopes disagree. The status shows the leading one.", ""]
    rows += ["| scope | verdict | effect | interval | why |", "|---|---|---|---|---|"]
    for other in outcome.others:
        run = other.run
        assert run is not None
        word = f"{MARKS[other.word]} {other.word}{' · stale' if other.stale else ''}"
        cells = (numbers.effect(run.verdict, run.effect_unit), numbers.interval(run.verdict), _plain(run.verdict.reason))
        rows.append(f"| {run.scope} | {word} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _reported(outcome: Outcome) -> str:
    """What papers report of it: shown next to what was measured, and no part of the decision."""
    rows = ["## Reported", "", "Numbers from papers decide nothing here.", ""]
    rows += ["| source | where | number | beside the measurement |", "|---|---|---|---|"]
    for each, source in outcome.case.reported:
        cells = (_plain(source), _plain(each.where), _plain(each.text), comparison(each, outcome.run))
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _history(ledger: Ledger) -> str:
    """The runs as they are recorded; where a record does not say what its values give, that too."""
    rows = ["## History", "", "| run | scope | verdict | effect | interval | evidence |", "|---|---|---|---|---|---|"]
    for number, (run, again) in enumerate(zip(ledger.entries, ledger.words_again, strict=True), 1):
        verdict = run.verdict
        doubt = "" if again == verdict.word else f" (its values give {again})"
        word = f"{MARKS[verdict.word]} {verdict.word}{doubt}"
        cells = (numbers.effect(verdict), numbers.interval(verdict), f"`{run.key}`")
        rows.append(f"| {number} | {run.scope} | {word} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _command(outcome: Outcome) -> str:
    anew = " --fresh" if outcome.word in DECIDED else ""
    return f"## Again\n\n```sh\ncheck-claims -k {outcome.case.id}{anew}\n```\n"


def _plain(text: str) -> str:
    """Text from a note, harmless as markdown: it makes no link, tag or HTML."""
    return re.sub(r"([\[\]<>#*_`|\\])", r"\\\1", text)
