"""The page in a real browser: Debian's Chromium; each test looks at what a person would."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browse.conftest import CHECKED, Served, serve, until, write_vault

Open = Callable[..., Any]


def heading(page: Any) -> str:
    return str(page.locator(".panel h2").first.inner_text())


def holds(page: Any, condition: str) -> None:
    """Wait until an expression is true. Playwright's own way to wait evaluates text in the page, which its policy forbids."""
    until(lambda: bool(page.evaluate(condition)))


def listed(page: Any) -> list[str]:
    return [text.split("\n")[0] for text in page.locator(".list li a").all_inner_texts()]


def test_it_opens_with_the_home_note_and_what_is_around_it(served: Served, open_page: Open) -> None:
    page = open_page(served.address)
    assert heading(page) == "Home"
    assert "Around Home" in page.locator("canvas").get_attribute("aria-label")
    assert page.title().startswith("Home")
    text = page.locator(".prose").inner_text()
    assert "Transcluded words" in text
    assert "hidden words" not in text
    assert page.locator(".prose math").count() == 2
    holds(page, "document.querySelector('.prose img').naturalWidth === 1")
    assert page.locator(".prose .md-claim[data-word=supported]").inner_text().startswith("supported · toy")


def test_search_finds_by_part_of_a_name_and_opens(served: Served, open_page: Open) -> None:
    page = open_page(served.address)
    page.keyboard.press("/")
    page.keyboard.type("gam")
    assert page.locator("#search-results li").first.inner_text().startswith("Gamma")
    page.keyboard.press("Enter")
    holds(page, "document.title.startsWith('Gamma')")
    assert page.url.endswith("#/note/Folder/Gamma.md")
    page.keyboard.press("/")
    page.keyboard.type("shorter attention distance dino")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/#/claim/*")
    page.keyboard.press("/")
    page.keyboard.type("zzzz")
    assert "Nothing is called that" in page.locator("dialog").inner_text()
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()


def test_depth_and_filters_choose_what_is_shown(served: Served, open_page: Open) -> None:
    page = open_page(served.address + "#/note/Home.md?list=1&depth=1")
    near = listed(page)
    assert {"Alpha", "Beta", "MAE is lovely"} <= set(near)
    assert "Gamma" not in near
    page.locator("#depth").fill("2")
    page.wait_for_selector(".list >> text=Gamma")
    assert "Delta" not in listed(page)
    page.locator("#depth").fill("3")
    page.wait_for_selector(".list >> text=Delta")
    page.locator("summary", has_text="Filter").click()
    page.get_by_label("links to it").check()
    holds(page, "!document.querySelector('.list').innerText.includes('MAE is lovely')")
    assert {"Alpha", "Beta"} <= set(listed(page))
    page.get_by_label("links both ways").check()
    page.wait_for_selector(".list >> text=MAE is lovely")
    page.get_by_label("Claims", exact=True).uncheck()
    holds(page, "!document.querySelector('.list').innerText.includes('MAE is lovely')")
    page.get_by_label("Unresolved").check()
    page.wait_for_selector(".list >> text=Not written")
    page.get_by_label("Tags").check()
    page.wait_for_selector(".list >> text=#topic/one")
    kept = page.url
    again = open_page(kept)
    assert listed(again) == listed(page)
    assert "Claims" not in again.locator(".list").inner_text().split()


def test_the_whole_graph_and_its_colours(served: Served, open_page: Open) -> None:
    page = open_page(served.address)
    page.get_by_role("button", name="Global").click()
    page.wait_for_selector("canvas[aria-label^='The whole graph']")
    assert re.search(r"\d+ nodes, \d+ links", page.locator(".told").inner_text())
    for choice in ("tag", "kind", "none"):
        page.locator("#colour").select_option(choice)
        holds(page, f"location.hash.includes('colour={choice}')")
    page.locator("#colour").select_option("kind")
    holds(page, "document.querySelector('.legend').innerText.includes('leaf')")


