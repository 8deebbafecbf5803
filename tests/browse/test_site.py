from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

import pytest

from checker.browse.site import Site, open_site
from checker.workspace import Workspace
from tests.browse.conftest import CHECKED, write_vault


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return open_site(Workspace.open(write_vault(tmp_path / "project")), tmp_path / "cache")


def test_the_graph_has_claims_in_place_of_their_notes(site: Site) -> None:
    graph = site.graph()
    kinds = {name: graph["kinds"][kind] for name, kind in zip(graph["id"], graph["kind"], strict=True)}
    assert kinds["Home.md"] == "note"
    assert kinds[f"Home.md#^{CHECKED}"] == "claim"
    assert kinds["Not written"] == "unresolved"
    assert kinds["#topic/one"] == "tag"
    assert kinds["picture.png"] == "attachment"
    assert f"Claims/{CHECKED}.md" not in kinds
    assert f"Claims/{CHECKED}.svg" not in kinds
    assert graph["id"][graph["home"]] == "Home.md"
    links = {
        (graph["id"][graph["links"][i]], graph["id"][graph["links"][i + 1]], graph["linkKinds"][graph["links"][i + 2]])
        for i in range(0, len(graph["links"]), 3)
    }
    assert ("Home.md", f"Home.md#^{CHECKED}", "claim") in links
    assert ("Alpha.md", "Home.md", "wiki") in links
    assert ("Home.md", "Alpha.md", "embed") in links
    assert not any(source == target for source, target, _ in links)
    assert {graph["word"][key] for key in graph["word"]} == {"supported", "untestable"}
    assert len(graph["x"]) == len(graph["y"]) == len(graph["id"])


def test_places_are_the_same_at_the_next_visit_and_a_new_note_moves_nobody_far(site: Site, tmp_path: Path) -> None:
    first = site.graph()
    again = open_site(Workspace.open(tmp_path / "project"), tmp_path / "cache").graph()
    assert (again["x"], again["y"]) == (first["x"], first["y"])
    (tmp_path / "project" / "vault" / "New.md").write_text("[[Alpha]]\n")
    later = site.with_new_files().graph()
    at = {name: (x, y) for name, x, y in zip(first["id"], first["x"], first["y"], strict=True)}
    for name, x, y in zip(later["id"], later["x"], later["y"], strict=True):
        if name in at:
            assert abs(x - at[name][0]) + abs(y - at[name][1]) < 40, name


def test_a_note_comes_with_its_claims_and_links(site: Site) -> None:
    note = site.note(PurePosixPath("Home.md"))
    assert note is not None
    assert [claim["id"] for claim in note["claims"]] == [CHECKED, "mae-is-lovely"]
    assert [one["note"] for one in note["backlinks"]] == ["A <b>title<b> & 'more'.md", "Alpha.md", "Folder/Beta.md"]
    assert note["backlinks"][1]["text"] == "Back to Home at once."
    assert {one["label"]: one["missing"] for one in note["links"]} == {
        "Alpha": False, "Beta": False, "Not written": True, "picture.png": False,
    }  # fmt: skip
    assert {one["key"]: [value["text"] for value in one["values"]] for one in note["properties"]} == {
        "tags": ["start"], "kind": ["index"], "aliases": ["Start"],
    }  # fmt: skip
    assert site.note(PurePosixPath("picture.png"))["html"] is None  # type: ignore[index]


@pytest.mark.parametrize(
    "path", ["", ".", "..", "../claims/x.yaml", "/etc/passwd", "Home.md/../../claims", "Nowhere.md", ".claims/x"]
)
def test_no_path_leads_out_of_the_vault(site: Site, path: str) -> None:
    assert site.file(PurePosixPath(path)) is None
    assert site.note(PurePosixPath(path)) is None


def test_a_claim_is_told_whole(site: Site) -> None:
    claim = site.claim(CHECKED)
    assert claim is not None
    assert (claim["word"], claim["scope"], claim["unit"]) == ("supported", "toy", "px")
    assert claim["low"] < claim["effect"] < claim["high"] < claim["lines"][0] < claim["from"]
    assert claim["command"] == f"check-claims check --only {CHECKED}"
    (plot,) = claim["plots"]
    assert [model["name"] for model in plot["models"]] == ["MAE", "DINO", "random initialisation"]
    assert plot["layers"] == [[4, 6]]
    for model in plot["models"]:
        assert len(model["layers"]) == 6
        assert all(low < mean < high for mean, low, high in model["layers"])
    assert len(claim["history"]) >= 1
    assert claim["would_change_it"]
    assert site.claim("nobody") is None
    json.dumps(claim)


def test_what_an_interval_over_seeds_is() -> None:
    from checker.browse.claims import _over_seeds

    assert _over_seeds([2.0]) == [2.0, None, None]
    mean, low, high = _over_seeds([1.0, 2.0, 3.0])
    assert mean == 2.0
    assert (low, high) == pytest.approx((2 - 4.302653 / 3**0.5, 2 + 4.302653 / 3**0.5), abs=1e-4)


def test_what_changed_is_read_again(site: Site, tmp_path: Path) -> None:
    vault = tmp_path / "project" / "vault"
    (vault / "Delta.md").write_text("Now [[Alone]].\n")
    later = site.with_new_files()
    assert later.note(PurePosixPath("Alone.md"))["backlinks"]  # type: ignore[index]
    assert later.with_new_claims({str(vault / "Delta.md")}) is later
    (vault / "Home.md").write_text("- DINO is lovely #claim\n")
    later = later.with_new_files().with_new_claims({str(vault / "Home.md")})
    assert [row["statement"] for row in later.claims()] == ["DINO is lovely"]
    (vault / "Delta.md").write_text("- SimMIM is lovely #claim\n")
    later = later.with_new_files().with_new_claims({str(vault / "Delta.md")})
    assert len(later.claims()) == 2


def test_damaged_evidence_is_an_error_and_never_a_verdict(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "project" / "claims" / f"{CHECKED}.evidence.json"
    file.write_text("{")
    later = site.with_new_claims({str(file)})
    (row,) = [row for row in later.claims() if row["id"] == CHECKED]
    assert row["word"] == "error"
    assert "not an evidence file" in row["reason"]


def test_properties_that_tell_notes_apart(site: Site) -> None:
    assert site.properties() == ["kind"]
    assert site.values("kind") == {"Home.md": "index", "Alpha.md": "leaf", "Folder/Beta.md": "leaf"}
    assert site.values("none") == {}


def test_the_home_note(tmp_path: Path) -> None:
    def home(**notes: str) -> str:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        for name, text in notes.items():
            (folder / f"{name}.md").write_text(text)
        return str(open_site(Workspace.open(folder), None).home)

    assert home(a="[[b]]", b="", c="[[b]]") == "b.md"
    assert home(a="[[b]]", b="", index="", c="[[index]] [[b]] [[b|x]]", d="[[index]]", e="[[index]]") == "index.md"
    assert home(a="- MAE is lovely #claim", b="[[c]]", c="") == "a.md"
    assert home() == "None"
