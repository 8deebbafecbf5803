"""Every tagged sentence of a vault and what is known of it before anything runs: its id, its spec, or why it has none."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

from checker.claims import (
    Claim,
    ClaimSpec,
    Identity,
    NamedSpec,
    Reading,
    contradictions,
    exact_spec,
    is_untouched,
    parse_spec,
    print_spec,
    slug,
    slugify,
    vault_claims,
)
from checker.claims.claim import doubled_ids
from checker.claims.kind import KINDS
from checker.claims.language.english import say
from checker.claims.reported import Reported, reported
from checker.claims.rests_on import name_in, rests_on
from checker.errors import CheckerError, SpecError
from checker.lab.data import data_set
from checker.lab.data.masks import has_masks
from checker.lab.metrics import METRICS
from checker.lab.sources import SOURCES, refusal, scopes_of
from checker.notes import Link, Note, Problem, Vault
from checker.notes.bibliography import bibliography_files, read_bibliography
from checker.notes.resolve import fold
from checker.runs.project import Project
from checker.runs.readings import read
from checker.runs.risk import circles
from checker.scope import Scope
from checker.vocabulary import MetricWord, Vocabulary
from checker.words import StatusWord

SLUG_WORDS = 7
SELF = ("it", "our method", "our model", "our approach", "the proposed method", "the proposed model", "this method", "this model")


@dataclass(frozen=True)
class Case:
    """A claim on its way to a verdict. `word` is set when it ends here (needs spec, untestable, error), with the reason.

    `said` is what the note says and `named` what counts, `said_as` and `read_as` the same in one plain sentence; `spec_file` is
    the spec's bytes on disk (None: no file). `edited`: a person has changed that file, so it counts; `stale`: and then the note
    changed under it. `against` lists the claims that cannot hold beside it, `rests_on` those that the note says it rests on,
    and `reported` the numbers that papers report of it, each with the name of its source.
    """

    id: str
    claim: Claim
    reading: Reading
    said: NamedSpec | None = None
    named: NamedSpec | None = None
    said_as: str = ""
    read_as: str = ""
    spec_file: bytes | None = None
    word: StatusWord | None = None
    reason: str = ""
    stale: bool = False
    edited: bool = False
    against: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    reported: tuple[tuple[Reported, str], ...] = ()

    @property
    def spec(self) -> ClaimSpec | None:
        """The spec that counts."""
        return self.named.spec if self.named is not None else None

    @cached_property
    def spec_to_write(self) -> bytes | None:
        """The bytes that the spec file should hold, or None when the tool has nothing to write there."""
        if self.named is None or self.edited:
            return None
        return print_spec(self.named).encode()


def survey(vault: Vault, project: Project, vocabulary: Vocabulary) -> tuple[list[Case], list[Problem]]:
    """All cases of the vault, in order of note and line, and the places where a claim needs a person first."""
    claims, problems = vault_claims(vault)
    _cannot_be_drawn.cache_clear()
    ids = [(name, path) for name, path in vault.block_ids() if vault.is_content(path)]
    ids += [(claim.target, claim.note.path) for claim in claims if claim.name and (claim.lacks_id or not claim.takes_id)]
    doubled = doubled_ids(ids)
    taken = {name.casefold() for name, _ in vault.block_ids()} | {name.casefold() for name, _ in ids}
    meant = _meant(vault, claims)
    cases = []
    for claim in claims:
        if claim.name and claim.name.casefold() in doubled:
            problems.append(Problem(claim.note.path, claim.line, doubled[claim.name.casefold()]))
            continue
        reading = read(claim.statement, vocabulary, introduced(vault, claim.note, claim.links))
        name, said, fault = claim.name, reading.spec, ""
        if claim.exact is not None:
            try:
                said = exact_spec(claim, reading.spec, vocabulary)
            except SpecError as error:
                fault = str(error)
        if name is None:
            name = _new_id(
                said,
                claim.statement,
                vocabulary,
                lambda name: _is_free(name, taken, meant, project),
            )
        taken.add(name.casefold())
        identity = Identity(id=name, statement=claim.statement, source=claim.source(name))
        named = NamedSpec(identity, said) if said is not None else None
        cases.append(_case(Case(name, claim, reading), named, fault, project, vocabulary))
    here = _spoken_of(vault, cases, vocabulary)
    against = _against((case.id, case.spec) for case in cases if case.spec is not None)
    rests, lost = _rests(vault, cases)
    numbers = _reported(vault, project, cases)
    found = [
        replace(
            _offering(case, here),
            against=tuple(against.get(case.id, ())),
            rests_on=rests.get(case.id, ()),
            reported=numbers.get(case.id, ()),
        )
        for case in cases
    ]
    return found, [*problems, *lost]


def _reported(vault: Vault, project: Project, cases: Sequence[Case]) -> dict[str, tuple[tuple[Reported, str], ...]]:
    """The numbers that papers report of claims, by id, each with the name of its source as a bibliography has it."""
    found = {case.id: numbers for case in cases if (numbers := reported(case.claim))}
    if not found:
        return {}
    files = bibliography_files([vault.root, project.root], (vault.root / path for path in vault.files))
    sources, _ = read_bibliography(files)
    return {
        name: tuple((each, str(sources.get(each.key, f"@{each.key}"))) for each in numbers) for name, numbers in found.items()
    }


def _rests(vault: Vault, cases: Sequence[Case]) -> tuple[dict[str, tuple[str, ...]], list[Problem]]:
    """The claims that claims rest on, and what cannot be: one that is not there, and one that rests on itself. A link to a note
    that holds no such claim is only a link."""
    ids = {case.id.casefold(): case.id for case in cases}
    found: dict[str, tuple[str, ...]] = {}
    problems = []
    for case in cases:
        links = rests_on(case.claim)
        for link in links:
            if name_in(link).casefold() not in ids and vault.resolve(case.claim.note.path, link.target).file is None:
                why = f"rests on [[{link.destination}]], and there is no such claim or note"
                problems.append(Problem(case.claim.note.path, case.claim.line, why))
        names = [ids[name] for link in links if (name := name_in(link).casefold()) in ids]
        if names:
            found[case.id] = tuple(dict.fromkeys(names))
    places = {case.id: case.claim for case in cases}
    for circle in circles(found) if found else ():
        claim = places[circle[0]]
        why = f"rests on itself ({' → '.join((*circle, circle[0]))}); take one of these links out"
        problems.append(Problem(claim.note.path, claim.line, why))
    return found, problems


def _against(specs: Iterable[tuple[str, ClaimSpec]]) -> dict[str, list[str]]:
    """Id -> the ids of the claims that contradict it."""
    found: dict[str, list[str]] = {}
    for one, other in contradictions(specs):
        found.setdefault(one, []).append(other)
        found.setdefault(other, []).append(one)
    return found


def _spoken_of(vault: Vault, cases: Iterable[Case], vocabulary: Vocabulary) -> set[str]:
    """The models that the vault speaks of: in another claim, or by a note of that name."""
    titles = {path.stem.casefold() for path in vault.note_paths}
    noted = {m.name for m in vocabulary.models if any(name.casefold() in titles for name in (m.name, *m.synonyms))}
    return noted.union(*(case.spec.names for case in cases if case.spec is not None))


def _offering(case: Case, here: set[str]) -> Case:
    """The case with the choices that add a model of which the vault speaks, where there are some."""
    reading = case.reading
    known = {choice: model for choice, model in zip(reading.choices, reading.added, strict=False) if model in here}
    if not known or case.word != "needs spec":
        return case
    return replace(case, reading=replace(reading, choices=tuple(known), added=tuple(known.values())))


def introduced(vault: Vault, note: Note, links: Iterable[Link]) -> dict[str, str]:
    """Which models phrases in a note mean: `our method` and the like what the note introduces (its property `introduces`), the
    text of one of the links what the note behind it introduces."""
    names: dict[str, str] = {}
    own = note.properties.get("introduces")
    if isinstance(own, str):
        names |= dict.fromkeys((*SELF, "the method", "the model", "ours"), own)
    for link in links:
        file = vault.resolve(note.path, link.target).file
        if file is not None and vault.is_note(file) and file != note.path:
            introduced = vault.note(file).properties.get("introduces")
            if isinstance(introduced, str):
                names[link.display if link.display is not None else link.target.rsplit("/", 1)[-1]] = introduced
    return names


def _new_id(spec: ClaimSpec | None, statement: str, vocabulary: Vocabulary, is_free: Callable[[str], bool]) -> str:
    if spec is not None:
        stem = slug(spec, vocabulary)
    else:
        stem = "-".join(slugify(statement).split("-")[:SLUG_WORDS]) or "claim"
    if stem.replace("-", "").isdigit():
        stem = f"claim-{stem}"
    number, name = 1, stem
    while not is_free(name):
        number += 1
        name = f"{stem}-{number}"
    return name


def _meant(vault: Vault, claims: Iterable[Claim]) -> frozenset[str]:
    """The names that a link of the vault already means, or would: those of files, their aliases, and what links are written with,
    but for the statuses of claims."""
    statuses = Counter(fold(claim.target) for claim in claims if claim.status)
    return vault.names() | frozenset(Counter(vault.linked_names()) - statuses)


def _is_free(name: str, taken: Container[str], meant: Container[str], project: Project) -> bool:
    """Whether a new claim can have a name: nothing has it, or only what is the claim's own, from when it was one before."""
    return name.casefold() not in taken and (fold(name) not in meant or project.knows(name))


