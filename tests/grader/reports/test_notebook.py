"""What was handed in, with each lost point beside its line and each claim at its output."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from grader.records.grade import Grade, Outcome
from grader.records.reason import Place
from grader.records.submission import PageCell
from grader.reports import html
from grader.reports.audience import for_student
from grader.reports.notebook import render
from tests.share import every

LINK = re.compile(r'href="notebook\.html#([^"]+)"')


@pytest.fixture
def shown(grade: Grade) -> Grade:
    """With the notebook's cells."""
    cells = (
        PageCell("cell 1", "markdown", "## Part 1\n\n<script>alert(1)</script> $x<y$"),
        PageCell("cell 9", "code", output="Epoch 1\x1b]0;x\x07 </pre><b>"),
        PageCell("cell 12", "code", output="Test Acc: 0.6"),
        PageCell("cell 22", "markdown", "An answer."),
        PageCell("cell 30", "code"),
    )
    texts = {**grade.submission.texts, "cell 12": "train()", "cell 30": "show()"}
    return replace(grade, submission=replace(grade.submission, page=cells, texts=texts))


def row(page: str, anchor: str) -> str:
    """One cell of the page."""
    found = re.search(f'<section class="row" id="{anchor}">.*?</section>', page, re.DOTALL)
    assert found, anchor
    return found[0]


def test_a_lost_point_stands_beside_its_line(shown: Grade) -> None:
    """Points, title, reason and what to do; the line is marked."""
    cell = row(render(shown), "cell-9")

    assert 'class="line noted" id="cell-9-4"' in cell
    for words in (
        "−1.25",
        "The output is cropped",
        "The crop starts at 18",
        "Crop [19 : 19 + size]",
        "line 4",
    ):
        assert words in cell
    assert cell.count('class="note"') == 1


def test_what_has_no_line_stands_on_top(shown: Grade) -> None:
    """Nothing that was lost is missing from the page; what passed or waits is not there."""
    page = render(shown)
    top = page.partition('class="elsewhere"')[2].partition("</ul>")[0]

    assert "FCN8s was not found" in top and "claimed, not verified" in top
    assert "The map is (256, 256)" not in page and "a person grades this" not in page


def test_a_place_outside_of_the_page_is_not_lost(shown: Grade) -> None:
    """Where a cell or a line is not shown, its note stands on top."""
    for place in (Place("cell 99", 1), Place("cell 9", 9999)):
        lost = replace(shown.checks[1], reason=replace(shown.checks[1].reason, place=place))
        page = render(replace(shown, checks=(lost,)))

        assert "The crop starts at 18" in page.partition('class="elsewhere"')[2].partition("</ul>")[0]


def test_notes_do_not_cover_each_other(shown: Grade) -> None:
    """Each begins below the one before it."""
    reason = shown.checks[1].reason
    lost = tuple(
        replace(shown.checks[1], id=f"fcn32s.c{n}", reason=replace(reason, text=f"Fault {n}", place=place))
        for n, place in enumerate([Place("cell 9", 4), Place("cell 9", 3), Place("cell 9", 3)])
    )
    tops = [int(top) for top in re.findall(r"--line: (\d+)", render(replace(shown, checks=lost)))]

    assert len(tops) == 3
    assert all(after - before > 3 for before, after in pairwise(tops))


def test_every_link_of_the_report_leads_somewhere(shown: Grade) -> None:
    """Places to their lines, claims to what was printed."""
    links = set(LINK.findall(html.render(shown)))
    ids = set(re.findall(r'id="([^"]+)"', render(shown)))

    assert "cell-9-4" in links
    assert links <= ids


def test_nothing_of_the_students_is_obeyed(shown: Grade) -> None:
    """And nothing is fetched."""
    page = render(shown)

    assert "<script" not in page and "\x1b" not in page and "</pre><b>" not in page
    assert not re.search(r'(src|href)="(?!#|report\.html|data:image/png)', page)
    assert "default-src 'none'" in page


def test_a_student_sees_no_value_of_the_reference(shown: Grade) -> None:
    """What was expected stays with the course staff."""
    assert "rows and columns from 19" in render(shown)
    assert "rows and columns from 19" not in render(for_student(shown))


def test_without_a_notebook_there_is_still_a_page(unreadable: Grade, perfect: Grade) -> None:
    """It says why, or shows the files alone."""
    assert "It could not be read." in render(unreadable)
    assert 'class="note"' not in render(perfect)
    assert {check.outcome for check in perfect.checks} == {Outcome.PASSED}


@pytest.mark.parametrize(
    "source",
    every(
        4,
        ["'" * 2_000_000, "x = 1\n" * 100_000, "'\n" * 500_000, "a." * 500_000],
        ids=["one", "lines", "both", "words"],
    ),
)
def test_a_page_has_room_for_so_much_code(shown: Grade, source: str) -> None:
    """Megabytes of code don't make a page of megabytes, and it says how much is left out."""
    texts = {**shown.submission.texts, "cell 12": source, "cell 30": source}
    page = render(replace(shown, submission=replace(shown.submission, texts=texts)))

    assert len(page) < 4_000_000
    assert re.search(r"[1-9][\d,]+ more characters are not shown", row(page, "cell-12"))
    assert "not shown" not in row(page, "cell-9")
