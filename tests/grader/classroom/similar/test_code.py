"""Code is recognised under other names and layouts, and what everybody was given is not."""

from __future__ import annotations

from grader.classroom.similar import code
from grader.classroom.similar.code import MANY, shares
from grader.records.submission import Chunk, Module, Slice

LINES = [f"        self.conv_{n} = nn.Conv2d({n}, {n * 7}, kernel_size={n % 5})" for n in range(30)]
OTHER = [f"        h = F.relu(self.layers[{n * 3}](h) + {n}) - torch.ones({n + 2})" for n in range(30)]


def net(*body: str, name: str = "FCN32s") -> Slice:
    source = "\n".join([f"class {name}(nn.Module):", "    def __init__(self):", *body])
    return of(source)


def of(*sources: str) -> Slice:
    chunks = tuple(Chunk(f"cell {n}", 1, source) for n, source in enumerate(sources, 1))
    return Slice(modules=(Module("submission", chunks),))


def found(*slices: Slice, handout: Slice | None = None) -> list[tuple[int, int]]:
    return sorted((min(one.of, one.within), max(one.of, one.within)) for one in shares(slices, handout))


def test_names_comments_types_and_texts_are_no_difference() -> None:
    """Nor is the class's name."""
    other = [line.replace("conv_", "layer") + "  # mine" for line in LINES]
    other[3] = other[3].replace(" =", ": nn.Module =")

    (one,) = shares([net(*LINES), net(*other, name="Net")])
    assert (one.of, one.within, one.name, one.share) == (0, 1, "FCN32s", 1.0)


def test_other_code_is_no_copy() -> None:
    """Nor is code too short to tell."""
    assert found(net(*LINES), net(*OTHER)) == []
    assert found(net(*LINES[:3]), net(*LINES[:3])) == []


def test_a_part_of_a_class_is_found_in_more_code() -> None:
    """However much of their own somebody adds."""
    assert found(net(*LINES), net(*OTHER, *LINES, *OTHER)) == [(0, 1)]


def test_what_the_handout_gives_is_nobodys() -> None:
    """Its text where it is at hand, and the methods that every year's has."""
    assert found(net(*LINES), net(*LINES), handout=net(*LINES)) == []
    given = "\n".join(LINES)
    method = f"class A:\n    def _initialize_weights(self):\n{given}"
    assert found(of(method), of(method)) == []
    function = f"def get_upsampling_weight(k):\n{given}"
    assert found(of(function), of(function)) == []


def test_what_most_of_a_large_class_has_was_given() -> None:
    """In a small one nobody knows."""
    assert len(found(*[net(*LINES)] * MANY)) == MANY * (MANY - 1) // 2
    assert found(*[net(*LINES)] * (MANY + 1)) == []


def test_code_that_cannot_be_read_is_left_out() -> None:
    """The rest of it is compared; code nested without end ends nothing."""
    broken = of("class A(:\n    x", "x = " + "(" * 5000, *(c.source for c in net(*LINES).modules[0].chunks))
    deep = of("class B:\n    x = " + "-" * 3000 + "1", "y = 10 ** 9", f"class C:\n    y = {'9' * 5000}")

    assert found(net(*LINES), broken, deep) == [(0, 1)]


def test_more_code_than_anybody_writes_is_not_read() -> None:
    """The time that one submission takes is bounded."""
    filler = "\n".join(f"x{n} = {n}" for n in range(code.LONGEST // 6))

    assert found(net(*LINES), of(filler, *(c.source for c in net(*LINES).modules[0].chunks))) == []
