"""Sealed personal data: bound to its event, unreadable without its key, and nowhere in clear."""

import base64
from pathlib import Path
from typing import Any

import orjson
import pytest
from eventsourcing.persistence import StoredEvent
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.event import RegisterEvent
from projections.base.projection import KeyDestroyed
from streams.codec import EventMapper
from streams.crypto.keys import DESTROYED, KeyRing
from streams.crypto.sealing import KEY_BYTES, KeyEncryptionKey, KeyMissing, SealBroken
from tests.support.examples import (
    CLINIC,
    KEY_ENCRYPTION_KEY,
    SENSITIVE_INVOLVEMENT,
    SENSITIVE_STORY,
    events,
    given,
    key_ring,
    sent,
)

STREAM, OTHER_STREAM = "8c1f6d0e-2f0b-4a53-9d54-6f3f3b7a0c11", "5e0c7a1b-93d4-4c0e-8f6b-0d2a7b1e4422"
PERSONAL = {"subject": "LA-20417", "particulars": {"given_name": "Tamsin", "upn": None, "lines": ["4 Larkspur Row"]}}
EVENTS = events()
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.text(st.characters(exclude_categories=["Cs"])) | st.integers(-(2**53), 2**53),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcdef"), inner, max_size=3),
    max_leaves=8,
)


def texts_in(value: Any) -> set[str]:
    """Every text anywhere in a value."""
    if isinstance(value, dict):
        return {text for inner in value.values() for text in texts_in(inner)}
    if isinstance(value, list):
        return {text for inner in value for text in texts_in(inner)}
    return {value} if isinstance(value, str) else set()


def stored(event: RegisterEvent, keys: KeyRing | None = None) -> StoredEvent:
    return EventMapper(keys or key_ring()).to_stored_event(event)


@for_all(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), ANY_JSON), st.integers(1, 2**31))
def test_what_was_sealed_opens(personal: dict[str, Any], version: int) -> None:
    key = KEY_ENCRYPTION_KEY.new_data_key(STREAM)
    assert key.open(version, key.seal(version, personal)) == personal


def test_a_seal_is_bound_to_its_stream_and_version() -> None:
    key = KEY_ENCRYPTION_KEY.new_data_key(STREAM)
    sealed = key.seal(3, PERSONAL)
    with pytest.raises(SealBroken):
        key.open(4, sealed)
    key.stream = OTHER_STREAM
    with pytest.raises(SealBroken):
        key.open(3, sealed)


def test_another_key_does_not_open_it() -> None:
    sealed = KEY_ENCRYPTION_KEY.new_data_key(STREAM).seal(1, PERSONAL)
    with pytest.raises(SealBroken):
        KEY_ENCRYPTION_KEY.new_data_key(STREAM).open(1, sealed)


def test_the_same_fields_are_sealed_differently_each_time() -> None:
    key = KEY_ENCRYPTION_KEY.new_data_key(STREAM)
    assert len({key.seal(1, PERSONAL) for _ in range(20)}) == 20


def test_every_changed_byte_is_found() -> None:
    key = KEY_ENCRYPTION_KEY.new_data_key(STREAM)
    sealed = base64.b64decode(key.seal(1, PERSONAL))
    for place in range(len(sealed)):
        broken = bytearray(sealed)
        broken[place] ^= 1
        with pytest.raises(SealBroken):
            key.open(1, base64.b64encode(broken).decode())
        with pytest.raises(SealBroken):
            key.open(1, base64.b64encode(sealed[:place]).decode())


@pytest.mark.parametrize("text", ["", "?", "AQ", "é", "AQ==AQ==", "\ud800", " "])
def test_what_is_no_seal_is_broken(text: str) -> None:
    with pytest.raises(SealBroken):
        KEY_ENCRYPTION_KEY.new_data_key(STREAM).open(1, text)


