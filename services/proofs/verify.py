#!/usr/bin/env python3
"""Checks what ContactPoint proves, without trusting ContactPoint: needs Python 3.11 and the package `cryptography`.

    python verify.py KEY checkpoint FILE             the note FILE is signed by KEY
    python verify.py KEY proof LEAF                  LEAF is in the log, by LEAF.tlog-proof
    python verify.py KEY tiles DIR [--since FILE]    all of the tree in DIR, and that it continues the checkpoint FILE
    python verify.py KEY events DIR EVENTS           events, one a line as Kafka has them, are those of the tree in DIR

KEY is the log's public key, `name+id+key`, which you were given once and keep; DIR holds `checkpoint` and `tile/…`, by
`contactpoint checkpoint --tiles DIR` or fetched from `/tlog/LOG/`. Prints one line for each thing that is wrong, and
exits with 1; else what was checked, and 0.

How it works. A log is a list of events. Of each, the log keeps one line, its *entry*:

    contactpoint/v1 LOG POSITION SHA-256-OF-THE-EVENT

The entries are the leaves of a Merkle tree (RFC 6962): a leaf is hashed with a zero byte before it, two hashes with a
one byte before them. A *checkpoint* is the tree's size and root, signed. Whoever keeps a checkpoint can later tell
whether the log still begins with the very same events. *Tiles* are the tree's hashes in files of 256.
"""

import argparse
import base64
import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WIDTH = 256


class Wrong(Exception):
    """Something is not as it should be; the text says what."""


