"""Which names a statement binds and reads, and when: as it runs, or as the functions in it are called."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from grader.intake.code.by_text import called, stored

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(slots=True)
class Names:
    """What a piece of code does with the names of the scope that it stands in."""

    reads: set[str] = field(default_factory=set)  # before it binds them itself
    later: set[str] = field(default_factory=set)  # by functions that it defines, when they are called
    binds: set[str] = field(default_factory=set)
    sure: set[str] = field(default_factory=set)  # the part of `binds` that no branch or empty loop leaves out
    sets: set[str] = field(default_factory=set)  # bound in the module by its functions (`global`)
    outer: set[str] = field(default_factory=set)  # declared `nonlocal` or `global`
    module: set[str] = field(default_factory=set)  # declared `global`

    def then(self, other: Names) -> None:
        """Add what code does that runs after this."""
        self.reads |= other.reads - self.sure
        self.later |= other.later
        self.binds |= other.binds
        self.sure |= other.sure
        self.sets |= other.sets
        self.outer |= other.outer
        self.module |= other.module

    def perhaps(self, other: Names) -> None:
        """Add what code does that runs after this or not at all."""
        sure = set(self.sure)
        self.then(other)
        self.sure = sure


def names(node: ast.AST) -> Names:
    """What one node does with names; RecursionError for code nested some hundred levels deep."""
    handler = _HANDLERS.get(type(node))
    return handler(node) if handler else sequence(children(node))


def children(node: ast.AST) -> list[ast.AST]:
    """The parts of a node that can hold names; ast.iter_child_nodes takes three times as long."""
    found: list[ast.AST] = []
    for part in node._fields:
        value = getattr(node, part, None)
        if isinstance(value, list):
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST) and part != "ctx":
            found.append(value)
    return found


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        stack += children(node)[::-1]


def sequence(nodes: Iterable[ast.AST | None]) -> Names:
    """What nodes do that run one after the other."""
    result = Names()
    for node in nodes:
        if node is not None:
            result.then(names(node))
    return result


def _name(node: ast.Name) -> Names:
    if isinstance(node.ctx, ast.Load):
        return Names(reads={node.id})
    return _bound({node.id} if isinstance(node.ctx, ast.Store) else set())


def _bound(bound: set[str]) -> Names:
    return Names(binds=set(bound), sure=set(bound))


# --- statements -----------------------------------------------------------------------------------


def _assign(node: ast.Assign) -> Names:
    return sequence([node.value, *node.targets])


def _annotated(node: ast.AnnAssign) -> Names:
    result = sequence([node.annotation, node.value])
    if node.value is not None or not isinstance(node.target, ast.Name):
        result.then(names(node.target))
    return result


def _augmented(node: ast.AugAssign) -> Names:
    result = Names(reads={node.target.id}) if isinstance(node.target, ast.Name) else Names()
    result.then(sequence([node.value, node.target]))
    return result


def _walrus(node: ast.NamedExpr) -> Names:
    return sequence([node.value, node.target])


def _imports(node: ast.Import | ast.ImportFrom) -> Names:
    bound = {alias.asname or alias.name.split(".")[0] for alias in node.names} - {"*"}
    result = _bound(bound)
    if isinstance(node, ast.Import):
        # `import torch.nn` adds to `torch`, it doesn't replace what an earlier import made of it
        result.sure -= {alias.name.split(".")[0] for alias in node.names if not alias.asname}
    return result


def _if(node: ast.If) -> Names:
    result, then, other = names(node.test), sequence(node.body), sequence(node.orelse)
    both = then.sure & other.sure
    result.perhaps(then)
    result.perhaps(other)
    result.sure |= both
    return result


def _for(node: ast.For | ast.AsyncFor) -> Names:
    result = names(node.iter)
    result.perhaps(sequence([node.target, *node.body]))
    result.perhaps(sequence(node.orelse))
    return result


def _while(node: ast.While) -> Names:
    result = names(node.test)
    result.perhaps(sequence(node.body))
    result.perhaps(sequence(node.orelse))
    return result


def _with(node: ast.With | ast.AsyncWith) -> Names:
    result = sequence(node.items)
    result.perhaps(sequence(node.body))  # `suppress` may end the block anywhere
    return result


def _try(node: ast.Try) -> Names:
    result, tried = Names(), sequence([*node.body, *node.orelse])
    handlers = [_handler(handler) for handler in node.handlers]
    always = set.intersection(tried.sure, *(handler.sure for handler in handlers))
    for branch in (tried, *handlers):
        result.perhaps(branch)
    result.sure |= always
    result.then(sequence(node.finalbody))
    return result


def _handler(node: ast.ExceptHandler) -> Names:
    result = names(node.type) if node.type else Names()
    inner = _bound({node.name} if node.name else set())
    inner.then(sequence(node.body))
    result.then(inner)
    return result


def _match(node: ast.Match) -> Names:
    result = names(node.subject)
    for case in node.cases:
        result.perhaps(sequence([case.pattern, case.guard, *case.body]))
    return result


def _call(node: ast.Call) -> Names:
    result = sequence(children(node))
    result.perhaps(_bound(called(node)))
    return result


def _subscript(node: ast.Subscript) -> Names:
    result = sequence(children(node))
    result.perhaps(_bound(stored(node)))
    return result


def _pattern(node: ast.MatchAs | ast.MatchStar | ast.MatchMapping) -> Names:
    result = sequence(children(node))
    bound = node.rest if isinstance(node, ast.MatchMapping) else node.name
    result.then(_bound({bound} if bound else set()))
    return result


# --- scopes ---------------------------------------------------------------------------------------


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Names:
    result = sequence([*node.decorator_list, *_outside(node.args), node.returns])
    _add_body(result, node.args, node.body)
    result.then(_bound({node.name}))
    return result


def _lambda(node: ast.Lambda) -> Names:
    result = sequence(_outside(node.args))
    _add_body(result, node.args, [node.body])
    return result


def _outside(arguments: ast.arguments) -> Iterator[ast.AST | None]:
    """The parts of a signature that are evaluated where the function is defined."""
    yield from (*arguments.defaults, *arguments.kw_defaults)
    yield from (argument.annotation for argument in _arguments(arguments))


def _arguments(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (extra for extra in (arguments.vararg, arguments.kwarg) if extra)


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[str]:
    """The names of a function's parameters, those that can be given by position first."""
    return [argument.arg for argument in _arguments(node.args)]


