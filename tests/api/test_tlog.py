"""Auditors fetch checkpoints and tiles over HTTP; nobody else does, for their sizes count events."""

from contextlib import closing
from hashlib import sha256

import pytest
from starlette.testclient import TestClient

from domain.transparency.appending import GrowingTree
from domain.transparency.entries import entry_line
from domain.transparency.merkle import check_inclusion, leaf_hash
from domain.transparency.notes import read_proof
from streams.crypto.note_key import CheckpointKey, open_checkpoint
from streams.publishing.publication import Publication
from tests.support.api_world import Headers, bearer, is_problem
from tests.support.world import World

SIGNS = CheckpointKey(bytes(32), "register.example.gov.uk")
SIZE = 300


@pytest.fixture(scope="module")
def tree(world: World) -> GrowingTree:
    """The tree of a log, signed and stored."""
    tree = GrowingTree("register")
    for position in range(1, SIZE + 1):
        tree.append(sha256(str(position).encode()).digest())
    with closing(Publication(world.database_url)) as publication:
        note = SIGNS.sign("register", SIZE, tree.root())
        publication.keep_checkpoint("register", None, SIZE, note, tree.unstored())
    return tree


@pytest.fixture(scope="module")
def auditor(world: World) -> Headers:
    return bearer(world, "user:demo-auditor")


def test_an_auditor_gets_what_was_signed(client: TestClient, auditor: Headers, tree: GrowingTree) -> None:
    answer = client.get("/tlog/register/checkpoint", headers=auditor)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert open_checkpoint(answer.text, [SIGNS.verifier("register")]).root == tree.root()
    leaves = [entry_line("register", at, sha256(str(at).encode()).digest()) for at in range(1, SIZE + 1)]
    whole = b"".join(map(leaf_hash, leaves[:256]))
    assert client.get("/tlog/register/tile/0/000", headers=auditor).content == whole
    assert client.get("/tlog/register/tile/0/000.p/3", headers=auditor).content == whole[: 3 * 32]
    bundle = b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves[256:])
    assert client.get("/tlog/register/tile/entries/001.p/44", headers=auditor).content == bundle
    assert len(client.get("/tlog/register/tile/1/000.p/1", headers=auditor).content) == 32


@pytest.mark.parametrize("position", [1, 256, 257, SIZE])
def test_an_auditor_gets_the_proof_of_an_event(
    client: TestClient, auditor: Headers, tree: GrowingTree, position: int
) -> None:
    answer = client.get(f"/tlog/register/proof/{position}", headers=auditor).json()
    proof = read_proof(answer["proof"])
    leaf = entry_line("register", position, sha256(str(position).encode()).digest())
    assert (answer["leaf"].encode(), proof.leaf) == (leaf, position - 1)
    root = open_checkpoint(proof.checkpoint, [SIGNS.verifier("register")]).root
    check_inclusion(leaf_hash(leaf), position - 1, SIZE, root, proof.hashes)


@pytest.mark.parametrize(("position", "status"), [(SIZE + 1, 404), (0, 422), (-1, 422), ("x", 422), (2**60, 422)])
def test_what_is_no_signed_position_has_no_proof(
    client: TestClient, auditor: Headers, tree: GrowingTree, position: object, status: int
) -> None:
    assert is_problem(client.get(f"/tlog/register/proof/{position}", headers=auditor), status)


def test_a_damaged_tree_has_no_proof(world: World, client: TestClient, auditor: Headers, tree: GrowingTree) -> None:
    with world.database.transaction() as cursor:
        cursor.execute("select hashes from publication.tiles where log = 'register' and level = 0 and number = 1")
        ((kept,),) = cursor.fetchall()
    damage = "update publication.tiles set hashes = %s where log = 'register' and level = 0 and number = 1"
    with world.database.transaction() as cursor:
        cursor.execute(damage, (bytes(32) + bytes(kept)[32:],))
    try:
        assert is_problem(client.get("/tlog/register/proof/257", headers=auditor), 409)
    finally:
        with world.database.transaction() as cursor:
            cursor.execute(damage, (bytes(kept),))


@pytest.mark.parametrize(
    "path",
    [
        "access/checkpoint",
        "register/tile/0/001",
        "register/tile/0/001.p/45",
        "register/tile/0/002.p/1",
        "register/tile/2/000.p/1",
        "register/tile/0/1",
        "register/tile/0/x999/x999/x999/x999/x999/x999/999",
        "register/tile/../checkpoint%00",
    ],
)
def test_what_is_not_signed_is_not_there(client: TestClient, auditor: Headers, tree: GrowingTree, path: str) -> None:
    assert is_problem(client.get(f"/tlog/{path}", headers=auditor), 404)


@pytest.mark.parametrize(
    "path", ["register/checkpoint", "register/tile/0/000", "access/checkpoint", "access/tile/9", "access/proof/1"]
)
@pytest.mark.parametrize("who", ["user:demo-practitioner", "user:demo-data-manager", "agency:gp"])
def test_nobody_else_learns_how_many_events_there_are(
    world: World, client: TestClient, tree: GrowingTree, who: str, path: str
) -> None:
    assert is_problem(client.get(f"/tlog/{path}", headers=bearer(world, who)), 403)
    assert is_problem(client.get(f"/tlog/{path}"), 401)