def test_the_path_between_two_notes(served: Served, open_page: Open) -> None:
    page = open_page(served.address + "#/note/Alpha.md")
    page.get_by_role("button", name="Path to…").click()
    page.keyboard.type("delta")
    page.keyboard.press("Enter")
    page.wait_for_selector(".path")
    assert page.locator(".path a").all_inner_texts() == ["Alpha", "Home", "Beta", "Gamma", "Delta"]
    assert (
        page.locator(".path li").nth(2).inner_text() == "is linked from Beta"
        or "links to" in page.locator(".path li").nth(2).inner_text()
    )
    page.get_by_role("button", name="Turn around").click()
    holds(page, "document.querySelector('.path a').textContent === 'Delta'")
    page.goto(served.address + "#/path?from=Alpha.md&to=Alone.md")
    page.wait_for_selector(".panel >> text=No links lead")


def test_links_backlinks_and_history(served: Served, open_page: Open) -> None:
    page = open_page(served.address)
    page.locator(".prose a", has_text="Alpha > Part two").first.click()
    holds(page, "document.title.startsWith('Alpha')")
    assert page.locator(".found").inner_text() == "Part two"
    assert "Back to Home at once" not in page.locator(".backlinks").inner_text()
    page.locator(".backlinks a", has_text="Home").first.click()
    holds(page, "document.title.startsWith('Home')")
    page.go_back()
    holds(page, "document.title.startsWith('Alpha')")
    page.goto(served.address + "#/missing/Not%20written")
    page.wait_for_selector(".panel >> text=Not written yet")
    assert page.locator(".outgoing a").all_inner_texts() == ["Home"]
    page.goto(served.address + "#/tag/topic")
    page.wait_for_selector(".panel >> text=#topic")
    assert page.locator(".outgoing a").all_inner_texts() == ["Beta"]


def test_the_table_of_claims_and_the_page_of_one(served: Served, open_page: Open) -> None:
    page = open_page(served.address + "#/claims")
    rows = page.locator(".claims-table tbody tr")
    assert rows.count() == 2
    page.get_by_role("button", name="Claim", exact=True).click()
    page.wait_for_selector("th[aria-sort=ascending]")
    page.get_by_role("button", name="Claim", exact=True).click()
    page.wait_for_selector("th[aria-sort=descending]")
    assert "lovely" in rows.first.inner_text()
    page.get_by_label("Filter claims").fill("shorter")
    holds(page, "document.querySelectorAll('.claims-table tbody tr').length === 1")
    page.get_by_label("Filter claims").fill("")
    page.get_by_role("button", name="untestable 1").click()
    holds(page, "document.querySelectorAll('.claims-table tbody tr').length === 1")
    page.get_by_role("link", name="MAE has shorter").click()
    page.wait_for_selector(".plot")
    assert page.locator(".plot").count() == 2
    assert "interval" in page.locator(".plot svg").first.get_attribute("aria-label")
    text = page.locator(".panel").inner_text()
    for part in ("Read as", "What would change it", "History", "Rule", "seed 2"):
        assert part in text, part
    page.get_by_role("link", name="Show in the graph").click()
    page.wait_for_url(f"**/#/claim/{CHECKED}*")


def test_a_saved_note_shows_at_once(served: Served, open_page: Open) -> None:
    page = open_page(served.address + "#/note/Delta.md")
    assert page.locator(".prose").inner_text() == "The end of the line."
    page.evaluate("window.kept = true")
    began = time.monotonic()
    (served.vault / "Delta.md").write_text("A new line, to [[Alone]].\n")
    page.wait_for_selector(".prose >> text=A new line")
    assert time.monotonic() - began < 4
    holds(page, "document.querySelector('canvas').getAttribute('aria-label').includes('Around Delta')")
    page.goto(served.address + "#/note/Alone.md")
    page.wait_for_selector(".backlinks >> text=Delta")
    assert page.evaluate("window.kept")
    (served.vault / "Delta.md").write_text("The end of the line.\n")
    page.wait_for_selector(".panel >> text=Nothing links here.")


