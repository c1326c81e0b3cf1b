"""The publication key: whatever is published carries a MAC under it, so that nobody else can write into the logs.

Whoever may write to Kafka could otherwise publish that a shield is lifted. The relay has the key, and who reads the
logs for the views; the registrar, the API and agencies need none. An event has its MAC as its last attribute, over all
of its other bytes; other messages have it in a header, over their value. A MAC holds in one topic only.

A receipt has a second header: the position of the last event that its submission caused, sealed for the views, because
a position reveals to whoever sends submissions what others hold.
"""

import binascii
import hmac
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from streams.crypto.sealing import KEY_BYTES, decrypt, encrypt, read_key
from streams.kafka.topics import ACCESS_EVENTS, RECEIPTS, REGISTER_EVENTS

HEADER = "mac"
"""The name of the header of messages that are not events."""
POSITION = "position"
"""The name of the header of receipts that is sealed; it has the same length whatever it holds."""
_POSITION_BYTES = 8
_LABEL = b"contactpoint publication/1 "
"""With the topic: what a MAC is for. Another way of computing MACs is another number."""
_EVENTS = frozenset({REGISTER_EVENTS, ACCESS_EVENTS})
_SEALING_LABEL = b"contactpoint position of a receipt/1"
_BEGIN, _END = b',"mac":"', b'"}'
_TEXT_BYTES = 44
_TAIL_BYTES = len(_BEGIN) + _TEXT_BYTES + len(_END)


class PublicationKey:
    """Makes and checks MACs: base64 of HMAC-SHA-256 with a key of the topic, which follows from the secret."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise ValueError(f"a publication key has {KEY_BYTES} bytes")
        self._secret = secret
        self._of_topics: dict[str, hmac.HMAC] = {}
        self._cipher = AESGCM(hmac.digest(secret, _SEALING_LABEL, "sha256"))

    @classmethod
    def from_file(cls, path: Path) -> "PublicationKey":
        """The key in a file of base64url text; raises UnusableKey where it is missing or broken."""
        return cls(read_key(path, "publication key"))

    def __reduce__(self) -> "tuple[type[PublicationKey], tuple[bytes]]":
        """For another process of ours: what was begun for topics cannot be handed over, and is begun again there."""
        return PublicationKey, (self._secret,)

    @property
    def check(self) -> str:
        """By which the key is recognised, and nothing else can be proven or opened."""
        return self.mac("", b"which key is this").decode()[:16]

    def mac(self, topic: str, value: bytes) -> bytes:
        """The MAC of a message that is published to a topic."""
        mac = (self._of_topics.get(topic) or self._of_topic(topic)).copy()
        mac.update(value)
        return binascii.b2a_base64(mac.digest(), newline=False)

    def with_mac(self, topic: str, event: bytes) -> bytes:
        """An event, which is the text of a JSON object, with its MAC as the last attribute."""
        return b"".join((event[:-1], _BEGIN, self.mac(topic, event), _END))

    def headers(self, topic: str, value: bytes, position: int | None) -> list[tuple[str, bytes]]:
        """The headers of a message that is no event; a position, or that there is none, is for the views alone."""
        mac = (HEADER, self.mac(topic, value))
        if not topic.startswith(RECEIPTS):
            return [mac]
        plain = (position or 0).to_bytes(_POSITION_BYTES, "big")
        return [mac, (POSITION, encrypt(self._cipher, plain, _bound_to(topic, value)))]

    def position(self, topic: str, value: bytes, headers: Iterable[tuple[str, Any]]) -> int | None:
        """The position beside a receipt, None where it has none; raises SealBroken."""
        sealed = next((each for name, each in headers if name == POSITION), b"")
        return int.from_bytes(decrypt(self._cipher, sealed, _bound_to(topic, value)), "big") or None

    def is_genuine(self, topic: str, value: bytes | None, headers: Iterable[tuple[str, Any]] = ()) -> bool:
        """Whether a message was published to this topic by somebody who has the key."""
        if value is None:
            return False
        if topic not in _EVENTS:
            given = next((mac for name, mac in headers if name == HEADER), None)
            return given is not None and hmac.compare_digest(given, self.mac(topic, value))
        body, tail = value[:-_TAIL_BYTES] + b"}", value[-_TAIL_BYTES:]
        return hmac.compare_digest(tail, b"".join((_BEGIN, self.mac(topic, body), _END)))

    def _of_topic(self, topic: str) -> hmac.HMAC:
        """The MAC of no bytes yet: to copy it is faster than to begin with the key for each message."""
        key = hmac.digest(self._secret, _LABEL + topic.encode(), "sha256")
        begun = self._of_topics[topic] = hmac.new(key, digestmod="sha256")
        return begun


def _bound_to(topic: str, value: bytes) -> bytes:
    return b"/".join((topic.encode(), value))
