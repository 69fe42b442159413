"""The index knows who binds a name, for how long, and who changes its object meanwhile."""

from __future__ import annotations

from grader.intake.code.program import END, Program, program
from grader.intake.code.statements import Source


def of(*cells: str) -> Program:
    return program(
        "submission", [Source(f"cell {n}", text) for n, text in enumerate(cells)], lambda name: name == "own"
    )


def test_sources_go_back_to_the_last_sure_binding() -> None:
    """A branch may leave the name as it was."""
    made = of("a = 1", "a = 2", "if c:\n    a = 3", "a += 1", "b = a")

    assert made.sources("a", END) == [3]
    assert made.sources("a", 3) == [2, 1]
    assert made.sources("a", 1) == [0]


def test_a_name_used_above_its_binding_has_the_last_one() -> None:
    """Cells may have been run in another order."""
    assert of("b = a", "a = 1", "a = 2").sources("a", 0) == [2]


def test_changes_belong_to_the_object_that_was_bound() -> None:
    """Those before it was bound, and after the name was bound anew, are of other objects."""
    made = of("a = {}", "a['x'] = 1", "a = {}", "a['y'] = 2", "a.update(z=3)", "a = {}", "a['w'] = 1")

    assert made.changed_in("a", made.sources("a", 5)) == [3, 4]
    assert made.changed_in("a", made.sources("a", END)) == [6]


def test_an_import_said_again_is_no_new_binding() -> None:
    """But another import of the same name is one."""
    made = of(
        "import a",
        "import a",
        "import a.b",
        "import a.b",
        "from c import d",
        "from c import d",
        "from e import d",
    )

    assert made.binders["a"] == [0, 2]
    assert made.binders["d"] == [4, 6]


def test_library_names_are_told_from_the_students_own() -> None:
    """A name that is also bound otherwise is the student's."""
    made = of(
        "import torch.nn as nn\nimport os.path\nfrom torchvision.models import vgg16, resnet18",
        "vgg16 = vgg16()",
        "import own",
    )

    assert made.foreign == {"nn": "torch.nn", "os": "os", "resnet18": "torchvision.models.resnet18"}


def test_libraries_are_never_changed() -> None:
    """Seeds, backends and drawing settings are nothing a target needs."""
    made = of(
        "import torch",
        "torch.manual_seed(0)",
        "torch.backends.cudnn.benchmark = True",
        "import own",
        "own.n = 1",
    )

    assert dict(made.changers) == {"own": [4]}


def test_a_call_changes_what_the_function_changes() -> None:
    """Its arguments by position and keyword, and the module's names, through other functions too."""
    made = of(
        "def f(a, b):\n    b.x = 1\n    g()",
        "def g():\n    global n\n    n = 1\n    store.append(2)\n    local = []\n    local.append(3)",
        "f(1, obj)",
        "f(a=obj2, b=obj3.part)",
        "y = f(1, 2)",
    )

    assert dict(made.changers) == {"obj": [2], "obj3": [3], "n": [2, 3, 4], "store": [2, 3, 4]}


def test_two_names_of_one_object_change_together() -> None:
    """A part counts as the whole, a result of a call does not."""
    made = of("a = A()", "b = a.part", "c = f(a)", "d = a.to(device)", "b.x = 1", "d.y = 1", "c.z = 1")

    assert made.changers["a"] == [4, 5]
    assert made.changers["c"] == [6]


def test_a_target_needs_no_call_of_itself() -> None:
    """Or one that counts its calls would pull the last cell into the slice."""
    made = of("calls = []", "def returnCAM(f, w, i):\n    calls.append(i)", "returnCAM(1, 2, 3)")

    assert "calls" not in made.changers


def test_how_a_library_prints_is_a_change_of_it() -> None:
    """Other calls of a library for their effect are not: they save, draw and seed."""
    made = of(
        "import logging\nimport numpy as np",
        "logging.basicConfig(level=logging.INFO)",
        "np.save('a', a)",
        "logging.getLogger().setLevel(20)",
        "np.set_printoptions(precision=3)",
    )

    assert made.changers["logging"] == [2, 4]
    assert made.changers["np"] == [5]