def _add_body(result: Names, arguments: ast.arguments, body: Iterable[ast.AST]) -> None:
    inner = sequence(body)
    bound = inner.binds | {argument.arg for argument in _arguments(arguments)}
    result.later |= (inner.reads | inner.later) - (bound - inner.outer)
    result.sets |= inner.sets | (inner.binds & inner.module)


def _declared(node: ast.Global | ast.Nonlocal) -> Names:
    declared = set(node.names)
    return Names(outer=declared, module=declared if isinstance(node, ast.Global) else set())


def _class(node: ast.ClassDef) -> Names:
    result = sequence([*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)])
    inner = sequence(node.body)
    result.reads |= inner.reads
    result.later |= inner.later  # methods don't see the names of their class
    result.sets |= inner.sets
    result.then(_bound({node.name}))
    return result


def _comprehension(node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> Names:
    inner = Names()
    for part in node.generators:
        inner.then(sequence([part.iter, part.target, *part.ifs]))
    result = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    inner.then(sequence(result))
    return Names(reads=inner.reads, later=inner.later - inner.binds, sets=inner.sets)


_HANDLERS: dict[type, Callable[..., Names]] = {
    ast.Name: _name, ast.Constant: lambda _: Names(),
    ast.Assign: _assign, ast.AnnAssign: _annotated, ast.AugAssign: _augmented, ast.NamedExpr: _walrus,
    ast.Import: _imports, ast.ImportFrom: _imports,
    ast.Call: _call, ast.Subscript: _subscript,
    ast.If: _if, ast.For: _for, ast.AsyncFor: _for, ast.While: _while, ast.With: _with, ast.AsyncWith: _with,
    ast.Try: _try, ast.TryStar: _try,
    ast.Global: _declared, ast.Nonlocal: _declared,
    ast.Match: _match, ast.MatchAs: _pattern, ast.MatchStar: _pattern, ast.MatchMapping: _pattern,
    ast.FunctionDef: _function, ast.AsyncFunctionDef: _function, ast.Lambda: _lambda, ast.ClassDef: _class,
    **dict.fromkeys(COMPREHENSIONS, _comprehension),
}  # fmt: skip
