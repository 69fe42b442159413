"""The default is the assignment, others say only what differs, mistakes are told with their line."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from grader import profiles
from grader.errors import CallError
from grader.profiles import FOLDER, Profile, load
from grader.rubric import Scale

GOOD = """
title = "Maps"

[[part]]
id = "cam"
title = "Maps"
points = 0.3
lines = [
  { check = "shape", points = 0.1, title = "The shape" },
  { check = "dtype", points = 0.2, title = "The type" },
]
"""
CHILD = """
inherits = "ece285"

[[part]]
id = "cam"
on = false
"""


def loaded(tmp_path: Path, text: str) -> Profile:
    path = tmp_path / "year.toml"
    path.write_text(text, encoding="utf-8")
    return load(str(path))


def told(tmp_path: Path, text: str) -> str:
    with pytest.raises(CallError) as caught:
        loaded(tmp_path, text)
    return str(caught.value)


def test_the_default_has_the_points_of_the_assignment() -> None:
    """Parts 1 to 4 are worth 20, 30, 20 and 30 points."""
    assert {part.id: part.points for part in load().rubric.parts} == {
        "fcn32s": 20,
        "fcn8s": 30,
        "questions": 20,
        "cam": 30,
    }


@pytest.mark.parametrize("name", ["ece176-2024", "ece176-2026"])
def test_ece_176_asks_for_no_maps(name: str) -> None:
    """30, 40, 29 and 1 points, for the two networks, the questions and the survey."""
    profile = load(name)

    assert {part.id: part.points for part in profile.rubric.parts} == {
        "fcn32s": 30,
        "fcn8s": 40,
        "questions": 29,
        "survey": 1,
    }
    assert profile.graded == ("FCN32s", "FCN8s")


@pytest.mark.parametrize("name", profiles.names())
def test_every_profile_adds_up(name: str) -> None:
    """A part is worth its lines, each is the address of a check, and all have a title."""
    profile = load(name)

    assert profile.name == name and profile.title
    for part in profile.rubric.parts:
        assert round(sum(line.points for line in part.lines), 2) == part.points
        assert all(line.id == f"{part.id}.{line.check}" and line.title for line in part.lines)
    assert len(profile.lines) == len(profile.rubric.lines)


def test_the_default_comes_first() -> None:
    """In every list of profiles."""
    assert profiles.names()[0] == profiles.DEFAULT
    assert set(profiles.names()) == {path.stem for path in FOLDER.glob("*.toml")}


def test_a_profile_is_known_by_the_hash_of_its_files(tmp_path: Path) -> None:
    """Any change of a file, or of one that it inherits from, changes the hash that reports carry."""
    own = FOLDER.joinpath("ece285.toml").read_bytes()

    assert load().rubric.sha256 == hashlib.sha256(own).hexdigest()
    assert loaded(tmp_path, CHILD).rubric.sha256 == hashlib.sha256(own + CHILD.encode()).hexdigest()


def test_points_are_added_exactly(tmp_path: Path) -> None:
    """0.1 + 0.2 is 0.3 in a profile, as it is for a lecturer."""
    assert loaded(tmp_path, GOOD).rubric.parts[0].points == 0.3


def test_what_a_profile_does_not_say_is_inherited(tmp_path: Path) -> None:
    """Only the part that it switches off is gone."""
    profile = loaded(tmp_path, CHILD)

    assert [line for line in load().rubric.lines if line.part != "cam"] == list(profile.rubric.lines)
    assert profile.plans == load().plans


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_profile_is_read_as_its_editor_wrote_it(tmp_path: Path, encoding: str) -> None:
    """Windows' own editor marks its files, or writes them in its country's encoding."""
    (tmp_path / "year.toml").write_text('inherits = "ece285"\ntitle = "Übung 3"\n', encoding)

    assert profiles.load(str(tmp_path / "year.toml")).title == "Übung 3"


def test_a_profile_inherits_from_a_file_beside_it(tmp_path: Path) -> None:
    """And that one from another."""
    (tmp_path / "first.toml").write_text(CHILD)
    profile = loaded(tmp_path, 'inherits = "first.toml"\nfeedback = "hint"\n')

    assert {line.feedback for line in profile.rubric.lines} == {"hint"}
    assert [part.id for part in profile.rubric.parts] == ["fcn32s", "fcn8s", "questions"]


def test_what_names_a_file_names_it_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A class is graded in processes that may be elsewhere."""
    (tmp_path / "year.toml").write_text(CHILD)
    monkeypatch.chdir(tmp_path)
    word = profiles.word_of("year.toml")
    monkeypatch.chdir("/")

    assert load(word).name == "year"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("points = 0.3", "points = 0.4", "line 7: part 'cam': its lines add up to 0.3 points, but it says"),
        ('check = "dtype"', 'check = "shape"', "line 10: part 'cam', line 'shape': check 'shape' is there"),
        ('check = "dtype"', 'check = "d type"', "line 10: part 'cam', line 'd type': 'check' must be a name"),
        ('check = "dtype"', 'check = "dtyp"', "no such check (did you mean 'dtype'?)"),
        ('check = "dtype"', 'check = "dtype", titel = "x"', "unknown key 'titel' (did you mean 'title'?)"),
        ('check = "dtype"', 'test = "dtype"', "line 10: part 'cam', line 2: unknown key 'test'"),
        ("points = 0.2", "points = -0.2", "part 'cam', line 'dtype': 'points' must be positive"),
        ("points = 0.2", "points = 0.201", "at most two decimals, it is 0.201"),
        ("points = 0.2", "points = nan", "part 'cam', line 'dtype': 'points' must be positive"),
        ("points = 0.2", "points = true", "line 10: part 'cam', line 'dtype': 'points' must be a number"),
        ("points = 0.2", 'points = "2"', "'points' must be a number, it is '2'"),
        ('title = "Maps"\np', 'title = " "\np', "line 6: part 'cam': 'title' must be some words"),
        (', title = "The type"', "", "line 10: part 'cam', line 'dtype': 'title' must be some words"),
        ('id = "cam"', 'id = "cma"', "line 5: part 'cma': the grader has no checks for it (did you mean"),
        ('id = "cam"', 'name = "cam"', "part 1: unknown key 'name'"),
        ('id = "cam"', 'id = "cam"\nby = "a person"', "a part that a person grades needs another"),
        ("[[part]]", "[[parts]]", "line 4: unknown key 'parts' (did you mean 'part'?)"),
        ("lines = [", "lines = [ 1,", "part 'cam', line 1: 'lines' must be a list of at least one table"),
        ("[[part]]", "[[part]", "year.toml, line 4: it is not TOML: "),
        ('"Maps"', "“Maps”", "line 2: it is not TOML: Invalid value, in column 9. Texts stand between"),
        ('id = "cam"', 'id = "CAM"', "part 'CAM': the grader has no checks for it (did you mean 'cam'?)"),
        ("[[part]]", "[part]", "'part' must be a list of tables, each begun by [[part]]"),
        ("points = 0.3", "points = 0.3\non = false", "no part is on"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    """The message names the file, the line in it, the part, the line of the rubric and what to put right."""
    assert words in told(tmp_path, GOOD.replace(old, new, 1))


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Nobody mends a file one message at a time."""
    text = GOOD.replace("points = 0.1", "pionts = 0.1").replace("points = 0.2", 'points = "2"')

    assert len(told(tmp_path, text).splitlines()) == 2


def test_two_parts_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    """Ids of parts are unique."""
    assert "part 'cam' is there twice" in told(tmp_path, GOOD + GOOD.partition("\n\n")[2])


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("ece286", "There is no profile 'ece286'. Did you mean ece285?"),
        ("nowhere.toml", "nowhere.toml"),
        ("", "There is no profile ''"),
    ],
)
def test_a_missing_profile_is_told(word: str, words: str) -> None:
    """A name that nobody has, and a file that is not there, are wrong calls, not crashes."""
    with pytest.raises(CallError, match=words):
        load(word)


def test_a_profile_that_inherits_from_itself_is_told(tmp_path: Path) -> None:
    """It ends."""
    assert "inherits from itself" in told(tmp_path, 'inherits = "year.toml"\n')


def test_tables_in_tables_without_end_are_told(tmp_path: Path) -> None:
    """Deeper than Python itself goes down, though not too deep for what parses them."""
    assert "more than 20 tables lie in one another" in told(tmp_path, ".".join("a" * 900) + " = 1\n")


def test_a_line_says_how_much_of_it_is_told(tmp_path: Path) -> None:
    """As all lines do, or for itself."""
    text = 'feedback = "hint"\n' + GOOD.replace('title = "The type"', 'title = "The type", feedback = "line"')

    assert [line.feedback for line in loaded(tmp_path, text).rubric.lines] == ["hint", "line"]
    assert {line.feedback for line in load().rubric.lines} == {"full"}


def test_being_late_costs_what_the_profile_says(tmp_path: Path) -> None:
    """Nothing where it says nothing."""
    table = "\n[late]\ndue = 2026-11-20T23:59:00-08:00\ngrace_minutes = 15\npercent_a_day = 7.5\n"
    late = loaded(tmp_path, GOOD + table).rubric.late

    assert late is not None and late.due is not None
    assert (late.grace.total_seconds(), late.percent_a_day, late.most_percent) == (900, 7.5, 100)
    assert load().rubric.late is None


PLAN = '[plans.smoke]\ndata = "real"\nweights = "vgg16"\ntrain = 1\nvalidation = 1\ntest = 1\nepochs = 1\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('feedback = "all"\n' + GOOD, "line 1: 'feedback' must be one of score, part, line, hint, full"),
        (GOOD + "[late]\ndue = 2026-11-20T23:59:00\n", "a time with its zone"),
        (GOOD + "[late]\npercent_a_day = -1\n", "'percent_a_day' must be a number"),
        (GOOD + "[late]\npercent_a_day = nan\n", "'percent_a_day' must be a number"),
        (GOOD + "[late]\nper_day = 1\n", "line 13: unknown key 'per_day'"),
        ("late = 3\n" + GOOD, "'late' must be a table"),
        (GOOD + "[plans.smoke]\nspeed = 3", "unknown key 'speed'"),
        (GOOD + '[plans.smoke]\ndata = "synthetic"', "plans.smoke: 'epochs' is missing"),
        (GOOD + PLAN.replace("real", "mine"), "'data' must be one of mosaic, synthetic, real, it is 'mine'"),
        (GOOD + PLAN + 'otherwise = "b"\n', "there is no plan 'b'"),
        (GOOD + PLAN.replace("smoke", "smok"), "unknown training plan 'smok' (did you mean 'smoke'?)"),
        ("padding = 90\n" + GOOD, "line 1: 'padding' must be 100, or from 112 to 400"),
        (
            'upsampling = "frozen"\n' + GOOD,
            "'upsampling' must be one of learned, either, fixed, it is",
        ),
        ("map = 3\n" + GOOD, "'map' must be a table"),
        ("[map]\nsize = 8\n" + GOOD, "line 2: 'size' must be a whole number from 16 to 1024, or"),
        ("[map]\nsize = [224, 8]\n" + GOOD, "'size' must be a whole number from 16 to 1024, or two of"),
        (
            '[map]\nreturned = "lists"\n' + GOOD,
            "'returned' must be one of array, list, either, it is 'lists'",
        ),
        ("[epochs]\nscratch = 0\n" + GOOD, "'scratch' must be a whole number from 1 to 1000, it is 0"),
        ('question = "Frage 1"\n' + GOOD, "'question' must be the word before a question's number"),
        ('handed_in = ["a/b"]\n' + GOOD, "'handed_in' must be a list of names of files"),
        ("n_class = 1\n" + GOOD, "'n_class' must be a whole number from 2 to 1000, it is 1"),
        (GOOD + '[names]\nFCN32 = "Net"\n', "line 13: unknown key 'FCN32' (did you mean 'FCN32s'?)"),
        (GOOD + '[names]\nFCN32s = "FCN8s"\n', "names: FCN32s and FCN8s can't both be called 'FCN8s'"),
        (GOOD + '[names]\nFCN32s = "class"\n', "line 13: names: FCN32s can't be called 'class'"),
        (GOOD + '[names]\nFCN32s = "a b"\n', "'FCN32s' must be a name that Python could use, it is 'a b'"),
        (GOOD + '[claims]\nfile = "a.txt"\n', "claims: 'figures' is missing"),
        (GOOD + '[claims]\nfile = "../a.txt"\n', "'file' must be the name of a text file"),
    ],
)
def test_rules_that_cannot_be_right_are_refused(tmp_path: Path, text: str, words: str) -> None:
    """With the key."""
    assert words in told(tmp_path, text)


SCALED = """
inherits = "ece285"

[[part]]
id = "fcn8s"
lines = [
  { check = "training_iou", slope = { smoke = [[0.1, 20], [0.2, 100]] } },
  { check = "training_loss", steps = { full = [[1.5, 50], [1.0, 100]] } },
]
"""


def test_a_figure_may_earn_a_share(tmp_path: Path) -> None:
    """By training plan, in steps or on a slope; a loss falls."""
    lines = loaded(tmp_path, SCALED).lines

    assert lines["fcn8s.training_iou"].scales == {"smoke": Scale(((0.1, 20), (0.2, 100)), linear=True)}
    assert lines["fcn8s.training_loss"].scales == {
        "full": Scale(((1.5, 50), (1.0, 100)), linear=False, falls=True)
    }
    assert lines["fcn8s.training_accuracy"].scales == lines["fcn32s.training_iou"].scales == {}


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("[0.1, 20]", "[0.3, 20]", "line 7: part 'fcn8s', line 'training_iou': slope.smoke: its figures"),
        ("[1.5, 50]", "[0.5, 50]", "line 8: part 'fcn8s', line 'training_loss': steps.full: its figures"),
        ("[0.2, 100]", "[0.2, 90]", "slope.smoke: its percents must rise, from 0 or more to 100"),
        ("[0.1, 20]", "[0.1, 100]", "slope.smoke: its percents must rise"),
        ("[0.1, 20]", "[0.1]", "'smoke' must be a list of cut-offs, each [figure, percent of the points]"),
        ("[0.1, 20]", '[0.1, "x"]', "'smoke' must be made of numbers"),
        ("smoke =", "smok =", "there is no plan 'smok' (did you mean 'smoke'?)"),
        ("training_iou", "crop", "line 7: part 'fcn8s', line 'crop': only training_loss, training_accuracy"),
        ("} },", "}, steps = { smoke = [[0.1, 100]] } },", "steps.smoke: it is either in steps or"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_scale_is_told(tmp_path: Path, old: str, new: str, wrong: str) -> None:
    """With its line, and what to put right."""
    assert wrong in told(tmp_path, SCALED.replace(old, new, 1))


OPTIONAL = """
inherits = "ece285"

[[part]]
id = "fcn32s"
title = "FCN-32s"

[[part]]
id = "fcn16s"
on = true
points = 50
lines = [{ check = "dropout", on = false }]
"""


def test_an_optional_part_stands_where_the_profile_writes_it(tmp_path: Path) -> None:
    """With its own lines, whose points are those of the profile; nobody else has it."""
    profile = loaded(tmp_path, OPTIONAL)

    assert [part.id for part in profile.rubric.parts] == ["fcn32s", "fcn16s", "fcn8s", "questions", "cam"]
    assert profile.rubric.parts[1].points == 50 and "fcn16s.dropout" not in profile.lines
    assert profile.graded[:3] == ("FCN32s", "FCN16s", "FCN8s") and "FCN16s" not in load().graded
    assert profile.lines["fcn16s.crop"].title == "The output is cropped from row and column 27"


def test_its_page_is_a_part_of_the_hash(tmp_path: Path) -> None:
    """A change of its points is a change of the profiles that ask for it."""
    own = [path.read_bytes() for path in (profiles.OPTIONAL, FOLDER / "ece285.toml")]

    assert (
        loaded(tmp_path, OPTIONAL).rubric.sha256
        == hashlib.sha256(b"".join((*own, OPTIONAL.encode()))).hexdigest()
    )


def test_what_is_off_is_not_changed_in_silence(tmp_path: Path) -> None:
    """A part or a line that the parent switched off is switched on by saying so."""
    (tmp_path / "parent.toml").write_text(
        CHILD.replace("on = false", 'lines = [{ check = "maps", on = false }]')
    )
    text = 'inherits = "parent.toml"\n[[part]]\nid = "fcn16s"\npoints = 9\n'
    line = '[[part]]\nid = "cam"\nlines = [{ check = "maps", points = 3 }]\n'

    assert "line 3: part 'fcn16s': it is off in what is inherited: say on = true" in told(tmp_path, text)
    assert "part 'cam', line 'maps': it is off in what is inherited" in told(tmp_path, text + line)