def test_nothing_may_be_put_between_the_characters_of_a_seal() -> None:
    key = KEY_ENCRYPTION_KEY.new_data_key(STREAM)
    sealed = key.seal(1, PERSONAL)
    for changed in (f"{sealed[:8]}\n{sealed[8:]}", f" {sealed}", f"{sealed}AAAA"):
        with pytest.raises(SealBroken):
            key.open(1, changed)


def test_a_wrapped_key_is_bound_to_its_stream_and_to_the_key_encryption_key() -> None:
    key = KEY_ENCRYPTION_KEY.new_data_key(STREAM)
    wrapped = KEY_ENCRYPTION_KEY.wrap(key)
    assert key.secret not in wrapped
    assert KEY_ENCRYPTION_KEY.unwrap(STREAM, wrapped).secret == key.secret
    with pytest.raises(SealBroken):
        KEY_ENCRYPTION_KEY.unwrap(OTHER_STREAM, wrapped)
    with pytest.raises(SealBroken):
        KeyEncryptionKey(bytes(KEY_BYTES)).unwrap(STREAM, wrapped)


def test_a_key_encryption_key_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "key-encryption.key"
    wrapped = KEY_ENCRYPTION_KEY.wrap(KEY_ENCRYPTION_KEY.new_data_key(STREAM))
    for text in (base64.urlsafe_b64encode(bytes(range(32))).decode(), base64.b64encode(bytes(range(32))).decode()):
        path.write_text(text.rstrip("=") + "\n", encoding="ascii")
        assert KeyEncryptionKey.from_file(path).unwrap(STREAM, wrapped)