def _case(case: Case, said: NamedSpec | None, fault: str, project: Project, vocabulary: Vocabulary) -> Case:
    """The case with its spec: the one on disk where a person has edited it, else what the note says now. `fault` is what is wrong
    with the note's claim block."""
    path = project.spec(case.id)
    shown = f"{project.claims.name}/{path.name}"
    try:
        on_disk = path.read_bytes() if path.exists() else None
        text = on_disk.decode("utf-8") if on_disk is not None else ""
        kept = parse_spec(text, shown) if on_disk is not None and not is_untouched(text) else None
    except (SpecError, OSError, UnicodeDecodeError) as error:
        return replace(case, word="error", reason=str(error), edited=True)
    said_as = say(said.spec, vocabulary) if said is not None else ""
    case = replace(case, spec_file=on_disk, said=said, said_as=said_as)
    if fault:
        return replace(case, word="error", reason=fault)
    if kept is not None:
        case = replace(case, named=kept, read_as=say(kept.spec, vocabulary), edited=True)
        other = case.claim.exact is not None and (said is None or said.spec != kept.spec)
        if kept.identity.statement != case.claim.statement or other:
            what = "claim block" if kept.identity.statement == case.claim.statement else "sentence"
            reason = f"the {what} changed and {shown} was edited by hand; bring the file up to date, or delete it"
            return replace(case, stale=True, reason=reason)
        return decidable(case, vocabulary)
    if said is not None:
        return decidable(replace(case, named=said, read_as=said_as), vocabulary)
    missing = vocabulary.lacking(case.claim.statement)
    if missing is not None:
        return replace(case, word="error" if missing.failed else "untestable", reason=missing.reason)
    word: StatusWord = "untestable" if case.reading.status == "untestable" else "needs spec"
    return replace(case, word=word, reason=case.reading.reason)


