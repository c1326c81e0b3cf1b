"""A history as people read it."""

from io import StringIO

import pytest
from rich.console import Console

from services.cli.display.history import display_history

EVENT = {
    "type": "RecordRegistered.v1",
    "time": "2008-10-23T13:23:00Z",
    "recorded_at": "2008-10-24T09:00:00Z",
    "source": "urn:agency:gp",
    "caused_by": "id-1",
    "data": {"particulars": {"given_name": "Ada", "family_name": "Quaternion", "date_of_birth": None}},
}


@pytest.mark.parametrize("position", [None, 1_234])
def test_positions_are_a_column_only_for_those_who_are_given_them(position: int | None) -> None:
    to = Console(file=StringIO(), width=120)
    display_history(to, [{**EVENT, "position": position}])
    shown = to.file.getvalue()  # type: ignore[attr-defined]
    assert ("position" in shown, "1,234" in shown) == (position is not None, position is not None)
    assert "Ada Quaternion, born unknown" in shown
