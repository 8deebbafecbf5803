"""What the page shows of a vault: its graph, its notes and its claims, as plain JSON values."""

from __future__ import annotations

import contextlib
import hashlib
import math
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from checker.browse import claims as of_claims
from checker.browse import note as of_note
from checker.browse.layout import layout
from checker.browse.places import keep_places, read_places
from checker.claims.claim import TAG
from checker.evidence import Ledger
from checker.notes import Problem, Vault
from checker.notes.graph import KINDS, ClaimNode
from checker.notes.properties import WIKILINK, read_frontmatter
from checker.runs.case import Case
from checker.runs.project import Project
from checker.runs.risk import with_risks
from checker.vocabulary import Vocabulary
from checker.workspace import Workspace
from checker.writing import read_ledgers

if TYPE_CHECKING:
    import networkx as nx

WEIGHTS = {"tag": 0.05, "embed": 0.4, "claim": 1.6}  # how strongly a link pulls its ends together; others 1
SATELLITES = ("tag", "attachment", "unresolved")  # kinds of nodes that lie around the others
HOMES = ("index", "home", "readme", "start here", "start")
FEWEST_AROUND_HOME = 3
MOST_VALUES = 60  # of a property that nodes can be coloured by


@dataclass(frozen=True)
class Site:
    """A vault at one moment. `places` is the file in which the layout of its graph is kept."""

    workspace: Workspace
    vault: Vault
    cases: tuple[Case, ...] = ()
    ledgers: dict[str, Ledger] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    places: Path | None = None

    @classmethod
    def of(cls, workspace: Workspace, vault: Vault, cache: Path | None) -> Site:
        """The site of a vault as it is now; the layout is kept in the folder `cache`."""
        survey = workspace.survey(vault)
        ledgers, faults = read_ledgers(workspace.project, [case.id for case in survey.cases])
        name = hashlib.blake2b(str(vault.root.resolve()).encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()
        places = cache / f"{name}.json" if cache else None
        return cls(workspace, vault, survey.cases, ledgers, faults, survey.faults, places)

    @property
    def project(self) -> Project:
        return self.workspace.project

    @property
    def vocabulary(self) -> Vocabulary:
        return self.workspace.words

    def with_new_files(self) -> Site:
        """The site with what is on disk now; its claims are still those of before."""
        self.vault.index.refresh()
        return replace(self, vault=Vault(self.vault.root, self.vault.index))

    def stamps(self) -> dict[str, object]:
        """Every file that the page is made of, and what shows that it has changed."""
        root, claims = self.vault.root.resolve(), self.project.claims.resolve()
        found: dict[str, object] = {
            f"{root}/{path}": digest for path, digest in self.vault.index.rows("SELECT path, hash FROM file")
        }
        for file in claims.iterdir() if claims.is_dir() else ():
            with contextlib.suppress(OSError):  # it has just gone, or leads nowhere
                status = file.stat()
                found[str(file)] = status.st_mtime_ns, status.st_size
        return found

    def outline(self) -> str:
        """A hash of all that the graph shows, which costs much less than the graph."""
        rows = self.vault.index.rows
        shown = (
            rows("SELECT id, path, kind FROM file ORDER BY id"),
            rows("SELECT DISTINCT source, coalesce(file, target), kind, embed FROM link ORDER BY 1, 2, 3, 4"),
            rows("SELECT DISTINCT source, folded FROM tag ORDER BY 1, 2"),
            [(row["id"], row["note"], row["statement"], row["word"], row["stale"], row["at_risk"]) for row in self.claims()],
        )
        return hashlib.blake2b(repr(shown).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    def with_new_claims(self, changed: Collection[str]) -> Site:
        """The site with the claims as they are now; the same one when no changed file can matter to them."""
        root = self.vault.root.resolve()
        asserting = {case.claim.note.path for case in self.cases}
        asserting |= {*self.vault.tagged(TAG), *self.vault.with_callout(TAG), *self.claim_notes}
        if not any(self._matters(Path(path), root, asserting) for path in changed):
            return self
        cache = self.places.parent if self.places else None
        return Site.of(self.workspace, self.vault, cache)

    def _matters(self, path: Path, root: Path, asserting: Collection[PurePosixPath]) -> bool:
        if path.is_relative_to(self.project.claims.resolve()):
            return True
        return path.is_relative_to(root) and PurePosixPath(path.relative_to(root).as_posix()) in asserting

    @property
    def name(self) -> str:
        root = self.vault.root.resolve()
        return root.parent.name if root.name == "vault" else root.name

    @cached_property
    def standings(self) -> dict[str, of_claims.Standing]:
        """How it stands with each claim."""
        found = {
            case.id: of_claims.standing(case, self.ledgers.get(case.id), self.faults.get(case.id, "")) for case in self.cases
        }
        return with_risks(found, self.rests) if self.rests else found

    @property
    def rests(self) -> dict[str, tuple[str, ...]]:
        """What each claim rests on."""
        return {case.id: case.rests_on for case in self.cases if case.rests_on}

    @cached_property
    def claim_notes(self) -> dict[PurePosixPath, str]:
        """The notes that the program owns, and the claim of each."""
        found = {PurePosixPath("Claims") / f"{case.id}.md": case.id for case in self.cases if case.id not in self.faults}
        return {path: name for path, name in found.items() if path in self.note_paths}

    @cached_property
    def note_paths(self) -> frozenset[PurePosixPath]:
        return frozenset(self.vault.note_paths)

    def claims(self) -> list[dict[str, Any]]:
        """All claims, for the table."""
        return [of_claims.row(case, self.standings[case.id]) for case in self.cases]

    def claim(self, name: str) -> dict[str, Any] | None:
        """The page of a claim; None where there is none of that id."""
        case = next((case for case in self.cases if case.id == name), None)
        if case is None:
            return None
        ledger = self.ledgers.get(name, Ledger(name))
        return of_claims.detail(case, self.standings[name], ledger, self.vocabulary, self.rests)

    @cached_property
    def _graph(self) -> nx.MultiDiGraph[str]:
        """The vault's graph, with the note of each claim drawn as the claim itself."""
        nodes = [
            ClaimNode(case.claim.note.path, case.id, case.claim.line, case.claim.statement, self.standings[case.id].word)
            for case in self.cases
        ]
        graph = self.vault.graph(nodes)
        claim_of = {case.id: f"{case.claim.note.path}#^{case.id}" for case in self.cases}
        for path, name in self.claim_notes.items():
            claim = claim_of[name]
            for source, _, edge in list(graph.in_edges(str(path), data=True)):
                if source not in (claim, str(self.case(name).claim.note.path)):
                    graph.add_edge(source, claim, **edge)
            graph.remove_node(str(path))
            plot = str(path.with_suffix(".svg"))
            if plot in graph and not graph.degree(plot):
                graph.remove_node(plot)
        return graph

    def case(self, name: str) -> Case:
        return next(case for case in self.cases if case.id == name)

    def graph(self) -> dict[str, Any]:
        """Nodes column by column, and links as triples of (source, target, kind), with where everything lies."""
        graph = self._graph
        names = list(graph)
        number = {name: index for index, name in enumerate(names)}
        kinds = {kind: index for index, kind in enumerate(KINDS)}
        links: dict[tuple[int, int, str], None] = {}
        for source, target, kind in graph.edges(data="kind"):
            if source != target:
                links[number[source], number[target], kind] = None
        ordered = sorted({kind for _, _, kind in links})
        weighted = [(source, target, WEIGHTS.get(kind, 1.0)) for source, target, kind in links]
        known = read_places(self.places) if self.places else {}
        satellites = [index for index, name in enumerate(names) if graph.nodes[name]["kind"] in SATELLITES]
        places = layout(names, weighted, known, satellites)
        if self.places and (len(known) != len(names) or any(name not in known for name in names)):
            keep_places(self.places, names, places)
        data = [graph.nodes[name] for name in names]
        stale = {f"{case.claim.note.path}#^{case.id}" for case in self.cases if self.standings[case.id].stale}
        return {
            "schema": 1,
            "name": self.name,
            "home": number.get(str(self.home)) if self.home else None,
            "kinds": list(KINDS),
            "linkKinds": ordered,
            "id": names,
            "kind": [kinds[node["kind"]] for node in data],
            "label": [node["label"] for node in data],
            "folder": [node.get("folder", "") for node in data],
            "word": {str(number[name]): node["status"] for name, node in graph.nodes(data=True) if node["kind"] == "claim"},
            "stale": sorted(number[name] for name in stale if name in number),
            "x": [value for value, _ in places.tolist()],
            "y": [value for _, value in places.tolist()],
            "links": [part for source, target, kind in links for part in (source, target, ordered.index(kind))],
            "properties": [],
        }

    @cached_property
    def home(self) -> PurePosixPath | None:
        """The note to begin with: one at the root whose name says so, else the one with the most claims, else the most linked."""
        notes = [path for path in self.note_paths if path not in self.claim_notes]
        if not notes:
            return None
        linked = dict.fromkeys(notes, 0)
        for link in self.vault.links():
            if link.file in linked and link.source != link.file:
                linked[link.file] += 1
        for name in HOMES:
            for path in sorted(notes):
                if len(path.parts) == 1 and path.stem.casefold() == name and linked[path] >= FEWEST_AROUND_HOME:
                    return path
        counts = dict.fromkeys(notes, 0)
        for case in self.cases:
            counts[case.claim.note.path] = counts.get(case.claim.note.path, 0) + 1
        return min(notes, key=lambda path: (-counts[path], -linked[path], str(path)))

    def note(self, path: PurePosixPath) -> dict[str, Any] | None:
        """A note or another file: its text as HTML that is safe to show, its claims and its links; None where there is none."""
        if path not in self.note_paths and path not in self.files:
            return None
        claims = [row for row in self.claims() if row["note"] == str(path)]
        problems = (*self.vault.problems, *self.problems)
        return of_note.shown(self.vault, path, path in self.note_paths, self.claim_notes) | {
            "claims": claims,
            "problems": [f"line {problem.line}: {problem.message}" for problem in problems if problem.path == path],
        }

    @cached_property
    def _values(self) -> dict[str, dict[str, str]]:
        """The values of properties by key and note: one value a note, few values a key."""
        found: dict[str, dict[str, str]] = {}
        for path in self.vault.note_paths:
            if path in self.claim_notes:
                continue
            for key, value in _frontmatter(self.vault.root / path).items():
                first = value[0] if isinstance(value, list) and value else value
                if isinstance(first, (str, int, float, bool)) and key not in ("tags", "aliases"):
                    match = WIKILINK.fullmatch(str(first).strip())
                    found.setdefault(key, {})[str(path)] = match[1].partition("|")[0] if match else str(first)
        return {
            key: values
            for key, values in found.items()
            if 1 < len(set(values.values())) <= min(MOST_VALUES, max(2, math.ceil(len(values) * 0.6)))
        }

    def properties(self) -> list[str]:
        """The properties that nodes can be coloured by."""
        return sorted(self._values)

    def values(self, key: str) -> dict[str, str]:
        """The value of a property in each note that has it."""
        return self._values.get(key, {})

    def file(self, path: PurePosixPath) -> Path | None:
        """A file of the vault on disk; None for anything else, so that no path leads outside."""
        return self.vault.root / path if path in self.files else None

    @cached_property
    def files(self) -> frozenset[PurePosixPath]:
        return frozenset(self.vault.files)


def open_site(workspace: Workspace, cache: Path | None) -> Site:
    """The site of a workspace."""
    return Site.of(workspace, workspace.vault(), cache / "layouts" if cache else None)


def _frontmatter(file: Path) -> dict[str, Any]:
    """The properties of a note, without reading the rest of it."""
    from checker.notes.lines import Span

    try:
        with file.open("rb") as opened:
            head = opened.read(8192)
    except OSError:
        return {}
    if not head.startswith(b"---"):
        return {}
    end = head.find(b"\n---", 3)
    first = head.find(b"\n") + 1
    return read_frontmatter(head, Span(first, end + 1)).values if end >= first else {}
