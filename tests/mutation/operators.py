"""Which faults are tried: those of cosmic-ray that touch rules, and three kinds that it lacks."""

from collections.abc import Iterator

import parso
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator
from parso.python.tree import Keyword, PythonNode, String
from parso.tree import NodeOrLeaf

COMPARISONS = (
    ("Eq", "NotEq"),
    ("NotEq", "Eq"),
    ("Is", "IsNot"),
    ("IsNot", "Is"),
    *(("Lt", other) for other in ("LtE", "GtE")),
    *(("LtE", other) for other in ("Lt", "Gt")),
    *(("Gt", other) for other in ("GtE", "LtE")),
    *(("GtE", other) for other in ("Gt", "Lt")),
)
ARITHMETIC = (
    ("Add", "Sub"),
    ("Sub", "Add"),
    ("Mul", "Div"),
    ("Div", "Mul"),
    ("FloorDiv", "Mul"),
    ("Mod", "Mul"),
    ("BitAnd", "BitOr"),
    ("BitOr", "BitAnd"),
)
OTHERS = (
    "AddNot",
    "NumberReplacer",
    "ReplaceAndWithOr",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "ReplaceFalseWithTrue",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_Delete_USub",
    "ZeroIterationForLoop",
)

Span = tuple[tuple[int, int], tuple[int, int]]


class InvertMembership(Operator):
    """Turns `in` into `not in` and back."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Span]:
        """Every membership test."""
        if node.type == "comparison":
            yield from ((op.start_pos, op.end_pos) for op in node.children[1::2] if _membership(op))

    def mutate(self, node: PythonNode, index: int) -> PythonNode:
        """The comparison with its membership test number `index` inverted."""
        place = [at for at, child in enumerate(node.children) if at % 2 and _membership(child)][index]
        inverted = " in" if "not" in node.children[place].get_code() else " not in"
        node.children[place] = parso.parse(inverted)
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        """None; cosmic-ray uses them in its own tests."""
        return ()


class DropFilter(Operator):
    """Lets every item through the condition of a comprehension."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Span]:
        """Every condition of a comprehension."""
        if node.type == "comp_if":
            yield node.start_pos, node.end_pos

    def mutate(self, node: PythonNode, index: int) -> PythonNode:
        """The condition that is always true."""
        node.children[1] = Keyword("True", node.children[1].start_pos, prefix=" ")
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        """None; cosmic-ray uses them in its own tests."""
        return ()


class ChangeWord(Operator):
    """Changes a text of one word: a code, a key or a type. Sentences are for people and left alone."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Span]:
        """Every plain string of one word."""
        if isinstance(node, String) and node.value[0] in "\"'" and " " not in node.value and '"""' not in node.value:
            yield node.start_pos, node.end_pos

    def mutate(self, node: String, index: int) -> String:
        """The word with a letter more."""
        node.value = f"{node.value[:-1]}~{node.value[-1]}"
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        """None; cosmic-ray uses them in its own tests."""
        return ()


def _membership(node: NodeOrLeaf) -> bool:
    return " ".join(node.get_code().split()) in ("in", "not in")


OPERATORS: tuple[Operator, ...] = (
    *(get_operator(f"core/ReplaceComparisonOperator_{old}_{new}")() for old, new in COMPARISONS),
    *(get_operator(f"core/ReplaceBinaryOperator_{old}_{new}")() for old, new in ARITHMETIC),
    *(get_operator(f"core/{name}")() for name in OTHERS),
    InvertMembership(),
    DropFilter(),
    ChangeWord(),
)
