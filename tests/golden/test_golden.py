"""What was stored once can be read for ever, and a changed payload is a new version of its name."""

import orjson
import pytest

from domain.catalogue import EVENTS, UPCASTS, WIRE_NAMES, UnknownEvent, upcast
from streams.codec import EventMapper
from tests.golden.files import FOLDER, Golden, golden_of, read, write
from tests.support.examples import events

FILES = sorted(FOLDER.glob("*.json"))


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def golden(request: pytest.FixtureRequest) -> Golden:
    """Each golden file in turn."""
    return read(request.param)


def test_every_event_of_every_version_has_a_golden_file() -> None:
    assert {path.stem for path in FILES} == set(EVENTS) | set(UPCASTS)


def test_every_event_has_an_example() -> None:
    assert {name: type(event) for name, event in events().items()} == dict(EVENTS)


def test_a_golden_file_opens_to_the_same_fields_as_ever(golden: Golden) -> None:
    stored = golden.stored
    state = orjson.loads(stored.state)
    fields = dict(state["data"])
    if "sealed" in state:
        fields |= golden.keys.open(str(stored.originator_id), stored.originator_version, state["sealed"])
    assert fields == golden.fields


def test_a_golden_file_becomes_an_event_of_today(golden: Golden) -> None:
    event = EventMapper(golden.keys).to_domain_event(golden.stored)
    of_today, fields = upcast(golden.stored.topic, golden.fields)
    assert type(event) is of_today
    assert {name: vars(event)[name] for name in fields} == fields
    assert set(of_today.CLEAR + of_today.SEALED) <= set(fields)
    assert event.originator_id == golden.stored.originator_id
    assert event.originator_version == golden.stored.originator_version


@pytest.mark.parametrize("name", EVENTS)
def test_a_payload_has_not_changed_under_its_name(name: str) -> None:
    kept, today = read(FOLDER / f"{name}.json"), golden_of(events()[name])
    kept_state, state = orjson.loads(kept.stored.state), orjson.loads(today.stored.state)
    assert list(state) == list(kept_state)
    assert list(state["data"]) == list(kept_state["data"])
    assert set(today.fields) == set(kept.fields)


def test_names_carry_their_version_and_belong_to_one_class() -> None:
    assert all(name == f"{event.__name__}.v{name.rpartition('.v')[2]}" for name, event in EVENTS.items())
    assert {WIRE_NAMES[event]: event for event in WIRE_NAMES} == dict(EVENTS)


def test_an_upcast_leads_to_a_name_that_is_known() -> None:
    known = set(EVENTS) | set(UPCASTS)
    assert {name for name, _ in UPCASTS.values()} <= known
    assert not set(EVENTS) & set(UPCASTS)


def test_a_name_that_is_not_known_is_told_from_bad_data() -> None:
    with pytest.raises(UnknownEvent):
        upcast("RecordForgotten.v1", {})


def test_a_golden_file_is_never_overwritten() -> None:
    before = {path: path.read_bytes() for path in FILES}
    with pytest.raises(FileExistsError):
        write(golden_of(events()["RecordRegistered.v2"]))
    assert {path: path.read_bytes() for path in FILES} == before
