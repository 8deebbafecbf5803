"""Every tagged sentence of a vault and what is known of it before anything runs: its id, its spec, or why it has none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace
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
    slug,
    slugify,
    vault_claims,
)
from checker.claims.claim import doubled_ids
from checker.claims.language.english import say
from checker.claims.reported import Reported, reported
from checker.errors import SpecError
from checker.notes import Link, Note, Problem, Vault
from checker.notes.bibliography import bibliography_files, read_bibliography
from checker.notes.resolve import fold
from checker.runs.case import Case
from checker.runs.decidable import decidable, forget_data
from checker.runs.project import Project
from checker.runs.readings import read
from checker.runs.resting import resting
from checker.runs.risk import circles
from checker.vocabulary import Vocabulary
from checker.words import StatusWord

SLUG_WORDS = 7
SELF = ("it", "our method", "our model", "our approach", "the proposed method", "the proposed model", "this method", "this model")


def survey(vault: Vault, project: Project, vocabulary: Vocabulary) -> tuple[list[Case], list[Problem]]:
    """All cases of the vault, in order of note and line, and the places where a claim needs a person first."""
    claims, problems = vault_claims(vault)
    forget_data()
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
        case = case_of(claim, reading, project, vocabulary, lambda name: _is_free(name, taken, meant, project))
        taken.add(case.id.casefold())
        cases.append(case)
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


def case_of(
    claim: Claim, reading: Reading, project: Project, vocabulary: Vocabulary, is_free: Callable[[str], bool] = lambda name: True
) -> Case:
    """The case of one claim, without what only the other claims tell. `is_free`: whether a claim without an id may get one."""
    noted, fault = reading.spec, ""
    if claim.exact is not None:
        try:
            noted = exact_spec(claim, reading.spec, vocabulary)
        except SpecError as error:
            fault = str(error)
    name = claim.name or _new_id(noted, claim.statement, vocabulary, is_free)
    identity = Identity(id=name, statement=claim.statement, source=claim.source(name))
    named = NamedSpec(identity, noted) if noted is not None else None
    return _case(Case(name, claim, reading), named, fault, project, vocabulary)


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
    """The claims that claims rest on, and what cannot be: one that is not there, and one that rests on itself."""
    ids = {case.id.casefold(): case.id for case in cases}
    found: dict[str, tuple[str, ...]] = {}
    problems = []
    for case in cases:
        names, lost = resting(vault, case.claim, lambda name: ids.get(name.casefold()))
        problems += lost
        if names:
            found[case.id] = names
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
        if file is not None and vault.is_note(file) and file != note.path and _may_introduce(vault.root / file):
            introduced = vault.note(file).properties.get("introduces")
            if isinstance(introduced, str):
                names[link.display if link.display is not None else link.target.rsplit("/", 1)[-1]] = introduced
    return names


def _may_introduce(path: Path) -> bool:
    """Whether a note may have the property: its text has the word, or an escape in its properties that could spell it."""
    try:
        data = path.read_bytes()
    except OSError:
        return True  # what is wrong is said where it is read
    return b"introduces" in data or b"\\" in data.partition(b"\n---")[0]


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


def _case(case: Case, noted: NamedSpec | None, fault: str, project: Project, vocabulary: Vocabulary) -> Case:
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
    noted_as = say(noted.spec, vocabulary) if noted is not None else ""
    case = replace(case, spec_file=on_disk, noted=noted, noted_as=noted_as)
    if fault:
        return replace(case, word="error", reason=fault)
    if kept is not None:
        case = replace(case, named=kept, read_as=say(kept.spec, vocabulary), edited=True)
        other = case.claim.exact is not None and (noted is None or noted.spec != kept.spec)
        if kept.identity.statement != case.claim.statement or other:
            what = "claim block" if kept.identity.statement == case.claim.statement else "sentence"
            reason = f"the {what} changed and {shown} was edited by hand; bring the file up to date, or delete it"
            return replace(case, stale=True, reason=reason)
        return decidable(case, vocabulary)
    if noted is not None:
        return decidable(replace(case, named=noted, read_as=noted_as), vocabulary)
    missing = vocabulary.lacking(case.claim.statement)
    if missing is not None:
        return replace(case, word="error" if missing.failed else "untestable", reason=missing.reason)
    word: StatusWord = "untestable" if case.reading.status == "untestable" else "needs spec"
    return replace(case, word=word, reason=case.reading.reason)
