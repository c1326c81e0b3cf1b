"""What is published proves by its MAC that it was; nothing else does."""

import hmac
import json
import pickle
from base64 import b64decode, b64encode
from pathlib import Path

import pytest

from streams.crypto.publication_key import PublicationKey
from streams.crypto.sealing import SealBroken
from streams.kafka.topics import ACCESS_EVENTS, REGISTER_EVENTS

SECRET = bytes(range(32))
KEY = PublicationKey(SECRET)
EVENT = b'{"specversion":"1.0","position":7,"sealed":"c2VhbGVk","data":{"shield":true}}'
RECEIPTS = "receipts.gp"


def test_a_mac_is_base64_of_hmac_sha256_over_the_rest_with_a_key_of_the_topic() -> None:
    published = json.loads(KEY.with_mac(REGISTER_EVENTS, EVENT))
    of_topic = hmac.digest(SECRET, b"contactpoint publication/1 register.events", "sha256")
    assert published.pop("mac") == b64encode(hmac.digest(of_topic, EVENT, "sha256")).decode()
    assert published == json.loads(EVENT)


def test_what_was_published_is_genuine_in_its_topic_alone() -> None:
    published = KEY.with_mac(REGISTER_EVENTS, EVENT)
    assert KEY.is_genuine(REGISTER_EVENTS, published)
    assert not KEY.is_genuine(ACCESS_EVENTS, published)
    receipt = [("other", b"x"), ("mac", KEY.mac(RECEIPTS, b"{}"))]
    assert KEY.is_genuine(RECEIPTS, b"{}", receipt)
    assert not KEY.is_genuine("receipts.police", b"{}", receipt)


def test_a_receipts_headers_tell_its_position_to_who_has_the_key_and_have_one_length() -> None:
    headers = {position: KEY.headers(RECEIPTS, b"{}", position) for position in (None, 1, 2**60)}
    assert {position: KEY.position(RECEIPTS, b"{}", given) for position, given in headers.items()} == {
        position: position for position in headers
    }
    assert all(KEY.is_genuine(RECEIPTS, b"{}", given) for given in headers.values())
    assert len({tuple((name, len(value)) for name, value in given) for given in headers.values()}) == 1
    assert [name for name, _ in KEY.headers("notices.E06999001", b"{}", None)] == ["mac"]


def test_the_position_beside_a_receipt_belongs_to_it_alone() -> None:
    headers = KEY.headers(RECEIPTS, b"{}", 7)
    sealed = headers[1][1]
    for topic, value, given in [
        ("receipts.police", b"{}", headers),
        (RECEIPTS, b"[]", headers),
        (RECEIPTS, b"{}", headers[:1]),
        (RECEIPTS, b"{}", [("position", b"short")]),
        (RECEIPTS, b"{}", [("position", sealed[:-1] + bytes([sealed[-1] ^ 1]))]),
    ]:
        with pytest.raises(SealBroken):
            KEY.position(topic, value, given)


def test_a_key_that_was_used_can_be_handed_to_another_process() -> None:
    used = PublicationKey(SECRET)
    published = used.with_mac(REGISTER_EVENTS, EVENT)
    handed = pickle.loads(pickle.dumps(used))
    assert handed.is_genuine(REGISTER_EVENTS, published)
    assert not handed.is_genuine(ACCESS_EVENTS, published)


def test_no_byte_can_be_changed() -> None:
    published = KEY.with_mac(REGISTER_EVENTS, EVENT)
    for index in range(len(published)):
        changed = published[:index] + bytes([published[index] ^ 1]) + published[index + 1 :]
        assert not KEY.is_genuine(REGISTER_EVENTS, changed)


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"}",
        b"not json",
        EVENT,
        EVENT[:-1] + b',"mac":""}',
        PublicationKey(bytes(32)).with_mac(REGISTER_EVENTS, EVENT),
        KEY.with_mac(REGISTER_EVENTS, EVENT)[:-1],
        KEY.with_mac(REGISTER_EVENTS, EVENT) + b" ",
        KEY.with_mac(REGISTER_EVENTS, EVENT)[:-1] + b',"position":8}',
    ],
)
def test_what_is_not_published_is_not_genuine(value: bytes | None) -> None:
    assert not KEY.is_genuine(REGISTER_EVENTS, value)
    assert not KEY.is_genuine(RECEIPTS, value, [("mac", b"")])
    assert not KEY.is_genuine(RECEIPTS, value)


def test_a_published_event_is_pinned() -> None:
    """A published log is read for ever, so what a MAC is over can only change together with its label."""
    pinned = Path(__file__).parents[1] / "golden" / "published" / "ShieldLifted.v1"
    published = pinned.read_bytes().rstrip(b"\n")
    assert KEY.is_genuine(REGISTER_EVENTS, published)
    body = {name: value for name, value in json.loads(published).items() if name != "mac"}
    assert KEY.with_mac(REGISTER_EVENTS, json.dumps(body, separators=(",", ":")).encode()) == published


def test_a_key_that_is_none_is_named_by_its_file(tmp_path: Path) -> None:
    for text in ("", "short", "not base64 !"):
        (tmp_path / "publication.key").write_text(text)
        with pytest.raises(ValueError, match=r"publication\.key"):
            PublicationKey.from_file(tmp_path / "publication.key")
    with pytest.raises(ValueError, match=r"missing\.key"):
        PublicationKey.from_file(tmp_path / "missing.key")
    (tmp_path / "publication.key").write_text(b64encode(SECRET).decode())
    assert PublicationKey.from_file(tmp_path / "publication.key").mac(RECEIPTS, b"x") == KEY.mac(RECEIPTS, b"x")
    assert len(b64decode(KEY.mac(RECEIPTS, b"x"))) == 32
