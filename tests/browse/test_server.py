"""What the server answers, and to whom: the running command, asked over HTTP."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from checker.browse.guard import Guard, is_loopback
from tests.browse.conftest import CHECKED, PNG, Served, serve, until, write_vault
from tests.strays import write_strays


def ask(served: Served, path: str, method: str = "GET", **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    address = urlsplit(served.address)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=20)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers, body


def test_the_page_has_a_strict_policy_and_no_token(served: Served) -> None:
    status, headers, body = ask(served, "/")
    assert status == 200
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert served.token.encode() not in body
    assert b"<script>" not in body
    assert b" style=" not in body


def test_the_answers(served: Served) -> None:
    assert json.loads(ask(served, "/api/graph")[2])["schema"] == 1
    assert json.loads(ask(served, "/api/claims")[2])["claims"][0]["id"] == CHECKED
    assert json.loads(ask(served, f"/api/claim?id={CHECKED}")[2])["word"] == "supported"
    assert json.loads(ask(served, "/api/note?path=Folder/Beta.md")[2])["title"] == "Beta"
    assert json.loads(ask(served, "/api/properties")[2]) == {"keys": ["kind"]}
    assert json.loads(ask(served, "/api/properties?key=kind")[2])["values"]["Home.md"] == "index"
    status, headers, body = ask(served, "/file?path=picture.png")
    assert (status, headers["content-type"], body) == (200, "image/png", PNG)
    assert "sandbox" in ask(served, "/file?path=drawing.svg")[1]["content-security-policy"]
    status, headers, _ = ask(served, "/file?path=Home.md")
    assert headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "path",
    [
        "/file?path=../claims/x.yaml", "/file?path=/etc/passwd", "/file?path=..%2f..%2fetc%2fpasswd", "/file?path=", "/file",
        f"/file?path={quote('../claims/' + CHECKED + '.yaml')}", "/static/../page.py", "/static/..%2fpage.py", "/static/main.py",
        "/api/note?path=../x", "/api/claim?id=nobody", "/nowhere", "/file?path=%00",
    ],
)  # fmt: skip
def test_nothing_else_is_given(served: Served, path: str) -> None:
    status, headers, _ = ask(served, path)
    assert status == 404
    assert "content-security-policy" in headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"}, {"Host": "evil.example:80"}, {"Host": "127.0.0.1.evil.example"}, {"Host": ""}, {"Host": "192.168.0.7"},
        {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"},
    ],
)  # fmt: skip
def test_other_sites_are_refused(served: Served, headers: dict[str, str]) -> None:
    for path in ("/", "/api/graph", "/file?path=picture.png", "/events"):
        assert ask(served, path, **headers)[0] in (400, 403), path


def test_a_link_from_another_site_may_lead_here(served: Served) -> None:
    assert ask(served, "/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")[0] == 200
    assert ask(served, "/api/graph", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")[0] == 403


def test_an_action_wants_the_token(served: Served) -> None:
    path = f"/api/check?id={CHECKED}"
    assert ask(served, path, "POST")[0] == 403
    assert ask(served, path, "POST", X_Token="wrong")[0] == 403
    assert ask(served, path, "POST", X_Token=served.token, Origin="http://evil.example")[0] == 403
    assert ask(served, "/api/check?id=nobody", "POST", X_Token=served.token)[0] == 404
    assert ask(served, "/api/stop", "POST")[0] == 403
    assert json.loads(ask(served, "/api/check")[2]) == {"claim": "", "running": False, "failed": None, "log": [], "progress": []}


def test_news_come_as_they_happen(served: Served) -> None:
    address = urlsplit(served.address)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(f"GET /events HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
        heard = b""
        while b"hello" not in heard:
            heard += connection.recv(4096)
        odd = os.fsencode(served.vault) + b"/odd-\xff.md"
        os.close(os.open(odd, os.O_CREAT | os.O_WRONLY))
        (served.vault / "Alone.md").write_text(f"Changed at {time.time()}.\n")
        while b'"Alone.md"' not in heard:
            heard += connection.recv(4096)
    os.unlink(odd)  # noqa: PTH108 (a path of bytes)
    assert b"text/event-stream" in heard


@pytest.mark.parametrize(("host", "here"), [("127.0.0.1", True), ("localhost", True), ("::1", True), ("[::1]", True), ("127.8.9.1", True), ("0.0.0.0", False), ("10.0.0.1", False), ("example.org", False), ("", False)])  # fmt: skip
def test_what_is_loopback(host: str, here: bool) -> None:
    assert is_loopback(host) is here


HOSTS = {
    **dict.fromkeys(("127.0.0.1", "127.0.0.1:80", "localhost", "LocalHost:8765", "[::1]", "[::1]:8765"), 200),
    **dict.fromkeys(
        ("[", "[::1", "::1]", "[::1].evil", "[::1]evil:80", "[::1]:80:90", "[evil]", "[127.0.0.1]", "[::1%25lo]"), 400
    ),
    **dict.fromkeys(
        ("", "user@localhost", "localhost:80x", "localhost/", "localhost#", "localhost, evil", "loc\tal", "[::1]:999999"), 400
    ),
    **dict.fromkeys(("evil", "localhost.evil", "127.0.0.1.evil", "localhost.", "0.0.0.0", "127.1", "[::2]", "10.0.0.1"), 403),
}


@pytest.mark.parametrize(("host", "status"), HOSTS.items())
def test_a_host_is_read_strictly(host: str, status: int) -> None:
    assert guarded([("host", host)]) == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([], 400),
        ([("host", "localhost"), ("host", "evil")], 400),
        ([("host", "localhost"), ("host", "localhost")], 400),
        ([("host", "localhost"), ("origin", "http://localhost")], 200),
        ([("host", "localhost"), ("origin", "https://localhost")], 403),
        ([("host", "localhost"), ("origin", "http://localhost.evil")], 403),
        ([("host", "localhost"), ("origin", "http://[")], 403),
        ([("host", "localhost"), ("origin", "null")], 403),
        ([("host", "localhost"), ("origin", "http://localhost"), ("origin", "http://evil")], 403),
        ([("host", "[::1]:80"), ("origin", "http://[::1].evil:80")], 403),
    ],
)
def test_headers_that_are_not_what_a_browser_sends(headers: list[tuple[str, str]], status: int) -> None:
    assert guarded(headers) == status


def guarded(headers: list[tuple[str, str]]) -> int:
    """The status with which the guard answers a request, 200 where it lets it in."""
    from starlette.responses import PlainTextResponse

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def ask() -> None:
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/",
            "headers": [(name.encode(), value.encode()) for name, value in headers],
        }
        await Guard(PlainTextResponse("in"))(scope, None, send)  # type: ignore[arg-type]

    asyncio.run(ask())
    status: int = sent[0]["status"]
    return status


def test_it_ends_with_ctrl_c_while_a_page_listens(tmp_path: Path) -> None:
    with serve(write_vault(tmp_path / "project"), tmp_path / "cache") as found:
        address = urlsplit(found.address)
        with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
            connection.sendall(f"GET /events HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
            assert connection.recv(100)
            assert found.stop() == 0


@pytest.mark.slow
def test_a_check_from_the_page_imports_nothing_of_the_vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = write_vault(tmp_path / "project")
    for folder in (project, project / "vault"):
        write_strays(folder, tmp_path / "ran")
    monkeypatch.chdir(project / "vault")
    with serve(project, tmp_path / "cache") as found:

        def state() -> dict[str, Any]:
            return json.loads(ask(found, "/api/check")[2])  # type: ignore[no-any-return]

        assert ask(found, f"/api/check?id={CHECKED}", "POST", X_Token=found.token)[0] == 202
        until(lambda: not state()["running"], 200)
        assert state()["failed"] == 0, state()["log"]
        assert any(line.startswith(f"{CHECKED}: ✅ supported") for line in state()["log"])
        assert not (tmp_path / "ran").exists(), (tmp_path / "ran").read_text()


@pytest.mark.slow
def test_a_check_runs_to_its_end_and_can_be_stopped(tmp_path: Path) -> None:
    with serve(write_vault(tmp_path / "project"), tmp_path / "cache") as found:

        def state() -> dict[str, object]:
            return json.loads(ask(found, "/api/check")[2])  # type: ignore[no-any-return]

        status, _, body = ask(found, "/api/check?id=mae-is-lovely", "POST", X_Token=found.token)
        assert (status, json.loads(body)["running"]) == (202, True)
        assert ask(found, "/api/check?id=mae-is-lovely", "POST", X_Token=found.token)[0] == 409
        until(lambda: not state()["running"], 60)
        assert state()["failed"] is False
        assert any("mae-is-lovely: ∅ untestable" in line for line in state()["log"])  # type: ignore[attr-defined]
        assert "MAE is lovely #claim [[mae-is-lovely|∅ untestable]] ^mae-is-lovely" in (found.vault / "Home.md").read_text()
        ask(found, f"/api/check?id={CHECKED}", "POST", X_Token=found.token)
        ask(found, "/api/stop", "POST", X_Token=found.token)
        until(lambda: not state()["running"], 20)
        assert state()["failed"] is True
