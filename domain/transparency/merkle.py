"""The Merkle tree of RFC 6962: hashes, the root of a tree, inclusion and consistency proofs, and how they are checked.

A complete subtree is named by its level and its number on that level: (0, n) is leaf n, (l, n) covers 2^l leaves.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256().digest()

Nodes = Callable[[int, int], bytes]
"""Gives the hash of a complete subtree by level and number."""


class ProofRefused(ValueError):
    """A proof does not prove what is claimed; the text says why."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a subtree of two others."""
    return sha256(b"\x01" + left + right).digest()


def subtree_root(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes of a power of two of complete subtrees, all of one level."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]


def tree_root(size: int, nodes: Nodes) -> bytes:
    """The root of a tree of that many leaves."""
    return _range_root(0, size, nodes) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """What leads from the leaf `index` to the root of a tree of `size` leaves, the leaf's sibling first."""
    if not 0 <= index < size:
        raise ProofRefused(f"a tree of {size} leaves has no leaf {index}")
    proof: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            proof.append(_range_root(middle, end, nodes))
            end = middle
        else:
            proof.append(_range_root(begin, middle, nodes))
            begin = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """What shows that the first `old` leaves of a tree of `new` leaves are those of the tree of `old` leaves."""
    if not 0 <= old <= new:
        raise ProofRefused(f"a tree of {new} leaves does not continue one of {old}")
    if old in (0, new):
        return []
    proof: list[bytes] = []
    begin, end, whole = 0, new, True
    while old != end:
        middle = begin + _split(end - begin)
        if old <= middle:
            proof.append(_range_root(middle, end, nodes))
            end = middle
        else:
            proof.append(_range_root(begin, middle, nodes))
            begin, whole = middle, False
    if not whole:
        proof.append(_range_root(begin, end, nodes))
    return proof[::-1]


def check_inclusion(leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Raises ProofRefused unless the leaf of that hash has that index in the tree (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise ProofRefused(f"a tree of {size} leaves has no leaf {index}")
    number, last, found = index, size - 1, leaf
    for each in proof:
        if last == 0:
            raise ProofRefused("the inclusion proof is too long")
        if number & 1 or number == last:
            found = node_hash(each, found)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            found = node_hash(found, each)
        number, last = number >> 1, last >> 1
    if last:
        raise ProofRefused("the inclusion proof is too short")
    if found != root:
        raise ProofRefused("the inclusion proof does not lead to the root of the checkpoint")


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raises ProofRefused unless the tree of `new` leaves continues that of `old` leaves (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new:
        raise ProofRefused(f"a tree of {new} leaves does not continue one of {old}")
    if old in (0, new):
        if proof or old_root != (new_root if old else EMPTY_ROOT):
            raise ProofRefused("the trees do not have the same beginning")
        return
    hashes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    number, last = old - 1, new - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    if not hashes:
        raise ProofRefused("the consistency proof is too short")
    of_old = of_new = hashes[0]
    for each in hashes[1:]:
        if last == 0:
            raise ProofRefused("the consistency proof is too long")
        if number & 1 or number == last:
            of_old, of_new = node_hash(each, of_old), node_hash(each, of_new)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            of_new = node_hash(of_new, each)
        number, last = number >> 1, last >> 1
    if last:
        raise ProofRefused("the consistency proof is too short")
    if of_old != old_root or of_new != new_root:
        raise ProofRefused("the trees do not have the same beginning")


def _split(size: int) -> int:
    """The largest power of two that is smaller."""
    return 1 << ((size - 1).bit_length() - 1)


def _range_root(begin: int, end: int, nodes: Nodes) -> bytes:
    """The root over a range of leaves that is a subtree, complete or at the right edge."""
    size = end - begin
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return nodes(level, begin >> level)
    middle = begin + _split(size)
    return node_hash(_range_root(begin, middle, nodes), _range_root(middle, end, nodes))
