"""What auditors are given: the proof of one event, and a whole tree as plain files."""

from collections.abc import Iterator
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.transparency.entries import entry_line
from domain.transparency.merkle import HASH_BYTES, ProofRefused, check_inclusion, inclusion_proof, leaf_hash
from domain.transparency.notes import Proof, read_checkpoint, read_note
from domain.transparency.tiles import WIDTH, tiles_of
from services.proofs import stored
from services.proofs.stored import SignedCheckpoint


class TreeDamaged(Exception):
    """What is stored of a tree does not lead to the checkpoint that signs it."""

    def __init__(self, log: str) -> None:
        super().__init__(f"the stored tree of {log} is not the one that was signed; run `contactpoint verify`")


class ProvenLeaf(NamedTuple):
    """A leaf and the proof that it is in a checkpoint."""

    leaf: bytes
    proof: Proof


def prove(cursor: Cursor, log: str, position: int, signed: SignedCheckpoint) -> ProvenLeaf:
    """The proof of a position that a checkpoint holds, checked before it is given; raises TreeDamaged."""
    number, place = divmod(position - 1, WIDTH)
    digest = stored.hashes(cursor, log, 0, number)[place * HASH_BYTES : (place + 1) * HASH_BYTES]
    leaf = entry_line(log, position, digest)
    try:
        hashes = inclusion_proof(position - 1, signed.size, stored.nodes(cursor, log))
        root = read_checkpoint(read_note(signed.note).text).root
        check_inclusion(leaf_hash(leaf), position - 1, signed.size, root, hashes)
    except (ProofRefused, IndexError, ValueError):
        raise TreeDamaged(log) from None
    return ProvenLeaf(leaf, Proof(position - 1, tuple(hashes), signed.note))


def files(cursor: Cursor, log: str, signed: SignedCheckpoint) -> Iterator[tuple[str, bytes]]:
    """Every tile and bundle of the tree of a checkpoint by its place, and last the checkpoint; raises TreeDamaged."""
    for tile in tiles_of(signed.size):
        content = stored.content(cursor, log, tile)
        if content is None:
            raise TreeDamaged(log)
        yield f"tile/{tile.path}", content
    yield "checkpoint", signed.note.encode()
