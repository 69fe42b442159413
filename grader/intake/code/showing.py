"""The line of a graded function that shows a wrong step, by how such a step is written."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import re2

from grader.assignment import MAP, NETWORKS, PREDICT
from grader.intake.code.returning import returning_early
from grader.mending.carrying import Function, Part, carrying
from grader.mending.stepping import taking
from grader.mending.trouble import tree
from grader.records.reason import Cause, Place
from grader.records.submission import Chunk, Slice

WRITTEN: tuple[tuple[str, str], ...] = (  # what a step is called, and how it may be written
    (r"sorted probabilities|probability of class 0", r"print\(|= *\w*prob\w*\["),
    (r"repeated one after|side by side|filled up", r"np\.resize|kron|repeat|tile|pad"),
    (r"by curves", r"(?i)cubic|lanczos|zoom\(|order *="),
    (r"low levels", r"<|>|threshold|where"),
    (r"colou?r map", r"applyColorMap|cmap|\bcm\b|colormap"),
    (
        r"rows and columns",
        r"\.T\b|order *= *.F|transpose|swapaxes|permute|moveaxis|->wh|column, *row|\bj, *i\b",
    ),
    (r"flipped|turned", r"(?i)::-1|flip|rot90|rotat"),
    (r"absolute", r"\babs\b|fabs|absolute|NORM_INF|largest"),
    (r"square root of the sum", r"norm|NORM"),
    (r"square root", r"sqrt|\*\* *0?\.5"),
    (r"squared", r"\*\* *2|square|\bpow"),
    (r"softmax", r"softmax|Softmax|exp"),
    (r"sigmoid", r"sigmoid|expit|exp"),
    (r"exponential", r"softmax|softmin|\bexp2?\("),
    (r"tangent", r"tanh"),
    (r"only the sign", r"sign"),
    (r"cut to 0", r"maximum|relu|clip|clamp|interp|> *0|where"),
    (r"largest (?:product|feature)", r"max\("),
    (r"averaged|mean, or|mean is taken|deviation", r"mean|average|std"),
    (r"summed over all|sum, over all", r"weight\w*\.sum\(|sum\(\w*weight"),
    (r"summed over all", r"sum\("),
    (r"divided by its sum", r"sum\("),
    (r"brackets are missing", r"/.*-|-.*/"),
    (r"column of", r"\.T\b|transpose|\[:, "),
    (r"is reshaped", r"weight\w*\.(?:reshape|view)\(|reshape\(\w*weight"),
    (r"class 0", r"\[0\]|= *0\b"),
    (r"last class", r"\[-1\]"),
    (r"class (?:one )?after", r"\+ *1"),
    (r"class (?:one )?before", r"- *1"),
    (
        r"class \d+ (?:before|after) it",
        r"enumerate\(.*, *(?:start *= *)?[1-9]|range\( *[1-9]|\] *\+ *\w|\.insert\(|\[1:\]|[-+] *1 *[\]:]",
    ),
    (
        r"^the logit$",
        r"\blogits?\b(?:\.\w+\(\))*\.(?:max|topk)\(|\b(?:max|topk)\(logits?\b|= *logits?\[[^\]]*\][.\w()]*$",
    ),
    (r"first half", r"// *2|/ *2|[\[ ]:\d+"),
    (r"channel", r"range\(|\[1:\]|\[:-1\]|[\w)\]] *- *1\b"),
    (r"becomes bytes", r"uint8|//|astype\(int|\bbyte\("),
    (r"inverted", r"\b1\.? *-|255\.? *-"),
    (r"inverted", r"max\(\) *-|(?:=|return) *-|[(*] *-(?:[^1]|1 *[*.])|\* *-1|-="),
    (r"least probable", r"argmin|min\(|largest=False|^ *(?:[\w, ]+=|return\b).*(?:\[-1:?\]|, *-1:?\])"),
    (r"least probable", r"= *\w*(?:order|rank|sort|arg|idx|ind)\w*\[0\]"),
    (r"least probable", r"sort"),
    (r"second best", r"-2\]|\[1\]|, *1\]"),
    (r"^list$|^tuple$", r"\[\]|append|return"),
    (r"percentage", r"\b100\b"),
    (r"to about \[0,|half of the range|\[0, 256\]", r"\b\d\d+\.?\d* *\*(?:[^*]|$)|[^*]\*=? *\d\d"),
    (r"are rounded to", r"\bround_?\(|\brint\(|\baround\(|[<>]=? *0?\.5"),
    (r"rounded or cut", r"\bround\(|\bint\(|\.(?:int|long|round)\(|:\.[0-2]|%\.[0-2]"),
    (r"whatever the logits: the softmax|softmax", r"[sS]oftmax"),
    (r"other sign", r"softmin|\(-"),
    (r"all classes'", r"\.(?:max|min|median|argmax|mean)\(|median\("),
    (
        r"after the predicted|before the predicted|those of class|counted from the end|another class|half of",
        r"weight\w*\[",
    ),
    (r"added instead", r"\+"),
)
KERNELS: tuple[tuple[str, str], ...] = (  # idem, of the function that makes a bilinear kernel
    (r"divided by its sum", r"\.sum\("),
    (r"multiplied by", r"copy_\(.*[*/]|weight.*[*/]|\b(?:mul|div)_\("),
    (r"diagonal|classes", r"\b(?:repeat|expand|tile)\w*\("),
    (r"diagonal|classes", r"\w\[.*\] *\*?="),
    (r"rises", r"\+ *\w*\.?abs\(|\+ *\(.*\.abs\("),
    (r"middle", r"middle|cent(re|er)|mid\b"),
    (r"middle", r"[-+] *0?\.5\b|/ *2"),
    (r"falls to 0", r"reach|factor|radius"),
    (r"falls to 0", r"\babs\(.*/"),
    (r"nearest|every weight", r"ones|fill|full"),
    (r"every weight is 0$", r"zeros"),
    (r"ramp", r"outer"),
    (r"nearest|every weight|ramp", r"\bramp|outer"),
)
KERNEL = re2.compile(r"(?i)upsampl|bilinear|kernel")  # in the name of that function
FILLS = re2.compile(r"weight.*(?:\w_\(|[^=!<>]=[^=])|\w_\(.*weight")  # a line that fills a layer
MADE_KERNELS = [(re2.compile(said), re2.compile(code)) for said, code in KERNELS]
PUTS = re2.compile(r"\] *[-+*]?=[^=]")  # a line that puts values into a kernel
EMPTIES = re2.compile(r"\bzeros?_\(|fill_\( *0|zeros_like|\* *0(?:\.0*)?(?:[^.\d]|$)")
COPIES = re2.compile(r"\.(?:weight|bias)\b[^=!<>]*(?:copy_\(|=[^=]).*\.(?:weight|bias)\b|load_state_dict\(")
CALLED = [(re2.compile(said), re2.compile(code)) for said, code in WRITTEN]
TURNS = re2.compile(r"rows and columns|flipped|turned")
ONE_CHANNEL = "one channel"
NUMBER = re2.compile(r"\b[1-9][0-9.]*\b")
TYPE = re2.compile(r"(?:u?int|float|bool|complex)[0-9]*")
USUAL = ("1", "255", "256")  # numbers that right code holds too
OPERATION = (".operation", ".reduced", ".lost", ".kept", ".elsewhere")  # causes that have their place
OF_NETWORKS = {network.name for network in NETWORKS.values()}
SUBJECTS = ("sum", "class", "stretch", "map", "index", "probability", "name", "bilinear")


def shown(slice: Slice, line: str, cause: Cause | None) -> Place | None:
    """Return the first line of a graded function, or of one that it calls, that shows a wrong step.

    `line` is that of the rubric which was lost for it.
    """
    if cause is None or cause.id.partition(".")[0] not in SUBJECTS or cause.id.endswith(OPERATION):
        return None
    got, (part, _, check) = str(cause.parameters.get("got", "")), line.partition(".")
    if check == "bilinear":
        return _in_the_kernel(slice, NETWORKS[part].name, got)
    name = PREDICT if check.startswith("cls") else MAP
    lines = list(_lines(slice, name))
    if ONE_CHANNEL in got and (early := returning_early(slice, name)) is not None:
        return early
    if TURNS.search(got):
        lines = _from_the_sum(slice, name, lines)
    for code in _codes(got):
        if found := next((place for place, line in lines if code.search(line)), None):
            return found
    return None


def _from_the_sum(slice: Slice, name: str, lines: list[tuple[Place, str]]) -> list[tuple[Place, str]]:
    """The lines from that of the sum on, then those before it, where transposing turns no map."""
    begun = taking(list(carrying(slice, name)), "weighted_sum")
    at = next((number for number, (place, _) in enumerate(lines) if place == begun), 0)
    return lines[at:] + lines[:at]


def copying(slice: Slice, name: str) -> Place | None:
    """Return the first line that copies a parameter: of the class that a network is, else of any function."""
    chunks = [chunk for module in slice.modules for chunk in module.chunks if "def " in chunk.source]
    rows = (
        row
        for chunk in sorted(chunks, key=lambda chunk: f"class {name}" not in chunk.source)
        for row in _numbered(chunk)
    )
    return next((place for place, row in rows if COPIES.search(row)), None)


def _in_the_kernel(slice: Slice, network: str, got: str) -> Place | None:
    """Return the line that shows a wrong step of what makes a network's kernels, or fills layers with it."""
    chunks = [chunk for one in slice.copying.get(network, ()) for chunk in one.chunks]
    run = [*carrying(slice, network), *called(slice, chunks)]
    makers = [part for part in run if KERNEL.search(part.function.name)]
    lines = [line for part in makers or _makers(slice, network) for line in body_rows(part)]
    fills = got.endswith("every weight is 0") and any(PUTS.search(row) for _, row in lines)
    if (emptied := next(_emptied(run if fills else ()), None)) is not None:
        return emptied
    rows = [
        *(row for part in run for row in body_rows(part)),
        *(row for chunk in chunks for row in _numbered(chunk)),
    ]
    filled = [(place, row) for place, row in rows if FILLS.search(row)]
    wanted = [code for said, code in MADE_KERNELS if said.search(got)]
    return next((place for code in wanted for place, line in (*lines, *filled) if code.search(line)), None)


