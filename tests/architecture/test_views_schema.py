"""No statement names the schema of the views: which one it reads is set for its transaction, or it finds no table."""

import re
from pathlib import Path

import projections
from projections.catalogue import DERIVED, TABLES

ROOT = Path(projections.__file__).parents[1]
NAMES = sorted({table.name for table in (*TABLES, *DERIVED)} | {"positions", "failed_messages"})
QUALIFIED = re.compile(rf"\b(?:from|join|into|update|table) views\w*\.(?:{'|'.join(NAMES)})\b")


def test_no_statement_names_the_schema_of_the_views() -> None:
    sources = [file for room in ("projections", "streams", "services") for file in (ROOT / room).rglob("*.py")]
    assert len(sources) > 200
    assert [str(file) for file in sources if QUALIFIED.search(file.read_text(encoding="utf-8"))] == []
    assert QUALIFIED.search("select count(*) from views.listing g")
