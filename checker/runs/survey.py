"""Every tagged sentence of a vault and what is known of it before anything runs: its id, its spec, or why it has none."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from checker.claims import Claim, ClaimSpec, Comparison, Reading, find_claims, parse_spec, print_spec, read_sentence
from checker.claims.claim import doubled_ids
from checker.claims.read import say, slugify
from checker.claims.spec import Where
from checker.errors import CheckerError, SpecError
from checker.lab.data import data_set
from checker.lab.models import find_model
from checker.notes import Problem, Vault
from checker.runs.outcome import Word
from checker.runs.project import Project
from checker.vocabulary import MetricWord, Scope, Vocabulary

SLUG_WORDS = 7


@dataclass(frozen=True)
class Case:
    """A claim on its way to a verdict. `word` is set when it ends here (needs spec, untestable, error), with the reason.

    `spec_file` is the spec's bytes on disk (None: no file); `stale` marks a sentence that changed under a person's spec.
    """

    id: str
    claim: Claim
    reading: Reading
    spec: ClaimSpec | None = None
    spec_file: bytes | None = None
    word: Word | None = None
    reason: str = ""
    stale: bool = False
    edited: bool = False

    @property
    def spec_to_write(self) -> bytes | None:
        """The bytes that the spec file should hold, or None when the tool has nothing to write there."""
        if self.spec is None or self.edited:
            return None
        return print_spec(self.spec).encode()


def survey(vault: Vault, project: Project, vocabulary: Vocabulary) -> tuple[list[Case], list[Problem]]:
    """All cases of the vault, in order of note and line, and the places where a claim needs a person first."""
    claims: list[Claim] = []
    problems: list[Problem] = []
    ids = vault.block_ids()
    doubled = doubled_ids(ids)
    for note in map(vault.note, vault.tagged("claim")):
        found, faults = find_claims(note)
        if found and not note.writable:
            problems.extend(note.problems)
            continue
        problems.extend(faults)
        claims.extend(found)
    taken = {name.casefold() for name in ids}
    cases = []
    for claim in claims:
        if claim.block_id and claim.block_id.id.casefold() in doubled:
            problems.append(Problem(claim.note.path, claim.line, doubled[claim.block_id.id.casefold()]))
            continue
        reading = read_sentence(claim.statement, vocabulary)
        name = claim.block_id.id if claim.block_id else _new_id(reading, vocabulary, taken)
        taken.add(name.casefold())
        cases.append(_case(name, claim, reading, project, vocabulary))
    return cases, problems


def _new_id(reading: Reading, vocabulary: Vocabulary, taken: Iterable[str]) -> str:
    if reading.comparison:
        stem = reading.comparison.slug(vocabulary)
    else:
        stem = "-".join(slugify(reading.sentence).split("-")[:SLUG_WORDS]) or "claim"
    number, name = 1, stem
    while name.casefold() in taken:
        number += 1
        name = f"{stem}-{number}"
    return name


def _case(name: str, claim: Claim, reading: Reading, project: Project, vocabulary: Vocabulary) -> Case:
    source = f"{claim.note.path.with_suffix('')}#^{name}"
    case = Case(name, claim, reading)
    path = project.spec(name)
    shown = f"{project.claims.name}/{path.name}"
    try:
        on_disk = path.read_bytes() if path.exists() else None
        kept = parse_spec(on_disk.decode("utf-8"), shown) if on_disk is not None else None
    except (SpecError, OSError, UnicodeDecodeError) as error:
        return replace(case, word="error", reason=str(error), edited=True)
    case = replace(case, spec_file=on_disk)
    if kept is not None and not _written_by_tool(kept, on_disk, vocabulary):
        case = replace(case, spec=kept, edited=True)
        if kept.statement != claim.statement:
            reason = f"the sentence changed and {shown} was edited by hand; bring its `statement` up to date, or delete the file"
            return replace(case, stale=True, reason=reason)
        return _decidable(case, vocabulary)
    if reading.status == "untestable":
        return replace(case, word="untestable", reason=reading.reason)
    if reading.comparison is None:
        return replace(case, word="needs spec", reason=reading.reason)
    return _decidable(replace(case, spec=compile_spec(name, source, claim.statement, reading.comparison)), vocabulary)


def compile_spec(name: str, source: str, statement: str, comparison: Comparison) -> ClaimSpec:
    """The spec of a sentence that was understood."""
    return ClaimSpec(
        id=name,
        statement=statement,
        source=source,
        kind="compare",
        metric=comparison.metric,
        subject=comparison.subject,
        baseline=comparison.baseline,
        relation=comparison.relation,
        margin=comparison.margin,
        where=Where(layers=comparison.layers, data=comparison.data),
    )


def _written_by_tool(spec: ClaimSpec, on_disk: bytes | None, vocabulary: Vocabulary) -> bool:
    """Whether the file holds exactly what the tool makes of the statement in it: then the tool may write it again."""
    reading = read_sentence(spec.statement, vocabulary)
    if reading.comparison is None:
        return False
    return print_spec(compile_spec(spec.id, spec.source, spec.statement, reading.comparison)).encode() == on_disk


def _decidable(case: Case, vocabulary: Vocabulary) -> Case:
    """The case as it is, or ended with the reason why this version cannot decide its spec."""
    spec = case.spec
    assert spec is not None
    metric = vocabulary.metric(spec.metric)
    if spec.kind != "compare" or spec.baseline is None:
        return replace(case, word="untestable", reason=f"claims of kind {spec.kind} cannot be decided by this version")
    if metric is None:
        return replace(case, word="untestable", reason=_unknown("metric", spec.metric, [m.name for m in vocabulary.metrics]))
    for name in (spec.subject, spec.baseline):
        if find_model(name) is None:
            return replace(case, word="untestable", reason=_unknown("model", name, [m.name for m in vocabulary.models]))
    fault = _no_data(spec, vocabulary) or (None if scopes(spec, vocabulary) else _no_scope(spec, metric, vocabulary))
    if fault:
        return replace(case, word="untestable", reason=fault)
    if spec.margin.unit not in ("relative", metric.unit):
        reason = f"the margin is in {spec.margin.unit!r}; {metric.title} takes `relative` or {metric.unit!r}"
        return replace(case, word="error", reason=reason)
    return case


def scopes(spec: ClaimSpec, vocabulary: Vocabulary) -> list[Scope]:
    """Where a spec can be decided, the stronger scope first: both models are there, and the metric on the data."""
    metric = vocabulary.metric(spec.metric)
    first, second = (find_model(name) for name in (spec.subject, spec.baseline or ""))
    assert metric is not None and first is not None and second is not None
    common = [scope for scope in first.scopes if scope in second.scopes and spec.scope in ("any", scope)]
    return [scope for scope in common if scope in metric.scopes and _lacks(spec, metric, scope, vocabulary) is None]


def _lacks(spec: ClaimSpec, metric: MetricWord, scope: Scope, vocabulary: Vocabulary) -> str | None:
    """What the data of a scope would have to tell of its pictures, and does not."""
    data = data_set(vocabulary.data_name(spec.where.data, scope))
    if scope == "toy" and not data.factors:
        return f"nothing is known of {data.title}, so what a toy learns from them could not be judged"
    known = (*data.factors, *(["category"] if data.categories else []))
    unknown = [factor for factor in metric.factors if factor not in known]
    return f"{metric.title} needs pictures with a known {' and '.join(unknown)}, unlike {data.title}" if unknown else None


def _no_scope(spec: ClaimSpec, metric: MetricWord, vocabulary: Vocabulary) -> str:
    """Why a spec can be decided in no scope."""
    if spec.scope not in ("any", "toy", "pretrained"):
        return f"no scope {spec.scope!r} here; there are toy, pretrained and any"
    wanted: tuple[Scope, ...] = ("pretrained", "toy") if spec.scope == "any" else (spec.scope,)
    reasons = []
    for scope in wanted:
        there = {"toy": "no recipe to train a toy from", "pretrained": "no released weights known here"}[scope]
        models = [find_model(name) for name in (spec.subject, spec.baseline or "")]
        without = [model.name for model in models if model is not None and scope not in model.scopes]
        if without:
            reasons.append(f"{scope}: {' and '.join(without)} {'have' if len(without) > 1 else 'has'} {there}")
        elif scope not in metric.scopes:
            reasons.append(f"{scope}: {metric.title} cannot be measured there")
        else:
            reasons.append(f"{scope}: {_lacks(spec, metric, scope, vocabulary)}")
    return "; ".join(reasons)


def _no_data(spec: ClaimSpec, vocabulary: Vocabulary) -> str | None:
    """Why the data that the spec names cannot be used: unknown, outside of the project, or not on this machine."""
    name = spec.where.data
    if name == "default":
        return None
    if vocabulary.data_word(name) is None and ":" not in name:
        return _unknown("data set", name, [data.name for data in vocabulary.data])
    kind, _, place = name.partition(":")
    if kind == "folder" and (Path(place).is_absolute() or ".." in Path(place).parts):
        return f"{name}: the folder must lie inside the project"
    try:
        data_set(name).split("measure", 1)
    except CheckerError as error:
        return str(error)
    return None


def _unknown(kind: str, name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"no {kind} is called {name!r} here" + (
        f"; the nearest is {near[0]!r}" if near else f"; there are: {', '.join(known)}"
    )


def say_spec(spec: ClaimSpec, vocabulary: Vocabulary, scope: Scope = "toy") -> str:
    """A spec as one plain sentence."""
    assert spec.baseline is not None and spec.relation is not None
    comparison = Comparison(
        spec.metric, spec.subject, spec.baseline, spec.relation, spec.margin, spec.where.layers, spec.where.data
    )
    return say(comparison, vocabulary, scope)