def _emptied(run: Iterable[Part]) -> Iterator[Place]:
    """Yield the lines that set the weights of transposed convolutions to zero, where they are told apart."""
    for chunk, function in run:
        rows = dict(enumerate(_numbered(chunk), start=1))
        for node in ast.walk(function):
            if isinstance(node, ast.If) and "ConvTranspose" in ast.unparse(node.test):
                inside = range(node.body[0].lineno, (node.body[-1].end_lineno or 0) + 1)
                yield from (rows[line][0] for line in inside if EMPTIES.search(rows[line][1]))


def called(slice: Slice, chunks: Iterable[Chunk]) -> Iterator[Part]:
    """Yield the functions that statements of the notebook call or hand on, and those that these call.

    Not those of a network that they name: another one's may be where its weights come from.
    """
    nodes = [node for chunk in chunks for node in ast.walk(tree(chunk))]
    names = dict.fromkeys(node.id for node in nodes if isinstance(node, ast.Name))
    for name in names:
        if name not in OF_NETWORKS:
            yield from carrying(slice, name)


def _makers(slice: Slice, network: str) -> Iterator[Part]:
    """Yield the functions that are named for kernels, those of a network's class before others of a name."""
    chunks = [chunk for module in slice.modules for chunk in module.chunks if "def " in chunk.source]
    names = [node.name for chunk in chunks for node in ast.walk(tree(chunk)) if isinstance(node, Function)]
    for name in dict.fromkeys(filter(KERNEL.search, names)):
        yield from carrying(slice, name, network)


