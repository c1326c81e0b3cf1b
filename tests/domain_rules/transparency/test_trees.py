"""Trees, tiles and proofs agree with the recursive definition, whatever the size and wherever a tree was cut off."""

from functools import cache
from hashlib import sha256

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from domain.transparency.appending import GrowingTree
from domain.transparency.entries import entry_line, read_entry
from domain.transparency.merkle import (
    ProofRefused,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    tree_root,
)
from domain.transparency.tiles import Tile, bundle, nodes_from, read_path, tiles_of, width_in
from tests.domain_rules.transparency import plain

MOST = 800
"""Leaves enough for three full tiles and a partial one."""
SIZES = st.one_of(st.integers(1, MOST), st.sampled_from([1, 2, 255, 256, 257, 511, 512, 513]))


def digest(position: int) -> bytes:
    return sha256(str(position).encode()).digest()


@cache
def leaf(position: int) -> bytes:
    return entry_line("register", position, digest(position))


@cache
def grown(size: int) -> tuple[GrowingTree, dict[tuple[int, int], bytes]]:
    """A tree, and its tiles as they are stored."""
    tree, stored = GrowingTree("register"), {}
    for position in range(1, size + 1):
        tree.append(digest(position))
        if position == size or position % 100 == 0:
            stored |= {(level, number): hashes for level, number, hashes in tree.unstored()}
            tree.stored()
    return tree, stored


def leaves(size: int) -> list[bytes]:
    return [leaf(position) for position in range(1, size + 1)]


@settings(max_examples=30, deadline=None)
@for_all(SIZES, st.data())
def test_roots_and_proofs_out_of_tiles_are_those_of_the_definition(size: int, data: st.DataObject) -> None:
    tree, stored = grown(size)
    nodes = nodes_from("register", lambda level, number: stored[level, number])
    root = plain.root(leaves(size))
    assert tree.root() == tree_root(size, nodes) == root

    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, nodes)
    assert proof == plain.path(index, leaves(size))
    check_inclusion(leaf_hash(leaf(index + 1)), index, size, root, proof)

    old = data.draw(st.integers(0, size))
    between = consistency_proof(old, size, nodes)
    assert between == ([] if old == 0 else plain.subproof(old, leaves(size), True))
    check_consistency(old, size, plain.root(leaves(old)), root, between)


@settings(max_examples=30, deadline=None)
@for_all(st.integers(2, 300), st.data())
def test_a_proof_holds_of_nothing_else(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, root, hashed = plain.path(index, leaves(size)), plain.root(leaves(size)), leaf_hash(leaf(index + 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda each: each != index))
    at = data.draw(st.integers(0, len(proof) - 1))
    wrong = [
        (leaf_hash(leaf(other + 1)), index, size, root, proof),
        (hashed, other, size, root, proof),
        (hashed, size, size, root, proof),
        (hashed, index, size, digest(0), proof),
        (hashed, index, size, root, proof[:-1]),
        (hashed, index, size, root, [*proof, digest(0)]),
        (hashed, index, size, root, [*proof[:at], digest(0), *proof[at + 1 :]]),
    ]
    for each in wrong:
        with pytest.raises(ProofRefused):
            check_inclusion(*each)

    old = data.draw(st.integers(1, size - 1))
    between, old_root = plain.subproof(old, leaves(size), True), plain.root(leaves(old))
    for changed in (
        (old, size, digest(0), root, between),
        (old, size, old_root, digest(0), between),
        (old, size, old_root, root, between[:-1]),
        (old, size, old_root, root, [*between, digest(0)]),
        (size + 1, size, old_root, root, between),
        (size, size, old_root, root, []),
        (0, size, old_root, root, []),
    ):
        with pytest.raises(ProofRefused):
            check_consistency(*changed)


@settings(max_examples=30, deadline=None)
@for_all(st.integers(0, MOST), st.integers(0, MOST))
def test_a_tree_goes_on_where_it_was_stored(first: int, more: int) -> None:
    size = min(first, MOST - 1)
    _, stored = grown(size)
    edge = {level: stored[level, number] for level in range(3) if (level, number := size >> 8 * (level + 1)) in stored}
    tree = GrowingTree("register", size, edge)
    for position in range(size + 1, min(size + more, MOST) + 1):
        tree.append(digest(position))
    assert tree.root() == plain.root(leaves(tree.size))


def test_the_tiles_of_a_tree_are_named_as_the_format_says() -> None:
    assert [tile.path for tile in tiles_of(700)] == [
        *("entries/000", "entries/001", "entries/002.p/188"),
        *("0/000", "0/001", "0/002.p/188", "1/000.p/2"),
    ]
    assert Tile(1, 1234067, 8).path == "1/x001/x234/067.p/8"
    for tile in (*tiles_of(70_000), Tile(1, 1234067, 8)):
        assert read_path(tile.path) == tile
    assert width_in(Tile(0, 2, 256), 700) == 188
    assert width_in(Tile(0, 3, 256), 700) == 0


@pytest.mark.parametrize(
    "path", ["", "0", "0/1", "0/0001", "0/000.p/0", "0/000.p/256", "0/x000/001", "64/000", "e/000"]
)
def test_what_names_no_tile_is_no_path(path: str) -> None:
    assert read_path(path) is None


def test_a_bundle_has_each_entry_after_its_length() -> None:
    assert bundle("register", 1, digest(257)) == len(leaf(257)).to_bytes(2, "big") + leaf(257)


@pytest.mark.parametrize(
    "line",
    [
        leaf(7)[:-1],
        leaf(7) + b"\n",
        leaf(7).replace(b"register", b"ledger"),
        leaf(7).replace(b" 7 ", b" 07 "),
        leaf(7).replace(b"/v1", b"/v2"),
        leaf(7).upper(),
    ],
)
def test_a_leaf_is_read_strictly(line: bytes) -> None:
    assert read_entry(leaf(7)) == ("register", 7, digest(7))
    with pytest.raises(ValueError, match="not a leaf"):
        read_entry(line)
