"""`profiles`: which course years can be graded, and what one of them asks."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader import profiles
from grader.assignment import MAP
from grader.profiles import Profile
from grader.reports.words import number
from grader.rubric import Line

HOW = {"scratch": "from scratch", "pretrained": "from pretrained VGG-16"}
USE = "make grade STUDENT=alice PROFILE=NAME, or --profile NAME or FILE.toml. A new year: docs/new-year.md"


def listing() -> RenderableType:
    """Every profile that comes with the grader, its parts and their points."""
    table = _table("name", "what it is", "parts", "points")
    for name in profiles.names():
        profile = profiles.load(name)
        usual = " (default)" if name == profiles.DEFAULT else ""
        parts = "\n".join(f"{number(part.points)}  {part.title}" for part in profile.rubric.parts)
        about = Text.assemble(profile.title, (f"\n{profile.about}" if profile.about else "", "dim"))
        table.add_row(Text(name + usual), about, Text(parts), number(_points(profile)))
    return Group(table, Text(USE, style="dim"))


def explain(word: str) -> RenderableType:
    """What a profile asks, line by line; raises CallError with all that is wrong in it."""
    profile = profiles.load(word)
    table = _table("line", "points", "title", "told")
    for part in profile.rubric.parts:
        table.add_row(Text(part.id, style="bold"), number(part.points), Text(part.title, style="bold"), "")
        for line in part.lines:
            table.add_row(Text(f"  {line.check}"), number(line.points), _titled(line), line.feedback)
    return Group(Text(f"{profile.name}: {profile.title}", style="bold"), _facts(profile), table)


def _titled(line: Line) -> Text:
    """A line's title, and what its figure earns."""
    scales = "".join(f"\nby {plan}: {scale}" for plan, scale in line.scales.items())
    return Text.assemble(line.title, (scales, "dim"))


def _facts(profile: Profile) -> Table:
    facts = Table(box=None, show_header=False, pad_edge=False)
    for name, value in (
        ("about", profile.about),
        ("points", number(_points(profile))),
        ("graded names", ", ".join(profile.names.get(name, name) for name in profile.graded)),
        ("classes", str(profile.n_class)),
        ("padding", _padding(profile)),
        ("upsampling", profile.upsampling),
        ("map", _map(profile)),
        ("own runs", _runs(profile)),
        ("answers to", _questions(profile)),
        ("handed in", ", ".join(profile.handed_in)),
        ("claims", _claims(profile)),
        ("late", _late(profile)),
        ("file", str(profiles.path_of(profile.word))),
    ):
        if value:
            facts.add_row(Text(name, style="dim"), Text(value))
    return facts


def _padding(profile: Profile) -> str:
    """The padding of conv1_1, and the crops that follow from it."""
    crops = [
        f"{network.title} is cropped from {profile.table(network)(1).crop}" for network in profile.networks
    ]
    return f"{profile.padding}: {', '.join(crops)}" if crops else ""


def _map(profile: Profile) -> str:
    """The form of a class activation map, where one is asked for."""
    holds = {"array": "", "list": " in a list", "either": ", in a list or not"}
    return f"{profile.map.size}{holds[profile.map.returned]}" if MAP in profile.graded else ""


def _runs(profile: Profile) -> str:
    """How long the runs are that a notebook must show."""
    return ", ".join(f"{number} epochs {HOW[start]}" for start, number in profile.epochs.items())


def _questions(profile: Profile) -> str:
    """What begins an answer that is read."""
    asked = profile.questions
    word, (part, number) = asked.word or "Question", asked.part
    named = ", ".join(f"{word} {one}" for one in asked.numbers)
    return f"{named}, in {part} {number}" if named else ""


def _claims(profile: Profile) -> str:
    if profile.claims is None:
        return ""
    return f"{profile.claims.file}: {', '.join(figure.key for figure in profile.claims.figures)}"


def _late(profile: Profile) -> str:
    late = profile.rubric.late
    if late is None:
        return "costs nothing"
    due = f"due {late.due:%Y-%m-%d %H:%M %z}" if late.due else "due as the export says"
    return f"{number(late.percent_a_day)} % a day, at most {number(late.most_percent)} %, {due}"


def _points(profile: Profile) -> float:
    return sum(part.points for part in profile.rubric.parts)


def _table(*titles: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in titles:
        table.add_column(title, justify="right" if title == "points" else "left")
    return table
