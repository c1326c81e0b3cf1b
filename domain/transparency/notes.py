"""The texts that are signed and handed out, of C2SP: signed notes, checkpoints, keys of verifiers, proofs.

Only their form is here; who makes and checks signatures is `streams/crypto/note_key.py`. All are read strictly: what is
not just so is refused, with a sentence.
"""

import base64
import re
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from domain.transparency.merkle import HASH_BYTES

ED25519 = b"\x01"
"""The type of a plain Ed25519 signature of a note."""
COSIGNATURE = b"\x04"
"""The type of an Ed25519 cosignature of a witness, which states a time, too."""
PROOF_LABEL = "c2sp.org/tlog-proof@v1"
LONGEST_NOTE = 1_000_000
KEY_ID_BYTES = 4
PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64
MOST_HASHES = 64
"""No proof in a tree is longer."""
_DASH = "\N{EM DASH} "
_NAME = re.compile(r"[^\s+]+")
_NUMBER = re.compile(r"0|[1-9]\d{0,18}")


class Malformed(ValueError):
    """A note, checkpoint, proof or key is not what it should be; the text says what is wrong."""


class Signature(NamedTuple):
    """One signature line of a note: who signed by name, and by which key."""

    name: str
    key_id: bytes
    signature: bytes


class Note(NamedTuple):
    """A signed note: the text that is signed, its last newline included, and the signatures."""

    text: str
    signatures: tuple[Signature, ...]


class VerifierKey(NamedTuple):
    """A public key by which notes are checked, with its name: a `vkey`."""

    name: str
    public: bytes
    kind: bytes = ED25519

    @property
    def key_id(self) -> bytes:
        """By which signatures name the key."""
        return sha256(self.name.encode() + b"\n" + self.kind + self.public).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_text(self.kind + self.public)}"


class Checkpoint(NamedTuple):
    """A log's statement of its state: its name, the number of leaves, and the root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{_text(self.root)}\n"


class Proof(NamedTuple):
    """That a leaf is in the tree of a checkpoint, which is a signed note and verbatim."""

    leaf: int
    hashes: tuple[bytes, ...]
    checkpoint: str

    @property
    def text(self) -> str:
        """The proof as a file of the suffix `.tlog-proof`."""
        return f"{PROOF_LABEL}\n{self.spicy}"

    @property
    def spicy(self) -> str:
        """The same without its first line, as `spicy` reads it."""
        return "".join([f"index {self.leaf}\n", *(f"{_text(each)}\n" for each in self.hashes), "\n", self.checkpoint])


def signed(text: str, signatures: Sequence[Signature]) -> str:
    """A signed note."""
    lines = [f"{_DASH}{each.name} {_text(each.key_id + each.signature)}\n" for each in signatures]
    return f"{text}\n{''.join(lines)}"


def read_note(note: str) -> Note:
    """A signed note; raises Malformed."""
    if len(note) > LONGEST_NOTE or not note.endswith("\n"):
        raise Malformed("the note is cut off or too long")
    if any(character < " " and character != "\n" for character in note):
        raise Malformed("the note holds control characters")
    text, between, lines = note.rpartition("\n\n")
    if not between or not text or not lines:
        raise Malformed("the note has no signatures")
    return Note(text + "\n", tuple(map(_signature, lines.splitlines())))


def read_checkpoint(text: str) -> Checkpoint:
    """The checkpoint that the text of a note is; raises Malformed."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise Malformed("a checkpoint has three lines: the log's name, the size, the root")
    if not _NUMBER.fullmatch(lines[1]):
        raise Malformed("the size of the checkpoint is no number")
    return Checkpoint(lines[0], int(lines[1]), _hash(lines[2]))


def read_proof(text: str) -> Proof:
    """A proof; raises Malformed."""
    head, between, checkpoint = text.partition("\n\n")
    label, *lines = head.split("\n")
    if label != PROOF_LABEL or not between:
        raise Malformed(f"a proof begins with {PROOF_LABEL} and has a checkpoint after an empty line")
    if lines and lines[0].startswith("extra "):
        lines = lines[1:]
    if not lines or not lines[0].startswith("index ") or not _NUMBER.fullmatch(lines[0][6:]):
        raise Malformed("the proof names no index")
    if len(lines) > MOST_HASHES:
        raise Malformed("the proof is too long")
    return Proof(int(lines[0][6:]), tuple(map(_hash, lines[1:])), checkpoint)


def read_key(text: str, kind: bytes = ED25519) -> VerifierKey:
    """A key of a verifier of that kind, `name+id+key`; raises Malformed."""
    name, _, rest = text.strip().partition("+")
    identity, _, encoded = rest.partition("+")
    raw = _bytes(encoded)
    if not _NAME.fullmatch(name) or raw[:1] != kind or len(raw) != 1 + PUBLIC_KEY_BYTES:
        raise Malformed("not the key of an Ed25519 verifier: name+id+key")
    key = VerifierKey(name, raw[1:], kind)
    if identity != key.key_id.hex():
        raise Malformed("the key of the verifier is damaged: its id is not that of name and key")
    return key


def is_key_name(name: str) -> bool:
    """Whether it may name a key and a log."""
    return _NAME.fullmatch(name) is not None


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    raw = _bytes(encoded)
    if not line.startswith(_DASH) or not _NAME.fullmatch(name) or len(raw) <= KEY_ID_BYTES:
        raise Malformed("a signature line of the note is malformed")
    return Signature(name, raw[:KEY_ID_BYTES], raw[KEY_ID_BYTES:])


def _hash(encoded: str) -> bytes:
    found = _bytes(encoded)
    if len(found) != HASH_BYTES or _text(found) != encoded:
        raise Malformed("a hash is not 32 bytes in base64")
    return found


def _bytes(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except ValueError:
        raise Malformed("something is not base64") from None


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
