"""How a notebook puts VGG-16 into its models: the statements that touch a model after it was built."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from difflib import get_close_matches

from grader.assignment import GRADED, GRADIENTS, MAP, MODELS, PREDICT, WEIGHT
from grader.intake.code.copiers import calls_a_copier, copied_late
from grader.intake.code.cutting import chunks, in_order
from grader.intake.code.effects import calls, path, running
from grader.intake.code.names import FUNCTIONS, parameters
from grader.intake.code.names import walk as nodes_of
from grader.intake.code.program import Program
from grader.intake.code.reaching import reached
from grader.intake.code.slicing import Walk
from grader.intake.code.statements import Statement
from grader.intake.code.weight import is_heavy, runs
from grader.records.submission import Copying

IDLE = {"cpu", "cuda", "eval", "to", "train", "parameters", "state_dict", "print", "summary"}
TELLING = {"weight", "bias", "state_dict", "load_state_dict", "copy_", "parameters", "named_parameters"}
BUILTINS = frozenset(dir(builtins))
ALIKE = 0.45  # of two names: `model` is meant for `model32_pretrain`
MOST = 3  # models of one class that are looked at


def copyings(walk: Walk) -> dict[str, tuple[Copying, ...]]:
    """By model what a notebook does with those that it builds, the last one first, on top of a walk.

    What is imported for that joins the walk's modules.
    """
    found = {model: tuple(_of_model(walk, model))[-MOST:][::-1] for model in MODELS}
    return {model: each for model, each in found.items() if each}


def _of_model(walk: Walk, model: str) -> Iterator[Copying]:
    for entry in walk.entries:
        program = walk.library.program(entry)
        built = list(_built(walk, program, model)) if program else []
        for at, name in built:
            assert program is not None
            touching = _touching(walk, program, at, name, {other for other, _ in built})
            late = copied_late(walk, program, at, name) if not touching else None
            if not touching and not late and _is_plain(program.statements[at].node, model):
                continue
            fork = walk.fork()
            for position in (at, *touching):
                fork.keep(entry, position)
            walk.take_imports(fork)
            positions = (fork.kept[entry] - walk.kept[entry]) | {at, *touching}
            parts = chunks(fork, entry, in_order(program, positions))
            yield Copying(entry, name, parts, _awaited(walk, program, touching), late)


def _built(walk: Walk, program: Program, model: str) -> Iterator[tuple[int, str]]:
    """The positions where a model is built, or taken from what builds it, each with the name it is given."""
    used = _used(walk, program)
    for at, statement in enumerate(program.statements):
        if not isinstance(statement.node, ast.Assign) or len(statement.names.binds) != 1:
            continue
        name = next(iter(statement.names.binds))
        nodes = list(running([statement.node]))
        paths = [call.path for call in calls(nodes)]
        named = any(model in path.split(".") for path in paths)
        makes = name in used and any(isinstance(node, ast.Call | ast.Subscript) for node in nodes)
        if named or (makes and not _is_foreign(program, paths) and model in reached(program, at)):
            yield at, name


def _used(walk: Walk, program: Program) -> set[str]:
    """What is given to statements that train, and what that is made from."""
    found = {name for at in walk.barred(program.name) for name in program.statements[at].names.reads}
    for statement in reversed(program.statements):
        if isinstance(statement.node, ast.Assign) and not found.isdisjoint(statement.names.binds):
            found |= statement.names.reads
    return found


def _is_foreign(program: Program, paths: list[str]) -> bool:
    """Whether a library's functions alone are called: an optimiser is no model."""
    return bool(paths) and all(path.split(".")[0] in program.foreign for path in paths)


def _is_plain(node: ast.stmt, model: str) -> bool:
    """Whether a statement builds a model, moves it or renames it, and nothing more: `FCN8s(12).cuda()`."""
    value = node.value if isinstance(node, ast.Assign) else None
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in IDLE:
        value = value.func.value
    if isinstance(value, ast.Call):
        given = [*value.args, *(keyword.value for keyword in value.keywords)]
        return path(value.func).rpartition(".")[2] == model and len(given) < 2 and all(map(_is_number, given))
    return isinstance(value, ast.Name)


def _is_number(node: ast.expr) -> bool:
    """Whether an argument is a number of classes, as far as its name tells, and not a configuration."""
    named = path(node).rpartition(".")[2].lower()
    return isinstance(node, ast.Constant) or "class" in named or "cls" in named or not named


