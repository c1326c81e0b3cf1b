"""The mutants of a file: its source with one fault each."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from tests.mutation.operators import OPERATORS


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file with one fault: `path` from the root, `line` from 1, that line before and after, the whole `source`."""

    path: str
    line: int
    before: str
    after: str
    source: str

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
    meaning = _meaning(source)
    for operator in OPERATORS:
        places = [place for node in ast_nodes(get_ast(source)) for place in operator.mutation_positions(node)]
        for occurrence in range(len(places)):
            mutated = mutate_code(source, operator, occurrence)
            if _meaning(mutated) not in (None, meaning):
                yield Mutant(path, *_difference(source, mutated), mutated)


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
