"""Names are followed back to the model they stand for."""

# ruff: noqa: E501  (a sample reads better on one line)
from __future__ import annotations

import pytest

from grader.intake.claims.story import Story, Told
from grader.intake.code.program import program
from grader.intake.code.statements import Source
from grader.intake.files.notebook import Cell

CELLS = [
    ("markdown", "## Part 1: FCN-32s\n### 1.2 Train FCN-32s from scratch"),
    (
        "code",
        "from FCN.trainer import Trainer, visualize\nm = FCN32s(n_class=12).to(device)\nbest = Trainer(m, a, b, c)",
    ),
    ("code", "visualize(best, loader)"),
    ("markdown", "### 1.3 Train FCN-32s with pretrained VGG16 weights"),
    (
        "code",
        "vgg16 = models.vgg16(pretrained=True)\nm = FCN32s(12)\nm.copy_params_from_vgg16(vgg16)\nm2 = m.cuda()\nbest2 = Trainer(m2, a)",
    ),
    ("code", "run(2)"),
    ("markdown", "# Part 2"),
    (
        "code",
        "net8 = models.FCN8s()\ncopy_vgg(vgg16, net8)\nTrainer(model=net8)\nTrainer(m, a)\nvisualize(net8)",
    ),
    ("markdown", "# Part 3\nFCN-8s"),
    ("code", "show(best)\nshow(net8)"),
]


@pytest.fixture(scope="module")
def story() -> Story:
    cells = [Cell(f"cell {number}", kind, text) for number, (kind, text) in enumerate(CELLS, 1)]
    made = program(
        "submission",
        [Source(cell.label, cell.source) for cell in cells if cell.kind == "code"],
        lambda _: False,
    )
    return Story(made, cells)


def test_a_training_call_tells_its_model(story: Story) -> None:
    """Through other names, and by the last binding above."""
    assert story.trainings("cell 2") == [Told("fcn32s", False)]
    assert story.trainings("cell 5") == [Told("fcn32s", True)]
    assert story.trainings("cell 8") == [Told("fcn8s", True), Told("fcn32s", True)]


@pytest.mark.parametrize(
    ("text", "models"),
    [
        ("for cls in (FCN32s, FCN8s):\n    Trainer(cls(12), a)", ["fcn32s", "fcn8s"]),
        ("for i, net in enumerate([FCN8s(12), FCN32s(12)]):\n    Trainer(net, a)", ["fcn8s", "fcn32s"]),
        ("nets = {'a': FCN8s}\nfor key, cls in nets.items():\n    Trainer(cls(), a)", ["fcn8s"]),
        ("class UNet(nn.Module): pass\nfor cls in [UNet]:\n    Trainer(cls(), a)", ["other"]),
        ("for run in range(3):\n    Trainer(run, a)", []),
        (
            "runs = [(FCN32s, 10), (FCN32s, 20), (FCN8s, 20)]\nfor cls, n in runs:\n    Trainer(cls(), n)",
            ["fcn32s", "fcn32s", "fcn8s"],
        ),
        (
            "class Run: pass\nfor run in (Run(FCN32s, 10), Run(FCN8s, 20)):\n    Trainer(run.net(), run.n)",
            ["fcn32s", "fcn8s"],
        ),
        ("for cls, n in zip([FCN8s, FCN8s], (1, 2)):\n    Trainer(cls(), n)", ["fcn8s", "fcn8s"]),
    ],
)
def test_a_loop_trains_its_models_one_after_the_other(text: str, models: list[str]) -> None:
    """Those that stand in it, or in the table that it goes through."""
    told = Story(program("submission", [Source("cell 1", text)], lambda _: False), []).trainings("cell 1")

    assert [each.model for each in told] == models


def test_a_loop_that_trains_a_model_twice_leaves_open_which_run_was_pretrained() -> None:
    """What copies VGG-16 in it stands under a condition."""
    text = "vgg = vgg16()\nfor cls, pre in [(FCN32s, 0), (FCN32s, 1)]:\n    m = cls()\n    if pre:\n        m.copy(vgg)\n    Trainer(m)"
    told = Story(program("submission", [Source("cell 1", text)], lambda _: False), []).trainings("cell 1")

    assert told == [Told("fcn32s", pretrained=False, open=True)] * 2


@pytest.mark.parametrize(
    ("text", "models"),
    [
        ("def run():\n    Trainer(FCN32s())\n    Trainer(FCN8s())\n\nrun()", {"fcn32s", "fcn8s"}),
        ("nets = {'a': FCN32s}\nTrainer(nets['a']())", {"fcn32s"}),
        ("x = 1", set()),
    ],
)
def test_a_cell_may_use_models_through_functions_and_tables(text: str, models: set[str]) -> None:
    """Whatever it does with them."""
    story = Story(program("submission", [Source("cell 1", text)], lambda _: False), [])

    assert story.models("cell 1") == models


def test_a_figure_tells_the_model_it_shows(story: Story) -> None:
    """Several in their order."""
    assert [story.shows(f"cell {n}") for n in (3, 8, 10)] == [["fcn32s"], ["fcn8s"], ["fcn32s", "fcn8s"]]


def test_headings_tell_where_names_do_not(story: Story) -> None:
    """Until the next part."""
    assert story.trainings("cell 6") == []
    assert story.heading("cell 6") == Told("fcn32s", True)
    assert story.heading("cell 2") == Told("fcn32s", False)
    assert story.heading("cell 10") == Told()


TABLE = """\
NETS = {"a": FCN32s, "b": FCN8s}
def build(key, donor=None): return NETS[key](12)
vgg16 = models.vgg16(pretrained=True)
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("m = build('b', donor=vgg16)\nTrainer(m)", Told("fcn8s", True)),
        ("m = build('a')\nTrainer(m)", Told("fcn32s", False)),
        ("Trainer(build('b'))", Told("fcn8s", False)),
        ("m = FCN8s()\nm.load_pretrained(vgg16)\nTrainer(m)", Told("fcn8s", True)),
        ("nets = {'x': FCN32s(), 'y': FCN8s()}\nm = nets['y']\nTrainer(m)", Told("fcn8s", False)),
        ("nets = {'x': FCN32s(), 'y': FCN8s()}\nTrainer(nets['y'].cuda(), 20)", Told("fcn8s", False)),
    ],
)
def test_models_are_told_by_tables_and_keys(text: str, told: Told) -> None:
    """And what loads pretrained weights is no training."""
    made = program("submission", [Source("cell 1", TABLE + text)], lambda _: False)
    assert Story(made, [Cell("cell 1", "code", TABLE + text)]).trainings("cell 1") == [told]
