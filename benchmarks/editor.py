"""What the language server takes on a vault of N notes: a real client, over the server's standard input and output.

python benchmarks/editor.py [N] [ROUNDS]

writes benchmarks/EDITOR.md. The vault is that of make_vault.py, with CLAIMS tagged sentences in notes of its own.
"""

from __future__ import annotations

import asyncio
import os
import platform
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil
from lsprotocol import types as lsp

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
from make_vault import make  # noqa: E402

from tests.lsp.editor import Editor, editing  # noqa: E402

CLAIMS, A_NOTE = 300, 10  # claims of the vault, and of each note that has some
NOTE, CLAIMING = "Folder 7/Note 7.md", "Claims of mine 0.md"
MODELS = ("MAE", "DINO", "SimMIM", "MoCo v3", "a supervised ViT", "BEiT", "iBOT", "SimCLR")
METRICS = ("attention distance", "attention entropy", "k-NN accuracy", "linear probe accuracy", "effective rank")


def add_claims(root: Path) -> None:
    lines = [
        f"- {one} has {word} {metric} than {other}, in layer {layer} #claim"
        for layer in range(1, 7)
        for metric in METRICS
        for word in ("lower", "higher")
        for one in MODELS
        for other in MODELS
        if one != other
    ][:CLAIMS]
    for number in range(0, CLAIMS, A_NOTE):
        text = f"# Claims {number}\n\n" + "\n".join(lines[number : number + A_NOTE]) + f"\n\nSee [[Note {number}]].\n"
        (root / f"Claims of mine {number // A_NOTE}.md").write_text(text, encoding="utf-8")


@dataclass
class Times:
    """Milliseconds of each round, and the server's milliseconds of CPU a round."""

    wall: list[float]
    cpu: float


async def timed(editor: Editor, rounds: int, ask: Callable[[int], Awaitable[object]]) -> Times:
    assert editor._server is not None
    server, found = psutil.Process(editor._server.pid), []
    before = sum(server.cpu_times()[:2])
    for number in range(rounds):
        began = time.perf_counter()
        await ask(number)
        found.append(1000 * (time.perf_counter() - began))
    return Times(found, 1000 * (sum(server.cpu_times()[:2]) - before) / rounds)


async def measure(root: Path, rounds: int) -> dict[str, Times]:
    found: dict[str, Times] = {}
    text, claims = ((root / name).read_text(encoding="utf-8") for name in (NOTE, CLAIMING))
    began = time.perf_counter()
    async with editing(root) as editor:
        assert editor._server is not None
        server = psutil.Process(editor._server.pid)
        found["start, to the answer to `initialize`"] = Times(
            [1000 * (time.perf_counter() - began)], 1000 * sum(server.cpu_times()[:2])
        )
        editor.open(NOTE, text)
        await editor.diagnostics(NOTE)
        found["start, to the first diagnostics"] = Times(
            [1000 * (time.perf_counter() - began)], 1000 * sum(server.cpu_times()[:2])
        )
        found[f"a note of {A_NOTE} claims opened, to its diagnostics"] = await timed(editor, 1, lambda _: opened(editor, claims))
        for name, note, line in (("prose", NOTE, len(text.split("\n")) - 1), ("a claim", CLAIMING, 2)):
            await asyncio.sleep(1)
            found[f"diagnostics after a change of {name}"] = await timed(editor, rounds, lambda n: typed(editor, note, line, n))  # noqa: B023
        heading = (3, 0, 3, 0)
        await asyncio.sleep(1)
        found["diagnostics after a change of a heading"] = await timed(
            editor, rounds, lambda n: changed(editor, NOTE, heading, f"# x{n}\n\n")
        )
        editor.change(NOTE, (None, f"[[Note 9]] [[Note 1 \n{text}"))
        editor.change(CLAIMING, (None, claims))
        await editor.diagnostics(CLAIMING)
        at, link = lsp.Position(2, 40), lsp.Position(0, 4)
        document = editor.document(NOTE)
        asked: dict[str, Callable[[int], Awaitable[object]]] = {
            "hover on a claim": lambda _: editor.hover(CLAIMING, 2, 60),
            "hover on a link": lambda _: editor.hover(NOTE, 0, 4),
            "completion of a link": lambda _: editor.complete(NOTE, 0, 19),
            "completion in a claim": lambda _: editor.complete(CLAIMING, 2, 10),
            "code actions at a claim": lambda _: editor.actions(CLAIMING, at.line, at.character),
            "definition": lambda _: editor.text_document_definition_async(lsp.DefinitionParams(document, link)),
            "references": lambda _: editor.text_document_references_async(
                lsp.ReferenceParams(lsp.ReferenceContext(False), document, link)
            ),
            "rename of a note, its links with it": lambda n: editor.text_document_rename_async(
                lsp.RenameParams(document, link, f"Another {n}")
            ),
            "document symbols": lambda _: editor.text_document_document_symbol_async(
                lsp.DocumentSymbolParams(editor.document(CLAIMING))
            ),
            "workspace symbols": lambda _: editor.workspace_symbol_async(lsp.WorkspaceSymbolParams("attention")),
            "code lenses": lambda _: editor.text_document_code_lens_async(lsp.CodeLensParams(editor.document(CLAIMING))),
        }
        for name, ask in asked.items():
            found[name] = await timed(editor, rounds, ask)
    return found


async def opened(editor: Editor, claims: str) -> None:
    editor.open(CLAIMING, claims)
    await editor.diagnostics(CLAIMING)


async def typed(editor: Editor, note: str, line: int, number: int) -> None:
    """One character more, and what is wrong then."""
    await changed(editor, note, (line, 2, line, 2), "abcdefghij"[number % 10])


async def changed(editor: Editor, note: str, place: tuple[int, int, int, int], text: str) -> None:
    editor.change(note, (place, text))
    await editor.diagnostics(note)


def report(found: dict[str, Times], notes: int, rounds: int) -> str:
    rows = [
        f"| {name} | {len(times.wall)} | {median(times.wall):,.0f} | {max(times.wall):,.0f} | {times.cpu:,.0f} |"
        for name, times in found.items()
    ]
    load = os.getloadavg()[0]
    return f"""# What an editor waits for

`python benchmarks/editor.py {notes} {rounds}` writes this file: a client over standard input and output, a vault of
{notes:,} notes from make_vault.py, and {CLAIMS} claims in notes of {A_NOTE} each. Milliseconds from the client's message
to the answer, and the milliseconds of CPU that the server takes for one. The index of the vault is kept from an earlier start.
After a change the server waits 20 ms for more of them.

{platform.machine()}, {platform.system()}, Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f}.

| what | rounds | median, ms | longest, ms | CPU, ms |
|---|---|---|---|---|
{chr(10).join(rows)}
"""


def main() -> None:
    notes, rounds = (int(value) for value in (*sys.argv[1:], "10000", "20")[:2]) if len(sys.argv) != 2 else (int(sys.argv[1]), 20)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "notes"
        make(root, notes)
        add_claims(root)
        os.environ["CHECK_CLAIMS_CACHE"] = str(Path(folder) / "cache")
        from checker.notes import Vault

        Vault.open(root, Path(folder) / "cache" / "vaults")
        found = asyncio.run(measure(root, rounds))
    text = report(found, notes, rounds)
    Path(__file__).with_name("EDITOR.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
