"""The review in a real browser: a class of sixty by keys alone, on one screen, with and without scripts."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from fixtures.review_class import write
from grader.marks.entry import Decision, Mark
from grader.marks.standing import live
from grader.marks.store import Store
from tests.grader.review.a_desk import FIRST, SECOND, given

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
COUNT = 60
MOST_KEYS = 6  # an answer
COMPLAINTS: list[str] = []  # what a browser said of scripts and of what its policy refused
# A form that was refused, a connection that is gone, htmx about either.
EXPECTED = ("status of 4", "ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_REFUSED", "htmx:")


@dataclass
class Review:
    """A review that is served by the command, and where its marks are."""

    address: str
    marks: Path

    @property
    def home(self) -> str:
        return self.address.partition("/open")[0]

    def entries(self) -> list[Mark]:
        """The marks that stand, in the order they were made."""
        with Store.open(self.marks) as store:
            return [entry.what for entry in live(store.entries()) if isinstance(entry.what, Mark)]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no chromium on this machine; .ci/run installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def review(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Review]:
    write(tmp_path / "reports", getattr(request, "param", 12))
    command = [sys.executable, "-m", "grader", "review", str(tmp_path / "reports"), "--no-open"]
    environment = {**os.environ, "GRADER_NAME": "tess"}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        address = "http" + process.stdout.readline().partition("http")[2].strip()
        COMPLAINTS.clear()
        yield Review(address, tmp_path / "reports.marks.sqlite")
        process.send_signal(signal.SIGINT)
    assert [said for said in COMPLAINTS if not any(word in said for word in EXPECTED)] == []


def opened(chromium: Browser, review: Review, **options: object) -> Page:
    """A page whose complaints are kept."""
    context = chromium.new_context(**{"viewport": {"width": 1280, "height": 720}, **options})  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(review.address)
    page.on("pageerror", lambda error: COMPLAINTS.append(str(error)))
    page.on("console", lambda said: COMPLAINTS.append(said.text) if said.type == "error" else None)
    return page


@pytest.mark.parametrize("review", [COUNT], indirect=True)
def test_a_class_of_sixty_by_keys_alone(
    chromium: Browser, review: Review, capsys: pytest.CaptureFixture[str]
) -> None:
    """120 answers, each typed when its screen is there: every mark is where it belongs."""
    page = opened(chromium, review)
    keys = 0

    def press(*names: str) -> None:
        nonlocal keys
        for name in names:
            page.keyboard.press(name)
            keys += 1

    def answer(number: int) -> tuple[float, str]:
        digit = (number * 5) % 3
        if number == 4:
            press("c", *"Why?", "Escape")
        elif number > 4 and number % 10 == 4:
            press("c", "w", "Tab", "Escape")
        press(str(digit + 1), "Enter")
        return (10.0, 5.0, 0.0)[digit], "Why?" if number % 10 == 4 else ""

    wanted = []
    for line in (FIRST, SECOND):
        page.goto(f"{review.home}/queue/{line}")
        for number in range(COUNT):
            expect(page.locator(".bar .num")).to_have_text(f"{number + 1} of {COUNT}, {COUNT - number} left")
            wanted.append(answer(number))
        expect(page.locator("h1")).to_have_text("Nothing is open here")
    marks = review.entries()

    with capsys.disabled():
        print(f"\n{keys} keys for {len(marks)} answers: {keys / len(marks):.2f} an answer")
    assert keys / len(marks) <= MOST_KEYS
    assert [(mark.points, mark.own) for mark in marks[:4]] == wanted[:4]
    assert [mark.points for mark in marks] == [points for points, _ in wanted]
    assert {mark.own for mark in marks} <= {"", "Why?"} and Counter(mark.own for mark in marks)["Why?"] >= 7
    assert len({(mark.submission, mark.line) for mark in marks}) == 2 * COUNT


def test_keys_that_wait_for_their_screen_are_text_where_text_is_typed(
    chromium: Browser, review: Review
) -> None:
    """A comment that is typed ahead is a comment: its ? does not open the list of keys."""
    page = opened(chromium, review)
    page.keyboard.press("g")
    expect(page.locator(".bar .num")).to_have_text("1 of 12, 12 left")
    for key in ("1", "Enter", "c", *"Why?", "Escape", "2", "Enter"):
        page.keyboard.press(key)

    expect(page.locator(".bar .num")).to_have_text("3 of 12, 10 left")
    assert [(mark.points, mark.own) for mark in review.entries()] == [(10.0, ""), (5.0, "Why?")]


def test_undo_skip_flag_repeat_and_steps_by_key(chromium: Browser, review: Review) -> None:
    """Each does what the list of keys says."""
    page = opened(chromium, review)
    page.keyboard.press("g")
    expect(page.locator(".bar .num")).to_have_text("1 of 12, 12 left")
    first = page.url
    page.keyboard.press("2")
    expect(page.locator(".sum")).to_have_text("5")
    page.keyboard.press("Enter")
    expect(page.locator(".bar .num")).to_have_text("2 of 12, 11 left")
    page.keyboard.press(".")
    expect(page.locator(".bar .num")).to_have_text("3 of 12, 10 left")
    page.keyboard.press("s")
    expect(page.locator(".bar .num")).to_have_text("4 of 12, 10 left")
    page.keyboard.press("f")
    expect(page.locator(".tag")).to_have_text("Flagged")
    page.keyboard.press("k")
    expect(page.locator(".bar .num")).to_have_text("3 of 12, 10 left")
    page.keyboard.press("j")
    expect(page.locator(".bar .num")).to_have_text("4 of 12, 10 left")
    for _ in range(3):
        page.keyboard.press("u")
        expect(page.locator("#notice")).to_have_text("Taken back.")
    expect(page).to_have_url(first + "?said=undone")
    assert review.entries() == []


def test_keys_do_nothing_while_typing_and_can_be_switched_off(chromium: Browser, review: Review) -> None:
    """Nor where a person has switched them off; the dialog takes the focus and gives it back."""
    page = opened(chromium, review)
    page.goto(f"{review.home}/queue/{FIRST}")
    url = page.url
    page.keyboard.press("c")
    page.keyboard.type("s1f.ugj?k")
    expect(page.locator("#own")).to_have_value("s1f.ugj?k")
    assert page.url == url and page.locator("[name=item]:checked").count() == 0
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_be_visible()
    page.locator("dialog [data-switch=keys]").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.keyboard.press("s")
    assert page.url == url and page.locator("[name=item]:checked").count() == 0
    page.reload()
    page.keyboard.press("s")
    assert page.url == url


def test_a_conflict_shows_both_and_keeps_what_was_typed(chromium: Browser, review: Review) -> None:
    """Then one key keeps mine over it."""
    page = opened(chromium, review)
    page.goto(f"{review.home}/queue/{FIRST}")
    with Store.open(review.marks) as store:
        for number in range(12):
            store.append("you", given(f"student{number:04d}", 3.0))
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator(".conflict")).to_contain_text("you has marked this meanwhile")
    assert page.locator("[name=item]:checked").count() == 1
    page.keyboard.press("Enter")
    expect(page.locator(".tag")).to_contain_text("Second reading")
    assert Counter(mark.points for mark in review.entries())[10.0] == 1


def test_a_decision_then_the_release(chromium: Browser, review: Review) -> None:
    """A cause is decided for all who have it; groups and the rest are marked; the class leaves."""
    page = opened(chromium, review)
    page.goto(f"{review.home}/causes")
    page.get_by_role("link", name="conv1_1: padding 150").click()
    page.get_by_label("Why, for the students").fill("Accepted this year.")
    page.get_by_role("button", name="See whom it moves").click()
    expect(page.locator("main h2")).to_have_text("It moves: 3 submissions, +1 each")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_have_text("Decided.")
    with Store.open(review.marks) as store:
        assert [entry.what for entry in store.entries() if isinstance(entry.what, Decision)]
    for line in (FIRST, SECOND):
        page.goto(f"{review.home}/groups/{line}")
        while page.locator(".together").count():
            form = page.locator(".together").first
            form.locator("label.item").nth(2).click()
            left = page.locator(".together").count()
            form.get_by_role("button").click()
            expect(page.locator(".together")).to_have_count(left - 1)
        page.goto(f"{review.home}/queue/{line}")
        while page.locator(".mark").count():
            url = page.url
            page.keyboard.press("1")
            page.keyboard.press("Enter")
            expect(page).not_to_have_url(url)
    page.goto(f"{review.home}/queue/error")
    page.keyboard.press("1")
    page.keyboard.press("c")
    page.keyboard.type("It is the same, seen by hand.")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Nothing is open here")
    page.goto(f"{review.home}/release")
    expect(page.locator("h1")).to_have_text("Everything is complete")
    page.get_by_role("button", name="Release").click()
    expect(page.locator(".told")).to_contain_text("12 students' grades were released")
    assert len(list((review.marks.parent / "reports-released" / "students").glob("*.zip"))) == 12


@pytest.mark.parametrize("size", [(1280, 720), (390, 844)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_one_screen_holds_what_is_needed(
    chromium: Browser, review: Review, size: tuple[int, int], scheme: str
) -> None:
    """The button is in sight without scrolling, also with nine items; nothing is wider than the screen."""
    viewport = {"width": size[0], "height": size[1]}
    page = opened(chromium, review, viewport=viewport, color_scheme=scheme)
    page.goto(f"{review.home}/items/{FIRST}")
    for slot in range(1, 10):
        page.get_by_label(f"Points of item {slot}", exact=True).fill(str(slot))
        page.get_by_label(f"Words of item {slot}", exact=True).fill(
            "Words that take more than one line of it. " * 2
        )
    page.get_by_role("button", name="See whom it moves").click()
    page.get_by_role("button", name="Keep these items").click()
    for path in (
        "/",
        "/queue/error",
        "/causes",
        "/progress",
        "/release",
        "/requests",
        "/agreement",
        "/keys",
        f"/groups/{SECOND}",
    ):
        page.goto(f"{review.home}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
    page.goto(f"{review.home}/queue/{FIRST}")
    box = page.get_by_role("button", name="Save and next").bounding_box()

    assert box is not None and box["y"] >= 0 and box["y"] + box["height"] <= size[1]
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_everything_works_without_a_script(chromium: Browser, review: Review) -> None:
    """By mouse or by Tab: marks, undo, keys, previews."""
    page = opened(chromium, review, java_script_enabled=False)
    page.get_by_role("link", name="Scratch against pretrained").click()
    page.locator("label.item").first.click()
    page.get_by_role("button", name="Save and next").click()
    expect(page.locator(".bar .num")).to_have_text("2 of 12, 11 left")
    assert [mark.points for mark in review.entries()] == [10.0]
    page.get_by_role("button", name="Undo").click()
    assert review.entries() == []
    page.get_by_role("link", name="Keys").click()
    expect(page.locator("main h2")).to_have_text("Keys")


def test_nothing_is_lost_where_the_review_has_ended(chromium: Browser, review: Review) -> None:
    """The page says that it was not saved, and keeps what was typed."""
    page = opened(chromium, review)
    page.goto(f"{review.home}/queue/{FIRST}")
    page.locator("#own").fill("Not lost.")
    page.context.set_offline(True)
    page.get_by_role("button", name="Save and next").click()
    expect(page.locator("#notice")).to_contain_text("Not saved")
    expect(page.locator("#own")).to_have_value("Not lost.")


def test_nothing_is_lost_where_a_form_is_refused(chromium: Browser, review: Review) -> None:
    """By one that was started again on the same port and knows this browser no more, or for its length."""
    page = opened(chromium, review)
    page.goto(f"{review.home}/requests")
    table = "submission,line,words\n" + "x" * (1 << 18)
    page.locator("#table").fill(table)
    page.get_by_role("button", name="Open them").click()
    expect(page.locator("#notice")).to_have_text("Not saved: This is too long.")
    expect(page.locator("#table")).to_have_value(table)
    page.goto(f"{review.home}/queue/{FIRST}")
    page.locator("#own").fill("Not lost.")
    page.context.clear_cookies()
    page.get_by_role("button", name="Save and next").click()
    expect(page.locator("#notice")).to_contain_text("Not saved: Open the address")
    expect(page.locator("#own")).to_have_value("Not lost.")