def decidable(case: Case, vocabulary: Vocabulary) -> Case:
    """The case as it is, or ended with the reason why its spec cannot be decided here."""
    spec = case.spec
    assert spec is not None
    missing = vocabulary.lacking(*spec.metrics, *spec.names, spec.where.data)
    if missing is not None:
        return replace(case, word="error" if missing.failed else "untestable", reason=missing.reason)
    metrics = [vocabulary.metric(name) for name in spec.metrics]
    for name, metric in zip(spec.metrics, metrics, strict=True):
        if metric is None:
            return replace(case, word="untestable", reason=_unknown("metric", name, [m.name for m in vocabulary.metrics]))
    for name in spec.names:
        if not scopes_of(name):
            reason = refusal(name)
            return replace(case, word="untestable", reason=reason or _unknown("model", name, [m.name for m in vocabulary.models]))
    fault = _no_data(spec, vocabulary) or (None if scopes(spec, vocabulary) else _no_scope(spec, vocabulary))
    if fault:
        return replace(case, word="untestable", reason=fault)
    metric = metrics[0]
    assert metric is not None
    for what, amount in (("margin", spec.margin), ("bound", spec.bound)):
        allowed = KINDS[spec.kind].units(metric)
        if amount is not None and amount.unit not in allowed:
            listed = " or ".join(f"`{unit}`" for unit in allowed)
            return replace(case, word="error", reason=f"the {what} is in {amount.unit!r}; {metric.title} takes {listed}")
    if not metric.layers and (spec.quantifier or (KINDS[spec.kind].over_depth and spec.over is None)):
        return replace(case, word="error", reason=f"{metric.title} is one number for a whole model; it has no layers")
    for each in metrics:
        if spec.where.heads and each is not None and not each.heads:
            return replace(case, word="error", reason=f"{each.title} is not measured head by head; leave out `heads`")
    return case


