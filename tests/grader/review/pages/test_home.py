"""The first page tells what is left."""

from __future__ import annotations

import re
from pathlib import Path

from tests.grader.review.a_desk import FIRST, desk, given, served

SURVEY = "survey.survey"


def test_it_counts_what_is_open_and_who_i_am(tmp_path: Path) -> None:
    """By queue; a queue of nothing is not listed."""
    one = desk(tmp_path, 6, of=2, share=1)
    with served(one) as browser:
        page = browser.get("/").text
        shown = re.findall(r"<b>(\d+)</b> of (\d+) left", page)
        mine = len(one.queue(FIRST).places)

        assert shown[0] == (str(mine), str(mine))
        assert "share 1 of 2" in page and "tess" in page and "Flagged" not in page
        one.board.write("tess", [given(one.queue(FIRST).places[0].subject, 3.0)])
        assert (str(mine - 1), str(mine)) in re.findall(r"<b>(\d+)</b> of (\d+) left", browser.get("/").text)


def test_a_queue_leads_to_its_next_open_place(tmp_path: Path) -> None:
    """Behind the one that is told; the last one that is left is told to be so."""
    one = desk(tmp_path, 3)
    places = one.queue(FIRST).places
    with served(one) as browser:
        path, _ = browser.follow(f"/queue/{FIRST}")
        assert path == one.address(FIRST, places[0])
        key = path.split("/")[-2]
        assert browser.follow(f"/queue/{FIRST}?after={key}/{FIRST}")[0] == one.address(FIRST, places[1])
        one.board.write("tess", [given(place.subject, 3.0) for place in places[1:]])
        assert "One is left" in browser.get(f"/queue/{FIRST}?after={key}/{FIRST}").text


def test_a_course_s_own_part_is_a_queue_like_a_question(tmp_path: Path) -> None:
    """A person grades it: it is not what this run left out, and no answer of it can equal another."""
    one = desk(tmp_path, 3, profile="ece176-2024")
    with served(one) as browser:
        page = browser.get("/").text

        assert f'href="/queue/{SURVEY}"' in page and 'href="/queue/pending"' not in page
        assert f'href="/groups/{FIRST}"' in page and f'href="/groups/{SURVEY}"' not in page
        assert browser.get(f"/groups/{SURVEY}").status == 404
        places = one.queue(SURVEY).places
        assert [browser.save(one.address(SURVEY, place), items=("usual1",)).status for place in places] == [
            303
        ] * 3
        assert not one.queue(SURVEY).open and "The survey was answered" in browser.get("/progress").text
        undone = browser.post("/undo", {}).headers["location"]
        assert undone == f"{one.address(SURVEY, places[-1])}?said=undone"