def test_a_new_note_of_any_name_is_found(served: Served, open_page: Open) -> None:
    page = open_page(served.address)
    (served.vault / "Folder" / "Is 100% #odd? ünd & so [x].md").write_text("Odd words. [[Home]]\n")

    def found() -> bool:
        page.keyboard.press("/")
        page.keyboard.type("100%")
        shown = page.locator("#search-results li").count() == 1
        if not shown:
            page.keyboard.press("Escape")
        return bool(shown)

    until(found)
    page.keyboard.press("Enter")
    page.wait_for_selector(".prose >> text=Odd words.")
    assert heading(page) == "Is 100% #odd? ünd & so [x]"
    page.reload()
    page.wait_for_selector(".prose >> text=Odd words.")
    page.locator(".prose a").click()
    page.wait_for_selector(".backlinks >> text=Is 100%")
    page.locator(".backlinks a", has_text="Is 100%").click()
    page.wait_for_selector(".prose >> text=Odd words.")


def test_a_hostile_note_does_nothing(served: Served, open_page: Open) -> None:
    asked: list[str] = []
    page = open_page(served.address + "#/note/Hostile.md")
    page.on("request", lambda request: asked.append(request.url))
    for name in ("A%20%3Cb%3Etitle%3Cb%3E%20%26%20'more'.md", "Hostile.md"):
        page.goto(served.address + f"#/note/{name}")
        page.wait_for_timeout(150)
    assert page.evaluate("window.owned") is None
    assert page.title().startswith("Hostile")
    assert page.locator("header").is_visible()
    assert page.locator(".prose script, .prose iframe, .prose form, .prose svg").count() == 0
    for link in page.locator(".prose a").all():
        assert not (link.get_attribute("href") or "").lower().startswith(("javascript", "data"))
    assert all(url.startswith(served.address) for url in asked), asked
    page.goto(served.address + "#/note/A%20%3Cb%3Etitle%3Cb%3E%20%26%20'more'.md")
    holds(page, "document.title.includes('<b>title<b>')")
    assert heading(page) == "A <b>title<b> & 'more'"


def test_colours_follow_the_system_and_the_button(served: Served, open_page: Open) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light, dark = open_page(served.address, color_scheme="light"), open_page(served.address, color_scheme="dark")
    seen = light.evaluate(ground), dark.evaluate(ground)
    assert seen[0] != seen[1]
    light.get_by_role("button", name="Dark colours").click()
    assert light.evaluate(ground) == seen[1]
    light.reload()
    light.wait_for_selector("html[data-ready]")
    assert light.evaluate(ground) == seen[1]