def _codes(got: str) -> Iterator[Any]:
    """Yield how what was found may be written: its numbers and types, then its steps."""
    numbers = [number.group() for number in NUMBER.finditer(got) if number.group() not in USUAL]
    yield from (re2.compile(rf"\b{re2.escape(number)}\b") for number in numbers)
    if kind := TYPE.fullmatch(got):
        yield re2.compile(rf"\b{kind.group()}\b")
        yield re2.compile(rf"\b{got.rstrip('0123456789')}\b")
    yield from (code for said, code in CALLED if said.search(got))


def _lines(slice: Slice, name: str) -> Iterator[tuple[Place, str]]:
    """Yield the lines of the body of a function, then of those it calls."""
    return (line for part in carrying(slice, name) for line in body_rows(part))


def body_rows(part: Part) -> Iterator[tuple[Place, str]]:
    """Yield the lines of the body of a function."""
    chunk, node = part
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    first, last = (body or node.body)[0].lineno, node.end_lineno or node.lineno
    return islice(_numbered(chunk), first - 1, last)


def _numbered(chunk: Chunk) -> Iterator[tuple[Place, str]]:
    """Yield the lines of a statement without their comments, each with its place."""
    for number, row in enumerate(chunk.source.split("\n")):
        yield Place(chunk.label, chunk.line + number), row.partition("#")[0]