def scopes(spec: ClaimSpec, vocabulary: Vocabulary) -> list[Scope]:
    """Where a spec can be decided, the leading scope first: the models are there, and the metrics on the data."""
    metrics = [metric for metric in map(vocabulary.metric, spec.metrics) if metric is not None]
    found: list[Scope] = []
    for scope in SOURCES:
        names = models_in(spec, scope)
        there = bool(names) and all(_unmeasured(names, metric, scope) is None for metric in metrics)
        if spec.scope in ("any", scope) and there and all(_lacks(spec, metric, scope, vocabulary) is None for metric in metrics):
            found.append(scope)
    return found


def models_in(spec: ClaimSpec, scope: Scope) -> tuple[str, ...]:
    """The models that a claim is about in a scope; none where one is missing there. A correlation takes those that there are,
    if they are enough."""
    source = SOURCES[scope].of(spec.metrics)
    if not any(source.has(name) for name in spec.names):
        return ()
    there = tuple(name for name in spec.names if source.has(name) or source.borrows(name))
    fewest = KINDS[spec.kind].fewest
    return there if len(there) >= (len(spec.names) if fewest is None else fewest) else ()


def _unmeasured(names: Iterable[str], metric: MetricWord, scope: Scope) -> str | None:
    """Why a metric cannot be measured of models of a scope."""
    needs = METRICS[metric.name].needs if metric.name in METRICS else frozenset()
    return next(filter(None, (SOURCES[scope].cannot(name, metric, needs) for name in names)), None)


def _lacks(spec: ClaimSpec, metric: MetricWord, scope: Scope, vocabulary: Vocabulary) -> str | None:
    """What the data of a scope would have to tell of its pictures, and does not."""
    if not SOURCES[scope].of(spec.metrics).measures:
        named = spec.where.data != "default"
        return f"values of {metric.title} are not of a data set that a sentence can choose ({spec.where.data})" if named else None
    data = data_set(vocabulary.data_name(spec.where.data, scope))
    if scope.trained_here and not data.factors:
        return f"nothing is known of {data.title}, so what a toy learns from them could not be judged"
    known = (*data.factors, *(["category"] if data.categories else []))
    unknown = [factor for factor in metric.factors if not (has_masks(data.name) if factor == "mask" else factor in known)]
    return f"{metric.title} needs pictures with a known {' and '.join(unknown)}, unlike {data.title}" if unknown else None


def _no_scope(spec: ClaimSpec, vocabulary: Vocabulary) -> str:
    """Why a spec can be decided in no scope."""
    present = tuple(scope for scope, source in SOURCES.items() if source.present())
    wanted = present if spec.scope == "any" else (Scope(spec.scope),)
    reasons = []
    for scope in wanted:
        without = [name for name in spec.names if scope not in scopes_of(name)]
        refused = [reason for name in without if scope in SOURCES and (reason := SOURCES[scope].refusal(name))]
        metrics = [metric for metric in map(vocabulary.metric, spec.metrics) if metric is not None]
        names = models_in(spec, scope) if scope in SOURCES else ()
        unmeasured = [reason for metric in metrics if names and (reason := _unmeasured(names, metric, scope))]
        if refused:
            reasons.append(f"{scope}: {refused[0]}")
        elif not names:
            reasons.append(f"{scope}: {' and '.join(without)} {'have' if len(without) > 1 else 'has'} {scope.lacks}")
        elif unmeasured:
            reasons.append(f"{scope}: {' and '.join(unmeasured)}")
        else:
            lacking = (_lacks(spec, metric, scope, vocabulary) for metric in metrics)
            reasons.append(f"{scope}: {next(filter(None, lacking), None)}")
    return "; ".join(reasons)


def _no_data(spec: ClaimSpec, vocabulary: Vocabulary) -> str | None:
    """Why the data that the spec names cannot be used: unknown, outside of the project, or not on this machine."""
    name = spec.where.data
    if name == "default":
        return None
    if vocabulary.data_word(name) is None and ":" not in name:
        return _unknown("data set", name, [data.name for data in vocabulary.data])
    kind, _, place = name.partition(":")
    if kind == "folder" and (Path(place).is_absolute() or ".." in Path(place.partition("?")[0]).parts):
        return f"{name}: the folder must lie inside the project"
    return _cannot_be_drawn(name)


@cache
def _cannot_be_drawn(name: str) -> str | None:
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
