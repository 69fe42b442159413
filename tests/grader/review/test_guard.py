"""Nobody but the browser that had the token reads a page, and no other page writes."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.review.guard import LARGEST, Session
from tests.grader.review.a_desk import FIRST, Browser, desk, served

PAGES = ("/", f"/queue/{FIRST}", "/static/review.js", "/nothing")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with served(desk(tmp_path_factory.mktemp("class"))) as browser:
        yield browser


@pytest.mark.parametrize("path", PAGES)
def test_without_the_cookie_there_is_nothing(browser: Browser, path: str) -> None:
    """Not even whether a page is there."""
    for cookie in ("", "x=y", f"{browser.session.name}=guess", "\xff;="):
        assert browser.get(path, Cookie=cookie).status == 403


def test_the_token_works_once() -> None:
    """And a guess does not use it up."""
    session = Session(1)
    token = session.token

    assert session.exchange("guess") is None
    assert session.exchange(token)
    assert session.exchange(token) is None
    assert session.exchange("") is None


def test_the_cookie_is_for_pages_of_this_one_alone(tmp_path: Path) -> None:
    """No script reads it, and no other site's page sends it."""
    with served(desk(tmp_path)) as other:
        fresh = Browser(other.port, Session(other.port))
        fresh.session.token = other.session.token = "t" * 40
        told = fresh.open().headers["set-cookie"]

    assert "HttpOnly" in told and "SameSite=strict" in told and f"review-{other.port}=" in told


@pytest.mark.parametrize(
    "host",
    [
        *(
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:80",
            "",
            "evil.example:127.0.0.1",
        ),
        *("127.0.0.1.", "127.0.0.1@evil.example", "evil.example@127.0.0.1:80", "evil.example:80@localhost:5"),
        *("0.0.0.0:80", "127.1", "2130706433", "[::ffff:127.0.0.1]:80", "localhost, evil.example"),
    ],
)
def test_another_name_for_this_machine_is_refused(browser: Browser, host: str) -> None:
    """DNS rebinding: a name that the attacker owns leads here, cookie or not."""
    assert browser.get("/", Host=host).status in (400, 403)


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost", "localhost:8888", "[::1]:5"])
def test_this_machine_s_own_names_are_known(browser: Browser, host: str) -> None:
    """Also through a forwarded port."""
    assert browser.get("/", Host=host).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": None, "Sec-Fetch-Site": None},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": None},
    ],
)
def test_a_form_of_another_page_writes_nothing(browser: Browser, headers: dict[str, str | None]) -> None:
    """Not of another site, nor of another port of this machine, nor without saying whose it is."""
    assert browser.post("/undo", {}, **headers).status == 403


@pytest.mark.parametrize(
    "cookie", ['a="' + "\\" * 30_000 + '"', "; " * 30_000, "a=b; " * 12_000, '"' * 60_000]
)
def test_cookies_of_other_pages_take_no_time(browser: Browser, cookie: str) -> None:
    """Each port of a machine, a notebook's script at one among them, sets cookies for all of them."""
    begun = time.process_time()

    assert browser.get("/", Cookie=cookie).status == 403
    assert browser.get("/", Cookie=f"{cookie}; {browser.cookie}").status == 200
    assert time.process_time() - begun < 2


def test_many_cookies_may_come_in_pieces(browser: Browser) -> None:
    """As they do on a busy machine."""
    cookie = f"{'a=b; ' * 12_000}{browser.cookie}"
    head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nCookie: {cookie}\r\n"
    with socket.create_connection(("127.0.0.1", browser.port)) as line:
        line.sendall(head.encode())
        time.sleep(0.2)  # it is read by then
        line.sendall(b"\r\n")

        assert line.makefile("rb").readline() == b"HTTP/1.1 200 OK\r\n"


def test_a_form_of_our_own_page_is_taken(browser: Browser) -> None:
    """Also from a browser that sends only one of the two."""
    for missing in ("Origin", "Sec-Fetch-Site"):
        assert browser.post("/undo", {}, **{missing: None}).status == 303


def test_other_pages_read_nothing(browser: Browser) -> None:
    """A picture or a script taken from another port of this machine would come with the cookie."""
    for site in ("same-site", "cross-site"):
        assert browser.get("/", Sec_Fetch_Site=site).status == 403
    for method in ("PUT", "DELETE", "OPTIONS", "TRACE"):
        assert browser._ask(method, "/", None, {}).status == 403


def test_what_is_too_long_is_refused(browser: Browser) -> None:
    """Whether it says so or not."""
    assert browser.post("/undo", {"x": "y" * (LARGEST + 1)}).status == 413
    assert browser.post("/undo", {}, Content_Length="9" * 30).status in (400, 413)


def test_every_answer_tells_the_browser_what_it_may(browser: Browser) -> None:
    """Also those that refuse: no inline script or style, nothing from elsewhere, no frame."""
    for answer in (
        browser.get("/"),
        browser.get("/nothing"),
        browser.get("/", Cookie=""),
        browser.get("/", Host="x"),
    ):
        policy = answer.headers["content-security-policy"]

        assert (
            "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/%2e%2e/records/saved.py",
        "/static//etc/passwd",
        "/figure/..%2f..%2fetc/0.png",
        "/queue/..%2f..%2fetc",
        f"/queue/{FIRST}/../../../etc/{FIRST}",
        f"/queue/{FIRST}/..%00/x",
        *("/figure/x/" + "9" * 5000 + ".png", "/figure/x/-1.png", "/figure/x/%D9%A1.png", "/queue/%ff%fe"),
        *("/groups/%0d%0aSet-Cookie:x=y", "/items/%3Cscript%3E", "//evil.example/", "/static/%00"),
    ],
)
def test_no_path_leads_out(browser: Browser, path: str) -> None:
    """Addresses name submissions by a key that is looked up; only our own static files are files."""
    answer = browser.get(path)

    assert answer.status in (404, 405)
    assert "set-cookie" not in answer.headers and "<script>" not in answer.text
    assert "root:" not in answer.text and "import annotations" not in answer.text
