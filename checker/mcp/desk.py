"""What an assistant may ask of a vault. Nothing here writes; each call reads the vault as it is now.

Notes are named by path or name and found in the list of the vault's own files, so that no argument and no link leads out of it.
"""

from __future__ import annotations

import difflib
import time
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from checker.errors import ConfigurationError
from checker.mcp import answers
from checker.mcp.answers import capped
from checker.mcp.arguments import Block, ClaimId, NoteName, Sentence, Term, Words
from checker.runs.project import Project
from checker.workspace import Workspace

if TYPE_CHECKING:
    from checker.claims.propose import Proposal
    from checker.evidence import Run
    from checker.notes import Vault
    from checker.runs.case import Case

MOST_NOTES = 30  # that a search finds
MOST_LINES = 3  # of each that are shown
MOST_MENTIONS = 30
MOST_TEXT = 20_000  # characters of a note at once
MOST_WORDS = 5  # entries of a vocabulary that are given with all that is known of them
MOST_SECONDS = 20.0  # that a look for proposals takes
OF_A_VAULT = "in this vault"


class Desk:
    """The tools that read. The names and texts of its methods are what an assistant reads of them."""

    def __init__(self, path: Path) -> None:
        self.place = path

    def open(self) -> Workspace:
        """The workspace as it is now. Raises ConfigurationError where a file of its claims is a link that leads out of it."""
        workspace = Workspace.open(self.place)
        project = workspace.project
        for file in project.claims.iterdir() if project.claims.is_dir() else ():
            if file.is_symlink() and not file.resolve().is_relative_to(project.root.resolve()):
                why = "leads out of the project, so nothing is read for an assistant; remove the link"
                raise ConfigurationError(f"{project.claims.name}/{file.name} {why}")
        return workspace

    def without_place(self, text: str) -> str:
        """A message without the folder that the vault is in."""
        root = Project.find(self.place).root if self.place.is_dir() else self.place
        for folder in dict.fromkeys((str(root.resolve()), str(root.absolute()))):
            text = text.replace(f"{folder}/", "")
        return text

    def search_notes(self, words: Words) -> answers.FoundNotes:
        """Find notes by their text: those in which every word occurs, with the lines."""
        from checker.notes.search import search

        found, left = capped(search(self.open().vault(), words), MOST_NOTES)
        rows = [
            {"note": str(each.note), "lines": [{"line": line, "text": text} for line, text in each.lines[:MOST_LINES]]}
            for each in found
        ]
        return answers.FoundNotes.model_validate({"notes": rows, "left_out": left})

    def read_note(self, note: NoteName, first_line: Annotated[int, Field(ge=1)] = 1) -> answers.NoteText:
        """Read a note, from a line on. A long note is read in parts: go on at `next_line`."""
        vault = self.open().vault()
        path = _find(vault, note)
        lines = vault.note(path).lines
        count = len(lines.starts)
        if first_line > count:
            raise ConfigurationError(f"{path} has {count} lines; there is no line {first_line}")
        taken: list[str] = []
        size = 0
        for index in range(first_line - 1, count):
            text = lines.text(index).decode("utf-8", "replace")
            size += len(text) + 1
            if taken and size > MOST_TEXT:
                break
            taken.append(text[:MOST_TEXT])
        last = first_line + len(taken) - 1
        return answers.NoteText(
            note=str(path),
            first_line=first_line,
            last_line=last,
            lines=count,
            text="\n".join(taken),
            next_line=last + 1 if last < count else None,
        )

    def links(self, note: NoteName) -> answers.Links:
        """The links in a note, the links to it, and where its name stands without a link."""
        from checker.notes.mentions import mentions

        vault = self.open().vault()
        path = _find(vault, note)
        out = [_link(link.file, link) for link in vault.links(source=path)]
        back = [_link(link.source, link) for link in vault.links(file=path)]
        unlinked, more = capped(mentions(vault, path), MOST_MENTIONS)
        named = [{"note": str(each.source), "link": each.name, "line": each.line, "how": "mention"} for each in unlinked]
        (out, left), (back, left_back) = capped(out), capped([*back, *named])
        found = {"note": str(path), "links": out, "backlinks": back, "left_out": left + left_back + more}
        return answers.Links.model_validate(found)

    def path(self, start: NoteName, end: NoteName) -> answers.Route:
        """The fewest links that lead from one note to another, followed in either direction."""
        vault = self.open().vault()
        steps = vault.path(_find(vault, start), _find(vault, end))
        return answers.Route(steps=list(map(str, steps or ())))

    def vocabulary(self, term: Term = "") -> answers.Vocabulary:
        """What claims can speak of: metrics, models, families and data. With a term, what fits it, in more detail."""
        from checker.reports.words import lexicon, line_of

        found = lexicon(self.open().words, term)
        few = sum(map(len, found.values())) <= MOST_WORDS
        if not any(found.values()):
            raise ConfigurationError(f"nothing that can be spoken of fits {term!r}; ask without a term for everything")

        def word(kind: str, entry: dict[str, Any]) -> dict[str, Any]:
            shown = ("name", "title", "synonyms")
            details = {key: value for key, value in entry.items() if key not in shown and value} if few else {}
            return {
                "name": entry["name"],
                "title": entry.get("title", entry["name"]),
                "synonyms": entry["synonyms"],
                "about": line_of(kind, entry),
                "details": details,
            }

        return answers.Vocabulary.model_validate(
            {kind: [word(kind, each) for each in each_kind] for kind, each_kind in found.items()}
        )

    def read(self, sentence: Sentence) -> answers.Reading:
        """What a sentence is understood to mean as a claim, or exactly what it lacks."""
        from checker.runs import readings

        found = readings.read(sentence, self.open().words)
        return answers.Reading.model_validate(
            {
                "status": found.status,
                "reading": found.reading,
                "reason": found.reason,
                "missing": found.missing,
                "choices": found.choices,
                "together": found.together,
                "suggestions": found.suggestions,
                "spec": found.spec and found.spec.as_dict(),
            }
        )

    def draft(self, sentence: Sentence) -> answers.Draft:
        """A claim block for a sentence: what the sentence settles is filled in, and what it leaves open is asked. Answer what is
        open with the person, then hand the block to `validate`."""
        from checker.claims.draft import draft

        found = draft(sentence, self.open().words)
        asked = [{"field": each.field, "question": each.question, "options": each.options} for each in found.asked]
        return answers.Draft.model_validate(
            {
                "whole": found.whole,
                "block": found.block,
                "reading": found.reading.reading,
                "reason": found.reading.reason,
                "asked": asked,
                "sentences": found.sentences,
            }
        )

    def validate(self, sentence: Sentence, block: Block) -> answers.Validity:
        """Whether a claim block would be accepted under its sentence, and what it claims in plain English. Nothing is written:
        a claim counts only once a person has put it into a note."""
        from checker.mcp.validity import validity

        return validity(self.open(), sentence, block)

    def claims(self, words: Term = "") -> answers.Claims:
        """The claims of the vault, or those whose id or sentence holds every word."""
        wanted = words.casefold().split()
        cases = [
            case
            for case in self.open().survey().cases
            if all(word in f"{case.id} {case.claim.statement}".casefold() for word in wanted)
        ]
        rows, left = capped([_claim(case) for case in cases])
        return answers.Claims.model_validate({"claims": rows, "left_out": left})

    def explain(self, claim: ClaimId) -> answers.Explanation:
        """One claim from its sentence to its verdict: reading, spec, evidence, why, and what would change it."""
        from checker.reports.explain import explanation
        from checker.writing import ledger_of

        workspace = self.open()
        survey = workspace.survey()
        case = survey.case(claim.removeprefix("^"))
        ledger = ledger_of(workspace.project, case.id)
        return answers.Explanation.model_validate(explanation(case, ledger, workspace.words, survey.rests))

    def evidence(self, claim: ClaimId) -> answers.Evidence:
        """What was measured of a claim: for each scope the newest run, with its models, values and verdict."""
        from checker.scope import leading_first
        from checker.writing import ledger_of

        workspace = self.open()
        case = workspace.survey().case(claim.removeprefix("^"))
        ledger = ledger_of(workspace.project, case.id)
        runs = [_run(run) for run in leading_first(ledger.newest)]
        return answers.Evidence.model_validate({"claim": case.id, "runs": runs, "recorded": len(ledger.entries)})

    def propose(
        self, first_note: Annotated[str, Field(max_length=1_000, description="The note to begin with; empty: the first.")] = ""
    ) -> answers.Proposals:
        """Sentences of the notes that could be claims as they stand, or nearly, and are not tagged. A person tags them. A large
        vault is looked through in parts: go on at `next_note`."""
        from checker.workspace.proposing import propose

        workspace = self.open()
        vault = workspace.vault()
        places = list(filter(vault.is_content, vault.note_paths))
        places = places[places.index(_find(vault, first_note)) :] if first_note else places
        until, read = time.monotonic() + MOST_SECONDS, 0
        found: list[dict[str, Any]] = []
        for _, of_note in propose(vault, places, workspace.words):
            read += 1
            found += map(_proposal, of_note)
            if time.monotonic() > until or len(found) > answers.MOST:
                break
        rows, left = capped(found)
        going_on = str(places[read]) if read < len(places) else ""
        return answers.Proposals.model_validate({"proposals": rows, "left_out": left, "notes": read, "next_note": going_on})

    def lint(self) -> answers.Faults:
        """What is wrong in the vault: broken links, headings and blocks, doubled ids, tags that cannot be a claim."""
        from checker.notes.lint import lint
        from checker.workspace.faults import claim_faults

        workspace = self.open()
        vault = workspace.vault()
        found = sorted([*lint(vault, [workspace.project.root]), *claim_faults(workspace, vault)])
        rows, left = capped(
            [
                {"note": str(each.path), "line": each.line, "column": each.column, "kind": each.kind, "message": each.message}
                for each in found
            ]
        )
        return answers.Faults.model_validate({"faults": rows, "left_out": left})


