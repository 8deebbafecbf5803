from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.browse.render import render
from checker.browse.sanitise import sanitise
from checker.notes import Vault, parse
from tests.browse.conftest import CHECKED, HOSTILE


def shown(tmp_path: Path, text: str, **others: str) -> str:
    """The note `Note.md` of a vault with some others, as HTML."""
    for name, content in {"Note": text, **others}.items():
        (tmp_path / f"{name}.md").write_text(content, encoding="utf-8")
    (tmp_path / "picture.png").write_bytes(b"")
    vault = Vault.open(tmp_path)
    return render(vault, vault.note(PurePosixPath("Note.md")), {PurePosixPath(f"Claims/{CHECKED}.md"): CHECKED})


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("[[Other]]", '<a href="#/note/Other.md" data-note="Other.md" data-at="" class="md-link" rel="noopener noreferrer">Other</a>'),
        ("[[other#A Part!|x]]", 'href="#/note/Other.md?at=a%20part" data-note="Other.md" data-at="a part"'),
        ("[[Other#^Id]]", 'data-at="^id"'),
        ("[t](Other.md)", 'href="#/note/Other.md"'),
        ("[[Missing|<i>]]", '<a class="md-missing" data-note="Missing" rel="noopener noreferrer">&lt;i&gt;</a>'),
        ("[x](https://example.org)", '<a href="https://example.org" class="md-external" target="_blank" rel="noopener noreferrer">x</a>'),
        ("==a **b**==", "<mark>a <strong>b</strong></mark>"),
        ("a #tag/sub b", '<a class="md-tag" data-tag="tag/sub" href="#/tag/tag/sub" rel="noopener noreferrer">#tag/sub</a>'),
        ("a#no `#no` #12", "<p>a#no <code>#no</code> #12</p>"),
        ("~~gone~~", "<s>gone</s>"),
        ("seen %%not\nseen%% seen", "<p>seen"),
        ("$a<b$", '<math display="inline"><mrow><mi>a</mi><mo>&lt;</mo><mi>b</mi></mrow></math>'),
        ("costs $5 and $6", "<p>costs $5 and $6</p>"),
        ("$$\n\\sqrt{x}\n$$", '<div class="md-math"><math display="block"><mrow><msqrt>'),
        ("$\\frac{$", '<code class="md-formula">\\frac{</code>'),
        ("- [ ] open\n- [x] done", '<li class="md-task md-done"><span class="md-box"><span class="md-unseen">done: </span></span>done</li>'),
        ("words ^id", '<span data-at="^id"></span>'),
        ("> [!tip]+ The *title*\n> body", '<details class="md-callout md-callout-tip" open="">'),
        ("> [!note]\n> body", '<div class="md-callout-title">Note</div>'),
        ("> plain", "<blockquote>"),
        ("```py\nx = 1\n```", '<span class="tok-n">x</span>'),
        ("```nosuch\n<b>\n```", "&lt;b&gt;"),
        ("| a |\n|--:|\n| [[Other\\|b]] |", '<td class="md-right"><a href="#/note/Other.md"'),
        ("![[picture.png|30x20]]", '<img data-file="picture.png" alt="picture" width="30" height="20">'),
        ("![alt|50](picture.png)", '<img data-file="picture.png" alt="alt" width="50">'),
        ("![far](https://example.org/a.png)", '<a href="https://example.org/a.png" class="md-external"'),
        ("a^[inline] b[^1]\n\n[^1]: foot", '<section class="md-footnotes"><ol><li data-at="fn-inline-1">inline'),
        ("# One\n\n### Three", '<h3 class="md-h1" data-at="one">One</h3>\n<h4 class="md-h3" data-at="three">Three</h4>'),
        (f"[[Claims/{CHECKED}|✅ supported · toy]]", 'class="md-missing"'),
    ],
)  # fmt: skip
def test_a_piece_of_markdown_is_shown(tmp_path: Path, text: str, html: str) -> None:
    assert html in shown(tmp_path, text, Other="# Other\n\n## A part\n\nWords ^Id\n")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a ^id\nb", "<p>a ^id\nb</p>"),  # an id ends a block, not a line
        ("[[a`b]] c`", "a`b</a> c`</p>"),  # what begins first keeps what is in it
        ("[[a $x]] y$", "a $x</a> y$</p>"),
        ("$a [[Other]]$", '<mo stretchy="false">[</mo>'),
        ("[#a](Other.md)", 'class="md-link" rel="noopener noreferrer">#a</a></p>'),  # no tag in a link
        ("[a [[Other]]](https://example.org)", ">Other</a>"),
        ("$a\nb$", "<p>$a\nb$</p>"),  # a formula of one `$` ends in its line
        ("> $$a\n> b$$ c", "<mi>a</mi><mi>b</mi>"),
        ("> $$\n> \\sqrt{x}\n> $$", "<msqrt>"),
        ("1. $$\n   \\sqrt{x}\n   $$", "<msqrt>"),
        ("| a | b |\n|--|--|\n| $5 | 6$ |", "<td>$5</td>\n<td>6$</td>"),  # a `|` ends a cell first
        ("| a |\n|--|\n| $a\\|b$ |", '<mo stretchy="false">|</mo>'),
        ("%%hidden%% words", "<p> words</p>"),  # and not the code that four blanks would make
        ("- a %%x\n- b%% c", "<li>a  c</li>"),
        ("x^[see [[Other]] ==m== [b](Other.md)]", 'see <a href="#/note/Other.md"'),
        ("x^[a ^[b] c]", '<li data-at="fn-inline-2">b'),
        ("^[[Other]]", '<p>^<a href="#/note/Other.md"'),  # a link is a link
        ("**[[Other]]**", "<strong><a"),
        ("`[[Other]] #t $x$`", "<code>[[Other]] #t $x$</code>"),
        ('<b title="#t [[Other]]">b</b>', "<b>b</b>"),
        ("![a $x$|50](picture.png)", 'alt="a $x$" width="50"'),
        ("# H $x$ #t", 'data-at="h x t"'),
        ("\\[\\[Other\\]\\] \\$x$", "<p>[[Other]] $x$</p>"),
        ("\ufdd00\ufdd1 [a](%EF%B7%900%EF%B7%91) #t", "\ufffd0\ufffd <a"),  # code points that mark nothing here
    ],
)
def test_a_note_is_shown_as_it_was_read(tmp_path: Path, text: str, html: str) -> None:
    """Where links, tags, formulas, comments and ids meet, Obsidian's rules decide, and one reader knows them."""
    assert html in shown(tmp_path, text, Other="# Other\n")


