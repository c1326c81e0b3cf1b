"""Sealing: AES-256-GCM under a data key of the stream, which is itself wrapped by a key-encryption key kept elsewhere.

A sealed payload is base64 of: one version byte, a 12-byte nonce, the ciphertext with its tag. It is bound to its stream
and version, so it can't be moved to another event. A wrapped key has the same form and is bound to its stream.
"""

import base64
import binascii
import hmac
import os
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORMAT = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32


class UnusableKey(ValueError):
    """The file of a key is missing or broken; the text names it."""


def read_key(path: Path, name: str) -> bytes:
    """The secret in a file of base64url text; raises UnusableKey, which calls the key by its name."""
    try:
        secret = base64.urlsafe_b64decode(path.read_text(encoding="ascii").strip() + "==")
    except (OSError, ValueError) as error:
        raise UnusableKey(_UNUSABLE.format(name, path)) from error
    if len(secret) != KEY_BYTES:
        raise UnusableKey(_UNUSABLE.format(name, path))
    return secret


_UNUSABLE = f"no usable {{}} in {{}}: expected {KEY_BYTES} bytes as base64url"


class SealBroken(ValueError):
    """A payload or key does not open: the key or the event is another one, or bytes have changed."""


class KeyMissing(SealBroken):
    """A stream whose data are sealed has no key, and no event destroyed it: it is lost."""


class DataKey:
    """The data key of one stream: `stream` is the stream id as text, `secret` 32 bytes.

    Its cipher is made for each use: that takes a microsecond, and 3 KiB where it is kept, as thousands of keys are.
    """

    __slots__ = ("secret", "stream")

    def __init__(self, stream: str, secret: bytes) -> None:
        self.stream = stream
        self.secret = secret

    def seal(self, version: int, personal: dict[str, Any]) -> str:
        """The personal fields of the event of that version, as base64 text."""
        return _to_text(encrypt(AESGCM(self.secret), orjson.dumps(personal), _bound_to(self.stream, version)))

    def open(self, version: int, sealed: str) -> dict[str, Any]:
        """The personal fields; raises SealBroken."""
        opened = decrypt(AESGCM(self.secret), _from_text(sealed), _bound_to(self.stream, version))
        personal: dict[str, Any] = orjson.loads(opened)
        return personal


class KeyEncryptionKey:
    """Wraps and unwraps data keys; without it nothing personal can be read."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise ValueError(f"a key-encryption key has {KEY_BYTES} bytes")
        self._cipher = AESGCM(secret)
        self._digesting = hmac.digest(secret, b"contactpoint digests/1", "sha256")

    @classmethod
    def from_file(cls, path: Path) -> "KeyEncryptionKey":
        """The key in a file of base64url text; raises UnusableKey where it is missing or broken."""
        return cls(read_key(path, "key-encryption key"))

    def new_data_key(self, stream: str) -> DataKey:
        """A fresh random key for a stream."""
        return DataKey(stream, os.urandom(KEY_BYTES))

    def wrap(self, key: DataKey) -> bytes:
        """The data key as it may be stored."""
        return encrypt(self._cipher, key.secret, key.stream.encode())

    def digest(self, value: bytes) -> bytes:
        """A digest of a value that nobody can compute, or try values with, without the key."""
        return hmac.digest(self._digesting, value, "sha256")

    def unwrap(self, stream: str, wrapped: bytes) -> DataKey:
        """The data key of a stream; raises SealBroken."""
        return DataKey(stream, decrypt(self._cipher, wrapped, stream.encode()))


def _bound_to(stream: str, version: int) -> bytes:
    return f"{stream}/{version}".encode()


def encrypt(cipher: AESGCM, plain: bytes, bound_to: bytes) -> bytes:
    """The bytes sealed, so that they open beside `bound_to` alone."""
    nonce = os.urandom(NONCE_BYTES)
    return FORMAT + nonce + cipher.encrypt(nonce, plain, bound_to)


def decrypt(cipher: AESGCM, sealed: bytes, bound_to: bytes) -> bytes:
    """What `encrypt` sealed; raises SealBroken."""
    if sealed[:1] != FORMAT:
        raise SealBroken("unknown format of a sealed payload")
    try:
        return cipher.decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], bound_to)
    except (InvalidTag, ValueError) as error:
        raise SealBroken("a sealed payload does not open with the key of its stream") from error


def _to_text(sealed: bytes) -> str:
    return binascii.b2a_base64(sealed, newline=False).decode("ascii")


def _from_text(sealed: str) -> bytes:
    try:
        return binascii.a2b_base64(sealed, strict_mode=True)
    except ValueError as error:
        raise SealBroken("a sealed payload is not base64") from error
