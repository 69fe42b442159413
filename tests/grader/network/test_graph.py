from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grader.network.graph import (
    INPUT,
    Expr,
    add,
    conv,
    crop,
    expr,
    leaf,
    max_pool,
    relu,
    replace_leaves,
    walk,
)
from grader.records.reason import Place


@st.composite
def expressions(draw: st.DrawFn) -> Expr:
    """A random graph whose nodes share inputs."""
    nodes = [INPUT, leaf("a", (2,)), leaf("b", (2,)), leaf("c", (2, 3), "buffer")]
    for _ in range(draw(st.integers(1, 12))):
        a, b = draw(st.sampled_from(nodes)), draw(st.sampled_from(nodes))
        nodes.append(draw(st.sampled_from([relu(a), add(a, b), add(b, a, 0.5), expr("aten.cat", a, b, a)])))
    return nodes[-1]


def test_what_an_expression_computes_is_its_identity() -> None:
    """Expressions are equal if operation, inputs and attributes are; the line that called them is no part."""
    here = crop(INPUT, 1, 2, 3, 4, Place("cell 1", 5))

    assert here == expr("crop", INPUT, width=4, height=3, left=2, top=1)
    assert hash(here) == hash(crop(INPUT, 1, 2, 3, 4))
    assert here != crop(INPUT, 2, 1, 3, 4)
    assert here != crop(relu(INPUT), 1, 2, 3, 4)
    assert relu(INPUT) != max_pool(INPUT)
    assert add(INPUT, relu(INPUT)) != add(relu(INPUT), INPUT)
    assert here != "crop"


def test_attributes_are_read_by_name() -> None:
    """An expression is indexed by attribute name."""
    made = max_pool(INPUT, kernel=(3, 3), ceil=True)

    assert (made["kernel"], made["stride"], made["ceil"]) == ((3, 3), (2, 2), True)


def test_a_convolution_without_bias_has_two_inputs() -> None:
    """The bias is an input only where there is one; transposed convolutions are another operation."""
    weight, bias = leaf("w", (4, 3, 3, 3)), leaf("b", (4,))

    assert conv(INPUT, weight, None).inputs == (INPUT, weight)
    assert conv(INPUT, weight, bias).inputs == (INPUT, weight, bias)
    assert conv(INPUT, weight, None).op == "conv"
    assert conv(INPUT, weight, None, transposed=True).op == "deconv"


@given(expressions())
def test_walk_yields_every_node_once_inputs_first(root: Expr) -> None:
    """Every expression below a root comes once, after all of its inputs, and the root comes last."""
    seen: list[Expr] = []
    for node in walk(root):
        assert all(any(source is known for known in seen) for source in node.inputs)
        seen.append(node)

    assert seen[-1] is root
    assert len({id(node) for node in seen}) == len(seen)


@given(expressions())
def test_renaming_leaves_changes_nothing_else(root: Expr) -> None:
    """Renamed there and back, an expression is itself; the leaves that aren't named keep theirs."""
    there = replace_leaves(root, {"a": "first", "b": "second"})
    names = {node["name"] for node in walk(there) if node.op == "leaf"}

    assert not names & {"a", "b"}
    assert [node.op for node in walk(there)] == [node.op for node in walk(root)]
    assert replace_leaves(there, {"first": "a", "second": "b"}) == root
    assert replace_leaves(root, {}) == root


def test_renaming_keeps_places() -> None:
    """The student's lines survive a renaming."""
    place = Place("cell 3", 7)

    assert replace_leaves(relu(leaf("a", (1,)), place), {"a": "b"}).place == place


def test_a_long_chain_is_no_deep_recursion() -> None:
    """Twenty thousand steps in a row, which a record may hold, have a key."""
    node = INPUT
    for _ in range(20_000):
        node = relu(node)

    assert len(node.key) == 32
    assert len(list(walk(node))) == 20_001
