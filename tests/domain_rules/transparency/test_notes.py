"""Signed notes, checkpoints, keys and proofs are written as C2SP says, and read strictly."""

import base64

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.transparency.merkle import EMPTY_ROOT
from domain.transparency.notes import Malformed, Proof, read_checkpoint, read_key, read_note, read_proof
from streams.crypto.note_key import CheckpointKey, NotSigned, open_checkpoint

KEY = CheckpointKey(bytes(range(32)), "register.example.gov.uk")
VERIFIER = KEY.verifier("register")
NOTE = KEY.sign("register", 7, EMPTY_ROOT)
HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=40).map(tuple)

PUBLISHED_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
"""The example of the format's own documents, with a note that it has signed."""
PUBLISHED_NOTE = """\
If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""


def test_a_key_of_others_is_read_and_knows_its_own_signature() -> None:
    key, note = read_key(PUBLISHED_KEY), read_note(PUBLISHED_NOTE)
    assert str(key) == PUBLISHED_KEY
    assert note.signatures[0].key_id == key.key_id
    assert read_key(str(VERIFIER)) == VERIFIER


def test_a_checkpoint_is_what_its_log_has_signed() -> None:
    assert open_checkpoint(NOTE, [VERIFIER]) == ("register.example.gov.uk/register", 7, EMPTY_ROOT)


@for_all(st.data())
def test_a_checkpoint_with_any_byte_changed_is_refused(data: st.DataObject) -> None:
    raw = bytearray(NOTE.encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 6))
    with pytest.raises((Malformed, NotSigned)):
        open_checkpoint(raw.decode("utf-8", "replace"), [VERIFIER])


@for_all(st.integers(0, len(NOTE) - 1))
def test_a_checkpoint_cut_off_anywhere_is_refused(at: int) -> None:
    with pytest.raises((Malformed, NotSigned)):
        open_checkpoint(NOTE[:at], [VERIFIER])


def test_a_checkpoint_signed_by_somebody_else_is_refused() -> None:
    stranger = CheckpointKey(bytes(32), "register.example.gov.uk")
    with pytest.raises(NotSigned, match="no known key"):
        open_checkpoint(stranger.sign("register", 7, EMPTY_ROOT), [VERIFIER])
    with pytest.raises(NotSigned, match="no known key"):
        open_checkpoint(NOTE, [KEY.verifier("access")])


@for_all(st.integers(0, 10**18), HASHES)
def test_a_proof_is_read_as_it_was_written(leaf: int, hashes: tuple[bytes, ...]) -> None:
    proof = Proof(leaf, hashes, NOTE)
    assert read_proof(proof.text) == proof
    assert proof.text == "c2sp.org/tlog-proof@v1\n" + proof.spicy


@pytest.mark.parametrize(
    "text",
    [
        "",
        "index 7\n\n" + NOTE,
        "c2sp.org/tlog-proof@v1\nindex 07\n\n" + NOTE,
        "c2sp.org/tlog-proof@v1\nindex -1\n\n" + NOTE,
        "c2sp.org/tlog-proof@v1\nindex 7\n" + base64.b64encode(bytes(31)).decode() + "\n\n" + NOTE,
        "c2sp.org/tlog-proof@v1\nindex 7\n" + (base64.b64encode(bytes(32)).decode() + "\n") * 64 + "\n" + NOTE,
        "c2sp.org/tlog-proof@v1\nindex 7\nextra eA==\n\n" + NOTE,
    ],
)
def test_a_malformed_proof_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        read_proof(text)


@pytest.mark.parametrize("text", ["a\n01\n" + "A" * 43 + "=\n", "a\n1\nx\n", "a\n1\n", "\n1\n" + "A" * 43 + "=\n", "a"])
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        read_checkpoint(text)


@pytest.mark.parametrize(
    "text", ["", "a", "a+b+c", PUBLISHED_KEY.replace("c74", "c75"), PUBLISHED_KEY[:-4], "a b" + PUBLISHED_KEY]
)
def test_a_damaged_key_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        read_key(text)