# ---- Hashes and trees -----------------------------------------------------------------------------------------------


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two others."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: list[bytes]) -> bytes:
    """The root over any number of hashes, as RFC 6962 defines it: the left part is the largest power of two."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << ((len(hashes) - 1).bit_length() - 1)
    return node_hash(root_of(hashes[:split]), root_of(hashes[split:]))


def root_by_proof(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    """Where an inclusion proof leads. At each level the tree is cut in two, and the proof has the other part."""
    if size == 1:
        if proof:
            raise Wrong("the proof is too long")
        return leaf
    if not proof:
        raise Wrong("the proof is too short")
    split = 1 << ((size - 1).bit_length() - 1)
    if index < split:
        return node_hash(root_by_proof(leaf, index, split, proof[:-1]), proof[-1])
    return node_hash(proof[-1], root_by_proof(leaf, index - split, size - split, proof[:-1]))


# ---- Signed notes ---------------------------------------------------------------------------------------------------


def read_key(text: str) -> tuple[str, bytes, bytes]:
    """Name, id and public key of `name+id+key`."""
    try:
        name, key_id, encoded = text.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
        expected = sha256(name.encode() + b"\n" + raw).digest()[:4]
        if raw[:1] != b"\x01" or len(raw) != 33 or bytes.fromhex(key_id) != expected:
            raise ValueError
    except ValueError:
        raise Wrong("the key is not an Ed25519 key of the form name+id+key") from None
    return name, expected, raw[1:]


def read_checkpoint(note: bytes, key: str) -> tuple[int, bytes]:
    """Size and root of a checkpoint, which has to be signed with the key of the log that it names."""
    name, key_id, public = read_key(key)
    text, between, signatures = note.rpartition(b"\n\n")
    lines = text.split(b"\n")
    if not between or len(lines) < 3 or not lines[1].isdigit():
        raise Wrong("the checkpoint is malformed or cut off")
    if lines[0].decode("utf-8", "replace") != name:
        raise Wrong(f"the checkpoint is of another log than {name}")
    for line in signatures.splitlines():
        start = f"\N{EM DASH} {name} ".encode()
        if line.startswith(start):
            raw = decoded(line[len(start) :])
            if raw[:4] == key_id:
                try:
                    Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], text + b"\n")
                except InvalidSignature:
                    raise Wrong("the signature under the checkpoint is wrong") from None
                return int(lines[1]), decoded(lines[2])
    raise Wrong("the checkpoint is not signed with this key")


def decoded(encoded: bytes) -> bytes:
    """What is in base64."""
    try:
        return base64.b64decode(encoded, validate=True)
    except ValueError:
        raise Wrong("something is not base64") from None


# ---- What is checked ------------------------------------------------------------------------------------------------


def check_proof(key: str, leaf: Path) -> str:
    """A leaf by its proof: index, hashes from the bottom to the top, an empty line, a checkpoint."""
    proof = read(leaf.with_name(leaf.name + ".tlog-proof"))
    head, _, note = proof.partition(b"\n\n")
    lines = head.split(b"\n")
    if lines[0] != b"c2sp.org/tlog-proof@v1" or len(lines) < 2:
        raise Wrong("the proof is malformed")
    lines = [line for line in lines[1:] if not line.startswith(b"extra ")]
    if not lines or not lines[0].startswith(b"index ") or not lines[0][6:].isdigit():
        raise Wrong("the proof names no index")
    index, hashes = int(lines[0][6:]), [decoded(line) for line in lines[1:]]
    size, root = read_checkpoint(note, key)
    if index >= size:
        raise Wrong(f"the checkpoint has {size} entries, and none of index {index}")
    entry = read(leaf)
    if root_by_proof(leaf_hash(entry), index, size, hashes) != root:
        raise Wrong("the proof does not lead from this leaf to the root of the checkpoint")
    if read_entry(entry)[0] != index + 1:
        raise Wrong("the leaf is of another position")
    return f"entry {index} of {size} is {entry.decode().strip()}"


def check_tiles(key: str, folder: Path, since: Path | None) -> Iterator[str]:
    """All entries against the tiles, all tiles against each other, and the root against the checkpoint."""
    size, root = read_checkpoint(read(folder / "checkpoint"), key)
    level, hashes = 0, [leaf_hash(entry) for entry in entries(folder, size)]
    for position, entry in enumerate(entries(folder, size), 1):
        try:
            if (named := read_entry(entry)[0]) != position:
                yield f"position {position}: swapped: the entry there is of position {named}"
        except Wrong as wrong:
            yield f"position {position}: flipped: {wrong}"
    leaves = hashes
    while hashes:
        whole = []
        for number in range(-(-len(hashes) // WIDTH)):
            wanted = hashes[number * WIDTH : (number + 1) * WIDTH]
            file = path(str(level), number, len(wanted))
            found = read(folder / file)
            if found != b"".join(wanted):
                place = next((at for at, each in enumerate(wanted) if found[at * 32 :][:32] != each), len(wanted))
                span = WIDTH**level
                first = (number * WIDTH + place) * span + 1
                those = f"position {first}" if span == 1 else f"positions {first} to {min(first + span - 1, size)}"
                yield f"{those}: flipped: the entries are not those of {file}"
            if len(wanted) == WIDTH:
                whole.append(root_of(wanted))
        level, hashes = level + 1, whole
    if root_of(leaves) != root:
        yield f"the entries do not lead to the root that was signed for {size} entries"
    if since is not None:
        old_size, old_root = read_checkpoint(read(since), key)
        if old_size > size:
            yield f"position {size + 1}: end cut off: {old_size} entries were signed before, now there are {size}"
        elif root_of(leaves[:old_size]) != old_root:
            yield f"whole log replaced: the first {old_size} entries are not those that were signed before"


def check_events(key: str, folder: Path, events: Path) -> Iterator[str]:
    """Events as they were published against the entries: the SHA-256 of each line, by the position that it names."""
    size, _ = read_checkpoint(read(folder / "checkpoint"), key)
    wanted = dict(map(read_entry, entries(folder, size)))
    found: set[int] = set()
    repeated = []
    for number, line in enumerate(read(events).split(b"\n"), 1):
        if not line:
            continue
        try:
            position = json.loads(line)["position"]
        except (ValueError, KeyError, TypeError):
            yield f"line {number}: inserted: it is no event"
            continue
        if position in found:
            repeated.append(position)
        elif position not in wanted:
            yield f"position {position}: inserted: the log ends at {size}"
        elif sha256(line).digest() != wanted[position]:
            yield f"position {position}: flipped: the event is not the one that was published"
        found.add(position)
    missing = sorted(wanted.keys() - found)
    last = max(found & wanted.keys(), default=0)
    for position in missing:
        if position > last:
            yield f"position {position}: end cut off: the log goes on to {size}"
            break
        yield f"position {position}: {'replaced by an older one' if repeated else 'deleted'}"
    for position in repeated if not missing else []:
        yield f"position {position}: inserted: the event comes twice"


def entries(folder: Path, size: int) -> Iterator[bytes]:
    """The entries out of the bundles: each after its length in two bytes."""
    for number in range(-(-size // WIDTH)):
        width = min(WIDTH, size - number * WIDTH)
        bundle, at, count = read(folder / path("entries", number, width)), 0, 0
        while at < len(bundle):
            length = int.from_bytes(bundle[at : at + 2], "big")
            yield bundle[at + 2 : at + 2 + length]
            at, count = at + 2 + length, count + 1
        if count != width or at != len(bundle):
            raise Wrong(f"the bundle of entries {number} holds {count} entries instead of {width}")


def path(level: str, number: int, width: int) -> str:
    """Where a tile is: its number in groups of three digits, all but the last with an x; the width if not full."""
    groups = [f"{number % 1000:03d}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03d}")
    return f"tile/{level}/{'/'.join(groups)}" + (f".p/{width}" if width < WIDTH else "")


def read_entry(entry: bytes) -> tuple[int, bytes]:
    """Position and digest of an entry."""
    try:
        label, _log, position, digest = entry.decode("ascii").rstrip("\n").split(" ")
        if label != "contactpoint/v1":
            raise ValueError
        return int(position), bytes.fromhex(digest)
    except ValueError:
        raise Wrong("an entry is not of the form: contactpoint/v1 LOG POSITION DIGEST") from None


def read(file: Path) -> bytes:
    """The bytes of a file."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise Wrong(f"{file} cannot be read: {error.strerror}") from None


def main() -> int:
    """Makes the check that the arguments name, and prints what is wrong."""
    parser = argparse.ArgumentParser(description="Checks checkpoints, proofs and trees of ContactPoint.")
    parser.add_argument("key", help="the log's public key, name+id+key")
    checks = parser.add_subparsers(dest="check", required=True)
    checks.add_parser("checkpoint").add_argument("file", type=Path)
    checks.add_parser("proof").add_argument("file", type=Path)
    tiles = checks.add_parser("tiles")
    tiles.add_argument("folder", type=Path)
    tiles.add_argument("--since", type=Path, metavar="FILE")
    events = checks.add_parser("events")
    events.add_argument("folder", type=Path)
    events.add_argument("file", type=Path)
    given = parser.parse_args()
    wrong: list[str] = []
    try:
        if given.check == "checkpoint":
            size, root = read_checkpoint(read(given.file), given.key)
            result = f"{size} entries, root {root.hex()}"
        elif given.check == "proof":
            result = check_proof(given.key, given.file)
        else:
            if given.check == "tiles":
                wrong.extend(check_tiles(given.key, given.folder, given.since))
            else:
                wrong.extend(check_events(given.key, given.folder, given.file))
            result = "everything is as it was signed"
    except Wrong as error:
        wrong.append(str(error))
    for line in wrong:
        print(f"WRONG: {line}")
    if not wrong:
        print(f"right: {result}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