def _touching(walk: Walk, program: Program, built: int, name: str, anew: set[int]) -> list[int]:
    """The statements that do something with a model until it is trained or replaced."""
    found = []
    for at in range(built + 1, len(program.statements)):
        statement = program.statements[at]
        if name not in statement.names.reads:
            if _misspelt(walk, program, at) == name:
                found.append(at)
            elif name in statement.names.sure and not (len(found) == 1 and at in anew):
                break
            elif name in statement.names.sure:
                found.append(
                    at
                )  # built anew: the one thing that was done to it, which may have copied, is gone
            continue
        if at in walk.barred(program.name) and not _only_lacks(program, at):
            break
        if _does_something(statement.node, name):
            found.append(at)
    return found


def _misspelt(walk: Walk, program: Program, at: int) -> str:
    """The model that a statement about VGG-16 means by a name that nothing binds; "" if none.

    What calls a function that copies may call it with any name: the model that was built last is meant.
    """
    node, reads = program.statements[at].node, program.statements[at].names.reads
    unbound = {name for name in reads if name not in program.binders} - BUILTINS
    copies = bool(unbound) and calls_a_copier(walk, program, node)
    about = copies or (isinstance(node, ast.Expr) and "vgg" in ast.unparse(node).lower())
    built = (
        sorted(each for model in MODELS for each in _built(walk, program, model)) if unbound and about else []
    )
    if not reads.isdisjoint(name for _, name in built):
        return ""
    models = [name for where, name in built if where < at and not _is_trained(walk, program, name, where, at)]
    unbound -= _awaited(walk, program, [at]) if built else set()
    alike = [name for each in sorted(unbound) for name in get_close_matches(each, models, 1, ALIKE)]
    return next(iter([*alike, *models[-1:]] if unbound and copies else alike), "")


def _is_trained(walk: Walk, program: Program, name: str, built: int, at: int) -> bool:
    """Whether a model is trained between two statements."""
    return any(
        built < each < at and name in program.statements[each].names.reads
        for each in walk.barred(program.name)
    )


def _awaited(walk: Walk, program: Program, touching: list[int]) -> frozenset[str]:
    """What statements read that is bound somewhere, in a cell that isn't read too: no typing errors.

    A star import may bind any name.
    """
    read = {name for at in touching for name in program.statements[at].names.reads}
    if walk.imports.stars(program.name) or any(map(_is_star, program.statements)):
        return frozenset(read)
    unread = [one.first_line for one in program.dropped]
    return frozenset(
        name for name in read if name in program.binders or any(name in line.split() for line in unread)
    )


def _is_star(statement: Statement) -> bool:
    node = statement.node
    return isinstance(node, ast.ImportFrom) and node.names[0].name == "*"


def _only_lacks(program: Program, at: int) -> bool:
    """Whether a statement takes weights of a model that was trained, and trains none itself."""
    node = program.statements[at].node
    return _handles_weights(node) and not runs(program, node)


def _does_something(node: ast.stmt, name: str) -> bool:
    """Whether a statement may change a model: calls that only move, show or switch it do not."""
    made = calls(running([node]))
    about = [call for call in made if name in call.arguments or call.path.split(".")[0] == name]
    about += [call for call in made if name in dict(call.keywords).values()]
    idle = bool(about) and all(call.path.rpartition(".")[2] in IDLE for call in about)
    return not idle or not isinstance(node, ast.Expr | ast.Assign)


def copiers_of(walk: Walk, module: str) -> list[str]:
    """Keep the functions of a module that may copy weights; their names."""
    program = walk.library.program(module)
    names = _copiers(program) if program else []
    for name in names:
        walk.want(module, name)
    return names


def _copiers(program: Program) -> list[str]:
    """The functions that are named for VGG, or handle weights of what they are given."""
    functions = [each.node for each in program.statements if isinstance(each.node, FUNCTIONS)]
    found = dict.fromkeys(node.name for node in functions if node.name not in GRADED and _may_copy(node))
    return [name for name in found if not is_heavy(program, name)]


def _may_copy(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    if "vgg" in node.name.lower():
        return True
    return bool(parameters(node)) and _handles_weights(node) and not _is_of_the_last_cell(node)


def _is_of_the_last_cell(node: ast.AST) -> bool:
    """Whether a function shows class activation maps: it handles the weight of another network."""
    return any(
        isinstance(part, ast.Name) and part.id in (PREDICT, MAP, WEIGHT, GRADIENTS) for part in nodes_of(node)
    )


def _handles_weights(node: ast.AST) -> bool:
    return any(isinstance(part, ast.Attribute) and part.attr in TELLING for part in nodes_of(node))