def _find(vault: Vault, name: str) -> PurePosixPath:
    """The note of a path or name. Only what the vault lists is looked at. Raises ConfigurationError where it lists none."""
    path = PurePosixPath(name)
    if vault.is_note(path):
        return path
    found = vault.resolve(PurePosixPath("."), name.partition("#")[0]).file
    if found is not None and vault.is_note(found):
        return found
    known = {text for each in vault.note_paths for text in (each.stem, str(each))}
    near = ", ".join(difflib.get_close_matches(name, known, 3))
    raise ConfigurationError(
        f"no note is called {name!r} {OF_A_VAULT}" + (f"; near to it: {near}" if near else "; search_notes finds them")
    )


def _link(other: PurePosixPath | None, link: Any) -> dict[str, Any]:
    how = "embed" if link.embed else link.kind
    return {"note": other and str(other), "link": link.destination, "line": link.line, "how": how}


def _claim(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "statement": case.claim.statement,
        "note": str(case.claim.note.path),
        "line": case.claim.line,
        "status": case.claim.shown,
        "reading": case.read_as,
        "reason": case.reason,
    }


def _run(run: Run) -> dict[str, Any]:
    verdict = run.verdict
    models: Sequence[dict[str, Any]] = [
        {
            "name": name,
            "changes": model.changes,
            "seeds": list(model.seeds),
            "means": run.values[name].means(),
            "weights": list(model.weights),
        }
        for name, model in run.models.items()
    ]
    return {
        "scope": run.scope.value,
        "verdict": verdict.word,
        "reason": verdict.reason,
        "reading": run.reading,
        "effect_of": run.effect_of,
        "effect": verdict.effect,
        "low": verdict.low,
        "high": verdict.high,
        "effect_unit": run.effect_unit,
        "rule": verdict.rule,
        "seeds": verdict.seeds,
        "images": verdict.images,
        "data": run.data.name,
        "unit": run.unit,
        "models": models,
        "packages": run.packages,
        "device": run.device,
        "key": run.key,
    }


def _proposal(proposal: Proposal) -> dict[str, Any]:
    reading = proposal.reading
    return {
        "note": str(proposal.note.path),
        "line": proposal.line,
        "sentence": reading.sentence,
        "reading": reading.reading,
        "reason": reading.reason,
        "choices": list(proposal.choices) if not proposal.reads else [],
    }
