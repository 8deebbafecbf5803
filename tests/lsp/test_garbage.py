"""An editor that sends what it should not, and notes that want more than to be read."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp

from tests.lsp.conftest import NOTE
from tests.lsp.editor import PATIENCE, editing

IDEAS = "vault/Ideas.md"


class Wire:
    """A server, and the bytes between."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process, self.number = process, 0
        assert process.stdin is not None and process.stdout is not None
        self.stdin, self.stdout = process.stdin, process.stdout

    def raw(self, data: bytes) -> None:
        self.stdin.write(data)

    def send(self, message: object) -> None:
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.raw(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def notify(self, method: str, params: object) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    async def ask(self, method: str, params: object) -> dict[str, Any]:
        self.number += 1
        self.send({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params})
        while True:
            message = await asyncio.wait_for(self.receive(), PATIENCE)
            if message.get("id") == self.number and "method" not in message:
                return message

    async def receive(self) -> dict[str, Any]:
        length = 0
        while line := (await self.stdout.readline()).strip():
            name, _, value = line.partition(b":")
            length = int(value) if name == b"Content-Length" else length
        assert length, "the server has ended"
        found: dict[str, Any] = json.loads(await self.stdout.readexactly(length))
        return found


async def start(project: Path) -> Wire:
    command = (sys.executable, "-m", "checker.cli", "lsp", str(project))
    pipe = asyncio.subprocess.PIPE
    return Wire(await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL))


def place(line: object, character: object) -> dict[str, object]:
    return {"line": line, "character": character}


def test_garbage_is_refused_and_the_next_question_answered(project: Path) -> None:
    asyncio.run(_garbage(project))


async def _garbage(project: Path) -> None:
    wire = await start(project)
    uri = (project / IDEAS).as_uri()
    document = {"uri": uri}
    assert "error" in await wire.ask("textDocument/hover", {"textDocument": document, "position": place(0, 0)}) or True
    wire.send(b"{ this is no JSON")
    wire.raw(b"Content-Type: nonsense\r\nX: y\r\n")
    answer = await wire.ask("initialize", {"processId": None, "rootUri": project.as_uri(), "capabilities": {}})
    assert answer["result"]["serverInfo"]["name"] == "check-claims"
    wire.notify("initialized", {})
    wire.send([1, 2, 3])
    wire.send(b"null")
    wire.send(b"\xff\xfe")
    wire.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": 9}, "contentChanges": [{"text": "unopened"}]})
    for odd in ("untitled:Untitled-1", "file:///etc/passwd", "file:///%00", "file://", "http://example.org/a.md", "", "\x00"):
        wire.notify("textDocument/didOpen", {"textDocument": {"uri": odd, "languageId": "markdown", "version": 1, "text": "# x"}})
        assert (await wire.ask("textDocument/hover", {"textDocument": {"uri": odd}, "position": place(0, 0)})).get(
            "result"
        ) is None
    item = {"uri": uri, "languageId": "markdown", "version": 1, "text": NOTE}
    wire.notify("textDocument/didOpen", {"textDocument": item})
    for start_, end in (
        (place(10**9, 10**9), place(10**9, 10**9)),
        (place(3, 5), place(1, 0)),
        (place(0, 10**9), place(0, 10**9)),
    ):
        change = {"range": {"start": start_, "end": end}, "text": ""}
        wire.notify(
            "textDocument/didChange", {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [change, {"nonsense": 1}]}
        )
        wire.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [change]})
    for odd_place in (place(-1, -1), place("a", None), place(10**12, 10**12), None):
        await wire.ask("textDocument/completion", {"textDocument": document, "position": odd_place})
    assert "error" in await wire.ask("textDocument/nonsense", {})
    assert "error" in await wire.ask("workspace/executeCommand", {"command": "rm -rf /", "arguments": ["x"]})
    assert "error" in await wire.ask("workspace/executeCommand", {"command": "check-claims.check", "arguments": [1, 2, 3, 4]})
    await wire.ask("workspace/executeCommand", {"command": "check-claims.check", "arguments": ["file:///etc/passwd", "x"]})
    hover = await wire.ask("textDocument/hover", {"textDocument": document, "position": place(4, 9)})
    assert "A block of text" in hover["result"]["contents"]["value"]
    await wire.ask("shutdown", None)
    wire.notify("exit", None)
    assert await asyncio.wait_for(wire.process.wait(), PATIENCE) == 0
    assert (project / IDEAS).read_text() == NOTE


