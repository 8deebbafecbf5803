from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from checker.notes import Note, parse
from checker.notes.quick import quick_entry


def read(text: str) -> Note:
    return parse(PurePosixPath("Note.md"), text.encode())


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("[a](b.md)", [("b.md", "", "a", False)]),
        ("[a](<My Note.md> 'title')", [("My Note.md", "", "a", False)]),
        ("[a](b.md#c%20d)", [("b.md", "#c d", "a", False)]),
        ("[a](b(c).md)", [("b(c).md", "", "a", False)]),
        ("![](i.png)", [("i.png", "", "", True)]),
        ("![x](https://a.b/i.png) <https://a.b> [](//a.b/c)", []),
        ("[x]() []()", []),
        (r"\[a](b.md)", []),
        ("`[a](b.md)`", []),
        ("[[x]](b.md)", [("x", "", None, False)]),
        ("[out [in](b.md)](c.md)", [("b.md", "", "in", False)]),
        ("[![i](a.png)](b.md)", [("b.md", "", "![i](a.png)", False), ("a.png", "", "i", True)]),
        ("[a][r] [r][] [R] [no]\n\n[r]: b.md", [("b.md", "", "a", False), ("b.md", "", "r", False), ("b.md", "", "R", False)]),
        ("[a][r]\n\n[r]: https://a.b", []),
        (r"\![[a]]", [("a", "", None, False)]),
        ("[[[a]]]", [("a", "", None, False)]),
        ("[[a|]]", [("a", "", "", False)]),
        ("[[ a # b |c]]", [("a", "# b", "c", False)]),
        ("[[|a]]", [("|a", "", None, False)]),
        (r"\\[[a]]", [("a", "", None, False)]),
        ("[[a`b]] `c`", [("a`b", "", None, False)]),
        ("[`x` y](b.md)", [("b.md", "", "`x` y", False)]),
        ("[[`[[`a]]", []),
        ("`[[a]] b` [[c]]", [("c", "", None, False)]),
    ],
)
def test_links(text: str, links: list[tuple[str, str, str | None, bool]]) -> None:
    found = read(text).links
    assert [(link.target, link.subpath, link.display, link.embed) for link in found] == links


@pytest.mark.parametrize(
    ("text", "width", "height", "page"),
    [
        ("![[i.png]]", None, None, None),
        ("![[i.png|100]]", 100, None, None),
        ("![[i.png|100x145]]", 100, 145, None),
        ("![[i.png|left|20]]", 20, None, None),
        ("![[d.pdf#page=3]]", None, None, 3),
        ("![[d.pdf#page=3&height=400]]", None, 400, 3),
        ("![a|50](i.png)", 50, None, None),
        ("![[i.png|a 100]]", None, None, None),
        ("[[i.png|100]]", None, None, None),
    ],
)
def test_size_and_page_of_embeds(text: str, width: int | None, height: int | None, page: int | None) -> None:
    (link,) = read(text).links
    assert (link.width, link.height, link.page) == (width, height, page)


def test_original_is_the_text_of_the_span() -> None:
    note = read("é [[a#b|c]] ![x|2](<d e.md>) [t][r] %% [[f]] %%\n\n[r]: g.md\n")
    assert len(note.all_links) == 4
    for link in note.all_links:
        assert note.data[link.span.start : link.span.end].decode() == link.original


def test_links_in_properties_have_key_path_and_span() -> None:
    note = read(
        "---\nup: \"[[é]]\"\nl:\n  - '[[B#h|b]]'\n  - plain [[no]]\nm: {d: {e: '[t](<x y.md>)'}}\nn: \"[[a]] [[b]]\"\n---\n"
    )
    assert [(link.key, link.target, link.subpath, link.display) for link in note.property_links] == [
        ("up", "é", "", None),
        ("l.0", "B", "#h", "b"),
        ("m.d.e", "x y.md", "", "t"),
    ]
    for link in note.property_links:
        assert note.data[link.span.start : link.span.end].decode() == link.original


def test_comments_keep_links_and_tags_for_obsidian_only() -> None:
    note = read("a %% [[b]] #c %%\n\n%%\n- [ ] [[d]] #e `#f`\n```\n#g\n```\n%%\n\n<!-- [[h]] #i -->\n")
    assert (note.links, note.tags, note.list_items) == ((), (), ())
    assert [link.target for link in note.all_links] == ["b", "d"]
    assert [tag.name for tag in note.all_tags] == ["c", "e"]
    assert [(comment.block, comment.html) for comment in note.comments] == [(False, False), (True, False), (True, True)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('<a href="#top">#in</a>', ["in"]),
        ("[#t](a.md) #u", ["u"]),
        ("#a—b #c… #d\u3000e", ["a", "c", "d"]),
        ("> #a\n\n| #b |\n| - |\n| #c |", ["a", "b", "c"]),
        ("---\ntags: [x, '#y', 12, two words]\n---\n#z", ["x", "y", "z"]),
        ("---\ntag: a\nTags: b\n---\n", ["b"]),
    ],
)
def test_tags(text: str, names: list[str]) -> None:
    assert [tag.name for tag in read(text).all_tags] == names


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("[[N#$x 2$ loss]] and [[N]]", ["N#$x 2$ loss", "N"]),
        ("[[N#$x 2$ loss|the loss]] $y$ [[N]]", ["N#$x 2$ loss", "N"]),
        ("[[costs $5]] and [[costs $6]]", ["costs $5", "costs $6"]),
        ("$a [[N]] b$ [[M]]", ["M"]),
        ("$$ [[N]] $$ [[M#$$x$$]]", ["M#$$x$$"]),
        ("[[50%% done]] and [[60%% done]]", ["50%% done", "60%% done"]),
        ("[[a%%b]] %%[[c]]%% [[d]]", ["a%%b", "d"]),
        ("%% $ %% [[a]] %% $ %%", ["a"]),
        ("$ %% [[a]] %%", []),
        ("$x %% y$ [[a]] $z %% w$", ["a"]),
        ("[[a <!-- b]] and [[c --> d]]", ["a <!-- b", "c --> d"]),
        ("[[Sq]uare]] and [[a]b|c]]", ["Sq]uare", "a]b"]),
        ("\\[[a $x]] $y [[b]]", ["b"]),
        ("\\[[a $x y]] z$ [[b]]", ["b"]),
        ("`[[a` $]]$ [[b]]", ["b"]),
        ("[[a\n$b]] $c [[d]]", ["d"]),
        ("| [[N#$x\\|y$\\|z]] |\n|---|\n| [[M]] $a$ |", ["N#$x", "M"]),
        ("> [!note] [[N#$a$]]\n> [[M#$b$]]", ["N#$a$", "M#$b$"]),
        ("![[N#$x$]] ![[M]]", ["N#$x$", "M"]),
    ],
)
def test_links_beside_formulas_and_comments(text: str, targets: list[str]) -> None:
    note = parse(PurePosixPath("S.md"), text.encode())
    assert [link.destination for link in note.links] == targets
    quick = quick_entry(text.encode())
    assert quick is None or [link.destination for link in quick.body_links] == targets


def test_a_footnote_in_a_quote_may_end_the_note() -> None:
    assert parse(PurePosixPath("S.md"), b"> [^1]: <!-- \n> ").blocks
