"""The queue as people read it on a terminal."""

from io import StringIO
from typing import Any

from rich.console import Console

from services.cli.display.duplicates import display_duplicates


def side(given: str, **more: Any) -> dict[str, Any]:
    return {
        "name": {"given_name": given, "family_name": "Quaternion"},
        "other_names": [],
        "date_of_birth": "2001-02-03",
        "gender": "female",
        "identifiers": {"nhs_number": [], "upn": []},
        "addresses": [],
        "carers": [],
        "records": [{"source": "urn:agency:gp", "subject": f"G-{given}"}],
        **more,
    }


def displayed(**parts: Any) -> str:
    out = StringIO()
    nothing: dict[str, Any] = {"pairs": [], "contradictions": [], "like_shielded": []}
    display_duplicates(Console(file=out, width=120), nothing | parts)
    return out.getvalue()


JUDGED = {"score": 0.71, "rule": "possible", "matcher": "m/1", "since": None}
WHY = {**JUDGED, "why": {"given_name": "close", "date_of_birth": "agrees"}}
LEFT, RIGHT = "0b6d2f3a-71c8-4f55-a1e0-3c9d5e8f7733", "6d1e9b70-45a2-4c38-9e07-b1f2a3c45566"


def test_a_pair_stands_side_by_side_with_its_reasons() -> None:
    entries = {"left_entry": side("Ada", carers=["Ruth", None, "Ivo"]), "right_entry": side("A\x1b[2Jdah")}
    text = displayed(pairs=[{"left": LEFT, "right": RIGHT, **WHY, **entries}])
    lines = text.splitlines()
    assert any(LEFT in line and RIGHT in line for line in lines)
    assert any("Ada Quaternion" in line and "dah Quaternion" in line for line in lines)
    assert any("given_name" in line and "close" in line for line in lines)
    assert "0.71" in text
    assert "\x1b" not in text
    assert "address" not in text


def test_a_contradiction_names_its_child_and_an_empty_queue_says_so() -> None:
    records = {"left_record": side("Ada"), "right_record": side("Zoe")}
    text = displayed(contradictions=[{"child": LEFT, "set_aside": None, **WHY, **records}])
    assert LEFT in text
    assert "Zoe Quaternion" in text
    assert "Nothing waits" in displayed()
