"""Sources from BibTeX and CSL-JSON, and citations that have none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.notes import Vault
from checker.notes.bibliography import bibliography_files, cited, read_bibliography
from checker.notes.lint import lint

BIB = """\
@article{he2022, author={He, Kaiming and Chen, Xinlei and Xie, Saining}, title={Masked {A}utoencoders}, year=2022}
@inproceedings{broken, title={never ends
@misc{el, author="\\'El, M. and Jan Park", date={2021-03}, title={On {\\LaTeX}}}
"""
CSL = [
    {
        "id": "li2023",
        "type": "book",
        "author": [{"family": "Li", "given": "A."}],
        "issued": {"date-parts": [["2023", 4]]},
        "title": "T",
    },
    {"id": "http://zotero.org/1", "citation-key": "zo", "type": "book", "author": [{"literal": "The Team"}]},
    {"id": 7, "type": "book"},
    "nonsense",
]


def test_both_formats(tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_text(BIB)
    (tmp_path / "b.json").write_text(json.dumps(CSL))
    (tmp_path / "c.json").write_text('{"schema": 1}')
    (tmp_path / "d.json").write_text("[" * 100_000)
    (tmp_path / "e.bib").write_bytes(b"\xff\xfe")
    sources, faults = read_bibliography(bibliography_files([tmp_path]))
    assert {key: str(source) for key, source in sources.items() if key != "el"} == {
        "he2022": "He et al. 2022, Masked Autoencoders",
        "li2023": "Li 2023, T",
        "zo": "The Team",
    }
    assert len(faults) == 1
    assert "e.bib: cannot be read as a bibliography" in faults[0]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("as [@a] and [see @b, p. 3; @c:d_2020.]", ["a", "b", "c:d_2020"]),
        ("me@home.org, [mail](x@y.z), [a@b](c), [[@d]], [^@e], @f", []),
        ("[-@h] [@i]: 3 %", ["h", "i"]),
    ],
)
def test_what_is_cited(text: str, keys: list[str]) -> None:
    assert [key for _, key in cited(text.encode())] == keys


def test_lint_tells_citations_without_an_entry(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    (vault / "refs").mkdir(parents=True)
    (vault / "N.md").write_text("Known [@he2022].\nUnknown [@she2022, p. 1], `[@code]`.\n")
    assert lint(Vault.open(vault)) == []  # without a bibliography nobody can tell
    (vault / "refs/all.bib").write_text(BIB)
    (fault,) = lint(Vault.open(vault))
    assert str(fault) == "N.md:2:10: no bibliography has an entry @she2022"
    (tmp_path / "more.json").write_text(json.dumps([{"id": "she2022", "type": "book"}]))
    assert lint(Vault.open(vault), [tmp_path]) == []
