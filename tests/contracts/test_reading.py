"""From bytes to a submission, or to what is wrong with it: every kind of bad input, and what holds for any bytes."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.source_record import Command
from services.submission_contract.reading import MAX_DEPTH, MAX_REASONS, Invalid, read
from services.submission_contract.submission import MAX_BYTES, MAX_ITEMS, MODELS
from tests.golden.codes import REASON, golden_codes
from tests.support.examples import ABSENT, SENSITIVE_STORY, STORY, SUBMISSIONS, example, message

CHILD = "child.registered"
LONG_TIME = "2008-09-01T09:00:00.000000Z"


def wrong(value: bytes) -> set[tuple[str, str]]:
    """The (field, code) of every reason; the message must be invalid."""
    reading = read(value)
    assert isinstance(reading, Invalid), reading
    assert all(set(reason) == {"field", "code", "message"} and reason["message"] for reason in reading.reasons)
    return {(reason["field"], reason["code"]) for reason in reading.reasons}


def valid(value: bytes) -> Command:
    reading = read(value)
    assert isinstance(reading, Command), reading
    return reading


@pytest.mark.parametrize("example", [*STORY, *SENSITIVE_STORY], ids=lambda each: each["type"])
def test_every_example_is_valid_and_stays_as_it_was_sent(example: dict[str, Any]) -> None:
    reading = valid(orjson.dumps(example))
    assert reading == Command(
        example["id"],
        example["source"],
        example["type"],
        example["subject"],
        example["time"].replace("Z", ".000000Z"),
        example["data"],
    )


def test_there_is_an_example_and_a_model_of_every_type() -> None:
    assert set(SUBMISSIONS) == set(MODELS)


CUT = message(CHILD)[:-10]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"", "not-json"),
        (b" ", "not-json"),
        (b"{not json", "not-json"),
        (CUT, "not-json"),
        (message(CHILD) + b"x", "not-json"),
        (message(CHILD) + message(CHILD), "not-json"),
        (b"'text'", "not-json"),
        (message(CHILD).replace(b"Tamsin", b"Tam\nsin"), "not-json"),
        (message(CHILD).replace(b"Tamsin", b"Tam\0sin"), "not-json"),
        (message(CHILD).replace(b"Tamsin", b"Tam\\xsin"), "not-json"),
        (b"\xef\xbb\xbf", "not-json"),
        (b'{"id": NaN}', "not-json"),
        (b'{"id": -Infinity}', "not-json"),
        (b'{"id": ' + b"9" * 5_000 + b"}", "not-json"),
        (message(CHILD).replace(b"Tamsin", b"Tam\xffsin"), "not-utf8"),
        (b"\x80", "not-utf8"),
        ("{}".encode("utf-16"), "not-utf8"),
        (b"\xed\xa0\x80", "not-utf8"),
        (b'{"id": 1, "id": 1}', "duplicate-key"),
        (message(CHILD).replace(b'"gender":', b'"given_name":'), "duplicate-key"),
        (b"[" * 2_000 + b"]" * 2_000, "too-deep"),
        (b"[" * 500_000, "too-deep"),
        (b'{"a":' * 2_000 + b"1" + b"}" * 2_000, "too-deep"),
        (b" " + b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "too-deep"),
        (b'"' + b"x" * MAX_BYTES + b'"', "too-large"),
        (b"[]", "not-an-object"),
        (b"null", "not-an-object"),
        (b'"text"', "not-an-object"),
        (b"12", "not-an-object"),
        (b" " + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, "not-an-object"),
        (b'["' + b"{[" * 40 + b'"]', "not-an-object"),
        (b'["' + b'\\"{[' * 40 + b'"]', "not-an-object"),
    ],
)
def test_what_is_no_submission_at_all(value: bytes, code: str) -> None:
    assert wrong(value) == {("", code)}


@pytest.mark.parametrize("value", [b"[" * 20 + b'\\"' * 500_000, b"[" * 20 + b'"' + b'\\"' * 500_000, b"[,{" * 300_000])
def test_no_input_takes_longer_than_its_length_asks_for(value: bytes) -> None:
    assert wrong(value) <= {("", "too-deep"), ("", "not-json")}


def test_no_value_is_no_submission() -> None:
    assert read(None) == read(b"")


@pytest.mark.parametrize("name", ["specversion", "id", "source", "type", "subject", "time", "data"])
def test_every_attribute_of_the_envelope_is_required(name: str) -> None:
    assert wrong(message(CHILD, {name: ABSENT})) == {(name, "missing")}


def test_an_empty_object_lacks_everything() -> None:
    assert {field for field, _ in wrong(b"{}")} >= {"specversion", "id", "source", "type", "subject", "time"}


WRONG_ENVELOPES = [
    ("specversion", "0.3", "unknown-value"),
    ("specversion", 1.0, "unknown-value"),
    ("id", "", "empty"),
    ("id", "  ", "empty"),
    ("id", None, "type"),
    ("id", 17, "type"),
    ("id", "x" * 201, "too-long"),
    ("id", "a\tb", "control-character"),
    ("source", "la-westmarch", "pattern"),
    ("source", "urn:agency:", "pattern"),
    ("source", "urn:agency:Upper", "pattern"),
    ("source", "urn:agency:a\n", "pattern"),
    ("source", "urn:agency:" + "a" * 64, "pattern"),
    ("source", ["urn:agency:a"], "type"),
    ("type", "child.seen", "unknown-type"),
    ("type", 5, "unknown-type"),
    ("type", ["child.registered"], "unknown-type"),
    ("type", "", "unknown-type"),
    ("subject", "", "empty"),
    ("subject", 20417, "type"),
    ("subject", {"number": 1}, "type"),
    ("time", "yesterday", "time"),
    ("time", "2008-10-23", "time"),
    ("time", "2008-10-23T09:00:00", "time"),
    ("time", "2008-10-23 09:00:00Z", "time"),
    ("time", "2008-02-30T09:00:00Z", "time"),
    ("time", "2008-10-23T25:00:00Z", "time"),
    ("time", "2008-10-23T09:00:00+25:00", "time"),
    ("time", "0001-01-01T00:00:00+01:00", "time"),
    ("time", "9999-12-31T23:59:59-01:00", "time"),
    ("time", "２００８-10-23T09:00:00Z", "time"),
    ("time", 1224752400, "type"),
    ("time", 1224752400.5, "type"),
    ("datacontenttype", "text/xml", "unknown-value"),
    ("data", [], "type"),
    ("data", "text", "type"),
    ("data", None, "type"),
]
"""Attribute, its wrong value, the code of the reason."""


@pytest.mark.parametrize(("path", "value", "code"), WRONG_ENVELOPES)
def test_a_wrong_attribute_of_the_envelope(path: str, value: Any, code: str) -> None:
    assert wrong(message(CHILD, {path: value})) == {(path, code)}


WRONG_CHILDREN = [
    ("data.given_name", ABSENT, "missing"),
    ("data.family_name", ABSENT, "missing"),
    ("data.given_name", None, "type"),
    ("data.given_name", "", "empty"),
    ("data.given_name", "\u2003 ", "empty"),
    ("data.given_name", "x" * 101, "too-long"),
    ("data.given_name", "x" * 1_000_000, "too-long"),
    ("data.given_name", "Tam\0sin", "control-character"),
    ("data.given_name", "Tamsin\n", "control-character"),
    ("data.given_name", "Tam\x7fsin", "control-character"),
    ("data.given_name", "Tam\x85sin", "control-character"),
    ("data.given_name", 1, "type"),
    ("data.given_name", 1.5, "type"),
    ("data.given_name", True, "type"),
    ("data.given_name", ["Tamsin"], "type"),
    ("data.given_name", {"text": "Tamsin"}, "type"),
    ("data.date_of_birth", "2003-02-29", "date"),
    ("data.date_of_birth", "17/05/2003", "date"),
    ("data.date_of_birth", "2003-5-17", "date"),
    ("data.date_of_birth", "20030517", "date"),
    ("data.date_of_birth", "2003-W20-6", "date"),
    ("data.date_of_birth", "2003-05-17T00:00:00Z", "date"),
    ("data.date_of_birth", "0000-01-01", "date"),
    ("data.date_of_birth", "", "date"),
    ("data.date_of_birth", 2003, "type"),
    ("data.date_of_birth", "2008-09-02", "in-the-future"),
    ("data.date_of_birth_estimated", "no", "type"),
    ("data.date_of_birth_estimated", 0, "type"),
    ("data.gender", "girl", "unknown-value"),
    ("data.gender", "Female", "unknown-value"),
    ("data.gender", 1, "unknown-value"),
    ("data.gender", ["female"], "unknown-value"),
    ("data.nhs_number", "9990000418", "check-digit"),
    ("data.nhs_number", "9990000010", "check-digit"),
    ("data.nhs_number", "999000041", "nhs-number"),
    ("data.nhs_number", "9990000417.0", "nhs-number"),
    ("data.nhs_number", "9 " * 60, "nhs-number"),
    ("data.nhs_number", "٩٩٩٠٠٠٠٤١٧", "nhs-number"),
    ("data.nhs_number", 9990000417, "type"),
    ("data.nhs_number", 9990000417.0, "type"),
    ("data.upn", "E999417608014", "check-letter"),
    ("data.upn", "D99941760801", "upn"),
    ("data.upn", "A99941760801I", "check-letter"),
    ("data.upn", "D123456789014", "authority-number"),
    ("data.address.authority", "Westmarch", "pattern"),
    ("data.address.status", "past", "unknown-value"),
    ("data.address.lines", "4 Larkspur Row", "type"),
    ("data.address.lines.0", None, "type"),
    ("data.address.postcode", "Z" * 21, "too-long"),
    ("data.address", [], "type"),
    ("data.carers", {}, "type"),
    ("data.carers.0", "Ruth", "type"),
    ("data.carers.0.parental_responsibility", "yes", "type"),
    ("data.carers.0.email", "x" * 201, "too-long"),
    ("data.other_names.0.kind", "married", "unknown-value"),
    ("data.other_names", [{}] * (MAX_ITEMS + 1), "too-many"),
    ("data.carers", [{}] * (MAX_ITEMS + 1), "too-many"),
    ("data.address.lines", ["x"] * (MAX_ITEMS + 1), "too-many"),
    ("data.carers.0", [[[[]]]], "type"),
]
"""Field of `child.registered`, its wrong value, the code of the reason."""


@pytest.mark.parametrize(("path", "value", "code"), WRONG_CHILDREN)
def test_a_wrong_field_of_a_child(path: str, value: Any, code: str) -> None:
    assert wrong(message(CHILD, {path: value})) == {(path, code)}


WRONG_OTHERS = [
    ("child.deregistered", "data.reason", ABSENT, "missing"),
    ("child.deregistered", "data.reason", "court-order", "unknown-value"),
    ("child.deregistered", "data.on", "tomorrow", "date"),
    ("involvement.started", "data.involvement", ABSENT, "missing"),
    ("involvement.started", "data.service", ABSENT, "missing"),
    ("involvement.started", "data.service", "astrology", "unknown-value"),
    ("involvement.started", "data.started_on", "2008-06-31", "date"),
    ("involvement.started", "data.consent", "yes", "type"),
    ("involvement.ended", "data.involvement", ABSENT, "missing"),
    ("consent.withdrawn", "data.involvement", "", "empty"),
    ("flag.raised", "data.flag", ABSENT, "missing"),
    ("flag.raised", "data.flag", "naughty", "unknown-value"),
    ("flag.raised", "data.contact", [], "type"),
    ("flag.lowered", "data.flag", None, "unknown-value"),
    ("record.removed", "data.reason", "moved-away", "unknown-value"),
]
"""Type, field, its wrong value, the code of the reason."""


@pytest.mark.parametrize(("type_", "path", "value", "code"), WRONG_OTHERS)
def test_a_wrong_field_of_another_type(type_: str, path: str, value: Any, code: str) -> None:
    assert wrong(message(type_, {path: value})) == {(path, code)}


def test_a_consent_that_is_wrong_in_itself() -> None:
    consent = {"given_by": "school", "explicit": "yes", "on": "2008-02-30"}
    assert wrong(message("involvement.started", {"data.consent": consent})) == {
        ("data.consent.given_by", "unknown-value"),
        ("data.consent.explicit", "type"),
        ("data.consent.on", "date"),
    }


UNKNOWN_FIELDS = [
    (CHILD, "note"),
    (CHILD, "data.note"),
    (CHILD, "data.address.note"),
    (CHILD, "data.carers.0.note"),
    (CHILD, "data.other_names.0.note"),
    ("involvement.started", "data.organisation.note"),
    ("involvement.started", "data.practitioner.note"),
    ("involvement.started", "data.notes"),
    ("flag.raised", "data.contact.note"),
    ("flag.raised", "data.reason"),
    ("child.deregistered", "data.note"),
    ("record.removed", "data.note"),
]
"""Type, and a field that it does not have."""


@pytest.mark.parametrize(("type_", "path"), UNKNOWN_FIELDS)
def test_no_case_information_slips_in(type_: str, path: str) -> None:
    assert wrong(message(type_, {path: "what the neighbour said"})) == {(path, "unknown-field")}


@pytest.mark.parametrize("name", ["x" * 41, "what the neighbour said", "note9990000417", "a\nb", ""])
def test_what_is_no_name_of_a_field_is_not_repeated(name: str) -> None:
    assert wrong(json.dumps(example(CHILD, {"data": {**example(CHILD)["data"], name: 1}})).encode()) == {
        ("data", "unknown-field")
    }


def test_a_value_that_is_not_listed_is_answered_with_those_that_are() -> None:
    reading = read(message(CHILD, {"data.gender": "girl", "data.address.status": "past"}))
    assert isinstance(reading, Invalid)
    assert [reason["message"].partition(": ")[2] for reason in reading.reasons] == [
        "male, female, other, unknown",
        "current, last-known, none-known",
    ]


@pytest.mark.parametrize(
    ("path", "field"),
    [("data.given_name", "data.given_name"), ("id", "id"), ("data.carers.0.name", "data.carers.0.name")],
)
def test_half_characters_are_no_text(path: str, field: str) -> None:
    for half in ("\ud800", "a\udfffb"):
        value = json.dumps(example(CHILD, {path: half})).encode()
        assert wrong(value) == {(field, "not-utf8")}
    key = json.dumps(example(CHILD, {"data.\ud800": 1})).encode()
    assert wrong(key) == {("data", "not-utf8")}


@pytest.mark.parametrize(
    "name",
    [
        *("李小龍", "محمد", "Zoë‑Anaïs", "O’Malley", "Nguyễn", "Þórdís", "किरण", "Ἀλέξανδρος", "👧🏽", "𐐷"),
        *("e\u0301", "a\u200db", "x" * 100, "<b>", '=HYPERLINK("x")', "Robert'); DROP TABLE child;--"),
    ],
)
def test_text_of_any_script_is_taken_as_it_is(name: str) -> None:
    assert valid(message(CHILD, {"data.given_name": name})).data["given_name"] == name
    escaped = json.dumps(example(CHILD, {"data.given_name": name}), ensure_ascii=True).encode()
    assert valid(escaped).data["given_name"] == name


WRITTEN = [
    *[
        ("nhs_number", text, "9990000417")
        for text in ("999 000 0417", " 999-000-0417\t", "９９９0000417", "999\u2011000\xa00417")
    ],
    *[("upn", text, "D999417608014") for text in ("d999417608014", " D999417608014\n", "\ufeffD9994 1760 8014\u200b")],
    *[("date_of_birth", text, "2003-05-17") for text in (" 2003-05-17", "2003-05-17\xa0\u200b ", "\ufeff2003-05-17\r")],
]


@pytest.mark.parametrize(("name", "written", "meant"), WRITTEN)
def test_what_writing_adds_to_a_number_or_a_day_means_nothing(name: str, written: str, meant: str) -> None:
    assert valid(message(CHILD, {f"data.{name}": written})).data[name] == meant


def test_a_byte_order_mark_and_space_around_the_time_mean_nothing() -> None:
    assert valid(b"\xef\xbb\xbf" + message(CHILD)) == valid(message(CHILD))
    assert valid(message(CHILD, {"time": " 2008-09-01T09:00:00Z "})).time == LONG_TIME


def test_the_numbers_that_a_child_had_before_are_taken_and_checked() -> None:
    former = {"data.former_nhs_numbers": ["999 000 0417"], "data.former_upns": ["d999417608014"]}
    taken = valid(message(CHILD, former))
    assert taken.data["former_nhs_numbers"] == ["9990000417"]
    assert taken.data["former_upns"] == ["D999417608014"]
    faults = {("data.former_nhs_numbers.0", "check-digit"), ("data.former_upns.0", "check-letter")}
    assert (
        wrong(message(CHILD, {"data.former_nhs_numbers": ["9990000418"], "data.former_upns": ["E999417608014"]}))
        == faults
    )


def test_fifty_items_are_taken() -> None:
    carers = [{"name": f"Carer {number}"} for number in range(MAX_ITEMS)]
    assert valid(message(CHILD, {"data.carers": carers})).data["carers"] == carers


def test_what_may_be_left_out_may_be_null_and_is_then_left_out() -> None:
    required = {"given_name", "family_name"}
    nulls = {f"data.{name}": None for name in SUBMISSIONS[CHILD]["data"] if name not in required}
    assert set(valid(message(CHILD, nulls)).data) == required
    assert "phone" not in valid(message(CHILD, {"data.carers.0.phone": None})).data["carers"][0]


@pytest.mark.parametrize(
    ("type_", "day"),
    [
        ("child.deregistered", "on"),
        ("involvement.ended", "ended_on"),
        ("consent.withdrawn", "on"),
        ("flag.raised", "raised_on"),
        ("flag.lowered", "lowered_on"),
        ("record.removed", "on"),
    ],
)
def test_a_day_left_out_is_the_day_of_the_submission(type_: str, day: str) -> None:
    sent = message(type_, {f"data.{day}": ABSENT, "time": "2008-10-23T00:30:00+01:00"})
    assert valid(sent).data[day] == "2008-10-23"


@pytest.mark.parametrize(
    ("sent", "utc"),
    [
        ("2008-09-01T09:00:00Z", LONG_TIME),
        ("2008-09-01t09:00:00z", LONG_TIME),
        ("2008-09-01T10:00:00+01:00", LONG_TIME),
        ("2008-09-01T09:00:00.1234567Z", "2008-09-01T09:00:00.123456Z"),
        ("2008-09-01T00:30:00.5+01:00", "2008-08-31T23:30:00.500000Z"),
    ],
)
def test_time_is_kept_in_utc(sent: str, utc: str) -> None:
    assert valid(message(CHILD, {"time": sent})).time == utc


def test_a_birth_just_after_midnight_is_not_in_the_future_where_the_sender_is() -> None:
    changes = {"time": "2008-06-02T00:30:00+01:00", "data.date_of_birth": "2008-06-02"}
    assert valid(message(CHILD, changes)).data["date_of_birth"] == "2008-06-02"


def test_an_id_is_told_where_it_can_be_read() -> None:
    def id_of(value: Any) -> str | None:
        reading = read(json.dumps(example(CHILD, {"id": value, "data.note": 1})).encode())
        assert isinstance(reading, Invalid)
        return reading.id

    assert id_of("7f0c-000017") == "7f0c-000017"
    assert id_of("識別\u200d子") == "識別\u200d子"
    assert [id_of(bad) for bad in ("", " ", 5, None, "x" * 201, "a\0b", "\ud800", ["id"])] == [None] * 8


def test_every_fault_is_told_at_once_but_not_more_than_can_be_read() -> None:
    faults = {"time": "now", "data.gender": "x", "data.carers.0.note": "x", "data.nhs_number": "1"}
    assert wrong(message(CHILD, faults)) == {
        ("time", "time"),
        ("data.gender", "unknown-value"),
        ("data.carers.0.note", "unknown-field"),
        ("data.nhs_number", "nhs-number"),
    }
    many = read(message(CHILD, {"data.carers": [{"phone": number} for number in range(MAX_ITEMS)]}))
    assert isinstance(many, Invalid)
    assert len(many.reasons) == MAX_REASONS
    unknown = read(message(CHILD, {f"data.unknown{number}": number for number in range(1_000)}))
    assert isinstance(unknown, Invalid)
    assert len(unknown.reasons) == MAX_REASONS


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text()
    | st.sampled_from(["\ud800", "1" * 99]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
PLACES = [
    *("specversion", "id", "source", "type", "subject", "time", "data", "datacontenttype", "dataschema", "extra"),
    *(f"data.{name}" for name in SUBMISSIONS[CHILD]["data"]),
    *("data.extra", "data.address.lines", "data.address.status", "data.address.extra", "data.carers.0"),
    *("data.carers.0.name", "data.carers.0.extra", "data.other_names.0", "data.other_names.0.kind"),
]


REASON_CODES = {code for kind, code in golden_codes() if kind == REASON}


def is_explained(reading: Command | Invalid) -> bool:
    """Whether an invalid message has reasons, and none of a code that agencies' systems do not know."""
    return isinstance(reading, Command) or (
        bool(reading.reasons) and {e["code"] for e in reading.reasons} <= REASON_CODES
    )