def test_comments_frontmatter_and_order(tmp_path: Path) -> None:
    html = shown(tmp_path, "---\ntags: [x]\n---\nseen %%not\n\nthis%% and <!-- nor this --> end\n")
    assert "not" not in html
    assert "this" not in html
    assert "tags" not in html
    assert html.index("seen") < html.index("end")


def test_a_status_link_leads_to_its_claim(tmp_path: Path) -> None:
    (tmp_path / "Claims").mkdir()
    (tmp_path / "Claims" / f"{CHECKED}.md").write_text("x")
    html = shown(tmp_path, f"MAE #claim [[{CHECKED}|✅ supported · toy]]")
    assert f'<a href="#/claim/{CHECKED}" data-claim="{CHECKED}" data-word="supported" class="md-claim"' in html
    assert "✅" not in html


def test_a_part_of_another_note_is_transcluded_with_its_own_links(tmp_path: Path) -> None:
    other = "# Other\n\nFirst.\n\n## Part\n\nSecond [[Third]] ^here\n\n## Next\n\nLast.\n"
    html = shown(tmp_path, "![[Other#Part]]", Other=other, Third="x")
    assert "Second" in html
    assert "First" not in html
    assert "Last" not in html
    assert 'data-note="Third.md"' in html
    assert "Second" in shown(tmp_path, "![[Other#^here]]")
    assert 'class="md-missing"' in shown(tmp_path, "![[Other#Nowhere]]")


def test_notes_that_embed_one_another_end(tmp_path: Path) -> None:
    html = shown(tmp_path, "Here ![[Other]] ![[Other]]", Other="There ![[Note]] ![[Third]]", Third="![[Other]] ![[Note]] end")
    assert html.count("There") == 2


def test_a_hostile_note_brings_no_code_and_no_request(tmp_path: Path) -> None:
    html = shown(tmp_path, HOSTILE)
    for word in (
        "<script",
        "<svg",
        "<iframe",
        "<object",
        "<form",
        "<style",
        "<button",
        "onerror",
        "onclick",
        "onload",
        "style=",
        " id=",
        " src=",
    ):
        assert word not in html, word
    assert 'href="javascript' not in html
    assert 'href="data:' not in html
    assert 'class="panel' not in html
    assert "bold" in html


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="[]!#^|<>=$%`*_-~:()\\\"' \nabx/&;1", max_size=120))
def test_no_text_breaks_the_renderer_or_escapes_it(text: str) -> None:
    vault = Vault.open(Path(__file__).parent)
    html = render(vault, parse(PurePosixPath("Note.md"), text.encode()), {})
    assert sanitise(html) == html


@given(st.text(alphabet="<>/abimgsvcr iptoneload='\"=:;javd&#x0", max_size=100))
def test_what_was_made_harmless_stays_so(text: str) -> None:
    html = sanitise(text)
    assert "<script" not in html.lower()
    assert sanitise(html) == html
