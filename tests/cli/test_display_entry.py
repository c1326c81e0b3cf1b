"""An entry for people: each address once, and a moment that can be asked for again."""

from io import StringIO
from typing import Any

from services.cli.display.entry import display_entry
from services.cli.parser import a_moment
from services.cli.table import TableConsole

HOME = {"lines": ["1 Weir Street"], "postcode": "ZX1 1ZX", "authority": "E06999001", "status": "current"}
AWAY = HOME | {"lines": ["2 Fell Road"], "status": "last-known"}


def shown(**changes: Any) -> list[str]:
    """The lines of an entry of somebody invented."""
    entry = {
        "child": "0b6d4a52-0000-4000-8000-000000000001",
        "name": {"given_name": "Ada", "family_name": "Ashby"},
        "date_of_birth": "2001-02-03",
        "gender": "female",
        "other_names": [],
        "identifiers": {"nhs_number": [], "upn": []},
        "addresses": [],
        "carers": [],
        "involvements": [],
        "flags": [],
        "records": [{"source": "urn:agency:gp", "subject": "G1"}],
        "education": {"status": "not-of-age", "since": None},
        "shielded": False,
        "position": None,
        "as_of": "2008-10-23T09:10:11.000012Z",
    }
    out = StringIO()
    display_entry(TableConsole(out), entry | changes)
    return out.getvalue().splitlines()


def test_an_address_stands_once_with_all_who_say_so() -> None:
    said = [
        HOME | {"source": "urn:agency:gp"},
        AWAY | {"source": "urn:agency:gp"},
        HOME | {"source": "urn:agency:la-north", "lines": ["1 WEIR STREET"]},
    ]
    assert [line for line in shown(addresses=said) if line.startswith("address")] == [
        "address\t1 Weir Street, ZX1 1ZX  (gp, la-north)",
        "address\tlast known: 2 Fell Road, ZX1 1ZX  (gp)",
    ]


def test_the_moment_that_is_printed_can_be_asked_for() -> None:
    (line,) = [line for line in shown() if line.startswith("As known at ")]
    printed = line.removeprefix("As known at ").partition(";")[0]
    assert a_moment(printed) == printed == "2008-10-23T09:10:11.000012Z"


def test_whose_records_are_left_out_is_said_above_who_works_with_the_child() -> None:
    lines = shown(left_out=["urn:agency:gp", "urn:agency:ward"])
    (told,) = [line for line in lines if "left out" in line]
    assert "gp, ward" in told
    assert lines.index(told) < next(place for place, line in enumerate(lines) if line.startswith("Works with"))
    assert not any("left out" in line for line in shown())