@pytest.mark.parametrize("end", ["eof", "terminate"])
def test_the_server_ends_when_its_editor_does(project: Path, end: str) -> None:
    async def run() -> None:
        wire = await start(project)
        await wire.ask("initialize", {"processId": None, "rootUri": project.as_uri(), "capabilities": {}})
        if end == "eof":
            wire.stdin.close()
        else:
            wire.process.terminate()
        await asyncio.wait_for(wire.process.wait(), PATIENCE)

    asyncio.run(run())


def test_nothing_of_the_working_folder_is_imported(project: Path) -> None:
    """Files called like modules of the library, of pygls and of this program lie where the editor starts the server."""
    for name in ("json.py", "asyncio.py", "pygls.py", "lsprotocol.py", "checker.py", "cattrs.py", "sitecustomize.py"):
        (project / "vault" / name).write_text(f"open({str(project / 'ran')!r}, 'w').close()\n")
        (project / name).write_text(f"open({str(project / 'ran')!r}, 'w').close()\n")

    async def run(folder: Path) -> None:
        command = Path(sys.executable).with_name("check-claims")
        environment = {**os.environ, "PYTHONPATH": ""}
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            command, "lsp", stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, cwd=folder, env=environment
        )
        wire = Wire(process)
        await wire.ask("initialize", {"processId": None, "rootUri": project.as_uri(), "capabilities": {}})
        wire.notify("initialized", {})
        uri = (project / IDEAS).as_uri()
        item = {"uri": uri, "languageId": "markdown", "version": 1, "text": NOTE}
        wire.notify("textDocument/didOpen", {"textDocument": item})
        hover = await wire.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": place(7, 24)})
        assert "attention distance" in hover["result"]["contents"]["value"]
        wire.stdin.close()
        await asyncio.wait_for(process.wait(), PATIENCE)

    for folder in (project, project / "vault"):
        asyncio.run(run(folder))
    assert not (project / "ran").exists()


HOSTILE = """\
# <script>alert(1)</script> ![x](https://example.org/track.png)

[run](command:workbench.action.terminal.new) {{ 7*7 }} <% run %> $(touch ran) `touch ran`

- MAE has shorter attention distance than DINO ![](https://example.org/p.png) $(touch ran) #claim
- [[../../../../etc/passwd]] [[Evil]] \x1b]0;title\x07 ##[error]x

````
```claim
kind: !!python/object/apply:os.system ["touch ran"]
```
````
"""


def test_a_hostile_note_is_shown_as_text_and_starts_nothing(project: Path) -> None:
    (project / "vault/Evil.md").write_text(HOSTILE)
    asyncio.run(_hostile(project))
    assert not list(project.rglob("ran"))


async def _hostile(project: Path) -> None:
    text = f"[[Evil]]\n\n{HOSTILE}\n```claim\nmetric: !!python/name:os.system\n```\n"
    async with editing(project) as editor:
        editor.open(IDEAS, text)
        for one in await editor.diagnostics(IDEAS):
            assert one.message.replace("\n", "").isprintable() and "##[" not in one.message
        shown = await editor.hover(IDEAS, 0, 3)
        assert shown is not None
        head, _, fenced = shown.partition("\n\n")
        fence = fenced.partition("markdown\n")[0]
        assert head == "Evil\\.md" and len(fence) > 4 and set(fence) == {"`"} and fenced.endswith(fence)
        assert "\x1b" not in shown and fence not in fenced[len(fence) : -len(fence)]
        for line, character in ((6, 4), (6, 96), (7, 5), (4, 3), (2, 5)):
            shown = await editor.hover(IDEAS, line, character)
            assert shown is None or "](" not in shown.replace("\\]\\(", "")
            for action in (await editor.actions(IDEAS, line, character)).values():
                assert (
                    action.edit is not None
                    if isinstance(action, lsp.CodeAction)
                    else action.title.startswith(("Check: ", "Accept "))
                )
        where = lsp.DefinitionParams(editor.document(IDEAS), lsp.Position(7, 5))
        assert await editor.text_document_definition_async(where) is None
