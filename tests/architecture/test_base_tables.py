"""Who may see is said once: queries for readers name no table of views, but what asks for a reader's scope."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from projections.catalogue import DERIVED, TABLES
from projections.receipts.project import RECEIPTS
from tests.support.tree import modules

BASE = sorted({table.name for table in (*TABLES, *DERIVED)} - {RECEIPTS.name})
"""All but receipts, which name no child: a caller's agency is what decides who reads them."""
MAY_NAME = ("projections/cross_stream/", "projections/visibility/")
"""What derives rows from rows, for no reader; and what makes the views for readers."""
_NAMED = re.compile(
    rf"\b(?:from|join|into|update|table|only)\s+(?:\w+\.)?({'|'.join(BASE)})\b(?!\.)", re.ASCII | re.IGNORECASE
)


def sql_texts(tree: ast.Module) -> Iterator[str]:
    """Every text of a module but its documentation; what an f-string is filled with is read where it stands."""
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in documentation:
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@cache
def named(package: str) -> dict[str, set[str]]:
    """The tables of views that each module names in SQL."""
    found = {
        path: {name for text in sql_texts(tree) for name in _NAMED.findall(text)} for path, tree in modules(package)
    }
    return {path: names for path, names in found.items() if names}


@pytest.mark.parametrize("package", ["projections", "streams", "services"])
def test_no_query_for_readers_names_a_table_of_views(package: str) -> None:
    assert {path: names for path, names in named(package).items() if not path.startswith(MAY_NAME)} == {}


def test_a_named_table_is_found() -> None:
    assert set.union(*named("projections").values()) >= {"link", "fact", "history", "hidden", "chronology"}
    tree = ast.parse('cursor.execute(f"select {COLUMNS} from views.history h where h.stream = %s", ())')
    assert [name for text in sql_texts(tree) for name in _NAMED.findall(text)][:1] == ["history"]
