"""Documents with claims in every form that is read, made at random: for tests, and for the benchmark at full size."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath
from random import Random

from checker.claims import Claim, find_claims
from checker.errors import NoteError
from checker.notes import Block, parse
from checker.writing import Status, clear_statuses, write_statuses

SENTENCES = (
    "MAE has shorter attention distance than DINO", "The heads differ", "注意力距離は短い", "المسافة أقصر", "המרחק קצר יותר", "Ein Satz mit é und ß",
    "**bold** and ==marked== text", "with a [[Link|shown]] and `code`", "x < y & z", "emoji 🖉 ✅ in it", "a\u2028b", "tab\there",
)  # fmt: skip
MADE = re.compile(rb" (?P<link>\[\[(?P<name>(?:made|own)-[\w-]+)(?P<bar>\\?\|)(?P<shown>[^\]]*)\]\])")
TARGET = re.compile(rb"\[\[((?:made|own)-[\w-]+)\\?\|")
PREFIX = re.compile(rb"([ \t>]*)((?:(?:[-*+]|\d+[.)]|\[\^\d\]:)[ ])*)(?=[^-*+#>|\s])")
ENDS = ("", "", "", " ", "  ", "\t", "\\")
WORDS_ = ("supported", "refuted", "inconclusive", "needs spec", "untestable", "error", "unchecked")


def document(random: Random) -> bytes:
    """A note of some blocks, a claim in most of them, with line ends, marks and gaps of every kind."""
    newline = random.choice(("\n", "\n", "\r\n"))
    lines: list[str] = []
    if random.random() < 0.3:
        lines += ["---", "tags: [a, claim]", "title: x #claim", "---"]
    for _ in range(random.randint(1, 8)):
        lines += _block(random)
        if random.random() < 0.8:
            lines.append(random.choice(("", "", "  ")))
    text = newline.join(lines) + (newline if random.random() < 0.7 else "")
    return (b"\xef\xbb\xbf" if random.random() < 0.1 else b"") + text.encode()


def _said(random: Random) -> str:
    return f"{random.choice(SENTENCES)}{random.choice((' #claim', ' #claim', ' #Claim', ''))}"


def _block(random: Random) -> list[str]:
    said, end = _said(random), random.choice(ENDS)
    forms = (
        lambda: [f"- {said}{end}"],
        lambda: [
            f"{random.randint(1, 20)}. {said}{end}",
            f"   - [ ] {_said(random)}",
            f"     more{end}",
            f"   * {_said(random)}",
        ],
        lambda: [f"- [x] {said}", f"\t- {_said(random)}{end}", "", "\t  a second paragraph"],
        lambda: [f"{random.choice(SENTENCES)}. {said} and on{end}"],
        lambda: [f"{said}{end or '  '}", "goes on after a hard break"],
        lambda: [f"> {said}{end}", f"> {random.choice(SENTENCES)}"],
        lambda: [f"> {said}", "", f"^own-{random.randint(0, 10**9)}"],
        lambda: [f"> [!note] {random.choice(SENTENCES)}", f"> {said}"],
        lambda: [f"> [!claim]{random.choice(('', '+', '-'))} {random.choice(SENTENCES)}{end.strip(chr(92))}", "> because"],
        lambda: ["> [!claim]", f"> {random.choice(SENTENCES)}"],
        lambda: ["| a | b |", "|---|---|", f"| {said} | {_said(random)} |", f"| x | {said}|"],
        lambda: ["a | b", "--|--", f"{said} | c"],
        lambda: [f"- {said} ^own-{random.randint(0, 10**9)}{end.strip(chr(92))}"],
        lambda: [f"- {said}", "  ```claim", "  x: 1", "  ```"],
        lambda: ["```", said, "```"],
        lambda: [f"`{said}`", f"$$ {said} $$", f"%% {said} %%"],
        lambda: [f"# {random.choice(SENTENCES)}", said],
    )
    return random.choice(forms)()


def odd_document(random: Random) -> bytes:
    """The same of the forms that once went wrong: callouts in lists and quotes, open brackets, fields, templates, struck-out text,
    citations, comments, footnotes."""
    newline = random.choice(("\n", "\n", "\r\n"))
    lines: list[str] = []
    for _ in range(random.randint(1, 8)):
        lines += _odd_block(random) if random.random() < 0.8 else _block(random)
        if random.random() < 0.8:
            lines.append("")
    text = newline.join(lines) + (newline if random.random() < 0.8 else "")
    return (b"\xef\xbb\xbf" if random.random() < 0.1 else b"") + text.encode()


def _odd_block(random: Random) -> list[str]:
    said, text = _said(random), random.choice(SENTENCES)
    callout = f"[!{random.choice(('claim', 'Claim', 'claim|meta'))}]{random.choice(('', '+', '-'))}"
    marker = random.choice(("-", "*", "+", "1.", "10)", "- [ ]"))
    cited = random.choice(
        (" (Park et al., 2023)", "[^1]", " [@park2023, p. 3]", " ([[park2023|Park et al. 2023]])", " %%note%%", " <!-- x -->")
    )
    forms = (
        lambda: [f"{marker} > {callout} {text}"],
        lambda: [f"> {marker} > {callout} {text}"],
        lambda: [f"{marker} a", f"  - > {callout} {text}", "    > because"],
        lambda: [f"> > {callout} {text}", "> > because"],
        lambda: ["> [!note] T", f"> > {callout} {text}"],
        lambda: [f"- - > {callout}", f"    > {text}"],
        lambda: [f"> {callout} see [[{text}"],
        lambda: [f"> {callout} see [{text}", "> more"],
        lambda: [f"> {callout} for $5 `{text}"],
        lambda: [f"- {said}", "  id:: 64f1c0de-1234"],
        lambda: [f"{said}", "source:: [[Park 2023]]"],
        lambda: [f"> {said}", "> key:: value"],
        lambda: [f"finding:: {said}"],
        lambda: [f"- {said} [key:: value]"],
        lambda: [f"- {{{{{text}}}}} {said}", "- <% tp.file.cursor() %> #claim"],
        lambda: [f"- ~~{text}~~ #claim", f"- ~~{text} #claim~~", f"- a ~~b~~ {said}"],
        lambda: [f"- {text}{cited} #claim{random.choice(ENDS)}"],
        lambda: [f"{text}. {text}{cited} #claim, and on"],
        lambda: [f"Text.[^{random.randint(1, 9)}]", "", f"[^{random.randint(1, 9)}]: {said}"],
        lambda: ["| a \\| b | c |", "|---|---|", f"| {text}{cited.replace('|', chr(92) + '|')} #claim | $x\\|y$ |"],
        lambda: [f"- {said}", "", "  a loose list", "", f"- {said}"],
        lambda: [f"%% {text} %% {said}"],
        lambda: ["%%", f"{said}", "", "%%"],
        lambda: ["<div>", f"{said}", "</div>"],
        lambda: [f"[[N#$x$ {text}]] $y$ {said}"],
        lambda: [f"{said} ![[fig.png]] [[N#H^b|x]]"],
        lambda: [f"\t- {said}", f"1. a\n\t> {said}"],
    )  # fmt: skip
    return random.choice(forms)()


def edited(data: bytes, random: Random) -> bytes:
    """The note as editors and formatters leave statuses: on a line of their own, escaped, as other links, doubled."""
    return MADE.sub(lambda match: _edited(data, match, random), data)


def _edited(data: bytes, match: re.Match[bytes], random: Random) -> bytes:
    name, bar, shown = match["name"], match["bar"], match["shown"]
    link = random.choice((
        match["link"], b"\\[[" + name + bar + shown + b"]\\]", b"\\[\\[" + name + bar + shown + b"\\]\\]",
        b"[" + shown + b"](Claims/" + name + b".md)", b"[" + shown + b"](<../" + name + b".md>)",
        b"[[Claims/" + name + bar + shown + b"]]", match["link"] + b" " + match["link"],
    ))  # fmt: skip
    start = max(data.rfind(end, 0, match.start()) for end in (b"\n", b"\r")) + 1
    indent = PREFIX.match(data, start)
    may_wrap = (
        bar == b"|" and indent is not None and b"[!" not in data[start : match.start()] and not data[start:].startswith(b"\xef")
    )
    if not may_wrap or random.random() < 0.5:
        return b" " + link
    assert indent is not None
    newline = b"\r\n" if b"\r\n" in data else b"\n"
    return newline + indent[1] + b" " * len(indent[2]) + link


def check_formatted(data: bytes, random: Random, form: Callable[[bytes], bytes]) -> int:
    """Hold what is promised of a note that a formatter rewrites between two checks: how many statuses were there after it."""
    try:
        claims, _ = find_claims(parse(PurePosixPath("note.md"), data))
    except NoteError:
        return 0
    written = write_statuses(data, statuses_of([claim for claim in claims if claim.status is None], random, "x"))
    formatted = form(written)
    note = parse(PurePosixPath("note.md"), formatted)
    claims, _ = find_claims(note)
    second = statuses_of(claims, random, "y")
    again = write_statuses(formatted, second)
    if not note.writable:
        assert again == formatted
        return 0
    assert write_statuses(again, second) == again, (data, formatted, again)
    found, _ = find_claims(parse(PurePosixPath("note.md"), again))
    assert {claim.name: claim.shown for claim in found} == {name: status.text for name, status in second.items()}, (
        data,
        formatted,
        again,
    )
    for claim in found:  # one status each, and none that was there is lost to a new one
        assert len(TARGET.findall(again)) == len({*TARGET.findall(again)}), (data, formatted, again)
        assert claim.name is not None
    made = {name: name.startswith("made-") for name in second}
    cleared = clear_statuses(again, made)
    assert cleared == clear_statuses(formatted, made), (data, formatted, again)
    assert not any(name.encode() in cleared for name, own in made.items() if own), (data, formatted, again)
    return len(found)


def with_claims(data: bytes, random: Random) -> bytes:
    """The note with the tag put in at random places where a claim may stand. Raises NoteError when it is no text."""
    note = parse(PurePosixPath("note.md"), data)
    places = [at for block in note.blocks if (at := _place(data, block, random)) is not None]
    for at in sorted(random.sample(places, min(len(places), random.randint(1, 6))), reverse=True):
        data = data[:at] + b" #claim" + data[at:]
    return data


def _place(data: bytes, block: Block, random: Random) -> int | None:
    if block.kind in ("list item", "paragraph", "quote"):
        end = block.block_id.span.start if block.block_id and block.block_id.span.start < block.span.end else block.span.end
        return block.span.start + len(data[block.span.start : end].rstrip())
    if block.kind == "table":
        rows = data[block.span.start : block.span.end].splitlines(keepends=True)
        row = random.randrange(2, len(rows)) if len(rows) > 2 else None
        if row is not None and b" |" in rows[row]:
            return block.span.start + len(b"".join(rows[:row])) + rows[row].rindex(b" |")
    return None


def statuses_of(claims: list[Claim], random: Random, generation: str) -> dict[str, Status]:
    """A status for every claim; those without an id get one that tells them from anything a note may hold."""
    found = {}
    for number, claim in enumerate(claims):
        name = claim.name or f"made-{generation}-{number}"
        found[name] = Status(
            name, claim.statement, random.choice(WORDS_), random.choice(("toy", "pretrained", "")), random.random() < 0.2
        )
    return found


def check_writing(data: bytes, random: Random) -> tuple[int, bytes]:
    """Hold all that is promised of one note: how many statuses were written, and the bytes. AssertionError where it is not kept."""
    try:
        note = parse(PurePosixPath("note.md"), data)
    except NoteError:
        return 0, data
    claims, _ = find_claims(note)
    fresh = [claim for claim in claims if claim.status is None]
    statuses = statuses_of(fresh, random, "x")
    written = write_statuses(data, statuses)
    if not note.writable:
        assert written == data
        return 0, data
    assert write_statuses(written, statuses) == written
    again, _ = find_claims(parse(PurePosixPath("note.md"), written))
    shown = {claim.name: claim.shown for claim in again}
    assert all(shown[name] == status.text for name, status in statuses.items()), (data, written)
    made = {name: name.startswith("made-") for name in statuses}
    assert clear_statuses(written, made) == data, (data, written)
    other = {name: Status(name, status.statement, random.choice(WORDS_), "toy") for name, status in statuses.items()}
    rewritten = write_statuses(written, other)
    assert clear_statuses(rewritten, made) == data
    assert write_statuses(rewritten, statuses) == written
    return len(statuses), written
