"""F-strings that only newer Pythons read, written as this one reads them: a student's may be newer."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import pytokens
from pytokens import TokenType

from grader.intake.code.parsing import UNPARSABLE

GAPS = (TokenType.whitespace, TokenType.nl, TokenType.comment)
OPENS = (TokenType.lparen, TokenType.lbracket, TokenType.lbrace)
CLOSES = (TokenType.rparen, TokenType.rbracket, TokenType.rbrace)
UNREADABLE = (pytokens.TokenizeError, AssertionError, IndexError, *UNPARSABLE)  # what it meets at an end
MOST_EMPTY = 1000  # tokens without a character, one after the other: at some that are no Python it stays


@dataclass(frozen=True, slots=True)
class Piece:
    """A token, or an f-string as a whole: its text, and the code that stands for it."""

    kind: TokenType
    text: str
    code: str

    @property
    def is_string(self) -> bool:
        """Whether one that stands beside it would be joined to it."""
        return self.kind in (TokenType.string, TokenType.fstring_start)


Pieces = Iterator[Piece]


def _reads(text: str) -> bool:
    try:
        ast.parse(text.strip())
    except UNPARSABLE:
        return False
    return True


def older(text: str, reads: Callable[[str], bool] = _reads) -> str:
    """A text in which f-strings that this Python does not read are calls of `str.format`.

    Every line stays where it was. What no Python reads stays as it is, and so do texts without such strings.
    """
    if reads(text):
        return text
    try:
        return _joined(list(_pieces(_tokens(text))), reads)
    except UNREADABLE:
        return text


def _tokens(text: str) -> Pieces:
    empty = 0
    for token in pytokens.tokenize(text):
        written = text[token.start_index : token.end_index]
        empty = 0 if written else empty + 1
        if empty > MOST_EMPTY:
            raise SyntaxError("no token")
        yield Piece(token.type, written, written)


def _pieces(tokens: Pieces) -> Pieces:
    """The same tokens, each f-string as one."""
    for token in tokens:
        yield _formatted(token, tokens) if token.kind == TokenType.fstring_start else token


def _joined(pieces: Sequence[Piece], reads: Callable[[str], bool]) -> str:
    """Code in which the f-strings that can't be read are calls, added to the strings beside them."""
    found = [piece.text for piece in pieces]
    for group in _beside(pieces):
        if all(reads(pieces[at].text) for at in group if pieces[at].kind == TokenType.fstring_start):
            continue
        for at in group:
            found[at] = pieces[at].code if at == group[0] else f"+ {pieces[at].code}"
        found[group[0]] = f"({found[group[0]]}"
        found[group[-1]] += ")"
    return "".join(found)


def _beside(pieces: Sequence[Piece]) -> list[list[int]]:
    """The places of strings, those together that stand beside each other."""
    groups, open = list[list[int]](), False
    for at, piece in enumerate(pieces):
        if piece.is_string and open:
            groups[-1].append(at)
        elif piece.is_string:
            groups.append([at])
        open = piece.is_string or (open and piece.kind in GAPS)
    return groups


# --- an f-string ----------------------------------------------------------------------------------------


def _formatted(start: Piece, tokens: Pieces) -> Piece:
    """An f-string as a call: `"{}: {:>{}}".format(name, x, width)`."""
    quoted, written, values = start.text.translate({ord("f"): "", ord("F"): ""}), start.text, list[str]()
    for token in tokens:
        field = _field(tokens) if token.kind == TokenType.lbrace else None
        quoted += field.shown if field else token.text
        written += token.text + (field.text if field else "")
        values += field.values if field else ()
        if token.kind == TokenType.fstring_end:
            return replace(start, text=written, code=f"{quoted}.format({', '.join(values)})")
    raise SyntaxError("an f-string that never ends")


@dataclass(frozen=True, slots=True)
class _Field:
    """What stands between two braces: its text, what `str.format` has in its place, and the values."""

    text: str
    shown: str
    values: tuple[str, ...]


def _field(tokens: Pieces) -> _Field:
    """Read a field up to the brace that closes it."""
    value, end = _value(tokens)
    written = "".join(piece.text for piece in value)
    text, how, inner = written + end.text, "", tuple[str, ...]()
    if end.text == "!":
        how, end = _conversion(tokens)
        text += how[1:] + end.text
    if end.text == ":":
        spec = _spec(tokens)
        text, how, inner = text + spec.text, how + spec.shown, spec.values
    code = _joined(value, lambda _: False)
    if not written.rstrip().endswith("="):
        return _Field(text, f"{{{how}}}", (f"({code})", *inner))
    named = (repr(written), f"({code.rstrip().removesuffix('=')})")
    return _Field(text, f"{{}}{{{how or '!r'}}}", (*named, *inner))


def _value(tokens: Pieces) -> tuple[list[Piece], Piece]:
    """The pieces of a value, and what ends it: a brace, or the sign before a conversion or a format."""
    found, depth = list[Piece](), 0
    for piece in _pieces(tokens):
        ends = piece.kind == TokenType.rbrace or piece.text in ("!", ":")
        if not depth and ends:
            return found, piece
        depth += (piece.kind in OPENS) - (piece.kind in CLOSES)
        found.append(piece)
    raise SyntaxError("an f-string that never ends")


def _conversion(tokens: Pieces) -> tuple[str, Piece]:
    """The conversion that a sign began, and what ends it."""
    how = "!"
    for token in tokens:
        if token.kind == TokenType.rbrace or token.text == ":":
            return how, token
        how += token.text.strip()
    raise SyntaxError("an f-string that never ends")


def _spec(tokens: Pieces) -> _Field:
    """The format that a colon began, up to the brace that closes its field."""
    text, shown, values = "", ":", tuple[str, ...]()
    for token in tokens:
        text += token.text
        if token.kind == TokenType.rbrace:
            return _Field(text, shown, values)
        field = _field(tokens) if token.kind == TokenType.lbrace else None
        text += field.text if field else ""
        shown += field.shown if field else token.text
        values += field.values if field else ()
    raise SyntaxError("an f-string that never ends")
