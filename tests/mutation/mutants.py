"""The mutants of a file: its source with one fault each."""

import ast
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from parso.tree import NodeOrLeaf

from tests.mutation.operators import OPERATORS


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file with one fault: `path` from the root, `line` from 1, that line before and after, the whole `source`.

    `function` is where the function begins that the fault is in the body of, or 0; of several, the outermost.
    """

    path: str
    line: int
    before: str
    after: str
    source: str
    function: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.before} → {self.after}"


class _WhatRuns(ast.NodeTransformer):
    """Leaves out annotations, the kinds of parameters, and decorators, which say how and not what."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_arguments(self, node: ast.arguments) -> ast.AST:
        node.args = [*node.posonlyargs, *node.args, *node.kwonlyargs]
        node.defaults = [*node.defaults, *(default for default in node.kw_defaults if default)]
        node.posonlyargs, node.kwonlyargs, node.kw_defaults = [], [], []
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns, node.decorator_list = None, []
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.decorator_list = []
        return self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        is_type = isinstance(node.value, ast.Name) and node.value.id == "Literal"
        return node.value if is_type else self.generic_visit(node)


def mutants(root: Path, path: str) -> Iterator[Mutant]:
    """Every mutant of the file, by operator; those that are no Python, or do not differ in what runs, are left out."""
    source = (root / path).read_text(encoding="utf-8")
    meaning, functions = _meaning(source), list(_functions(ast.parse(source)))
    nodes = list(ast_nodes(get_ast(source)))
    for operator in OPERATORS:
        for node in nodes:
            for index, ((line, _), _) in enumerate(operator.mutation_positions(node)):
                mutated = _spliced(source, node, operator.mutate(_copy(node), index))
                if _meaning(mutated) not in (None, meaning):
                    within = next((first for first, body in functions if line in body), 0)
                    yield Mutant(path, *_difference(source, mutated), mutated, within)


def _copy(node: NodeOrLeaf) -> NodeOrLeaf:
    """A copy of a node, but not of the rest of the file, to which its parent leads."""
    parent, node.parent = node.parent, None
    copied = deepcopy(node)
    node.parent = copied.parent = parent
    return copied


def _spliced(source: str, node: NodeOrLeaf, other: NodeOrLeaf | None) -> str:
    """The source with another node, or none, in place of one."""
    lines = source.splitlines(keepends=True)
    (first, start), (last, end) = node.get_start_pos_of_prefix(), node.end_pos
    before = "".join(lines[: first - 1]) + lines[first - 1][:start] if first <= len(lines) else source
    after = lines[last - 1][end:] + "".join(lines[last:]) if last <= len(lines) else ""
    return before + (other.get_code() if other else "") + after


def _functions(tree: ast.Module | ast.ClassDef) -> Iterator[tuple[int, range]]:
    """The functions of a file: the first line of each or of its decorators, and the lines of its body."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from _functions(node)
        elif isinstance(node, ast.FunctionDef):
            first = min(each.lineno for each in (node, *node.decorator_list))
            yield first, range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1)


def _meaning(source: str) -> str | None:
    try:
        return ast.dump(_WhatRuns().visit(ast.parse(source)))
    except SyntaxError:
        return None


def _difference(source: str, mutated: str) -> tuple[int, str, str]:
    pairs = zip(source.splitlines(), mutated.splitlines(), strict=False)
    return next(
        (number, before.strip(), " ".join(after.split()))
        for number, (before, after) in enumerate(pairs, 1)
        if before != after
    )
