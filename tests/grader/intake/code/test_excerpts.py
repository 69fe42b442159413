"""A statement's text, moved to the margin, and other text in its place."""

from __future__ import annotations

import ast

from grader.intake.code.excerpts import excerpt, first_line, replaced, text_of


def test_an_excerpt_is_moved_to_the_margin() -> None:
    """Lines that begin inside of a string stay, and what shares its lines is left out."""
    text = 'if a:\n    x = 1; y = """é\n    b"""\n'
    body = ast.parse(text).body[0].body  # type: ignore[attr-defined]  # the source says what it is

    assert [excerpt(text.split("\n"), node) for node in body] == ["x = 1", 'y = """é\n    b"""']


def test_an_expression_is_taken_as_it_stands() -> None:
    """As Python's own function finds it, which goes through the whole source for each."""
    text = "é = f(1, \"é\", [\n    g('''a\n b'''), 2\n])\nx = 1; y = h(é)\n"
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.expr)]

    found = [text_of(text.split("\n"), node) for node in nodes]
    assert found == [ast.get_source_segment(text, node) for node in nodes] and len(found) > 10


def test_decorators_belong_to_a_statement() -> None:
    """It begins on the first of them."""
    [node] = ast.parse("\n@a\n@b\ndef f(): pass").body
    assert first_line(node) == 2


def test_other_text_can_stand_for_a_statement_without_moving_a_line() -> None:
    """Also where several share a line, or one takes several."""
    text = "if a:\n    drive.mount(\n        'é')  # why\n    b = 1; f(); g()\n"
    body = ast.parse(text).body[0].body  # type: ignore[attr-defined]  # the source says what it is

    lines = replaced(text.split("\n"), [body[0], body[2], body[3]], "pass")

    assert lines == ["if a:", "    pass  # why", "", "    b = 1; pass; pass", ""]