def test_the_keyboard_is_enough(served: Served, open_page: Open) -> None:
    page = open_page(served.address + "#/note/Folder/Gamma.md?depth=1")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "CANVAS":
            break
    else:
        pytest.fail("the graph cannot be reached by Tab")
    told: set[str] = set()
    for key in ("ArrowLeft", "ArrowRight", "ArrowRight", "ArrowUp", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
        told.add(page.locator("[aria-live=polite]").first.inner_text())
    assert any(text.startswith(("Beta, note", "Delta, note")) for text in told), told
    for key in ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
        if page.locator("[aria-live=polite]").first.inner_text().startswith(("Beta", "Delta")):
            break
    for key in ("+", "-", "0"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    holds(page, "/^(Beta|Delta)/.test(document.title)")
    page.keyboard.press("c")
    page.wait_for_url("**/#/claims*")
    page.keyboard.press("g")
    page.wait_for_selector("canvas")


def test_the_pointer_hovers_opens_pans_and_zooms(served: Served, open_page: Open) -> None:
    page = open_page(served.address + "#/tag/topic?depth=1")
    box = page.locator("canvas").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    places = [(middle[0] + dx, middle[1] + dy) for dx in range(-160, 161, 12) for dy in range(-160, 161, 12)]
    places.sort(key=lambda place: abs(place[0] - middle[0]) + abs(place[1] - middle[1]))
    first = page.url
    for place in places:
        page.mouse.move(*place)
        if page.evaluate("document.querySelector('canvas').style.cursor") == "pointer":
            page.mouse.click(*place)
            if page.url != first:
                break
    assert page.url != first
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    before = page.locator("canvas").screenshot()
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(100)
    zoomed = page.locator("canvas").screenshot()
    assert zoomed != before
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 120, steps=4)
    page.mouse.up()
    page.wait_for_timeout(100)
    assert page.locator("canvas").screenshot() != zoomed


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (360, 740)])
def test_axe_finds_nothing(served: Served, open_page: Open, scheme: str, width: int, height: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(served.address, color_scheme=scheme, viewport={"width": width, "height": height}, bypass_csp=True)
    for view in (
        "note/Home.md",
        "note/Home.md?list=1",
        "claims",
        f"claims?id={CHECKED}",
        "graph?whole=1",
        "path?from=Alpha.md&to=Delta.md",
    ):
        page.goto(f"{served.address}#/{view}")
        page.wait_for_timeout(150)
        found = Axe().run(page).response["violations"]
        assert not [(each["id"], each["nodes"][0]["html"][:120]) for each in found], view
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view


def test_what_is_printed_is_the_note(served: Served, open_page: Open) -> None:
    page = open_page(served.address)
    page.emulate_media(media="print")
    assert not page.locator("header").is_visible()
    assert not page.locator("canvas").is_visible()
    assert page.locator(".prose").is_visible()


def test_without_the_token_no_check_is_offered(served: Served, open_page: Open) -> None:
    page = open_page(f"{served.address}#/claim/{CHECKED}")
    assert page.get_by_role("button", name="Check this claim").count() == 0
    assert "check-claims browse" in page.locator(".check").inner_text()


@pytest.mark.slow
def test_a_check_is_started_followed_and_its_verdict_shows(tmp_path: Path, open_page: Open) -> None:
    with serve(write_vault(tmp_path / "project"), tmp_path / "cache") as found:
        page = open_page(f"{found.address}#token={found.token}")
        assert found.token not in page.url
        page.goto(f"{found.address}#/claim/{CHECKED}")
        page.get_by_role("button", name="Check this claim").click()
        page.wait_for_selector(".check progress")
        page.get_by_role("button", name="Stop").click()
        page.wait_for_selector(".check >> text=Not checked; the log says why.", timeout=50_000)
        page.goto(f"{found.address}#/claim/mae-is-lovely")
        page.get_by_role("button", name="Check this claim").click()
        page.wait_for_selector(".check >> text=Checked.", timeout=50_000)
        page.locator("summary", has_text="Log").click()
        assert "mae-is-lovely: ∅ untestable" in page.locator(".log").inner_text()
        page.goto(f"{found.address}#/note/Home.md")
        page.wait_for_selector(".prose .md-claim[data-word=untestable]")
        page.goto("about:blank")


def test_the_exported_file_works_without_server_or_network(tmp_path: Path, open_page: Open) -> None:
    project = write_vault(tmp_path / "project")
    out = tmp_path / "page.html"
    command = [sys.executable, "-m", "checker.cli", "export", str(out), "--vault", str(project)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "8 notes" in told or "9 notes" in told
    page = open_page(out.as_uri(), offline=True)
    assert heading(page) == "Home"
    assert page.locator(".prose img").evaluate("image => image.naturalWidth") == 1
    page.keyboard.press("/")
    page.keyboard.type("gamma")
    page.keyboard.press("Enter")
    holds(page, "document.title.startsWith('Gamma')")
    page.goto(out.as_uri() + f"#/claim/{CHECKED}")
    page.wait_for_selector(".plot")
    assert page.locator(".check").count() == 0
    page.goto(out.as_uri() + "#/note/Hostile.md")
    page.wait_for_timeout(200)
    assert page.evaluate("window.owned") is None
    page.locator("#colour").select_option("kind")
    holds(page, "document.querySelector('.legend') && location.hash.includes('colour=kind')")
    page.goto(out.as_uri() + "#/claims")
    assert page.locator(".claims-table tbody tr").count() == 2
    data = json.loads(page.locator("#data").text_content())
    assert data["live"] is False
