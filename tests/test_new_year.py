"""docs/new-year.md is followed to the letter: its profile, its message, and a class that is graded by it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.edits import apply
from fixtures.edits import replace as changed
from fixtures.notebook import to_ipynb
from fixtures.years import right, submission
from grader import intake, profiles
from grader.errors import CallError
from grader.profiles import Profile
from grader.profiles.profile import MapForm
from grader.profiles.reading import Questions

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "new-year.md").read_text(encoding="utf-8")
FILE = "vision-2027.toml"


def block(language: str, number: int = 0) -> str:
    """A block of the page in a language."""
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found[number]


@pytest.fixture
def year(tmp_path: Path) -> Profile:
    (tmp_path / FILE).write_text(block("toml"), encoding="utf-8")
    return profiles.load(str(tmp_path / FILE))


def grader(*words: str) -> subprocess.CompletedProcess[str]:
    """What make runs for `make WORD ...`."""
    command = [sys.executable, "-m", "grader", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)


def test_its_profile_asks_for_what_the_page_says(year: Profile) -> None:
    """100 points, seven classes, other names and crops, a part that a person grades."""
    assert [part.points for part in year.rubric.parts] == [30, 50, 20]
    assert year.graded == ("FCN32s", "FCN8s") and year.names == {"FCN32s": "Netz32"}
    assert year.lines["fcn32s.crop"].title == "Die Ausgabe beginnt bei Zeile und Spalte 69"
    assert "81" in year.lines["fcn8s.crop"].title and "150" in year.lines["fcn8s.conv1"].title
    assert year.lines["fcn32s.crop"].points == 3 and "fcn32s.dropout" not in year.lines


def test_its_message_is_the_graders(tmp_path: Path) -> None:
    """The example of a mistake, with its line."""
    message = next(text for text in PAGE.splitlines() if text.startswith(f"{FILE}, line "))
    (tmp_path / FILE).write_text(block("toml").replace('check = "crop"', 'check = "corp"'), encoding="utf-8")

    with pytest.raises(CallError) as caught:
        profiles.load(str(tmp_path / FILE))
    assert message in str(caught.value)


def test_every_key_is_on_the_page() -> None:
    """What a profile may say stands in its table."""
    schema = json.loads((ROOT / "grader" / "profiles" / "profile.schema.json").read_text(encoding="utf-8"))
    table = "\n".join(text for text in PAGE.splitlines() if text.startswith("|"))

    assert [key for key in schema["properties"] if key not in table] == []
    assert [key for key in schema["$defs"]["line"]["properties"] if f"`{key}`" not in table] == []


def test_its_second_profile_asks_for_optional_parts(tmp_path: Path) -> None:
    """In their places, with maps, questions and files of its own; a right submission of it is read."""
    (tmp_path / "vision-2028.toml").write_text(block("toml", 1), encoding="utf-8")
    year = profiles.load(str(tmp_path / "vision-2028.toml"))
    read = intake.read(submission(year, tmp_path), year)

    assert [part.id for part in year.rubric.parts] == [
        *("fcn32s", "fcn16s", "fcn8s", "questions", "cam", "gradcam")
    ]
    assert sum(part.points for part in year.rubric.parts) == 100 + 20 + 15 + 5
    assert year.map == MapForm((224, 224), "list") and year.epochs == {"scratch": 10, "pretrained": 15}
    assert year.questions == Questions((1, 2, 3), "Pregunta", ("Parte", 4))
    assert (
        "(224, 224)" in year.lines["gradcam.shape"].title
        and "15" in year.lines["fcn8s.reported_pretrained"].title
    )
    assert set(read.slice.targets) == set(year.graded)
    assert read.notes == ("no answer to question 3 was found; it may stand in informe.pdf, not read here",)


def test_a_right_submission_of_it_is_read(year: Profile, tmp_path: Path) -> None:
    """Its own name for a class is found."""
    read = intake.read(submission(year, tmp_path), year)

    assert set(read.slice.targets) == {"FCN32s", "FCN8s"}
    assert read.notes == () and read.another == ""


@pytest.mark.slow
def test_its_commands_grade_a_class(year: Profile, tmp_path: Path) -> None:
    """The right one keeps all that was assessed; a crop one too early costs its line, in the year's words."""
    shown = grader("profiles", year.word)
    words = " ".join(shown.stdout.split())
    assert shown.returncode == 0 and "Teil 1: FCN-32s" in words
    class_ = tmp_path / "submissions"
    submission(year, class_).rename(class_ / "solution")
    wrong = apply(right(year), changed("fcn32s", "69:69 +", "68:68 +", 2))
    (class_ / "wrong").mkdir()
    (class_ / "wrong" / "hw.ipynb").write_text(to_ipynb(wrong), encoding="utf-8")
    options = ("--profile", year.word, "--training", "none", "--out", str(tmp_path / "graded"))

    graded = grader("class", str(class_), "--jobs", "1", *options)

    assert graded.returncode == 0, graded.stderr
    reports = {
        name: json.loads((tmp_path / "graded" / name / "report.json").read_text("utf-8"))
        for name in ("solution", "wrong")
    }
    lost = {
        name: {one["id"]: one for one in report["checks"] if one["outcome"] not in ("passed", "pending")}
        for name, report in reports.items()
    }
    assert lost["solution"] == {} and reports["solution"]["profile"] == "vision-2027"
    crop = lost["wrong"].pop("fcn32s.crop")
    assert lost["wrong"] == {} and crop["help"].startswith("Siehe Blatt 3, Seite 2.")
    assert "68" in crop["rationale"] and "69" in crop["rationale"]
