"""Finds every outcome and reason code that a receipt can carry, where the code writes them down.

A code is a literal argument of one of the calls below, or the first half of an explanation of a pydantic error.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from services.submission_contract import reading

ROOT = Path(__file__).parents[2]
ROOMS = ("domain/source_record", "domain/child", "domain/suspension", "domain/erasure", "domain/retention")
ROOMS += ("services/submission_contract", "services/registrar")
"""Where refusals and receipts are made."""
FILE = Path(__file__).parent / "codes.txt"
OUTCOME, REASON, RETIRED = "outcome", "reason", "retired"

_CODE_AT = {"reason": 1, "_Unreadable": 0, "PydanticCustomError": 0, "_rule": 0, "Refusal": 1}
"""The calls that write down a reason's code, and which argument it is."""
_OUTCOME_AT = {"answered": 0}


def golden_codes() -> list[tuple[str, str]]:
    """The lines of the golden file, each as its kind (outcome, reason or retired) and a code."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return [(kind, code) for kind, code in (line.split(" ") for line in lines if not line.startswith("#"))]


def codes_in_code() -> set[tuple[str, str]]:
    """Every outcome and every reason code that the code gives, with its kind."""
    outcomes = {(OUTCOME, code) for code in _literals(_OUTCOME_AT)}
    explained = {code for code, _ in reading._EXPLANATIONS.values()}
    return outcomes | {(REASON, code) for code in explained.union(_literals(_CODE_AT))}


def _literals(argument_of: dict[str, int]) -> Iterator[str]:
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call) and (found := _literal(call, argument_of)) is not None:
                    yield found


def _literal(call: ast.Call, argument_of: dict[str, int]) -> str | None:
    """The code that a call writes down; None where it is another call, or passes a code on."""
    name = getattr(call.func, "id", None) or getattr(call.func, "attr", "")
    position = argument_of.get(name)
    argument = None if position is None or len(call.args) <= position else call.args[position]
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None
