"""Files of submissions: lines as they stand, CSV rows as submissions, and where each goes."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.source_record import Command
from services.submission_contract.reading import read
from services.submission_contract.submission import MAX_BYTES
from services.submit.files import Line, check_files, read_lines
from services.submit.route import LONGEST_KEY, route
from services.submit.table import BadTable, read_table

HEAD = "type,id,source,subject,time"
ROW = "child.registered,1,urn:agency:la-north,S1,2008-10-23T13:23:00Z"


def written(tmp_path: Path, content: bytes | str, name: str = "feed.ndjson") -> Path:
    """A file with that content."""
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(tmp_path: Path, text: str) -> list[Any]:
    """The submissions of a CSV file."""
    return [json.loads(line) for line in read_table(written(tmp_path, text, "feed.csv"))]


def test_lines_are_split_at_line_feeds_only_and_blank_ones_skipped(tmp_path: Path) -> None:
    content = b'{"a":1}\r\n\n  \t\r\n\xff\xfe\x00\n{"b":"\xe2\x80\xa8\x0c"}\n\x0b\nlast'
    lines = [line.value for line in read_lines(written(tmp_path, content))]
    assert lines == [b'{"a":1}\r', b"\xff\xfe\x00", b'{"b":"\xe2\x80\xa8\x0c"}', b"\x0b", b"last"]


def test_a_byte_order_mark_is_no_part_of_a_line(tmp_path: Path) -> None:
    mark = "\ufeff".encode()
    content = mark + b'{"a":1}\n' + mark + b"\n" + mark + b"y" * MAX_BYTES + b"\nlast" + mark
    lines = list(read_lines(written(tmp_path, content)))
    assert [line.value for line in lines] == [b'{"a":1}', b"y" * MAX_BYTES, b"last" + mark]
    assert [line.size for line in lines[:2]] == [7, MAX_BYTES]


@pytest.mark.parametrize("cell", ["#NAME?", "#N/A", "#N/D", "#¡VALOR!", "2.02404E+11", "########"])
def test_what_a_spreadsheet_has_damaged_stops_a_table(cell: str, tmp_path: Path) -> None:
    with pytest.raises(BadTable, match=r"feed\.csv line 3, family_name .* spreadsheet"):
        check_files([written(tmp_path, f"{HEAD},family_name\n{ROW},Octonion\n{ROW},{cell}\n", "feed.csv")])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_told_and_nothing_is_sent(encoding: str, tmp_path: Path) -> None:
    with pytest.raises(BadTable, match=r"feed\.ndjson is UTF-16; save it as UTF-8"):
        check_files([written(tmp_path, '{"a": 1}\n'.encode(encoding))])


def test_an_overlong_line_is_cut_and_costs_only_itself(tmp_path: Path) -> None:
    longest = b"y" * MAX_BYTES
    content = b"before\n" + b"x" * (3 * MAX_BYTES) + b"\n" + longest + b"\nafter"
    lines = list(read_lines(written(tmp_path, content)))
    assert [line.size for line in lines] == [6, 3 * MAX_BYTES, MAX_BYTES, 5]
    assert len(lines[1].value) == MAX_BYTES + 1
    assert lines[2:] == [Line(longest, MAX_BYTES), Line(b"after", 5)]


@given(st.lists(st.binary(max_size=20).map(lambda b: b.replace(b"\n", b"?")), max_size=8))
def test_every_line_that_is_not_blank_comes_once_and_in_order(tmp_path_factory: Any, lines: list[bytes]) -> None:
    path = written(tmp_path_factory.mktemp("lines"), b"\n".join(lines))
    bare = [line.removeprefix(b"\xef\xbb\xbf") for line in lines]
    assert [line.value for line in read_lines(path)] == [line for line in bare if line.strip(b" \t\r")]


def test_a_row_becomes_a_submission_that_the_contract_takes(tmp_path: Path) -> None:
    text = (
        f"{HEAD},given_name,family_name,date_of_birth,date_of_birth_estimated,address.lines,address.postcode,"
        "carers.0.name,carers.0.parental_responsibility,carers.1.name,other_names.0.family_name\n"
        f'{ROW},Ada,Quaternion,2001-02-03,true,"1 Row; The Village",ZX1 1AA,Jo,FALSE,"Quaternion, Sam",Octonion\n'
    )
    (submission,) = rows(tmp_path, text)
    assert submission["specversion"] == "1.0"
    assert submission["data"] == {
        "given_name": "Ada",
        "family_name": "Quaternion",
        "date_of_birth": "2001-02-03",
        "date_of_birth_estimated": True,
        "address": {"lines": ["1 Row", "The Village"], "postcode": "ZX1 1AA"},
        "carers": [{"name": "Jo", "parental_responsibility": False}, {"name": "Quaternion, Sam"}],
        "other_names": [{"family_name": "Octonion"}],
    }
    assert isinstance(read(json.dumps(submission).encode()), Command)


def test_a_file_may_hold_several_types_and_empty_cells_are_left_out(tmp_path: Path) -> None:
    text = (
        f"\ufeff{HEAD},involvement,service,organisation.name,flag,reason\n"
        "involvement.started,1,urn:agency:gp,G1,2008-10-23T13:23:00Z,i1,gp,Surgery,,\n"
        "\n"
        "flag.raised,2,urn:agency:gp,G1,2008-10-23T13:23:00Z,,,,action-taken,\n"
        "child.deregistered,3,urn:agency:gp,G1,2008-10-23T13:23:00Z,,,,,moved-away\n"
    )
    submissions = rows(tmp_path, text)
    assert [each["data"] for each in submissions] == [
        {"involvement": "i1", "service": "gp", "organisation": {"name": "Surgery"}},
        {"flag": "action-taken"},
        {"reason": "moved-away"},
    ]
    assert all(isinstance(read(json.dumps(each).encode()), Command) for each in submissions)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "line 1 has no column type"),
        ("type,id,source,time\n", "line 1 has no column subject"),
        (f"{HEAD},given_name,given_name\n", "a second time"),
        (f"{HEAD},shoe_size\n", r"column 6 \(shoe_size\) is no field"),
        (f"{HEAD},carers.99.name\n", "is no field"),
        (f"{HEAD},carers.name\n", "is no field"),
        (f"{HEAD}\n{ROW},more\n", "line 2 has 6 cells for 5 columns"),
        (f'{HEAD}\n"{ROW}\n', "is not CSV"),
    ],
)
def test_a_fault_in_a_table_says_line_column_and_what_to_do(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(BadTable, match=sentence):
        check_files([written(tmp_path, text, "feed.csv")])


def test_a_row_with_wrong_or_missing_values_costs_only_itself(tmp_path: Path) -> None:
    text = (
        f"{HEAD},given_name,family_name,date_of_birth_estimated\n{ROW},Ada,Quaternion,perhaps\n"
        f"child.registered,2,,S,2008-10-23T13:23:00Z,Ada,Quaternion,\n{ROW},Ada,Quaternion,true\n"
    )
    readings = [read(json.dumps(row).encode()) for row in rows(tmp_path, text)]
    reasons = [[(each["field"], each["code"]) for each in getattr(reading, "reasons", ())] for reading in readings]
    assert reasons == [[("data.date_of_birth_estimated", "type")], [("source", "missing")], []]


def test_a_row_that_is_too_long_is_cut_and_costs_only_itself(tmp_path: Path) -> None:
    text = f"{HEAD},given_name\n{ROW},{'x' * 3 * MAX_BYTES}\n{ROW},Ada\n"
    lines = list(read_lines(written(tmp_path, text, "feed.csv")))
    assert [len(line.value) > MAX_BYTES for line in lines] == [True, False]
    assert (len(lines[0].value), lines[0].size > 3 * MAX_BYTES) == (MAX_BYTES + 1, True)


def test_a_table_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="not UTF-8"):
        check_files([written(tmp_path, f"{HEAD}\n".encode() + b"\xff\xfe,1\n", "feed.csv")])


@pytest.mark.parametrize(
    ("value", "topic", "key"),
    [
        (b'{"source":"urn:agency:gp","subject":"G1"}', "submissions.gp", b"G1"),
        (b'{"source":"urn:agency:gp"}', "submissions.gp", None),
        (b'{"source":"urn:agency:nobody","subject":"G1"}', "submissions.unclaimed", b"G1"),
        (b'{"source":"urn:agency:unclaimed"}', "submissions.unclaimed", None),
        (b'{"source":["urn:agency:gp"],"subject":7}', "submissions.unclaimed", None),
        (b'["urn:agency:gp"]', "submissions.unclaimed", None),
        (b'{"source":"urn:agency:gp"', "submissions.unclaimed", None),
        (b'{"source":"urn:agency:gp","a":NaN}', "submissions.unclaimed", None),
        (b"[" * 100_000, "submissions.unclaimed", None),
        (b"\xff\x00", "submissions.unclaimed", None),
    ],
)
def test_a_line_goes_to_its_agency_or_is_unclaimed(value: bytes, topic: str, key: bytes | None) -> None:
    assert route(value, {"gp", "la-north"}) == (topic, key)


def test_a_key_is_never_long() -> None:
    _, key = route(json.dumps({"source": "urn:agency:gp", "subject": "é" * 10_000}).encode(), {"gp"})
    assert key is not None
    assert len(key) == LONGEST_KEY
