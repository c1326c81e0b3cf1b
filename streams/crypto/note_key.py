"""The checkpoint key, an Ed25519 key that signs checkpoints of the logs, and how signed checkpoints are checked."""

import hmac
from collections.abc import Iterable, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from domain.transparency.notes import (
    SIGNATURE_BYTES,
    Checkpoint,
    Signature,
    VerifierKey,
    read_checkpoint,
    read_note,
    signed,
)
from streams.crypto.sealing import read_key

_LABEL = b"contactpoint checkpoints/1 "
"""With the log: what a key is for."""
_TIME_BYTES = 8


class NotSigned(ValueError):
    """A note has no signature by a known key, or one that is wrong; the text says which."""


class CheckpointKey:
    """Signs checkpoints; `origin` is what the logs' names begin with, which are also the names of their keys.

    Each log has a key of its own, which follows from the secret.
    """

    def __init__(self, secret: bytes, origin: str) -> None:
        self._secret = secret
        self._origin = origin

    @classmethod
    def from_file(cls, path: Path, origin: str) -> "CheckpointKey":
        """The key in a file of base64url text; raises UnusableKey where it is missing or broken."""
        return cls(read_key(path, "checkpoint key"), origin)

    def verifier(self, log: str) -> VerifierKey:
        """The public key of a log."""
        return VerifierKey(f"{self._origin}/{log}", self._of(log).public_key().public_bytes_raw())

    def sign(self, log: str, size: int, root: bytes) -> str:
        """The signed checkpoint of a log's tree."""
        key = self.verifier(log)
        text = Checkpoint(key.name, size, root).text
        return signed(text, [Signature(key.name, key.key_id, self._of(log).sign(text.encode()))])

    def _of(self, log: str) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(hmac.digest(self._secret, _LABEL + log.encode(), "sha256"))


def open_checkpoint(note: str, keys: Iterable[VerifierKey]) -> Checkpoint:
    """The checkpoint in a signed note, which the log itself has signed with one of the keys.

    Raises Malformed, NotSigned.
    """
    text, signatures = read_note(note)
    checkpoint = read_checkpoint(text)
    known = {(key.name, key.key_id): key for key in keys}
    of_log = [each for each in signatures if each.name == checkpoint.origin and (each.name, each.key_id) in known]
    if not of_log:
        raise NotSigned(f"no known key of {checkpoint.origin} has signed the checkpoint")
    for name, key_id, signature in of_log:
        if len(signature) != SIGNATURE_BYTES or not _is_right(known[name, key_id], text, signature):
            raise NotSigned(f"the signature of {name} under the checkpoint is wrong")
    return checkpoint


def cosigners(note: str, witnesses: Mapping[str, VerifierKey]) -> set[str]:
    """The witnesses, by the names that a policy gives them, that have signed a checkpoint; raises Malformed."""
    text, signatures = read_note(note)
    found = set()
    for name, key in witnesses.items():
        for each in signatures:
            if (each.name, each.key_id) == (key.name, key.key_id) and _has_cosigned(key, text, each.signature):
                found.add(name)
    return found


def _has_cosigned(key: VerifierKey, text: str, signature: bytes) -> bool:
    """A cosignature states its time in eight bytes, and signs that before the text."""
    if len(signature) != _TIME_BYTES + SIGNATURE_BYTES:
        return False
    time = int.from_bytes(signature[:_TIME_BYTES], "big")
    return _is_right(key, f"cosignature/v1\ntime {time}\n{text}", signature[_TIME_BYTES:])


def _is_right(key: VerifierKey, text: str, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True