@pytest.mark.parametrize("content", [b"", b"c2hvcnQ", b"\xff\xfe", b"not base64 at all!"])
def test_a_broken_key_file_is_named_and_its_content_is_not(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key-encryption.key"
    with pytest.raises(ValueError, match=path.name):
        KeyEncryptionKey.from_file(path)
    path.write_bytes(content)
    with pytest.raises(ValueError, match=path.name) as raised:
        KeyEncryptionKey.from_file(path)
    assert "c2hvcnQ" not in str(raised.value)


def test_a_key_encryption_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        KeyEncryptionKey(b"short")


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_comes_back_as_it_was_stored(name: str) -> None:
    keys = key_ring()
    event = EVENTS[name]
    back = EventMapper(keys).to_domain_event(stored(event, keys))
    assert type(back) is type(event)
    assert vars(back) == vars(event) | {"originator_topic": vars(back)["originator_topic"]}


def test_a_stream_is_begun_by_its_stored_events() -> None:
    keys = key_ring()
    record = given(*(sent(each) for each in ("child.registered", "involvement.started", "flag.raised")))
    replayed: Any = None
    for event in record.events:
        back: Any = EventMapper(keys).to_domain_event(stored(event, keys))
        replayed = back.mutate(replayed)
    assert (replayed.id, replayed.version) == (record.stream, 3)
    assert record.record is not None
    assert replayed.involvements == record.record.involvements


CLEAR = ("time", "recordedat", "source")
"""Of every event; what a steward decides is true from the day on which it is recorded."""


@pytest.mark.parametrize("name", EVENTS)
def test_nothing_that_is_sealed_stands_in_clear(name: str) -> None:
    event = EVENTS[name]
    in_clear = texts_in({field: vars(event)[field] for field in event.CLEAR})
    personal = texts_in({field: vars(event)[field] for field in event.SEALED}) - in_clear
    state = orjson.loads(stored(event).state)
    clear = orjson.dumps({name: value for name, value in state.items() if name not in CLEAR}).decode()
    assert not {text for text in personal if text in clear}


def test_what_a_sensitive_agency_is_called_stands_nowhere_in_clear() -> None:
    keys = key_ring()
    story = [
        sent("child.registered", by=CLINIC),
        sent("involvement.started", by=CLINIC, **SENSITIVE_INVOLVEMENT),
        sent("consent.withdrawn"),
    ]
    for event, submission in zip(given(*story).events, SENSITIVE_STORY, strict=True):
        state = orjson.loads(stored(event, keys).state)
        assert state["source"] == "urn:agency:restricted"
        text = orjson.dumps({key: value for key, value in state.items() if key != "sealed"}).decode()
        for secret in ("camhs", CLINIC.name, submission["id"], submission["subject"], "YM-88"):
            assert secret not in text
        opened = keys.open(str(event.originator_id), event.originator_version, state["sealed"])
        assert opened["source"] == CLINIC.urn
        back: Any = EventMapper(keys).to_domain_event(stored(event, keys))
        assert (back.source, back.restricted) == (CLINIC.urn, True)


def test_a_child_that_a_sensitive_agency_lists_does_not_name_it() -> None:
    linked = EVENTS["RecordLinked.v1"]
    vars(linked).update(source=CLINIC.urn, restricted=True)
    assert b"camhs" not in stored(linked).state


def test_a_destroyed_key_is_a_key_error_and_a_lost_or_foreign_one_a_broken_seal() -> None:
    event = EVENTS["RecordRegistered.v2"]
    keys = key_ring()
    kept = stored(event, keys)
    stream = str(event.originator_id)
    with pytest.raises(KeyDestroyed):
        EventMapper(key_ring((stream, DESTROYED))).to_domain_event(kept)
    with pytest.raises(KeyMissing, match=stream):
        EventMapper(key_ring()).to_domain_event(kept)
    foreign = KEY_ENCRYPTION_KEY.wrap(KEY_ENCRYPTION_KEY.new_data_key(str(event.originator_id)))
    with pytest.raises(SealBroken):
        EventMapper(key_ring((str(event.originator_id), foreign))).to_domain_event(kept)


def test_nothing_is_sealed_anew_for_a_stream_whose_key_was_destroyed() -> None:
    with pytest.raises(KeyDestroyed):
        key_ring((STREAM, DESTROYED)).key_for(STREAM)


def test_pending_keys_are_handed_out_until_they_are_kept() -> None:
    keys = key_ring()
    sealed = keys.key_for(STREAM).seal(1, PERSONAL)
    ((stream, wrapped),) = keys.take_new()
    assert stream == STREAM
    assert keys.take_new()
    keys.keep_new()
    assert keys.take_new() == []
    assert keys.open(STREAM, 1, sealed) == PERSONAL
    keys.forget()
    with pytest.raises(KeyMissing):
        keys.open(STREAM, 1, sealed)
    assert key_ring((STREAM, wrapped)).open(STREAM, 1, sealed) == PERSONAL


def test_after_a_failed_save_a_pending_key_is_forgotten() -> None:
    keys = key_ring()
    keys.make_key(STREAM)
    sealed = keys.key_for(STREAM).seal(1, PERSONAL)
    keys.forget()
    assert keys.take_new() == []
    with pytest.raises(KeyMissing):
        keys.open(STREAM, 1, sealed)


def test_a_ring_keeps_only_so_many_keys_and_reads_the_others_again() -> None:
    wrapped = {f"stream {n}": KEY_ENCRYPTION_KEY.wrap(KEY_ENCRYPTION_KEY.new_data_key(f"stream {n}")) for n in range(5)}
    asked: list[str] = []

    def read(streams: Any) -> list[tuple[str, bytes]]:
        asked.extend(streams)
        return [(stream, wrapped[stream]) for stream in streams]

    keys = KeyRing(KEY_ENCRYPTION_KEY, read, capacity=2)
    keys.prefetch(wrapped)
    assert sorted(asked) == sorted(wrapped)
    for stream in wrapped:
        assert keys.key_for(stream).stream == stream
    asked.clear()
    keys.key_for("stream 4")
    assert asked == []
    keys.key_for("stream 0")
    assert asked == ["stream 0"]