@for_all(st.binary())
def test_any_bytes_are_valid_or_invalid(value: bytes) -> None:
    assert is_explained(read(value))


@for_all(JSON)
def test_any_json_is_valid_or_invalid(value: Any) -> None:
    reading = read(json.dumps(value).encode())
    assert isinstance(reading, Invalid)
    assert is_explained(reading)


@for_all(st.sampled_from(PLACES), JSON)
def test_any_value_in_any_place_is_valid_or_invalid(place: str, value: Any) -> None:
    reading = read(json.dumps(example(CHILD, {place: value})).encode())
    assert is_explained(reading)
    if isinstance(reading, Command):
        orjson.dumps(reading.data)


MARKS = st.integers(10**11, 10**12 - 1).map(str)
"""Texts that occur in no receipt by chance."""
MARKED = st.recursive(
    MARKS
    | MARKS.map(int)
    | MARKS.map(lambda mark: f"a-{mark}\0")
    | MARKS.map(float)
    | MARKS.map(lambda mark: mark * 20),
    lambda inner: st.lists(inner, min_size=1, max_size=60) | st.dictionaries(MARKS, inner, min_size=1, max_size=3),
    max_leaves=5,
)


def marks_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {str(key) for key in value} | {mark for inner in value.values() for mark in marks_in(inner)}
    if isinstance(value, list):
        return {mark for inner in value for mark in marks_in(inner)}
    return {"".join(character for character in str(value) if character.isdigit())[:12]}


@for_all(st.sampled_from(PLACES), MARKED, MARKS)
def test_no_reason_repeats_what_was_sent(place: str, value: Any, key: str) -> None:
    for changes in ({place: value}, {f"data.{key}": value}):
        reading = read(message(CHILD, changes))
        text = json.dumps(reading.reasons if isinstance(reading, Invalid) else [])
        assert not {mark for mark in marks_in(value) | {key} if mark in text}
